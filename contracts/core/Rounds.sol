// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {INumeraireStaking} from "../interfaces/INumeraireStaking.sol";
import {Holds} from "../libraries/Holds.sol";
import {PayoutMath} from "../libraries/PayoutMath.sol";
import {Quorum} from "../libraries/Quorum.sol";
import {StakeLedger} from "../libraries/StakeLedger.sol";
import {TokenBurn} from "../libraries/TokenBurn.sol";
import {WordEvents} from "../libraries/WordEvents.sol";
import {Words} from "../libraries/Words.sol";
import {StakingState} from "./StakingState.sol";

/// @title Rounds: open, lock, report, veto, settle, void
/// @dev Its invariant: a round only goes forward, its terms and reporters stay those of its opening, and what a locked batch
/// can win at most is earmarked until it is settled or void.
abstract contract Rounds is StakingState, EIP712, ReentrancyGuardTransient {
    using Holds for Holds.Book;
    using Quorum for Quorum.Set;
    using StakeLedger for StakeLedger.Ledger;

    /// @inheritdoc INumeraireStaking
    uint256 public constant MIN_NOTICE = 1 hours;
    /// @inheritdoc INumeraireStaking
    uint256 public constant MIN_SETTLEMENT_TIME = 1 hours;

    bytes32 private constant REPORT_TYPEHASH = keccak256(
        "Report(uint32 tournament,uint64 round,uint32 batch,uint32 attempt,bytes32 stakesHash,bytes32 scoresHash)"
    );

    // ---------------------------------------------------------------- steps

    /// @inheritdoc INumeraireStaking
    function openRound(uint32 tournament, uint64 round, Terms calldata terms, Schedule calldata schedule) external {
        TournamentData storage t = _organized(tournament);
        if (round <= t.latestRound) revert RoundNotIncreasing(round, t.latestRound);
        _requireWithinLimits(t, terms, schedule);
        _requireInOrder(schedule);

        t.latestRound = round;
        RoundData storage r = t.rounds[round];
        r.state = RoundState.Open;
        r.guardian = t.guardian;
        r.reporterSet = t.reporterSet;
        _freeze(r, terms, schedule);
        emit RoundOpened(tournament, round, terms, schedule);
    }

    /// @inheritdoc INumeraireStaking
    function lock(uint32 tournament, uint64 round, uint32 batch) external {
        TournamentData storage t = _tournaments[tournament];
        RoundData storage r = _opened(t, tournament, round);
        _requireWindow(r.closesAt, r.lockedBy);
        if (r.state == RoundState.Open) _startLocking(t, r, tournament);
        _requireState(r, RoundState.Locking);
        BatchData storage b = _batch(t, r, round, batch, BatchState.None);

        (uint256[] memory stakes, uint256 staked) = t.ledger.load(batch, t.positions);
        uint64 earmarked = _earmark(t, r, tournament, staked);
        b.stakesHash = Words.hash(stakes);
        b.status = BatchStatus({
            round: round,
            earmarked: earmarked,
            reportedAt: 0,
            attempt: 0,
            words: uint16(stakes.length),
            state: BatchState.Locked
        });
        // Safe: stakes held at one moment are within MAX_HOLDINGS; over a whole round the addition is checked.
        r.staked += uint64(staked);
        _hold(t.ledger.holds, r, batch);
        WordEvents.emitLocked(tournament, round, batch, stakes);

        if (++r.lockedBatches == r.batches) _finishLocking(r, tournament, round);
    }

    /// @inheritdoc INumeraireStaking
    function report(
        uint32 tournament,
        uint64 round,
        uint32 batch,
        uint256[] calldata scores,
        uint256 signers,
        bytes[] calldata signatures
    ) external {
        TournamentData storage t = _tournaments[tournament];
        RoundData storage r = _opened(t, tournament, round);
        _requireState(r, RoundState.Locked);
        _requireWindow(r.resolvesAt, _reportableUntil(r) + 1);
        BatchData storage b = _batch(t, r, round, batch, BatchState.Locked);
        BatchStatus memory status = b.status;
        if (scores.length != status.words) revert ScoresLengthMismatch(status.words, scores.length);
        bytes32 scoresHash = Words.hashCalldata(scores);
        bytes32 digest = _reportDigest(tournament, round, batch, status.attempt, b.stakesHash, scoresHash);
        t.reporterSets[r.reporterSet].verify(digest, signers, signatures);

        status.state = BatchState.Reported;
        status.reportedAt = uint40(block.timestamp);
        b.status = status;
        b.scoresHash = scoresHash;
        ++r.reportedBatches;
        emit ScoresReported(tournament, round, batch, status.attempt, signers, scores);
    }

    /// @inheritdoc INumeraireStaking
    function veto(uint32 tournament, uint64 round, uint32 batch) external {
        TournamentData storage t = _tournaments[tournament];
        RoundData storage r = _opened(t, tournament, round);
        if (msg.sender != r.guardian) revert NotGuardian(tournament, round, msg.sender);
        _requireState(r, RoundState.Locked);
        BatchStatus storage status = _batch(t, r, round, batch, BatchState.Reported).status;
        _requireWindow(status.reportedAt, uint256(status.reportedAt) + r.disputeWindow);

        status.state = BatchState.Locked;
        status.reportedAt = 0;
        --r.reportedBatches;
        emit ScoresVetoed(tournament, round, batch, status.attempt++);
    }

    /// @inheritdoc INumeraireStaking
    function settle(
        uint32 tournament,
        uint64 round,
        uint32 batch,
        uint256[] calldata stakes,
        uint256[] calldata scores
    ) external nonReentrant {
        TournamentData storage t = _tournaments[tournament];
        RoundData storage r = _opened(t, tournament, round);
        _requireState(r, RoundState.Locked);
        if (r.reportedBatches != r.batches) revert BatchesUnreported(r.reportedBatches, r.batches);
        BatchData storage b = _batch(t, r, round, batch, BatchState.Reported);
        _requireWindow(uint256(b.status.reportedAt) + r.disputeWindow, r.settledBy);
        _requireWords(b, stakes, scores);

        b.status.state = BatchState.Settled;
        (, uint256 factor) = _atRisk(r);
        PayoutMath.Rule memory rule = PayoutMath.rule(_termsOf(r), factor);
        (uint256[] memory payouts, uint256 rewarded, uint256 burned) = t.ledger.settle(batch, stakes, scores, rule);
        _book(t, r, b.status.earmarked, rewarded, burned);
        WordEvents.emitSettled(tournament, round, batch, _wei(rewarded), _wei(burned), payouts);

        if (++r.settledBatches == r.batches) {
            _end(t, r, RoundState.Settled);
            emit RoundSettled(tournament, round, _wei(r.rewarded), _wei(r.burned));
        }
        if (burned != 0) TokenBurn.burn(token, burnsByMint, _wei(burned));
    }

    /// @inheritdoc INumeraireStaking
    function voidRound(uint32 tournament, uint64 round) external {
        TournamentData storage t = _tournaments[tournament];
        RoundData storage r = _opened(t, tournament, round);
        RoundState state = r.state;
        bool over = state == RoundState.Settled || state == RoundState.Void;
        uint256 voidableAt = state == RoundState.Locked ? r.settledBy : r.lockedBy;
        if (over || block.timestamp < voidableAt) revert RoundNotVoidable(state, voidableAt, block.timestamp);

        t.earmarked -= r.earmarked;
        r.earmarked = 0;
        _end(t, r, RoundState.Void);
        emit RoundVoided(tournament, round);
    }

    // ---------------------------------------------------------------- views

    /// @inheritdoc INumeraireStaking
    function roundOf(uint32 tournament, uint64 round) external view returns (Round memory result) {
        RoundData storage r = _tournaments[tournament].rounds[round];
        result.state = r.state;
        result.terms = _termsOf(r);
        result.schedule = Schedule(r.closesAt, r.lockedBy, r.resolvesAt, r.settledBy, r.disputeWindow);
        result.guardian = r.guardian;
        result.reporterSet = r.reporterSet;
        result.batches = r.batches;
        result.lockedBatches = r.lockedBatches;
        result.reportedBatches = r.reportedBatches;
        result.settledBatches = r.settledBatches;
        result.staked = _wei(r.staked);
        if (r.batches != 0 && r.lockedBatches == r.batches) {
            (uint256 total, uint256 factor) = _atRisk(r);
            result.atRisk = _wei(total);
            result.payoutFactor = factor;
        }
        result.earmarked = _wei(r.earmarked);
        result.rewarded = _wei(r.rewarded);
        result.burned = _wei(r.burned);
    }

    /// @inheritdoc INumeraireStaking
    function batchOf(uint32 tournament, uint64 round, uint32 batch) external view returns (Batch memory result) {
        TournamentData storage t = _tournaments[tournament];
        BatchData storage b = t.batchesAt[t.rounds[round].seat][batch];
        BatchStatus memory status = b.status;
        if (status.round != round) return result;
        result.state = status.state;
        result.words = status.words;
        result.attempt = status.attempt;
        result.reportedAt = status.reportedAt;
        result.stakesHash = b.stakesHash;
        if (status.state != BatchState.Locked) result.scoresHash = b.scoresHash;
    }

    /// @inheritdoc INumeraireStaking
    function previewPayout(
        Terms calldata terms,
        uint256 total,
        uint64 stake,
        uint64 scores
    ) external pure returns (int64) {
        _requireAtMost("clip", terms.clip, PayoutMath.ONE_NANO);
        _requireAtMost("exposure", terms.exposure, PayoutMath.ONE_NANO);
        _requireAtMost("stake", stake, uint64(type(int64).max));
        PayoutMath.Rule memory rule = PayoutMath.rule(terms, PayoutMath.factorDown(total, terms.stakeThreshold));
        // Safe: with clip and exposure at most 1 a payout is within its stake, and that is within an int64.
        return int64(PayoutMath.payoutTowardZero(rule, stake, scores));
    }

    // ---------------------------------------------------------------- parts of the steps

    function _freeze(RoundData storage r, Terms calldata terms, Schedule calldata schedule) private {
        r.closesAt = schedule.closesAt;
        r.lockedBy = schedule.lockedBy;
        r.resolvesAt = schedule.resolvesAt;
        r.settledBy = schedule.settledBy;
        r.disputeWindow = schedule.disputeWindow;
        r.multiplier0 = terms.multipliers[0];
        r.multiplier1 = terms.multipliers[1];
        r.stakeThreshold = terms.stakeThreshold;
        // Safe: no limits let clip or exposure be more than 1e9.
        r.clip = uint32(terms.clip);
        r.exposure = uint32(terms.exposure);
    }

    /// @dev The first lock: fixes how many batches the round has, counts it as in flight and gives it a seat.
    function _startLocking(TournamentData storage t, RoundData storage r, uint32 tournament) private {
        uint24 batches = StakeLedger.batches(t.positions);
        if (batches == 0) revert NoPositions(tournament);
        uint16 most = t.maxRoundsInFlight;
        if (t.roundsInFlight >= most) revert TooManyRoundsInFlight(t.roundsInFlight, most);
        ++t.roundsInFlight;
        r.state = RoundState.Locking;
        r.batches = batches;
        r.ticket = t.ledger.holds.draw();
        r.seat = t.ledger.holds.sit();
    }

    /// @dev Holds back what the batch may win at most, so that a locked round can always be paid.
    function _earmark(
        TournamentData storage t,
        RoundData storage r,
        uint32 tournament,
        uint256 staked
    ) private returns (uint64 earmarked) {
        earmarked = uint64(PayoutMath.earmarkDown(staked, r.exposure, r.clip));
        uint256 free = t.reserve - t.earmarked;
        if (earmarked > free) revert ReserveTooSmall(tournament, _wei(free), _wei(earmarked));
        t.earmarked += earmarked;
        r.earmarked += earmarked;
    }

    /// @dev Marks the batch with the round's ticket. Where a newer one has marked it already, the round draws a new one first.
    function _hold(Holds.Book storage holds, RoundData storage r, uint256 batch) private {
        uint32 ticket = r.ticket;
        if (holds.mark(batch) > ticket) {
            r.olderTicket[r.olderTickets++] = ticket;
            ticket = holds.draw();
            r.ticket = ticket;
        }
        holds.hold(batch, ticket);
    }

    function _finishLocking(RoundData storage r, uint32 tournament, uint64 round) private {
        r.state = RoundState.Locked;
        (uint256 total, uint256 factor) = _atRisk(r);
        emit RoundLocked(tournament, round, r.batches, _wei(total), factor);
    }

    /// @dev Pays a batch's rewards out of the reserve and lets its earmark go.
    function _book(
        TournamentData storage t,
        RoundData storage r,
        uint64 earmarked,
        uint256 rewarded,
        uint256 burned
    ) private {
        // Safe: both are parts of what the contract holds.
        t.reserve -= uint64(rewarded);
        t.earmarked -= earmarked;
        r.earmarked -= earmarked;
        r.rewarded += uint64(rewarded);
        r.burned += uint64(burned);
    }

    /// @dev The round holds no stake any more, and its seat is free.
    function _end(TournamentData storage t, RoundData storage r, RoundState state) private {
        r.state = state;
        if (r.ticket == 0) return;
        --t.roundsInFlight;
        Holds.Book storage holds = t.ledger.holds;
        holds.vacate(r.seat);
        holds.end(r.ticket);
        uint256 older = r.olderTickets;
        for (uint256 i = 0; i < older; ++i) holds.end(r.olderTicket[i]);
    }

    function _reportDigest(
        uint32 tournament,
        uint64 round,
        uint32 batch,
        uint32 attempt,
        bytes32 stakesHash,
        bytes32 scoresHash
    ) private view returns (bytes32) {
        return
            _hashTypedDataV4(
                keccak256(abi.encode(REPORT_TYPEHASH, tournament, round, batch, attempt, stakesHash, scoresHash))
            );
    }

    /// @dev Last second of the report window. Never below zero: a round opens an hour before its close at the least, and
    /// settles later than that close and the dispute window after it.
    function _reportableUntil(RoundData storage r) private view returns (uint256) {
        return r.settledBy - (uint256(r.disputeWindow) + MIN_SETTLEMENT_TIME);
    }

    /// @dev Of a locked round: its total at risk, nano-NMR, and the payout factor that follows from it, 1e-18.
    function _atRisk(RoundData storage r) private view returns (uint256 total, uint256 factor) {
        total = PayoutMath.atRiskDown(r.staked, r.exposure);
        factor = PayoutMath.factorDown(total, r.stakeThreshold);
    }

    function _termsOf(RoundData storage r) private view returns (Terms memory) {
        return Terms([r.multiplier0, r.multiplier1], r.clip, r.stakeThreshold, r.exposure);
    }

    // ---------------------------------------------------------------- checks

    function _opened(
        TournamentData storage t,
        uint32 tournament,
        uint64 round
    ) private view returns (RoundData storage r) {
        r = t.rounds[round];
        if (r.state == RoundState.None) revert RoundUnknown(tournament, round);
    }

    /// @dev A batch of a round in flight, in the state it must be in.
    function _batch(
        TournamentData storage t,
        RoundData storage r,
        uint64 round,
        uint32 batch,
        BatchState expected
    ) private view returns (BatchData storage b) {
        if (batch >= r.batches) revert BatchUnknown(batch, r.batches);
        b = t.batchesAt[r.seat][batch];
        BatchState actual = b.status.round == round ? b.status.state : BatchState.None;
        if (actual != expected) revert BatchStateUnexpected(batch, expected, actual);
    }

    function _requireState(RoundData storage r, RoundState expected) private view {
        if (r.state != expected) revert RoundStateUnexpected(expected, r.state);
    }

    /// @dev From `opensAt`, included, to `closesAt`, excluded.
    function _requireWindow(uint256 opensAt, uint256 closesAt) private view {
        if (block.timestamp < opensAt) revert WindowNotOpen(opensAt, block.timestamp);
        if (block.timestamp >= closesAt) revert WindowClosed(closesAt, block.timestamp);
    }

    function _requireWords(BatchData storage b, uint256[] calldata stakes, uint256[] calldata scores) private view {
        bytes32 stakesHash = Words.hashCalldata(stakes);
        if (stakesHash != b.stakesHash) revert StakesMismatch(b.stakesHash, stakesHash);
        bytes32 scoresHash = Words.hashCalldata(scores);
        if (scoresHash != b.scoresHash) revert ScoresMismatch(b.scoresHash, scoresHash);
    }

    function _requireWithinLimits(
        TournamentData storage t,
        Terms calldata terms,
        Schedule calldata schedule
    ) private view {
        _requireAtMost("clip", terms.clip, t.maxClip);
        _requireAtMost("exposure", terms.exposure, t.maxExposure);
        if (schedule.disputeWindow < t.minDisputeWindow) {
            revert LimitExceeded("disputeWindow", schedule.disputeWindow, t.minDisputeWindow);
        }
        uint256 latest = uint256(schedule.closesAt) + t.maxDuration;
        if (schedule.settledBy > latest) revert LimitExceeded("settledBy", schedule.settledBy, latest);
    }

    function _requireInOrder(Schedule calldata s) private view {
        uint256 notice = block.timestamp + MIN_NOTICE;
        if (s.closesAt < notice) revert ScheduleInvalid("closesAt", s.closesAt, notice);
        if (s.lockedBy <= s.closesAt) revert ScheduleInvalid("lockedBy", s.lockedBy, s.closesAt);
        if (s.resolvesAt < s.lockedBy) revert ScheduleInvalid("resolvesAt", s.resolvesAt, s.lockedBy);
        uint256 disputed = uint256(s.resolvesAt) + s.disputeWindow;
        if (s.settledBy <= disputed) revert ScheduleInvalid("settledBy", s.settledBy, disputed);
    }
}
