// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title The floor: one cold slot read and written a position
/// @notice What no settlement that keeps each stake in a slot of its own can go below. It computes nothing and tells nobody.
contract Floor {
    uint256[1 << 32] private _slots;

    /// @notice Reads and writes the slots of so many positions.
    function touch(uint256 first, uint256 count) external {
        for (uint256 i = 0; i < count; ++i) _slots[first + i] += 1;
    }
}
