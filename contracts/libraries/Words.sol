// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Words: four 64-bit lanes in a `uint256`
/// @notice Lane i is bits [64·i, 64·i + 64). Callers pass lanes 0 to 3 and values that fit.
library Words {
    uint256 internal constant LANES = 4;
    uint256 internal constant WORDS_PER_BATCH = 256;
    uint256 internal constant POSITIONS_PER_BATCH = LANES * WORDS_PER_BATCH;

    uint256 private constant LANE_BITS = 64;
    uint256 private constant LANE_MASK = type(uint64).max;
    /// Lanes 0 and 2: with lanes 1 and 3 out of the way, each has 64 bits of head-room for sums.
    uint256 private constant EVEN_LANES = LANE_MASK | (LANE_MASK << 128);

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

    /// @notice Reads consecutive words of storage and adds up all their lanes.
    /// @dev A batch has at most 2^10 lanes of 2^64 each, so a half of `pairs` stays under 2^74 and never meets the other.
    /// @param first Storage slot of the first word.
    /// @param count Number of words, at most `WORDS_PER_BATCH`.
    function load(uint256 first, uint256 count) internal view returns (uint256[] memory words, uint256 sum) {
        words = new uint256[](count);
        uint256 evenLanes = EVEN_LANES;
        assembly ("memory-safe") {
            let pairs := 0
            let target := add(words, 32)
            for {
                let end := add(first, count)
            } lt(first, end) {
                first := add(first, 1)
                target := add(target, 32)
            } {
                let word := sload(first)
                mstore(target, word)
                pairs := add(pairs, add(and(word, evenLanes), and(shr(64, word), evenLanes)))
            }
            sum := add(and(pairs, sub(shl(128, 1), 1)), shr(128, pairs))
        }
    }
}
