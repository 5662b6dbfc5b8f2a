// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumeraireStaking} from "../../contracts/interfaces/INumeraireStaking.sol";
import {PayoutMath} from "../../contracts/libraries/PayoutMath.sol";
import {Words} from "../../contracts/libraries/Words.sol";
import {Dice} from "../support/Vm.sol";

contract PayoutMathTest {
    using Dice for Dice.Cup;

    uint256 private constant ONE = 1e9;
    /// More than all NMR there is, in nano-NMR.
    uint256 private constant MOST = 1 << 62;

    function testFuzz_P1_aWordIsItsLanes(uint256 seed) public pure {
        Dice.Cup memory cup = Dice.Cup(seed);
        PayoutMath.Rule memory rule = _rule(cup);
        (uint256 active, uint256 stakes) = _stakes(cup);
        uint256 scores = cup.roll();
        (uint256 next, uint256 payouts) = PayoutMath.settleWord(rule, active, stakes, scores);
        // What is rare is worked out elsewhere; of all else every bit counts.
        if (PayoutMath.isRare(rule, active, next, payouts)) return;

        for (uint256 i = 0; i < Words.LANES; ++i) {
            int256 payout = _payout(rule, stakes, scores, i);
            require(int64(uint64(Words.lane(payouts, i))) == payout, "payout");
            require(int256(Words.lane(next, i)) == int256(Words.lane(active, i)) + payout, "active then");
        }
    }

    function testFuzz_sumsAreKeptLaneByLane(
        uint64[4] memory rewards,
        uint64[4] memory burns,
        int64[4] memory paid
    ) public pure {
        uint256 rewardsWord = 0;
        uint256 burnsWord = 0;
        uint256 payouts = 0;
        for (uint256 i = 0; i < Words.LANES; ++i) {
            // Only what no lane can hold any more is left out: stakes held at one moment are below 2^63 together.
            if (paid[i] == type(int64).min) paid[i] = 0;
            rewardsWord = Words.withLane(rewardsWord, i, rewards[i] >> 1);
            burnsWord = Words.withLane(burnsWord, i, burns[i] >> 1);
            payouts = Words.withLane(payouts, i, uint64(paid[i]));
        }
        (uint256 rewardsThen, uint256 burnsThen) = PayoutMath.addUp(_constants(), rewardsWord, burnsWord, payouts);
        for (uint256 i = 0; i < Words.LANES; ++i) {
            uint256 reward = paid[i] > 0 ? uint64(paid[i]) : 0;
            uint256 burn = paid[i] < 0 ? uint64(-paid[i]) : 0;
            require(Words.lane(rewardsThen, i) == (rewards[i] >> 1) + reward, "rewards");
            require(Words.lane(burnsThen, i) == (burns[i] >> 1) + burn, "burns");
        }
    }

    function testFuzz_P1_everyRareLaneIsFound(uint256 seed) public pure {
        Dice.Cup memory cup = Dice.Cup(seed);
        PayoutMath.Rule memory rule = _rule(cup);
        (uint256 active, uint256 stakes) = _stakes(cup);
        uint256 scores = cup.roll();
        (uint256 next, uint256 payouts) = PayoutMath.settleWord(rule, active, stakes, scores);
        bool found = PayoutMath.isRare(rule, active, next, payouts);
        require(!found || PayoutMath.maybeRare(rule, active, next), "the first look misses it");

        bool rare = false;
        bool small = false;
        bool empty = false;
        for (uint256 i = 0; i < Words.LANES; ++i) {
            int256 payout = _payout(rule, stakes, scores, i);
            int256 now_ = int256(Words.lane(active, i));
            if (now_ + payout < 0 || (now_ == 0 && payout != 0)) rare = true;
            if (now_ == 1) small = true;
            if (now_ == 0) empty = true;
        }
        require(rare || empty || !PayoutMath.maybeRare(rule, active, next), "suspected for no reason");
        require(found || !rare, "a rare lane is missed");
        require(rare || small || !found, "a lane is called rare for no reason");
    }

    function testFuzz_P2_noPayoutIsBeyondTheClip(uint256 seed, uint64 stake, uint64 scores) public pure {
        Dice.Cup memory cup = Dice.Cup(seed);
        INumeraireStaking.Terms memory terms = _terms(cup);
        PayoutMath.Rule memory rule = PayoutMath.rule(terms, cup.upTo(1e18));
        int256 payout = PayoutMath.payoutTowardZero(rule, stake, scores);
        uint256 size = uint256(payout < 0 ? -payout : payout);
        require(size <= (uint256(stake) * terms.exposure * terms.clip) / 1e18, "beyond clip x at risk");

        (int256 score0, int256 score1) = Words.scoresOf(scores);
        int256 weighted = terms.multipliers[0] * score0 + terms.multipliers[1] * score1;
        require(payout == 0 || payout > 0 == weighted > 0, "sign of the weighted scores");
    }

    function testFuzz_P2_whereTheClipBindsThePayoutIsExact(uint256 seed, bool lost) public pure {
        Dice.Cup memory cup = Dice.Cup(seed);
        INumeraireStaking.Terms memory terms = _terms(cup);
        terms.multipliers = [type(int64).max, type(int64).max];
        if (cup.chance(50)) (terms.clip, terms.exposure) = (uint64(ONE - cup.upTo(3)), uint64(ONE));
        // Near whole multiples of a billion, where the last nano hangs on the last digit of the rate.
        uint256 stake = cup.chance(50) ? cup.upTo(MOST / ONE - 1) * ONE + cup.upTo(3) : cup.upTo(MOST - 1);
        int256 expected = int256((stake * terms.exposure * terms.clip) / 1e18);
        int32 score = lost ? type(int32).min : type(int32).max;
        _requirePaid(PayoutMath.rule(terms, 1e18), stake, _lane(score, score), lost ? -expected : expected);
    }

    /// @notice 10^45 − 1 has a divisor that is a stake; the other one is a rate.
    function test_aWholeLessItsSmallestPartPaysNothing() public pure {
        INumeraireStaking.Terms memory terms;
        (terms.multipliers, terms.clip, terms.exposure) = ([int64(111255757413923516), 361337467], uint64(ONE), 1);
        PayoutMath.Rule memory rule = PayoutMath.rule(terms, 1);
        uint256 stake = 4185502830133110721;
        _requirePaid(rule, stake, _lane(type(int32).max, 1), 0);
        _requirePaid(rule, stake, _lane(-type(int32).max, -1), 0);
        _requirePaid(rule, stake, _lane(type(int32).max, 2), 1);
        _requirePaid(rule, stake, _lane(-type(int32).max, -2), -1);
    }

    function testFuzz_aBetterScorePaysNoLess(
        uint256 seed,
        uint64 stake,
        int32 score,
        int32 better,
        int32 other
    ) public pure {
        Dice.Cup memory cup = Dice.Cup(seed);
        INumeraireStaking.Terms memory terms = _terms(cup);
        if (score > better) (score, better) = (better, score);
        if (terms.multipliers[0] < 0) (score, better) = (better, score);
        PayoutMath.Rule memory rule = PayoutMath.rule(terms, cup.upTo(1e18));
        require(
            PayoutMath.payoutTowardZero(rule, stake, _lane(score, other)) <=
                PayoutMath.payoutTowardZero(rule, stake, _lane(better, other)),
            "score 0"
        );
        (terms.multipliers[0], terms.multipliers[1]) = (terms.multipliers[1], terms.multipliers[0]);
        rule = PayoutMath.rule(terms, cup.upTo(1e18));
        require(
            PayoutMath.payoutTowardZero(rule, stake, _lane(other, score)) <=
                PayoutMath.payoutTowardZero(rule, stake, _lane(other, better)),
            "score 1"
        );
    }

    function testFuzz_S2_anEarmarkCoversItsPayouts(uint256 seed, uint64[] memory stakes) public pure {
        Dice.Cup memory cup = Dice.Cup(seed);
        INumeraireStaking.Terms memory terms = _terms(cup);
        PayoutMath.Rule memory rule = PayoutMath.rule(terms, cup.upTo(1e18));
        uint256 staked = 0;
        uint256 rewards = 0;
        uint256 burns = 0;
        for (uint256 i = 0; i < stakes.length; ++i) {
            int256 payout = PayoutMath.payoutTowardZero(rule, stakes[i], uint64(cup.roll()));
            staked += stakes[i];
            if (payout > 0) rewards += uint256(payout);
            else burns += uint256(-payout);
        }
        uint256 earmark = PayoutMath.earmarkDown(staked, terms.exposure, terms.clip);
        require(rewards <= earmark && burns <= earmark, "more than earmarked");
    }

    function testFuzz_theFactorIsAShareThatFillsTheThreshold(uint256 total, uint64 ofTerms) public pure {
        total %= 1 << 64;
        uint256 threshold = ofTerms;
        uint256 factor = PayoutMath.factorDown(total, threshold);
        require(factor <= 1e18, "at most 1");
        if (threshold == 0 || total <= threshold) require(factor == 1e18, "binds for no reason");
        else
            require(
                factor * total <= threshold * 1e18 && (factor + 1) * total > threshold * 1e18,
                "down, by less than one"
            );
    }

    function test_theSmallestThresholdBindsAndNoneDoesNot() public pure {
        require(PayoutMath.factorDown(2, 1) == 5e17, "a threshold of one nano");
        require(PayoutMath.factorDown(1, 1) == 1e18, "not above it");
        require(PayoutMath.factorDown(2, 0) == 1e18, "none");
        require(PayoutMath.factorDown(0, 0) == 1e18, "nothing at risk");
    }

    function testFuzz_S2_anEarmarkIsRoundedDown(uint64 staked, uint256 exposure, uint256 clip) public pure {
        exposure %= ONE + 1;
        clip %= ONE + 1;
        uint256 earmark = PayoutMath.earmarkDown(staked, exposure, clip);
        uint256 exact = staked * exposure * clip;
        require(earmark * 1e18 <= exact && (earmark + 1) * 1e18 > exact, "down, by less than one");
    }

    function testFuzz_atRiskIsRoundedDown(uint64 staked, uint256 exposure) public pure {
        exposure %= ONE + 1;
        uint256 total = PayoutMath.atRiskDown(staked, exposure);
        require(total * ONE <= staked * exposure && (total + 1) * ONE > staked * exposure, "down, by less than one");
        require(total <= staked, "at most all");
    }

    /// @dev Half of the time near real terms, else anything that fits.
    function _terms(Dice.Cup memory cup) private pure returns (INumeraireStaking.Terms memory terms) {
        bool real = cup.chance(50);
        for (uint256 i = 0; i < 2; ++i) {
            terms.multipliers[i] =
                real ? int64(uint64(cup.upTo(6 * ONE))) - int64(uint64(3 * ONE)) : int64(uint64(cup.roll()));
        }
        terms.clip = uint64(cup.chance(20) ? ONE : cup.upTo(ONE));
        terms.exposure = uint64(cup.chance(50) ? ONE : cup.upTo(ONE));
        terms.stakeThreshold = uint64(cup.roll());
    }

    function _constants() private pure returns (PayoutMath.Rule memory) {
        INumeraireStaking.Terms memory none;
        return PayoutMath.rule(none, 0);
    }

    function _rule(Dice.Cup memory cup) private pure returns (PayoutMath.Rule memory) {
        uint256 factor = cup.chance(50) ? 1e18 : cup.upTo(1e18);
        return PayoutMath.rule(_terms(cup), factor);
    }

    /// @dev What was locked, and what is active now: mostly the same, sometimes less, more, next to nothing or nothing.
    function _stakes(Dice.Cup memory cup) private pure returns (uint256 active, uint256 stakes) {
        for (uint256 i = 0; i < Words.LANES; ++i) {
            uint256 stake = cup.chance(10) ? 0 : cup.upTo(cup.chance(50) ? 1e16 : MOST - 1);
            uint256 now_ = stake;
            if (cup.chance(20)) now_ = cup.upTo(cup.chance(50) ? stake : MOST - 1);
            if (cup.chance(10)) now_ = cup.upTo(2);
            stakes = Words.withLane(stakes, i, stake);
            active = Words.withLane(active, i, now_);
        }
    }

    function _payout(
        PayoutMath.Rule memory rule,
        uint256 stakes,
        uint256 scores,
        uint256 i
    ) private pure returns (int256) {
        return PayoutMath.payoutTowardZero(rule, Words.lane(stakes, i), Words.lane(scores, i));
    }

    /// @dev By both ways, and in every lane.
    function _requirePaid(PayoutMath.Rule memory rule, uint256 stake, uint256 scores, int256 expected) private pure {
        require(PayoutMath.payoutTowardZero(rule, stake, scores) == expected, "one lane");
        uint256 ones = rule.ones;
        (uint256 next, uint256 payouts) = PayoutMath.settleWord(rule, stake * ones, stake * ones, scores * ones);
        for (uint256 i = 0; i < Words.LANES; ++i) {
            require(int64(uint64(Words.lane(payouts, i))) == expected, "a lane of a word");
            require(int256(Words.lane(next, i)) == int256(stake) + expected, "active then");
        }
    }

    function _lane(int32 score0, int32 score1) private pure returns (uint256) {
        return (uint256(uint32(score0)) << 32) | uint32(score1);
    }
}
