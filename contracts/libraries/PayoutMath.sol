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
    /// @dev 2^128 + 1: one less this is the factor -2^128, which takes a negative payout to the high half of the totals.
    uint256 private constant BURN_FACTOR_OFF_ONE = 0x1_00000000000000000000000000000001;
    uint256 private constant LOWEST_BITS = 0x0000000000000001_0000000000000001_0000000000000001_0000000000000001;
    uint256 private constant SIGNS = LOWEST_BITS << 63;

    /// @notice A round's terms and factor, prepared once for a whole batch. The exposure is in all three already: as it is
    /// not negative, clamping before and after multiplying by it is the same.
    /// @param weight0 Multiplier 0 × factor × exposure, 1e-36.
    /// @param weight1 Multiplier 1 × factor × exposure, 1e-36.
    /// @param bound Clip × exposure, 1e-45.
    struct Rule {
        int256 weight0;
        int256 weight1;
        int256 bound;
    }

    /// @param factor Payout factor, 1e-18, at most 1e18.
    function rule(INumeraireStaking.Terms memory terms, uint256 factor) internal pure returns (Rule memory) {
        int256 exposure = int256(uint256(terms.exposure));
        return
            Rule({
                weight0: terms.multipliers[0] * int256(factor) * exposure,
                weight1: terms.multipliers[1] * int256(factor) * exposure,
                bound: int256(uint256(terms.clip)) * RATE_PER_CLIP * exposure
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
    /// run through here, so it is written for gas: every turn takes the top lane of the words, moves the others up and puts
    /// its results in at the bottom; after four turns the word of active stakes is the new one, and the stakes word the
    /// payouts word. Stakes are below 2^63, so bit 63 of a lane is a sign.
    /// @param active The word of active stakes now.
    /// @param stakes The word of stakes at the lock.
    /// @param scores The scores word.
    /// @return next The word of active stakes then, if it is not rare. A lane that burns more than is active has its sign
    /// set, unless a payout to an empty lane below carries into it: `isRare` looks for both.
    /// @return payouts The payouts word.
    /// @return totals Σ of the burns in the high half, Σ of the rewards in the low half, nano-NMR.
    function settleWord(
        Rule memory r,
        uint256 active,
        uint256 stakes,
        uint256 scores
    ) internal pure returns (uint256 next, uint256 payouts, uint256 totals) {
        assembly ("memory-safe") {
            for {
                let left := 4
            } left {
                left := sub(left, 1)
            } {
                let payout := add(
                    mul(mload(r), sar(224, scores)),
                    mul(mload(add(r, 0x20)), signextend(3, shr(192, scores)))
                )
                let bound := mload(add(r, 0x40))
                // Outside of ±bound, in one comparison: a number below -bound wraps around to a huge one.
                if gt(add(payout, bound), shl(1, bound)) {
                    switch slt(payout, 0)
                    case 0 {
                        payout := bound
                    }
                    default {
                        payout := sub(0, bound)
                    }
                }
                payout := sdiv(mul(shr(192, stakes), payout), ONE_EXPOSED_RATE)
                // Times 1 for a reward, times -2^128 for a burn.
                totals := add(totals, mul(payout, sub(1, mul(slt(payout, 0), BURN_FACTOR_OFF_ONE))))
                active := add(shl(64, active), add(shr(192, active), payout))
                stakes := or(shl(64, stakes), shr(192, shl(192, payout)))
                scores := shl(64, scores)
            }
            next := active
            payouts := stakes
        }
    }

    /// @notice Whether the results of `settleWord` must be worked out lane by lane: some lane burns more than is active, or
    /// pays where nothing is active. True now and then for no reason, where a lane holds a single nano-NMR.
    function isRare(uint256 active, uint256 next, uint256 payouts) internal pure returns (bool) {
        unchecked {
            // Bit 0 of each lane that is zero: only there does taking 1 away set a sign that was not set.
            uint256 empty = ((active - LOWEST_BITS) & ~active & SIGNS) >> 63;
            return (next & SIGNS) | (payouts & (empty * type(uint64).max)) != 0;
        }
    }
}
