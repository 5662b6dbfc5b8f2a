// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumeraireStaking} from "../../contracts/interfaces/INumeraireStaking.sol";

/// @title The ledger as the protocol's text says it is: one position at a time, no word, no lane, no shared slot
/// @notice Amounts are nano-NMR. Rounds have ordinals besides their numbers: bit i of a set of rounds is the one opened i-th.
abstract contract Model {
    uint256 internal constant POSITIONS_PER_BATCH = 1024;
    uint256 internal constant WORDS_PER_BATCH = 256;
    uint256 internal constant HOUR = 1 hours;

    struct Position {
        address staker;
        bytes32 model;
        uint256 active;
        uint256 pending;
        /// Rounds that had locked the batch at the latest request.
        uint256 waitsFor;
    }

    struct Batch {
        INumeraireStaking.BatchState state;
        uint256 attempt;
        uint256 reportedAt;
        uint256 earmarked;
        uint256[] stakes;
        uint256[] scores;
        bytes[] signatures;
    }

    struct Round {
        uint64 number;
        INumeraireStaking.RoundState state;
        INumeraireStaking.Terms terms;
        INumeraireStaking.Schedule schedule;
        address guardian;
        uint32 reporterSet;
        uint256 batches;
        uint256 locked;
        uint256 reported;
        uint256 settled;
        uint256 staked;
        uint256 earmarked;
        uint256 rewarded;
        uint256 burned;
    }

    struct Tournament {
        address organizer;
        address pendingOrganizer;
        address guardian;
        /// 0: open to anyone.
        uint256 registrarKey;
        uint256 minStake;
        INumeraireStaking.Limits limits;
        uint256 positions;
        uint256 reserve;
        uint256 earmarked;
        uint256 inFlight;
        /// Rounds that are over.
        uint256 ended;
        uint256 tokensIn;
        uint256 tokensOut;
    }

    struct ReporterSet {
        uint256[] keys;
        uint256 quorum;
    }

    uint32 internal _count;
    mapping(uint32 tournament => Tournament) internal _tournaments;
    mapping(uint32 tournament => ReporterSet[]) internal _reporters;
    mapping(uint32 tournament => Round[]) internal _rounds;
    mapping(uint32 tournament => mapping(uint256 ordinal => mapping(uint256 batch => Batch))) internal _batches;
    mapping(uint32 tournament => mapping(uint256 batch => uint256 rounds)) internal _lockedBy;
    mapping(uint32 tournament => mapping(uint256 position => Position)) internal _positions;
    /// Positions that matter; all others are empty and stay so.
    mapping(uint32 tournament => uint256[]) internal _known;
    uint256 internal _donated;
    /// The round that is none.
    Round internal _nowhere;

    /// @dev protocol §6, line by line.
    function _totalAtRisk(Round storage r) internal view returns (uint256) {
        return (r.staked * r.terms.exposure) / 1e9;
    }

    /// @dev protocol §6, line by line. 1e-18.
    function _factor(Round storage r) internal view returns (uint256) {
        uint256 total = _totalAtRisk(r);
        uint256 threshold = r.terms.stakeThreshold;
        return threshold == 0 || total <= threshold ? 1e18 : (threshold * 1e18) / total;
    }

    /// @dev protocol §6, line by line; nothing is rounded before the end.
    function _payout(
        INumeraireStaking.Terms memory terms,
        uint256 factor,
        uint256 stake,
        uint256 scores
    ) internal pure returns (int256) {
        int256 score0 = int32(uint32(scores >> 32));
        int256 score1 = int32(uint32(scores));
        int256 rate = (terms.multipliers[0] * score0 + terms.multipliers[1] * score1) * int256(factor);
        int256 bound = int256(uint256(terms.clip)) * 1e27;
        if (rate > bound) rate = bound;
        if (rate < -bound) rate = -bound;
        return (int256(stake) * int256(uint256(terms.exposure)) * rate) / 1e45;
    }

    /// @dev protocol §5: a reward joins active, or pending where only that is left; a burn takes active, then pending.
    function _apply(Position storage p, int256 payout) internal returns (uint256 rewarded, uint256 burned) {
        if (payout >= 0) {
            rewarded = uint256(payout);
            if (p.active == 0 && p.pending != 0) p.pending += rewarded;
            else p.active += rewarded;
            return (rewarded, 0);
        }
        uint256 due = uint256(-payout);
        uint256 fromActive = due < p.active ? due : p.active;
        uint256 fromPending = due - fromActive < p.pending ? due - fromActive : p.pending;
        p.active -= fromActive;
        p.pending -= fromPending;
        return (0, fromActive + fromPending);
    }

    /// @dev A batch's stakes words now.
    function _words(uint32 tournament, uint256 batch) internal view returns (uint256[] memory words) {
        uint256 positions = _tournaments[tournament].positions;
        uint256 first = batch * POSITIONS_PER_BATCH;
        if (positions <= first) return words;
        uint256 inBatch = positions - first < POSITIONS_PER_BATCH ? positions - first : POSITIONS_PER_BATCH;
        words = new uint256[]((inBatch + 3) / 4);
        uint256[] storage known = _known[tournament];
        for (uint256 i = 0; i < known.length; ++i) {
            uint256 position = known[i];
            if (position / POSITIONS_PER_BATCH != batch) continue;
            words[(position - first) / 4] |= _positions[tournament][position].active << (64 * (position % 4));
        }
    }

    function _laneOf(uint256[] storage words, uint256 position) internal view returns (uint256) {
        return uint64(words[(position % POSITIONS_PER_BATCH) / 4] >> (64 * (position % 4)));
    }

    function _isFree(uint32 tournament, uint256 position) internal view returns (bool) {
        return _positions[tournament][position].waitsFor & ~_tournaments[tournament].ended == 0;
    }

    function _setOf(uint32 tournament, uint32 number) internal view returns (ReporterSet storage) {
        return _reporters[tournament][number - 1];
    }

    function _ordinalOf(uint32 t, Round storage r) internal view returns (uint256 ordinal) {
        while (_rounds[t][ordinal].number != r.number) ++ordinal;
    }

    // ---------------------------------------------------------------- protocol §5: what may happen to a batch now

    /// @dev But for the reserve, which the words decide.
    function _mayLock(uint32 t, uint256 ordinal, uint256 batch) internal view returns (bool) {
        Round storage r = _rounds[t][ordinal];
        Tournament storage its = _tournaments[t];
        if (block.timestamp < r.schedule.closesAt || block.timestamp >= r.schedule.lockedBy) return false;
        if (r.state == INumeraireStaking.RoundState.Open && its.inFlight >= its.limits.maxRoundsInFlight) return false;
        return
            r.state <= INumeraireStaking.RoundState.Locking &&
            batch < _batchesOf(t, r) &&
            _batches[t][ordinal][batch].state == INumeraireStaking.BatchState.None;
    }

    function _mayReport(uint32 t, uint256 ordinal, uint256 batch) internal view returns (bool) {
        INumeraireStaking.Schedule storage s = _rounds[t][ordinal].schedule;
        return
            _isIn(t, ordinal, batch, INumeraireStaking.BatchState.Locked) &&
            block.timestamp >= s.resolvesAt &&
            block.timestamp + s.disputeWindow + HOUR <= s.settledBy;
    }

    function _mayVeto(uint32 t, uint256 ordinal, uint256 batch) internal view returns (bool) {
        return
            _isIn(t, ordinal, batch, INumeraireStaking.BatchState.Reported) &&
            block.timestamp < _disputedUntil(t, ordinal, batch);
    }

    function _maySettle(uint32 t, uint256 ordinal, uint256 batch) internal view returns (bool) {
        Round storage r = _rounds[t][ordinal];
        return
            _isIn(t, ordinal, batch, INumeraireStaking.BatchState.Reported) &&
            r.reported == r.batches &&
            block.timestamp >= _disputedUntil(t, ordinal, batch) &&
            block.timestamp < r.schedule.settledBy;
    }

    function _mayVoid(uint32 t, uint256 ordinal, uint256) internal view returns (bool) {
        Round storage r = _rounds[t][ordinal];
        if (r.state > INumeraireStaking.RoundState.Locked) return false;
        bool locked = r.state == INumeraireStaking.RoundState.Locked;
        return block.timestamp >= (locked ? r.schedule.settledBy : r.schedule.lockedBy);
    }

    function _disputedUntil(uint32 t, uint256 ordinal, uint256 batch) internal view returns (uint256) {
        return _batches[t][ordinal][batch].reportedAt + _rounds[t][ordinal].schedule.disputeWindow;
    }

    /// @dev How many batches a round has, or would have if its first lock were now.
    function _batchesOf(uint32 t, Round storage r) internal view returns (uint256) {
        if (r.batches != 0) return r.batches;
        return (_tournaments[t].positions + POSITIONS_PER_BATCH - 1) / POSITIONS_PER_BATCH;
    }

    function _isIn(
        uint32 t,
        uint256 ordinal,
        uint256 batch,
        INumeraireStaking.BatchState state
    ) private view returns (bool) {
        Round storage r = _rounds[t][ordinal];
        if (r.state != INumeraireStaking.RoundState.Locked || batch >= r.batches) return false;
        return _batches[t][ordinal][batch].state == state;
    }
}
