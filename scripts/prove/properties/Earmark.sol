// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PayoutMath} from "../../../contracts/libraries/PayoutMath.sol";

/// @notice What a round may cost: at risk and earmarked. Clip and exposure are at most 1, as a tournament's limits enforce.
contract Earmark {
    /// @notice What is at risk is stakes × exposure, rounded down by less than one.
    function atRiskIsRoundedDown(uint64 staked, uint64 exposure) external pure {
        require(exposure <= 1e9);
        uint256 total = PayoutMath.atRiskDown(staked, exposure);
        assert(total * 1e9 <= uint256(staked) * exposure && (total + 1) * 1e9 > uint256(staked) * exposure);
    }

    /// @notice No more is at risk than was staked.
    function atRiskIsWithinStakes(uint64 staked, uint64 exposure) external pure {
        require(exposure <= 1e9);
        assert(PayoutMath.atRiskDown(staked, exposure) <= staked);
    }

    /// @notice No more is earmarked than was staked.
    function earmarkIsWithinStakes(uint64 staked, uint64 exposure, uint64 clip) external pure {
        require(exposure <= 1e9 && clip <= 1e9);
        assert(PayoutMath.earmarkDown(staked, exposure, clip) <= staked);
    }

    /// @notice At risk and earmark are worked out without an overflow.
    /// @custom:targets overflow
    function earmarkNeverOverflows(uint64 staked, uint64 exposure, uint64 clip) external pure {
        require(exposure <= 1e9 && clip <= 1e9);
        PayoutMath.atRiskDown(staked, exposure);
        PayoutMath.earmarkDown(staked, exposure, clip);
    }

    /// @notice One lane: a payout within stake × exposure × clip / 1e18 is within the lane's earmark.
    function laneIsEarmarked(uint64 stake, uint64 exposure, uint64 clip, uint64 size) external pure {
        require(exposure <= 1e9 && clip <= 1e9);
        require(uint256(size) * 1e18 <= uint256(stake) * exposure * clip);
        assert(size <= PayoutMath.earmarkDown(stake, exposure, clip));
    }

    /// @notice One lane more: payouts within the earmark of their stakes stay within it when a lane is added.
    function oneMoreLaneIsEarmarked(
        uint64 staked,
        uint64 stake,
        uint64 exposure,
        uint64 clip,
        uint64 sum,
        uint64 size
    ) external pure {
        require(exposure <= 1e9 && clip <= 1e9);
        require(sum <= PayoutMath.earmarkDown(staked, exposure, clip));
        require(size <= PayoutMath.earmarkDown(stake, exposure, clip));
        assert(uint256(sum) + size <= PayoutMath.earmarkDown(uint256(staked) + stake, exposure, clip));
    }

    /// @notice No stakes, no earmark: where the sum begins.
    function nothingIsEarmarkedForNothing(uint64 exposure, uint64 clip) external pure {
        require(exposure <= 1e9 && clip <= 1e9);
        assert(PayoutMath.earmarkDown(0, exposure, clip) == 0);
    }
}
