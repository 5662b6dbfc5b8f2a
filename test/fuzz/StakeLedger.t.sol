// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumeraireStaking} from "../../contracts/interfaces/INumeraireStaking.sol";
import {PayoutMath} from "../../contracts/libraries/PayoutMath.sol";
import {StakeLedger} from "../../contracts/libraries/StakeLedger.sol";
import {Words} from "../../contracts/libraries/Words.sol";
import {Dice} from "../support/Vm.sol";

/// @notice A batch's settlement against a model that keeps every position on its own.
contract StakeLedgerTest {
    using Dice for Dice.Cup;
    using StakeLedger for StakeLedger.Ledger;

    uint256 private constant MOST = 1 << 61;

    StakeLedger.Ledger private _ledger;

    struct Model {
        int256 active;
        int256 pending;
        int256 applied;
    }

    function testFuzz_P1_aSettlementIsItsPositions(uint256 seed) public {
        Dice.Cup memory cup = Dice.Cup(seed);
        uint256 words = cup.upTo(6);
        // Often a batch of single nano-NMR, where whole words are next to nothing.
        uint256 most = cup.chance(60) ? 1 : MOST;
        uint256[] memory stakes = new uint256[](words);
        uint256[] memory scores = new uint256[](words);
        Model[] memory models = new Model[](words * Words.LANES);
        for (uint256 i = 0; i < words; ++i) scores[i] = cup.roll();
        PayoutMath.Rule memory rule = _rule(cup);
        for (uint256 i = 0; i < models.length; ++i) {
            uint256 stake = cup.chance(10) ? 0 : cup.upTo(most);
            stakes[i / Words.LANES] = Words.withLane(stakes[i / Words.LANES], i % Words.LANES, stake);
            _place(cup, i, most, models[i], stake, PayoutMath.payoutTowardZero(rule, stake, _laneOf(scores, i)));
        }

        uint256 rewards = 0;
        uint256 burns = 0;
        for (uint256 i = 0; i < models.length; ++i) {
            _settleNaively(models[i], rule, _laneOf(stakes, i), _laneOf(scores, i));
            if (models[i].applied > 0) rewards += uint256(models[i].applied);
            else burns += uint256(-models[i].applied);
        }

        (uint256[] memory payouts, uint256 rewarded, uint256 burned) = this.settle(stakes, scores, rule);
        require(payouts.length == words, "as many words");
        for (uint256 i = 0; i < models.length; ++i) {
            require(int64(uint64(_laneOf(payouts, i))) == models[i].applied, "applied");
            require(int256(_ledger.activeOf(i)) == models[i].active, "active");
            require(int256(uint256(_ledger.positions[i].pending)) == models[i].pending, "pending");
        }
        require(rewarded == rewards && burned == burns, "totals");
    }

    function testFuzz_loadAndActiveAgree(uint256 seed) public {
        Dice.Cup memory cup = Dice.Cup(seed);
        uint256 count = 1 + cup.upTo(40);
        uint256 sum = 0;
        for (uint256 i = 0; i < count; ++i) {
            _ledger.open(i, address(uint160(i + 1)), bytes32(i));
            uint256 amount = cup.upTo(MOST);
            _ledger.setActive(i, amount);
            sum += amount;
        }
        (uint256[] memory stakes, uint256 staked) = _ledger.load(0, count);
        require(staked == sum && stakes.length == (count + 3) / 4, "the words in use");
        for (uint256 i = 0; i < count; ++i) require(_laneOf(stakes, i) == _ledger.activeOf(i), "lane by lane");
        (stakes, staked) = _ledger.load(1, count);
        require(staked == 0 && stakes.length == 0, "nothing beyond");
    }

    function settle(
        uint256[] calldata stakes,
        uint256[] calldata scores,
        PayoutMath.Rule memory rule
    ) external returns (uint256[] memory payouts, uint256 rewarded, uint256 burned) {
        return _ledger.settle(0, stakes, scores, rule);
    }

    /// @dev A position as it was locked and as it is: the same, raised, leaving, burned by another round, gone, or with
    /// about as much left as it is about to lose.
    function _place(
        Dice.Cup memory cup,
        uint256 position,
        uint256 most,
        Model memory model,
        uint256 stake,
        int256 payout
    ) private {
        uint256 active = stake;
        uint256 pending = 0;
        uint256 kind = cup.upTo(9);
        if (kind == 0) active = cup.upTo(most);
        else if (kind == 1) (active, pending) = (0, stake);
        else if (kind == 2) (active, pending) = (stake / 2, stake - stake / 2);
        else if (kind == 3) (active, pending) = (stake / 4, stake / 4);
        else if (kind == 4) (active, pending) = (cup.upTo(1), cup.upTo(1));
        else if (kind == 5 && payout < -1) (active, pending) = (uint256(-payout) - cup.upTo(2), cup.upTo(2));

        _ledger.setActive(position, active);
        _ledger.positions[position].pending = uint64(pending);
        model.active = int256(active);
        model.pending = int256(pending);
    }

    /// @dev protocol §5: a reward joins active, or pending where only that is left; a burn takes active, then pending.
    function _settleNaively(
        Model memory model,
        PayoutMath.Rule memory rule,
        uint256 stake,
        uint256 scores
    ) private pure {
        int256 payout = PayoutMath.payoutTowardZero(rule, stake, scores);
        if (payout >= 0) {
            if (model.active == 0 && model.pending > 0) model.pending += payout;
            else model.active += payout;
            model.applied = payout;
            return;
        }
        int256 fromActive = -payout < model.active ? -payout : model.active;
        int256 rest = -payout - fromActive;
        int256 fromPending = rest < model.pending ? rest : model.pending;
        model.active -= fromActive;
        model.pending -= fromPending;
        model.applied = -fromActive - fromPending;
    }

    function _rule(Dice.Cup memory cup) private pure returns (PayoutMath.Rule memory) {
        int64[2] memory multipliers = [int64(uint64(cup.roll())), int64(uint64(cup.roll()))];
        if (cup.chance(50)) multipliers = [int64(1e9), int64(1e9)];
        INumeraireStaking.Terms memory terms = INumeraireStaking.Terms({
            multipliers: multipliers,
            clip: uint64(cup.chance(50) ? 1e9 : cup.upTo(1e9)),
            stakeThreshold: 0,
            exposure: uint64(cup.chance(50) ? 1e9 : cup.upTo(1e9))
        });
        return PayoutMath.rule(terms, cup.chance(50) ? 1e18 : cup.upTo(1e18));
    }

    function _laneOf(uint256[] memory words, uint256 position) private pure returns (uint256) {
        return Words.lane(words[position / Words.LANES], position % Words.LANES);
    }
}
