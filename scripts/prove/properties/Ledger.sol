// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {StakeLedger} from "../../../contracts/libraries/StakeLedger.sol";

/// @notice What the slow path does to a position: a burn beyond what is active, or a payout where nothing is active. All
/// amounts are part of what the contract holds, below 2^63 nano-NMR in all.
contract Ledger {
    int256 private constant MOST = 2 ** 63;

    StakeLedger.Ledger private _ledger;

    /// @param pending Before.
    /// @param applied The payout as applied.
    /// @param next Active then.
    /// @param pendingThen Pending then.
    struct Outcome {
        int256 pending;
        int256 applied;
        int256 next;
        int256 pendingThen;
    }

    /// @notice Nothing is made or lost: what is applied is the change of active and pending together.
    /// @custom:cuts openLedger widePending
    function appliedIsTheChange(uint256 position, int256 payout, int256 active) external {
        Outcome memory o = _settle(position, payout, active);
        assert(o.applied == o.next + o.pendingThen - active - o.pending);
    }

    /// @notice Neither active nor pending falls below zero, and both still fit their lanes.
    /// @custom:cuts openLedger widePending
    function nothingFallsBelowZero(uint256 position, int256 payout, int256 active) external {
        Outcome memory o = _settle(position, payout, active);
        assert(o.next >= 0 && o.next < MOST && o.pendingThen >= 0 && o.pendingThen < MOST);
    }

    /// @notice A payout that active and pending cover together is applied whole.
    /// @custom:cuts openLedger widePending
    function coveredPayoutIsWhole(uint256 position, int256 payout, int256 active) external {
        Outcome memory o = _settle(position, payout, active);
        require(active + o.pending + payout >= 0);
        assert(o.applied == payout);
    }

    /// @notice A burn beyond active and pending takes both and no more.
    /// @custom:cuts openLedger widePending
    function uncoveredBurnIsCut(uint256 position, int256 payout, int256 active) external {
        Outcome memory o = _settle(position, payout, active);
        require(active + o.pending + payout < 0);
        assert(o.applied == -active - o.pending);
    }

    /// @notice A burn beyond what is active leaves nothing active: it takes active first.
    /// @custom:cuts openLedger widePending
    function burnTakesActiveFirst(uint256 position, int256 payout, int256 active) external {
        Outcome memory o = _settle(position, payout, active);
        require(active + payout < 0);
        assert(o.next == 0);
    }

    /// @notice A reward where nothing is active joins the pending withdrawal, or becomes active where nothing is pending.
    /// @custom:cuts openLedger widePending
    function rewardFollowsTheLeaver(uint256 position, int256 payout) external {
        require(payout > 0);
        Outcome memory o = _settle(position, payout, 0);
        assert(o.next == (o.pending == 0 ? payout : int256(0)));
    }

    /// @notice No other position's pending withdrawal changes.
    /// @custom:cuts openLedger widePending
    function otherPositionsStay(uint256 position, uint256 other, int256 payout, int256 active) external {
        require(other != position);
        uint256 before = _ledger.positions[other].pending;
        _settle(position, payout, active);
        assert(_ledger.positions[other].pending == before);
    }

    function _settle(uint256 position, int256 payout, int256 active) private returns (Outcome memory o) {
        o.pending = int256(uint256(_ledger.positions[position].pending));
        require(o.pending < MOST && active >= 0 && active < MOST && payout > -MOST && payout < MOST);
        require(active + o.pending + payout < MOST);
        (o.applied, o.next) = StakeLedger._settlePending(_ledger, position, payout, active);
        o.pendingThen = int256(uint256(_ledger.positions[position].pending));
    }
}
