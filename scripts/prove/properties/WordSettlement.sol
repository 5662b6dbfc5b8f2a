// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PayoutMath} from "../../../contracts/libraries/PayoutMath.sol";
import {Words} from "../../../contracts/libraries/Words.sol";

/// @notice `settleWord`, `isRare` and `addUp` take four lanes at once. Here the same steps are numbers: shifting left by 64
/// multiplies by 2^64, a word is its lowest lane + 2^64 × the lanes above it. A step about the lowest lane is a step about
/// every lane: what stands above it is a word of one lane less, and what was borrowed from below is in `borrowed`.
contract WordSettlement {
    uint256 private constant LANE = 2 ** 64;
    int256 private constant SIGNED_LANE = 2 ** 64;
    int256 private constant HALF = 2 ** 63;
    /// A multiple of 2^64 and of 2^192 that keeps differences above zero: it changes no lane of the words here.
    uint256 private constant LIFT = 2 ** 254;
    uint256 private constant SIGNS = 0x8000000000000000_8000000000000000_8000000000000000_8000000000000000;

    /// @notice One comparison clamps as two do: a rate below -bound wraps around to a huge number.
    /// @custom:restates PayoutMath: let range := shl(1, bound)
    /// @custom:restates PayoutMath: if gt(add(rate, bound), range) { rate := clamped(rate, bound) }
    /// @custom:restates PayoutMath: result := bound_ if slt(rate_, 0) { result := sub(0, bound_) }
    function oneComparisonClamps(uint256 rate, uint256 bound) external pure {
        require(bound <= 1e45);
        unchecked {
            uint256 range = 2 * bound;
            uint256 fast = rate + bound > range ? (int256(rate) < 0 ? 0 - bound : bound) : rate;
            int256 r = int256(rate);
            int256 b = int256(bound);
            assert(
                int256(fast) ==
                    (
                        r > b
                            ? b
                            : r < -b
                                ? -b
                                : r
                    )
            );
        }
    }

    /// @notice A payout joins the lanes above it as one signed number: no bit is lost on the way.
    /// @custom:restates PayoutMath: sum := add(shl(64, sum), sdiv(mul(and(stakes, mask), rate), scale))
    function payoutJoinsTheSum(int256 above, int64 payout) external pure {
        require(above >= -(2 ** 191) && above < 2 ** 191 - 1);
        unchecked {
            uint256 sum = uint256(above) * LANE + uint256(int256(payout));
            assert(int256(sum) == above * SIGNED_LANE + payout);
        }
    }

    /// @notice Adding the payouts to the word of active stakes adds them as numbers, as long as nothing is overdrawn.
    /// @custom:restates PayoutMath: next := add(active, sum)
    function wordsAddAsNumbers(uint256 active, int256 sum) external pure {
        require(active < 2 ** 255 && int256(active) + sum >= 0);
        unchecked {
            assert(active + uint256(sum) == uint256(int256(active) + sum));
        }
    }

    /// @notice A lane that covers its payout becomes active + payout, and neither takes from the lanes above nor gives.
    /// @custom:restates PayoutMath: next := add(active, sum)
    function coveredLaneIsItsSum(uint256 active, uint256 actives, int256 payout, int256 payouts) external pure {
        require(active < 2 ** 63 && actives < 2 ** 191 && payout >= -HALF && payout < HALF);
        require(payouts >= -(2 ** 191) && payouts < 2 ** 191);
        require(int256(active) + payout >= 0 && int256(actives) + payouts >= 0);
        int256 next = int256(active + actives * LANE) + (payout + payouts * SIGNED_LANE);
        assert(next % SIGNED_LANE == int256(active) + payout);
        assert(next / SIGNED_LANE == int256(actives) + payouts);
    }

    /// @notice The lowest lane that burns more than is active shows its sign bit, so some sign bit shows where any does.
    /// @custom:restates PayoutMath: next := add(active, sum)
    /// @custom:restates PayoutMath: return (next & signs) | (payouts & (empty * r.mask)) != 0;
    function overdrawnLaneShows(uint256 active, uint256 actives, int256 payout, int256 payouts) external pure {
        require(active < 2 ** 63 && actives < 2 ** 189 && payout >= -HALF && payout < HALF);
        require(payouts >= -(2 ** 189) && payouts < 2 ** 189);
        require(int256(active) + payout < 0);
        int256 next = int256(LIFT + active + actives * LANE) + (payout + payouts * SIGNED_LANE);
        assert(next % SIGNED_LANE >= HALF);
    }

    /// @notice A lane that covers its payout shows no sign bit while it stays below 2^63, as all that is held does.
    /// @custom:restates PayoutMath: return (next & signs) | (payouts & (empty * r.mask)) != 0;
    function coveredLaneShowsNothing(uint256 active, uint256 actives, int256 payout, int256 payouts) external pure {
        require(active < 2 ** 63 && actives < 2 ** 189 && payout >= -HALF && payout < HALF);
        require(payouts >= -(2 ** 189) && payouts < 2 ** 189);
        require(int256(active) + payout >= 0 && int256(active) + payout < HALF);
        int256 next = int256(LIFT + active + actives * LANE) + (payout + payouts * SIGNED_LANE);
        assert(next % SIGNED_LANE < HALF);
    }

    /// @notice With 2^63 more in every lane no payout is negative, so none borrows.
    /// @custom:restates PayoutMath: payouts := xor(add(sum, signs), signs)
    function liftedPayoutsDontBorrow(int256 payout, int256 payouts, uint256 signs) external pure {
        require(payout >= -HALF && payout < HALF && payouts >= -(2 ** 190) && payouts < 2 ** 190 && signs < 2 ** 191);
        require(payouts + int256(signs) >= 0);
        int256 lifted = (payout + payouts * SIGNED_LANE) + (HALF + int256(signs) * SIGNED_LANE);
        assert(lifted % SIGNED_LANE == payout + HALF);
        assert(lifted / SIGNED_LANE == payouts + int256(signs));
    }

    /// @notice Flipping a lifted payout's top bit leaves two's complement, as an `int64` has it.
    /// @custom:restates PayoutMath: payouts := xor(add(sum, signs), signs)
    function flippedPayoutIsTwosComplement(int256 payout) external pure {
        require(payout >= -HALF && payout < HALF);
        int256 lifted = payout + HALF;
        int256 flipped = lifted >= HALF ? lifted - HALF : lifted + HALF;
        assert(flipped == (payout < 0 ? payout + SIGNED_LANE : payout));
    }

    /// @notice Taking 1 from every lane: what a lane becomes, and what it borrows from above.
    /// @custom:restates PayoutMath: uint256 empty = ((active - r.ones) & signs) >> 63;
    function oneLessInEveryLane(uint256 active, uint256 actives, uint256 borrowed, uint256 ones) external pure {
        require(active < 2 ** 63 && actives < 2 ** 189 && borrowed <= 1 && ones < 2 ** 189);
        uint256 less = LIFT + active + actives * LANE - borrowed - (1 + ones * LANE);
        uint256 borrows = active < 1 + borrowed ? 1 : 0;
        assert(less % LANE == active + borrows * LANE - 1 - borrowed);
        assert(less / LANE == LIFT / LANE + actives - ones - borrows);
    }

    /// @notice An empty lane always shows its sign bit then, and a lane of 2 or more never does: no empty lane is missed.
    /// @custom:restates PayoutMath: uint256 empty = ((active - r.ones) & signs) >> 63;
    function emptyLaneShows(uint256 active, uint256 borrowed) external pure {
        require(active < 2 ** 63 && borrowed <= 1);
        uint256 borrows = active < 1 + borrowed ? 1 : 0;
        uint256 less = active + borrows * LANE - 1 - borrowed;
        assert(active != 0 || less >= 2 ** 63);
        assert(active < 2 || less < 2 ** 63);
    }

    /// @notice Where the first look finds nothing, no lane of `next` shows a sign bit.
    /// @custom:restates PayoutMath: return ((active - r.ones) | next) & (r.ones << 63) != 0;
    function firstLookSeesOverdrawn(uint256 less, uint256 next) external pure {
        require((less | next) & SIGNS == 0);
        assert(next & SIGNS == 0);
    }

    /// @notice Where the first look finds nothing, no lane is empty.
    /// @custom:restates PayoutMath: return ((active - r.ones) | next) & (r.ones << 63) != 0;
    function firstLookSeesEmpty(uint256 less, uint256 next) external pure {
        require((less | next) & SIGNS == 0);
        assert(less & SIGNS == 0);
    }

    /// @notice A burn of n counts n: the complement of its lane, and one.
    /// @custom:restates PayoutMath: burnsThen = burns + (~payouts & mask) + negative;
    function burnCountsItsSize(int256 payout) external pure {
        require(payout >= -HALF && payout < 0);
        uint256 lane = uint256(payout + SIGNED_LANE);
        assert(lane >= 2 ** 63);
        assert((LANE - 1 - lane) + 1 == uint256(-payout));
    }

    /// @notice Lanes of sums below 2^64 add up lane by lane: nothing is carried.
    /// @custom:restates PayoutMath: rewardsThen = rewards + (payouts & ~mask);
    function sumsDontCarry(uint64 sum, uint256 sums, uint64 reward, uint256 rewards) external pure {
        require(uint256(sum) + reward < LANE && sums < 2 ** 190 && rewards < 2 ** 190);
        uint256 then = (sum + sums * LANE) + (reward + rewards * LANE);
        assert(then % LANE == uint256(sum) + reward);
        assert(then / LANE == sums + rewards);
    }

    /// @notice `settleWord` itself: lane 0 of the payouts word is `payoutTowardZero` of lane 0.
    /// @custom:open the checker knows nothing of what assembly computes; stands on testFuzz_P1_aWordIsItsLanes in test/fuzz/PayoutMath.t.sol and on test/contracts/payout-random.ts
    function aWordIsItsLanes(
        PayoutMath.Rule memory rule,
        uint256 active,
        uint256 stakes,
        uint256 scores
    ) external pure {
        (, uint256 payouts) = PayoutMath.settleWord(rule, active, stakes, scores);
        int256 payout = PayoutMath.payoutTowardZero(rule, Words.lane(stakes, 0), Words.lane(scores, 0));
        assert(int64(uint64(Words.lane(payouts, 0))) == payout);
    }

    /// @notice What `isRare` finds `maybeRare` finds, on the functions themselves.
    /// @custom:open z3 can't join the product of a mask to bits; stands on testFuzz_P1_everyRareLaneIsFound in test/fuzz/PayoutMath.t.sol
    function firstLookMissesNothing(uint256 active, uint256 next, uint256 payouts) external pure {
        PayoutMath.Rule memory rule;
        rule.ones = SIGNS >> 63;
        rule.mask = type(uint64).max;
        require(!PayoutMath.maybeRare(rule, active, next));
        assert(!PayoutMath.isRare(rule, active, next, payouts));
    }
}
