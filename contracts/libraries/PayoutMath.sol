// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumeraireStaking} from "../interfaces/INumeraireStaking.sol";
import {Words} from "./Words.sol";

/// @title What a score pays
/// @notice stake × exposure × clamp(payout factor × (m0 × s0 + m1 × s1), ±clip), in integers, rounded once, at the end.
/// @dev Magnitudes: |m × s| ≤ 2^63 × 2^31, so the sum of two is ≤ 2^95; × a factor ≤ 2^60 × an exposure ≤ 2^30 is ≤ 2^185.
/// After the clamp a rate × exposure is ≤ 1e45 < 2^150; × a stake < 2^64 it is < 2^214. Nothing here can overflow as long
/// as clip and exposure are ≤ 1e9, which a tournament's limits enforce.
library PayoutMath {
    /// @notice 1 in 1e-9: multipliers, clip, exposure.
    uint256 internal constant ONE_NANO = 1e9;
    /// @notice 1 in 1e-18: payout factors.
    uint256 internal constant ONE_FACTOR = 1e18;
    /// @dev From a clip (1e-9) to a rate (1e-36 = score 1e-9 × multiplier 1e-9 × factor 1e-18).
    int256 private constant RATE_PER_CLIP = 1e27;
    /// @dev Exposure 1e-9 × rate 1e-36.
    int256 private constant ONE_EXPOSED_RATE = 1e45;
    uint256 private constant ONES = 0x0000000000000001_0000000000000001_0000000000000001_0000000000000001;

    /// @notice A round's terms and factor, prepared once for a whole batch. The exposure is in all three already: as it is
    /// not negative, clamping before and after multiplying by it is the same.
    /// @param weight0 Multiplier 0 × factor × exposure, 1e-36.
    /// @param weight1 Multiplier 1 × factor × exposure, 1e-36.
    /// @param bound Clip × exposure, 1e-45.
    /// @param scale From a stake × such a rate to a payout, 1e45. It and the next two never change: kept here as the compiler
    /// would make them anew for every word, and reading them is cheaper.
    /// @param mask A lane's bits.
    /// @param ones 1 in every lane.
    struct Rule {
        int256 weight0;
        int256 weight1;
        int256 bound;
        int256 scale;
        uint256 mask;
        uint256 ones;
    }

    /// @param factor Payout factor, 1e-18, at most 1e18.
    function rule(INumeraireStaking.Terms memory terms, uint256 factor) internal pure returns (Rule memory) {
        int256 exposure = int256(uint256(terms.exposure));
        return
            Rule({
                weight0: terms.multipliers[0] * int256(factor) * exposure,
                weight1: terms.multipliers[1] * int256(factor) * exposure,
                bound: int256(uint256(terms.clip)) * RATE_PER_CLIP * exposure,
                scale: ONE_EXPOSED_RATE,
                mask: type(uint64).max,
                ones: ONES
            });
    }

    /// @notice Total at risk, nano-NMR, rounded down.
    /// @param staked Σ of the stakes, nano-NMR.
    function atRiskDown(uint256 staked, uint256 exposure) internal pure returns (uint256) {
        return (staked * exposure) / ONE_NANO;
    }

    /// @notice min(1, threshold / total), 1e-18, rounded down; 1 without a threshold.
    /// @param total Total at risk, nano-NMR.
    /// @param threshold Nano-NMR; 0: none.
    function factorDown(uint256 total, uint256 threshold) internal pure returns (uint256) {
        if (threshold == 0 || total <= threshold) return ONE_FACTOR;
        return (threshold * ONE_FACTOR) / total;
    }

    /// @notice The most that stakes can win or lose together, nano-NMR, rounded down. Never less than the sum of their
    /// payouts: those are rounded toward zero one by one.
    function earmarkDown(uint256 staked, uint256 exposure, uint256 clip) internal pure returns (uint256) {
        return (staked * exposure * clip) / (ONE_NANO * ONE_NANO);
    }

    /// @notice One lane's payout, nano-NMR, rounded toward zero.
    /// @param stake The lane's stake at the lock, nano-NMR.
    /// @param scores The lane of the scores word.
    function payoutTowardZero(Rule memory r, uint256 stake, uint256 scores) internal pure returns (int256) {
        unchecked {
            (int256 score0, int256 score1) = Words.scoresOf(scores);
            int256 rate = r.weight0 * score0 + r.weight1 * score1;
            if (rate > r.bound) rate = r.bound;
            else if (rate < -r.bound) rate = -r.bound;
            return (int256(stake) * rate) / ONE_EXPOSED_RATE;
        }
    }

    /// @notice `payoutTowardZero` for the four lanes of a word, applied to what is active now. The payouts of a whole batch
    /// run through here, so it is written for gas: from the top lane down, and the four as one number, Σ payout × 2^(64·lane).
    /// Added to the word of active stakes it gives the next one: a lane that falls below zero borrows from the one above.
    /// @param active The word of active stakes now; lanes below 2^63.
    /// @param stakes The word of stakes at the lock; lanes below 2^63.
    /// @param scores The scores word.
    /// @return next The word of active stakes then, unless it `isRare`.
    /// @return payouts The payouts word.
    function settleWord(
        Rule memory r,
        uint256 active,
        uint256 stakes,
        uint256 scores
    ) internal pure returns (uint256 next, uint256 payouts) {
        assembly ("memory-safe") {
            function clamped(rate_, bound_) -> result {
                result := bound_
                if slt(rate_, 0) {
                    result := sub(0, bound_)
                }
            }
            let weight0 := mload(r)
            let weight1 := mload(add(r, 0x20))
            let bound := mload(add(r, 0x40))
            let range := shl(1, bound)
            let scale := mload(add(r, 0x60))
            let mask := mload(add(r, 0x80))

            // Outside of ±bound, in one comparison: a number below -bound wraps around to a huge one.
            let rate := add(mul(weight0, sar(224, scores)), mul(weight1, signextend(3, shr(192, scores))))
            if gt(add(rate, bound), range) {
                rate := clamped(rate, bound)
            }
            let sum := sdiv(mul(shr(192, stakes), rate), scale)

            rate := add(mul(weight0, sar(224, shl(64, scores))), mul(weight1, signextend(3, shr(128, scores))))
            if gt(add(rate, bound), range) {
                rate := clamped(rate, bound)
            }
            sum := add(shl(64, sum), sdiv(mul(and(shr(128, stakes), mask), rate), scale))

            rate := add(mul(weight0, sar(224, shl(128, scores))), mul(weight1, signextend(3, shr(64, scores))))
            if gt(add(rate, bound), range) {
                rate := clamped(rate, bound)
            }
            sum := add(shl(64, sum), sdiv(mul(and(shr(64, stakes), mask), rate), scale))

            rate := add(mul(weight0, sar(224, shl(192, scores))), mul(weight1, signextend(3, scores)))
            if gt(add(rate, bound), range) {
                rate := clamped(rate, bound)
            }
            sum := add(shl(64, sum), sdiv(mul(and(stakes, mask), rate), scale))

            next := add(active, sum)
            let signs := shl(63, mload(add(r, 0xa0)))
            // With 2^63 more in every lane none is negative, so none borrows; taking the bits off again leaves two's complement.
            payouts := xor(add(sum, signs), signs)
        }
    }

    /// @notice Whether the results of `settleWord` may be rare; most are not, and know it soon.
    /// @dev Taking 1 away from every lane sets the sign of an empty one, and of no other but one of 1 above an empty one.
    function maybeRare(Rule memory r, uint256 active, uint256 next) internal pure returns (bool) {
        unchecked {
            return ((active - r.ones) | next) & (r.ones << 63) != 0;
        }
    }

    /// @notice Whether the results of `settleWord` must be worked out lane by lane: some lane burns more than is active, or
    /// pays where nothing is active. True now and then for no reason, where a lane holds a single nano-NMR.
    function isRare(Rule memory r, uint256 active, uint256 next, uint256 payouts) internal pure returns (bool) {
        unchecked {
            uint256 signs = r.ones << 63;
            uint256 empty = ((active - r.ones) & signs) >> 63;
            return (next & signs) | (payouts & (empty * r.mask)) != 0;
        }
    }

    /// @notice Adds the lanes of a payouts word to the lanes of two words of sums.
    /// @dev No lane of a sum overflows as long as all payouts are of stakes that were held at one moment: together < 2^63.
    function addUp(
        Rule memory r,
        uint256 rewards,
        uint256 burns,
        uint256 payouts
    ) internal pure returns (uint256 rewardsThen, uint256 burnsThen) {
        unchecked {
            uint256 negative = (payouts >> 63) & r.ones;
            uint256 mask = negative * r.mask;
            rewardsThen = rewards + (payouts & ~mask);
            burnsThen = burns + (~payouts & mask) + negative;
        }
    }
}
