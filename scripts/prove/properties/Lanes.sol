// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Words} from "../../../contracts/libraries/Words.sol";

/// @notice Lanes of a word. z3 decides statements about bits, not about bits as numbers: so "a value that fits" is a value
/// masked to 64 bits, which is every value that fits, and "equal" is "no bit differs".
contract Lanes {
    uint256 private constant MASK = type(uint64).max;

    /// @notice Lane 0 reads back what was written to it.
    function lane0ReadsBack(uint256 word, uint256 value) external pure {
        assert(Words.lane(Words.withLane(word, 0, value & MASK), 0) == value & MASK);
    }

    /// @notice Lane 1 reads back what was written to it.
    function lane1ReadsBack(uint256 word, uint256 value) external pure {
        assert(Words.lane(Words.withLane(word, 1, value & MASK), 1) == value & MASK);
    }

    /// @notice Lane 2 reads back what was written to it.
    function lane2ReadsBack(uint256 word, uint256 value) external pure {
        assert(Words.lane(Words.withLane(word, 2, value & MASK), 2) == value & MASK);
    }

    /// @notice Lane 3 reads back what was written to it.
    function lane3ReadsBack(uint256 word, uint256 value) external pure {
        assert(Words.lane(Words.withLane(word, 3, value & MASK), 3) == value & MASK);
    }

    /// @notice Writing lane 0 leaves the other three.
    function lane0LeavesOthers(uint256 word, uint256 value) external pure {
        uint256 then = Words.withLane(word, 0, value & MASK);
        assert(Words.lane(then, 1) ^ Words.lane(word, 1) == 0);
        assert(Words.lane(then, 2) ^ Words.lane(word, 2) == 0);
        assert(Words.lane(then, 3) ^ Words.lane(word, 3) == 0);
    }

    /// @notice Writing lane 1 leaves the other three.
    function lane1LeavesOthers(uint256 word, uint256 value) external pure {
        uint256 then = Words.withLane(word, 1, value & MASK);
        assert(Words.lane(then, 0) ^ Words.lane(word, 0) == 0);
        assert(Words.lane(then, 2) ^ Words.lane(word, 2) == 0);
        assert(Words.lane(then, 3) ^ Words.lane(word, 3) == 0);
    }

    /// @notice Writing lane 2 leaves the other three.
    function lane2LeavesOthers(uint256 word, uint256 value) external pure {
        uint256 then = Words.withLane(word, 2, value & MASK);
        assert(Words.lane(then, 0) ^ Words.lane(word, 0) == 0);
        assert(Words.lane(then, 1) ^ Words.lane(word, 1) == 0);
        assert(Words.lane(then, 3) ^ Words.lane(word, 3) == 0);
    }

    /// @notice Writing lane 3 leaves the other three.
    function lane3LeavesOthers(uint256 word, uint256 value) external pure {
        uint256 then = Words.withLane(word, 3, value & MASK);
        assert(Words.lane(then, 0) ^ Words.lane(word, 0) == 0);
        assert(Words.lane(then, 1) ^ Words.lane(word, 1) == 0);
        assert(Words.lane(then, 2) ^ Words.lane(word, 2) == 0);
    }

    /// @notice A lane has no bit beyond its 64.
    function laneFits(uint256 word) external pure {
        assert(Words.lane(word, 0) & ~MASK == 0);
        assert(Words.lane(word, 1) & ~MASK == 0);
        assert(Words.lane(word, 2) & ~MASK == 0);
        assert(Words.lane(word, 3) & ~MASK == 0);
    }

    /// @notice Scores are 32-bit numbers with a sign, whatever the lane.
    function scoresFit(uint256 bits) external pure {
        (int256 score0, int256 score1) = Words.scoresOf(bits);
        assert(score0 >= type(int32).min && score0 <= type(int32).max);
        assert(score1 >= type(int32).min && score1 <= type(int32).max);
    }

    /// @notice Working out where a lane stands never overflows.
    /// @custom:targets overflow
    function lanesNeverOverflow(uint256 word, uint256 index, uint256 value) external pure {
        require(index < Words.LANES);
        Words.lane(Words.withLane(word, index, value), index);
    }

    /// @notice Two scores read back from the lane that was built of them.
    /// @custom:open z3 can't join bits to signed numbers; stands on test/contracts/payout-random.ts, which packs random scores
    function scoresReadBack(int32 score0, int32 score1) external pure {
        (int256 s0, int256 s1) = Words.scoresOf((uint256(uint32(score0)) << 32) | uint32(score1));
        assert(s0 == score0 && s1 == score1);
    }

    /// @notice A word is nothing but its four lanes.
    /// @custom:open z3 can't put 256 bits together again; stands on test/fuzz/Words.t.sol
    function wordIsItsLanes(uint256 word) external pure {
        uint256 lower = Words.lane(word, 0) | (Words.lane(word, 1) << 64);
        uint256 upper = Words.lane(word, 2) | (Words.lane(word, 3) << 64);
        assert(word ^ (lower | (upper << 128)) == 0);
    }
}
