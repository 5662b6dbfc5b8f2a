// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumeraireStaking} from "../interfaces/INumeraireStaking.sol";

/// @title Events with a thousand lanes, from where they stand in memory
/// @notice The compiler copies an array word by word before it logs it, for 22 gas a position. Arrays made here have room
/// before them for the other data of their event, so that nothing is copied.
library WordEvents {
    /// @dev Rewarded, burned and the array's offset: the longest head of an event here.
    uint256 private constant HEADROOM = 0x60;

    /// @notice An array of zeros with room before it.
    function allocate(uint256 count) internal pure returns (uint256[] memory words) {
        assembly ("memory-safe") {
            words := add(mload(0x40), HEADROOM)
            mstore(words, count)
            let size := shl(5, count)
            let start := add(words, 0x20)
            // Copying from beyond the calldata writes zeros.
            calldatacopy(start, calldatasize(), size)
            mstore(0x40, add(start, size))
        }
    }

    /// @notice Emits `BatchLocked`.
    /// @param stakes Made by `allocate`.
    function emitLocked(uint32 tournament, uint64 round, uint32 batch, uint256[] memory stakes) internal {
        bytes32 topic = INumeraireStaking.BatchLocked.selector;
        assembly ("memory-safe") {
            let data := sub(stakes, 0x20)
            mstore(data, 0x20)
            log4(data, add(0x40, shl(5, mload(stakes))), topic, tournament, round, batch)
        }
    }

    /// @notice Emits `BatchSettled`.
    /// @param rewarded Wei.
    /// @param burned Wei.
    /// @param payouts Made by `allocate`.
    function emitSettled(
        uint32 tournament,
        uint64 round,
        uint32 batch,
        uint256 rewarded,
        uint256 burned,
        uint256[] memory payouts
    ) internal {
        bytes32 topic = INumeraireStaking.BatchSettled.selector;
        assembly ("memory-safe") {
            let data := sub(payouts, 0x60)
            mstore(data, rewarded)
            mstore(add(data, 0x20), burned)
            mstore(add(data, 0x40), 0x60)
            log4(data, add(0x80, shl(5, mload(payouts))), topic, tournament, round, batch)
        }
    }
}
