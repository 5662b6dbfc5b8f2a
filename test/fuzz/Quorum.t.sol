// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Quorum} from "../../contracts/libraries/Quorum.sol";
import {Dice, vm} from "../support/Vm.sol";

contract QuorumTest {
    using Dice for Dice.Cup;
    using Quorum for Quorum.Set;

    Quorum.Set private _set;

    /// @notice A report stands if, and only if, enough bits are set and each has its reporter's signature, in order.
    function testFuzz_Q1_aReportStandsOnItsQuorumAlone(uint256 seed) public {
        Dice.Cup memory cup = Dice.Cup(seed);
        uint256 count = 1 + cup.upTo(9);
        uint256[] memory keys = new uint256[](count);
        address[] memory reporters = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            keys[i] = 1 + (cup.roll() >> 8);
            reporters[i] = vm.addr(keys[i]);
        }
        uint8 quorum = uint8(1 + cup.upTo(count - 1));
        _set.init(reporters, quorum);

        bytes32 digest = bytes32(cup.roll());
        uint256 signers = cup.upTo((1 << count) - 1);
        uint256 used = 0;
        for (uint256 i = 0; i < count; ++i) used += (signers >> i) & 1;
        bytes[] memory signatures = new bytes[](used);
        used = 0;
        for (uint256 i = 0; i < count; ++i) {
            if ((signers >> i) & 1 == 1) signatures[used++] = _sign(keys[i], digest);
        }
        require(_stands(digest, signers, signatures) == (used >= quorum), "the quorum, no more and no less");
        if (used == 0) return;

        uint256 broken = cup.upTo(used - 1);
        bytes memory good = signatures[broken];
        signatures[broken] = _sign(1 + (cup.roll() >> 8), digest);
        require(!_stands(digest, signers, signatures), "a stranger");
        good[cup.upTo(63)] ^= bytes1(uint8(1 + cup.upTo(254)));
        signatures[broken] = good;
        require(!_stands(digest, signers, signatures), "a signature with a byte changed");
        require(!_stands(digest, signers | (1 << (count + cup.upTo(200))), signatures), "a bit that names nobody");
    }

    function testFuzz_aSetIsStoredAsGiven(uint256 seed, uint8 quorum) public {
        Dice.Cup memory cup = Dice.Cup(seed);
        uint256 count = cup.upTo(70);
        address[] memory reporters = new address[](count);
        for (uint256 i = 0; i < count; ++i) reporters[i] = address(uint160(cup.roll()));
        bool valid = count > 0 && count <= 64 && quorum > 0 && quorum <= count;
        if (count > 1 && cup.chance(20)) {
            valid = false;
            uint256 i = cup.upTo(count - 2);
            reporters[i] = cup.chance(50) ? address(0) : reporters[count - 1];
        }
        try this.init(reporters, quorum) {
            require(valid, "a set that is none");
            address[] memory members = _set.members();
            require(_set.quorum == quorum && members.length == count, "as given");
            for (uint256 i = 0; i < count; ++i) require(members[i] == reporters[i], "each as given");
        } catch {
            require(!valid, "a set that is one");
        }
    }

    function init(address[] memory reporters, uint8 quorum) external {
        _set.init(reporters, quorum);
    }

    function verify(bytes32 digest, uint256 signers, bytes[] calldata signatures) external view {
        _set.verify(digest, signers, signatures);
    }

    function _stands(bytes32 digest, uint256 signers, bytes[] memory signatures) private view returns (bool) {
        try this.verify(digest, signers, signatures) {
            return true;
        } catch {
            return false;
        }
    }

    function _sign(uint256 key, bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }
}
