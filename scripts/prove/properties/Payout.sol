// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumeraireStaking} from "../../../contracts/interfaces/INumeraireStaking.sol";
import {PayoutMath} from "../../../contracts/libraries/PayoutMath.sol";

/// @notice What one lane is paid. A rate is the weighted sum of two scores, 1e-45 with the exposure in it.
contract Payout {
    /// What `rule` makes of terms within a tournament's limits: see `weightsAreBelow153Bits` and `theBoundIsClipTimesExposure`.
    int256 private constant MOST_WEIGHT = 2 ** 153;
    int256 private constant MOST_BOUND = 1e45;

    /// @notice No payout is larger than its stake, so that all arithmetic on payouts below is without overflow.
    /// @custom:cuts anyRate oneClamp
    function payoutIsWithinStake(int256 rate, int256 bound, uint256 stake) external pure {
        int256 payout = _payout(rate, bound, stake);
        assert(payout <= int256(stake) && payout >= -int256(stake));
    }

    /// @notice A reward is at most stake × bound / 1e45, whatever the scores.
    /// @custom:cuts anyRate oneClamp
    function rewardIsWithinClip(int256 rate, int256 bound, uint256 stake) external pure {
        assert(_payout(rate, bound, stake) * 1e45 <= int256(stake) * bound);
    }

    /// @notice A burn is at most stake × bound / 1e45, whatever the scores.
    /// @custom:cuts anyRate oneClamp
    function burnIsWithinClip(int256 rate, int256 bound, uint256 stake) external pure {
        assert(_payout(rate, bound, stake) * 1e45 >= -(int256(stake) * bound));
    }

    /// @notice The payout is stake × clamped rate / 1e45 toward zero, exactly: the unchecked arithmetic never wraps.
    /// @custom:cuts anyRate oneClamp
    function payoutIsExact(int256 rate, int256 bound, uint256 stake) external pure {
        int256 payout = _payout(rate, bound, stake);
        assert(payout == (int256(stake) * _clamped(rate, bound)) / 1e45);
    }

    /// @notice The payout has the sign of the weighted scores, or is zero.
    /// @custom:cuts anyRate oneClamp
    function payoutHasSignOfRate(int256 rate, int256 bound, uint256 stake) external pure {
        int256 payout = _payout(rate, bound, stake);
        assert(payout == 0 || payout > 0 == rate > 0);
    }

    /// @notice A higher weighted score never pays less.
    /// @custom:cuts anyRate oneClamp
    function higherRatePaysNoLess(int256 rate, int256 higher, int256 bound, uint256 stake) external pure {
        require(rate <= higher);
        assert(_payout(rate, bound, stake) <= _payout(higher, bound, stake));
    }

    /// @notice The two branches that clamp are the one conditional expression of the cut `oneClamp`.
    /// @custom:restates PayoutMath: if (rate > r.bound) rate = r.bound; else if (rate < -r.bound) rate = -r.bound;
    function branchesClamp(PayoutMath.Rule memory r, int256 rate) external pure {
        require(r.bound >= 0 && r.bound <= MOST_BOUND);
        int256 clamped = _clamped(rate, r.bound);
        if (rate > r.bound) rate = r.bound;
        else if (rate < -r.bound) rate = -r.bound;
        assert(rate == clamped);
    }

    /// @notice Clip × exposure in the ledger's units is the bound of every payout: stake × exposure × clip / 1e18.
    function theBoundIsClipTimesExposure(int64 m, uint64 clip, uint64 exposure, uint256 factor) external pure {
        PayoutMath.Rule memory rule = _rule(m, clip, exposure, factor);
        assert(rule.bound == int256(uint256(clip)) * int256(uint256(exposure)) * 1e27);
        assert(rule.bound >= 0 && rule.bound <= MOST_BOUND);
    }

    /// @notice Weights are multiplier × factor × exposure, below 2^153.
    function weightsAreBelow153Bits(int64 m, uint64 clip, uint64 exposure, uint256 factor) external pure {
        PayoutMath.Rule memory rule = _rule(m, clip, exposure, factor);
        assert(rule.weight0 <= MOST_WEIGHT && rule.weight0 >= -MOST_WEIGHT);
    }

    /// @notice Nothing overflows where terms within the limits are made into a rule.
    /// @custom:targets overflow underflow
    function ruleNeverOverflows(int64 m, uint64 clip, uint64 exposure, uint256 factor) external pure {
        _rule(m, clip, exposure, factor);
    }

    /// @notice The weighted sum of two scores never wraps: the library works it out unchecked.
    /// @custom:restates PayoutMath: int256 rate = r.weight0 * score0 + r.weight1 * score1;
    function weightedSumNeverWraps(int256 w0, int256 w1, int32 s0, int32 s1) external pure {
        require(w0 <= MOST_WEIGHT && w0 >= -MOST_WEIGHT && w1 <= MOST_WEIGHT && w1 >= -MOST_WEIGHT);
        unchecked {
            int256 a = w0 * s0;
            int256 b = w1 * s1;
            assert(a <= 2 ** 184 && a >= -(2 ** 184));
            assert(b <= 2 ** 184 && b >= -(2 ** 184));
        }
    }

    /// @notice A higher score with a non-negative multiplier never lowers the weighted sum.
    /// @custom:restates PayoutMath: int256 rate = r.weight0 * score0 + r.weight1 * score1;
    function betterScoreWeighsNoLess(int256 weight, int256 rest, int32 score, int32 better) external pure {
        require(weight >= 0 && weight <= MOST_WEIGHT && score <= better);
        require(rest <= 2 ** 184 && rest >= -(2 ** 184));
        assert(weight * score + rest <= weight * better + rest);
    }

    /// @notice The weighted sum is (m0 × s0 + m1 × s1) × factor × exposure: it has the sign of the weighted scores.
    /// @custom:restates PayoutMath: weight0: terms.multipliers[0] * int256(factor) * exposure,
    function weightsKeepTheSign(int64[2] memory m, int32[2] memory s, uint64 factor, uint64 exposure) external pure {
        require(factor <= 1e18 && exposure <= 1e9);
        int256 f = int256(uint256(factor));
        int256 e = int256(uint256(exposure));
        int256 weighted = int256(m[0]) * s[0] + int256(m[1]) * s[1];
        assert(m[0] * f * e * s[0] + m[1] * f * e * s[1] == weighted * (f * e));
    }

    /// @notice The payout factor is 1 where the threshold does not bind.
    function factorIsOneBelowThreshold(uint256 total, uint256 threshold) external pure {
        require(threshold == 0 || total <= threshold);
        assert(PayoutMath.factorDown(total, threshold) == 1e18);
    }

    /// @notice The payout factor is at most 1 where it binds.
    function factorIsAtMostOne(uint64 total, uint64 threshold) external pure {
        require(threshold > 0 && total > threshold);
        assert(PayoutMath.factorDown(total, threshold) <= 1e18);
    }

    /// @notice Where it binds, factor × total fills the threshold, rounded down by less than one.
    function factorFillsTheThreshold(uint64 total, uint64 threshold) external pure {
        require(threshold > 0 && total > threshold);
        uint256 factor = PayoutMath.factorDown(total, threshold);
        assert(factor * total <= uint256(threshold) * 1e18 && (factor + 1) * total > uint256(threshold) * 1e18);
    }

    /// @notice Working out the payout factor never overflows and never divides by zero.
    /// @custom:targets overflow divByZero
    function factorNeverFails(uint64 total, uint64 threshold) external pure {
        PayoutMath.factorDown(total, threshold);
    }

    function _rule(
        int64 multiplier,
        uint64 clip,
        uint64 exposure,
        uint256 factor
    ) private pure returns (PayoutMath.Rule memory) {
        require(clip <= 1e9 && exposure <= 1e9 && factor <= 1e18);
        INumeraireStaking.Terms memory terms;
        terms.multipliers[0] = multiplier;
        terms.multipliers[1] = multiplier;
        terms.clip = clip;
        terms.exposure = exposure;
        return PayoutMath.rule(terms, factor);
    }

    function _payout(int256 rate, int256 bound, uint256 stake) private pure returns (int256) {
        require(bound >= 0 && bound <= MOST_BOUND && stake <= type(uint64).max);
        return PayoutMath.payoutTowardZero(PayoutMath.Rule(rate, 0, bound, 0, 0, 0), stake, 0);
    }

    function _clamped(int256 rate, int256 bound) private pure returns (int256) {
        return
            rate > bound
                ? bound
                : rate < -bound
                    ? -bound
                    : rate;
    }
}
