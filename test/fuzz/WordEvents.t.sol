// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumeraireStaking} from "../../contracts/interfaces/INumeraireStaking.sol";
import {WordEvents} from "../../contracts/libraries/WordEvents.sol";
import {Dice, Vm, vm} from "../support/Vm.sol";

/// @notice Arrays with room before them, next to memory that belongs to others.
contract WordEventsTest {
    using Dice for Dice.Cup;

    /// What the events of an array may write before it.
    uint256 private constant ROOM = 0x60;

    function testFuzz_anArrayIsZerosInARoomOfItsOwn(uint256 seed, bytes memory neighbour) public pure {
        uint256 count = Dice.Cup(seed).upTo(300);
        _soil(count);
        uint256 free = _free();
        bytes32 digest = keccak256(neighbour);
        uint256[] memory words = WordEvents.allocate(count);
        require(_at(words) == free + ROOM, "room for an event's head, and no more");
        require(_free() == _at(words) + 32 * (count + 1), "as much memory as it needs");
        require(words.length == count && keccak256(neighbour) == digest, "the neighbour is as it was");
        for (uint256 i = 0; i < count; ++i) require(words[i] == 0, "zeros");
    }

    function testFuzz_aLockIsLoggedAsTheCompilerWould(uint256 seed, bytes memory neighbour) public {
        Dice.Cup memory cup = Dice.Cup(seed);
        bytes32 digest = keccak256(neighbour);
        uint256[] memory stakes = _filled(cup);
        bytes32 content = keccak256(abi.encode(stakes));
        (uint32 tournament, uint64 round, uint32 batch) = (uint32(cup.roll()), uint64(cup.roll()), uint32(cup.roll()));
        vm.recordLogs();
        WordEvents.emitLocked(tournament, round, batch, stakes);
        emit INumeraireStaking.BatchLocked(tournament, round, batch, stakes);
        _requireTheSame();
        require(keccak256(neighbour) == digest && keccak256(abi.encode(stakes)) == content, "memory is as it was");
    }

    function testFuzz_aSettlementIsLoggedAsTheCompilerWould(uint256 seed, bytes memory neighbour) public {
        Dice.Cup memory cup = Dice.Cup(seed);
        bytes32 digest = keccak256(neighbour);
        uint256[] memory payouts = _filled(cup);
        bytes32 content = keccak256(abi.encode(payouts));
        (uint32 tournament, uint64 round, uint32 batch) = (uint32(cup.roll()), uint64(cup.roll()), uint32(cup.roll()));
        (uint256 rewarded, uint256 burned) = (cup.roll(), cup.roll());
        vm.recordLogs();
        WordEvents.emitSettled(tournament, round, batch, rewarded, burned, payouts);
        emit INumeraireStaking.BatchSettled(tournament, round, batch, rewarded, burned, payouts);
        _requireTheSame();
        require(keccak256(neighbour) == digest && keccak256(abi.encode(payouts)) == content, "memory is as it was");
    }

    function _requireTheSame() private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        require(logs.length == 2, "one each");
        require(keccak256(logs[0].data) == keccak256(logs[1].data), "data");
        require(logs[0].data.length == logs[1].data.length, "length");
        require(keccak256(abi.encode(logs[0].topics)) == keccak256(abi.encode(logs[1].topics)), "topics");
    }

    function _filled(Dice.Cup memory cup) private pure returns (uint256[] memory words) {
        words = WordEvents.allocate(cup.upTo(300));
        for (uint256 i = 0; i < words.length; ++i) words[i] = cup.roll();
    }

    /// @dev Memory beyond the free pointer may have been used before.
    function _soil(uint256 count) private pure {
        assembly ("memory-safe") {
            let from := mload(0x40)
            let to := add(from, mul(32, add(count, 8)))
            for {} lt(from, to) {
                from := add(from, 32)
            } {
                mstore(from, not(0))
            }
        }
    }

    function _free() private pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := mload(0x40)
        }
    }

    function _at(uint256[] memory words) private pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := words
        }
    }
}
