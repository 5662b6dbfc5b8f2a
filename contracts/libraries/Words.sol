// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {WordEvents} from "./WordEvents.sol";

/// @title Words: four 64-bit lanes in a `uint256`
/// @notice Lane i is bits [64·i, 64·i + 64). Callers pass lanes 0 to 3 and values that fit.
library Words {
    uint256 internal constant LANES = 4;
    uint256 internal constant WORDS_PER_BATCH = 256;
    uint256 internal constant POSITIONS_PER_BATCH = LANES * WORDS_PER_BATCH;

    uint256 private constant LANE_BITS = 64;
    uint256 private constant LANE_MASK = type(uint64).max;

    /// @notice A lane's 64 bits.
    function lane(uint256 word, uint256 index) internal pure returns (uint256) {
        return (word >> (index * LANE_BITS)) & LANE_MASK;
    }

    /// @notice The word with one lane replaced. `value` fits 64 bits.
    function withLane(uint256 word, uint256 index, uint256 value) internal pure returns (uint256) {
        uint256 shift = index * LANE_BITS;
        return (word & ~(LANE_MASK << shift)) | (value << shift);
    }

    /// @notice The two scores of a lane of a scores word, 1e-9: high half score 0, low half score 1.
    function scoresOf(uint256 laneBits) internal pure returns (int256 score0, int256 score1) {
        score0 = int256(int32(uint32(laneBits >> 32)));
        score1 = int256(int32(uint32(laneBits)));
    }

    /// @notice keccak256 of the words, 32 bytes each, back to back.
    function hash(uint256[] memory words) internal pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            digest := keccak256(add(words, 32), shl(5, mload(words)))
        }
    }

    /// @notice keccak256 of the words, 32 bytes each, back to back.
    function hashCalldata(uint256[] calldata words) internal pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            // Scratch beyond the free pointer: it is not kept, so the pointer stays where it is.
            let scratch := mload(0x40)
            let size := shl(5, words.length)
            calldatacopy(scratch, words.offset, size)
            digest := keccak256(scratch, size)
        }
    }

    /// @notice Where in calldata the first word of an array stands; the next ones stand 32 further each.
    function start(uint256[] calldata words) internal pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := words.offset
        }
    }

    /// @notice Where in memory the first word of an array stands.
    function startInMemory(uint256[] memory words) internal pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := add(words, 32)
        }
    }

    /// @notice The word at a place in calldata.
    function read(uint256 pointer) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(pointer)
        }
    }

    /// @notice Puts a word to a place in memory, which is part of an array.
    function write(uint256 pointer, uint256 word) internal pure {
        assembly ("memory-safe") {
            mstore(pointer, word)
        }
    }

    /// @notice Reads consecutive words of storage, and adds them up lane by lane.
    /// @param first Storage slot of the first word.
    /// @return words The words.
    /// @return sums A word whose lanes are the sums; none overflows as long as all lanes together are below 2^64.
    function load(uint256 first, uint256 count) internal view returns (uint256[] memory words, uint256 sums) {
        words = WordEvents.allocate(count);
        assembly ("memory-safe") {
            let target := add(words, 32)
            for {
                let end := add(first, count)
            } lt(first, end) {
                first := add(first, 1)
                target := add(target, 32)
            } {
                let word := sload(first)
                mstore(target, word)
                sums := add(sums, word)
            }
        }
    }

    /// @notice The sum of a word's lanes.
    function sum(uint256 word) internal pure returns (uint256) {
        return lane(word, 0) + lane(word, 1) + lane(word, 2) + lane(word, 3);
    }
}
