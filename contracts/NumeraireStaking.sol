// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {INumeraireStaking} from "./interfaces/INumeraireStaking.sol";
import {Holds} from "./libraries/Holds.sol";
import {PayoutMath} from "./libraries/PayoutMath.sol";
import {Quorum} from "./libraries/Quorum.sol";
import {StakeLedger} from "./libraries/StakeLedger.sol";
import {TokenBurn} from "./libraries/TokenBurn.sol";
import {Words} from "./libraries/Words.sol";

/// @title NumeraireStaking
/// @dev Every entry point reads in one order: who may, what must hold, what changes, the event, the token.
/// Storage counts nano-NMR; wei exist only at the edge, in arguments, events, views and token calls.
contract NumeraireStaking is INumeraireStaking, EIP712, Multicall, ReentrancyGuardTransient {
    using Holds for Holds.Book;
    using Quorum for Quorum.Set;
    using SafeERC20 for IERC20;
    using StakeLedger for StakeLedger.Ledger;

    /// @inheritdoc INumeraireStaking
    uint256 public constant MIN_NOTICE = 1 hours;
    /// @inheritdoc INumeraireStaking
    uint256 public constant MIN_SETTLEMENT_TIME = 1 hours;
    /// @inheritdoc INumeraireStaking
    uint256 public constant WEI_PER_NANO = 1e9;
    /// @inheritdoc INumeraireStaking
    uint256 public constant MAX_HOLDINGS = uint256(uint64(type(int64).max)) * WEI_PER_NANO;

    bytes32 private constant REPORT_TYPEHASH = keccak256(
        "Report(uint32 tournament,uint64 round,uint32 batch,uint32 attempt,bytes32 stakesHash,bytes32 scoresHash)"
    );
    bytes32 private constant GRANT_TYPEHASH = keccak256(
        "Grant(uint32 tournament,bytes32 model,address staker,uint256 deadline)"
    );

    struct BatchData {
        bytes32 stakesHash;
        bytes32 scoresHash;
        uint32 words;
        uint32 attempt;
        uint40 reportedAt;
        uint64 earmarked;
        BatchState state;
    }

    /// @dev In the order of the steps, so that each writes few slots. `payoutFactor` is 1 until the round is locked: its
    /// slot is not zero then, and the locks write it for less.
    /// @param ticket The round's newest ticket in the book of holds; 0 before its first lock.
    /// @param olderTickets Tickets it drew before that one.
    struct RoundData {
        Schedule schedule;
        Terms terms;
        address guardian;
        uint32 reporterSet;
        uint32 ticket;
        RoundState state;
        uint64 payoutFactor;
        uint64 staked;
        uint64 earmarked;
        uint32 batches;
        uint32 lockedBatches;
        uint64 rewarded;
        uint64 burned;
        uint32 reportedBatches;
        uint32 settledBatches;
        uint32[] olderTickets;
        mapping(uint256 batch => BatchData) batchData;
    }

    struct TournamentData {
        address organizer;
        uint64 minStake;
        uint32 reporterSet;
        address pendingOrganizer;
        address guardian;
        address registrar;
        Limits limits;
        uint64 reserve;
        uint64 earmarked;
        uint64 latestRound;
        uint16 roundsInFlight;
        mapping(uint256 number => Quorum.Set) reporterSets;
        mapping(uint256 number => RoundData) rounds;
        StakeLedger.Ledger ledger;
    }

    /// @inheritdoc INumeraireStaking
    address public immutable token;
    /// @inheritdoc INumeraireStaking
    bool public immutable burnsByMint;

    /// @inheritdoc INumeraireStaking
    uint32 public tournaments;
    mapping(uint256 number => TournamentData) private _tournaments;

    /// @param token_ NMR, on mainnet the contract of 2017, elsewhere `Numeraire`.
    constructor(address token_) EIP712("NumeraireStaking", "1") {
        token = token_;
        burnsByMint = TokenBurn.probe(token_);
    }

    // ---------------------------------------------------------------- tournaments

    /// @inheritdoc INumeraireStaking
    function createTournament(
        string calldata name,
        Limits memory limits,
        address guardian,
        address registrar,
        uint256 minStake,
        address[] memory reporters,
        uint8 quorum
    ) public returns (uint32 tournament) {
        tournament = ++tournaments;
        TournamentData storage t = _tournaments[tournament];
        t.organizer = msg.sender;
        _setLimits(t, limits);
        emit TournamentCreated(tournament, msg.sender, name, limits);

        _setReporters(t, tournament, reporters, quorum);
        _setGuardian(t, tournament, guardian);
        _setRegistrar(t, tournament, registrar);
        _setMinStake(t, tournament, minStake);
    }

    /// @inheritdoc INumeraireStaking
    function setReporters(uint32 tournament, address[] memory reporters, uint8 quorum) public {
        _setReporters(_organized(tournament), tournament, reporters, quorum);
    }

    /// @inheritdoc INumeraireStaking
    function setGuardian(uint32 tournament, address guardian) external {
        _setGuardian(_organized(tournament), tournament, guardian);
    }

    /// @inheritdoc INumeraireStaking
    function setRegistrar(uint32 tournament, address registrar) external {
        _setRegistrar(_organized(tournament), tournament, registrar);
    }

    /// @inheritdoc INumeraireStaking
    function setMinStake(uint32 tournament, uint256 minStake) external {
        _setMinStake(_organized(tournament), tournament, minStake);
    }

    /// @inheritdoc INumeraireStaking
    function transferOrganizer(uint32 tournament, address organizer) external {
        _organized(tournament).pendingOrganizer = organizer;
        emit OrganizerTransferStarted(tournament, msg.sender, organizer);
    }

    /// @inheritdoc INumeraireStaking
    function acceptOrganizer(uint32 tournament) external {
        TournamentData storage t = _existing(tournament);
        if (msg.sender != t.pendingOrganizer) revert NotPendingOrganizer(tournament, msg.sender);
        address previous = t.organizer;
        t.organizer = msg.sender;
        t.pendingOrganizer = address(0);
        emit OrganizerTransferred(tournament, previous, msg.sender);
    }

    /// @inheritdoc INumeraireStaking
    function fundReserve(uint32 tournament, uint256 amount) external nonReentrant {
        TournamentData storage t = _existing(tournament);
        t.reserve += _positiveNano(amount);
        emit ReserveFunded(tournament, msg.sender, amount);
        _pull(amount);
    }

    /// @inheritdoc INumeraireStaking
    function withdrawReserve(uint32 tournament, uint256 amount, address to) external nonReentrant {
        TournamentData storage t = _organized(tournament);
        uint64 nano = _positiveNano(amount);
        _requirePayable(to);
        uint256 free = t.reserve - t.earmarked;
        if (nano > free) revert ReserveTooSmall(tournament, _wei(free), amount);
        t.reserve -= nano;
        emit ReserveWithdrawn(tournament, to, amount);
        IERC20(token).safeTransfer(to, amount);
    }

    // ---------------------------------------------------------------- stakes

    /// @inheritdoc INumeraireStaking
    function openPosition(
        uint32 tournament,
        bytes32 model,
        uint256 amount,
        uint256 deadline,
        bytes calldata grant
    ) external nonReentrant returns (uint32 position) {
        TournamentData storage t = _existing(tournament);
        uint64 nano = _positiveNano(amount);
        if (nano < t.minStake) revert StakeBelowMinimum(amount, _wei(t.minStake));
        uint256 number = t.ledger.numbers[msg.sender][model];
        if (number != 0) revert PositionExists(tournament, uint32(number - 1));
        _requireGrant(t.registrar, tournament, model, deadline, grant);

        position = t.ledger.open(msg.sender, model);
        t.ledger.setActive(position, nano);
        emit PositionOpened(tournament, position, msg.sender, model);
        emit StakeIncreased(tournament, position, amount);
        _pull(amount);
    }

    /// @inheritdoc INumeraireStaking
    function increaseStake(uint32 tournament, uint32 position, uint256 amount) external nonReentrant {
        StakeLedger.Ledger storage ledger = _staked(tournament, position);
        uint64 nano = _positiveNano(amount);
        ledger.setActive(position, ledger.activeOf(position) + nano);
        emit StakeIncreased(tournament, position, amount);
        _pull(amount);
    }

    /// @inheritdoc INumeraireStaking
    function requestWithdrawal(uint32 tournament, uint32 position, uint256 amount) external {
        StakeLedger.Ledger storage ledger = _staked(tournament, position);
        uint64 nano = _positiveNano(amount);
        uint256 active = ledger.activeOf(position);
        if (nano > active) revert StakeTooSmall(_wei(active), amount);
        uint256 rest = active - nano;
        uint256 minStake = _tournaments[tournament].minStake;
        if (rest != 0 && rest < minStake) revert StakeBelowMinimum(_wei(rest), _wei(minStake));

        uint256 pending = ledger.request(position, active, nano);
        emit WithdrawalRequested(tournament, position, amount, _wei(pending));
    }

    /// @inheritdoc INumeraireStaking
    function cancelWithdrawal(uint32 tournament, uint32 position) external {
        StakeLedger.Ledger storage ledger = _staked(tournament, position);
        uint256 pending = _takePending(ledger, tournament, position);
        ledger.setActive(position, ledger.activeOf(position) + pending);
        emit WithdrawalCancelled(tournament, position, _wei(pending));
    }

    /// @inheritdoc INumeraireStaking
    function withdraw(uint32 tournament, uint32 position, address to) external nonReentrant returns (uint256 amount) {
        StakeLedger.Ledger storage ledger = _staked(tournament, position);
        _requirePayable(to);
        amount = _wei(_takePending(ledger, tournament, position));
        if (!ledger.isFree(position)) revert WithdrawalHeld(tournament, position);
        emit Withdrawn(tournament, position, to, amount);
        IERC20(token).safeTransfer(to, amount);
    }

    // ---------------------------------------------------------------- rounds

    /// @inheritdoc INumeraireStaking
    function openRound(uint32 tournament, uint64 round, Terms calldata terms, Schedule calldata schedule) external {
        TournamentData storage t = _organized(tournament);
        if (round <= t.latestRound) revert RoundNotIncreasing(round, t.latestRound);
        _requireWithinLimits(t.limits, terms, schedule);
        _requireInOrder(schedule);

        t.latestRound = round;
        RoundData storage r = t.rounds[round];
        r.state = RoundState.Open;
        r.terms = terms;
        r.schedule = schedule;
        r.guardian = t.guardian;
        r.reporterSet = t.reporterSet;
        r.payoutFactor = uint64(PayoutMath.ONE_FACTOR);
        emit RoundOpened(tournament, round, terms, schedule);
    }

    /// @inheritdoc INumeraireStaking
    function lock(uint32 tournament, uint64 round, uint32 batch) external {
        TournamentData storage t = _tournaments[tournament];
        RoundData storage r = _opened(t, tournament, round);
        _requireWindow(r.schedule.closesAt, r.schedule.lockedBy);
        if (r.state == RoundState.Open) _startLocking(t, r, tournament);
        _requireState(r, RoundState.Locking);
        BatchData storage b = _batch(r, batch, BatchState.None);

        (uint256[] memory stakes, uint256 staked) = t.ledger.load(batch);
        b.state = BatchState.Locked;
        b.words = uint32(stakes.length);
        b.stakesHash = Words.hash(stakes);
        // Safe: stakes held at one moment are within MAX_HOLDINGS; over a whole round the addition is checked.
        r.staked += uint64(staked);
        b.earmarked = _earmark(t, r, tournament, staked);
        _hold(t.ledger.holds, r, batch);
        emit BatchLocked(tournament, round, batch, stakes);

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
        _requireWindow(r.schedule.resolvesAt, _reportableUntil(r.schedule) + 1);
        BatchData storage b = _batch(r, batch, BatchState.Locked);
        if (scores.length != b.words) revert ScoresLengthMismatch(b.words, scores.length);
        bytes32 scoresHash = Words.hashCalldata(scores);
        bytes32 digest = _reportDigest(tournament, round, batch, b.attempt, b.stakesHash, scoresHash);
        t.reporterSets[r.reporterSet].verify(digest, signers, signatures);

        b.state = BatchState.Reported;
        b.scoresHash = scoresHash;
        b.reportedAt = uint40(block.timestamp);
        ++r.reportedBatches;
        emit ScoresReported(tournament, round, batch, b.attempt, signers, scores);
    }

    /// @inheritdoc INumeraireStaking
    function veto(uint32 tournament, uint64 round, uint32 batch) external {
        RoundData storage r = _opened(_tournaments[tournament], tournament, round);
        if (msg.sender != r.guardian) revert NotGuardian(tournament, round, msg.sender);
        _requireState(r, RoundState.Locked);
        BatchData storage b = _batch(r, batch, BatchState.Reported);
        _requireWindow(b.reportedAt, uint256(b.reportedAt) + r.schedule.disputeWindow);

        b.state = BatchState.Locked;
        b.scoresHash = 0;
        b.reportedAt = 0;
        --r.reportedBatches;
        emit ScoresVetoed(tournament, round, batch, b.attempt++);
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
        BatchData storage b = _batch(r, batch, BatchState.Reported);
        _requireWindow(uint256(b.reportedAt) + r.schedule.disputeWindow, r.schedule.settledBy);
        _requireWords(b, stakes, scores);

        b.state = BatchState.Settled;
        PayoutMath.Rule memory rule = PayoutMath.rule(r.terms, r.payoutFactor);
        (uint256[] memory payouts, uint256 rewarded, uint256 burned) = t.ledger.settle(batch, stakes, scores, rule);
        _book(t, r, b, rewarded, burned);
        emit BatchSettled(tournament, round, batch, _wei(rewarded), _wei(burned), payouts);

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
        uint256 voidableAt = state == RoundState.Locked ? r.schedule.settledBy : r.schedule.lockedBy;
        if (over || block.timestamp < voidableAt) revert RoundNotVoidable(state, voidableAt, block.timestamp);

        t.earmarked -= r.earmarked;
        r.earmarked = 0;
        _end(t, r, RoundState.Void);
        emit RoundVoided(tournament, round);
    }

    /// @inheritdoc INumeraireStaking
    function selfPermit(uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        if (IERC20(token).allowance(msg.sender, address(this)) >= value) return;
        // NMR of 2017 answers an unknown function by consuming all gas it was given.
        if (burnsByMint) revert PermitUnsupported(token);
        IERC20Permit(token).permit(msg.sender, address(this), value, deadline, v, r, s);
    }

    /// @inheritdoc INumeraireStaking
    function multicall(
        bytes[] calldata data
    ) public override(INumeraireStaking, Multicall) returns (bytes[] memory results) {
        return super.multicall(data);
    }

    // ---------------------------------------------------------------- views

    /// @inheritdoc INumeraireStaking
    function stakeOf(uint32 tournament, uint32 position) external view returns (uint256 active, uint256 pending) {
        StakeLedger.Ledger storage ledger = _tournaments[tournament].ledger;
        active = _wei(ledger.activeOf(position));
        pending = _wei(ledger.positions[position].pending);
    }

    /// @inheritdoc INumeraireStaking
    function stakerOf(uint32 tournament, uint32 position) external view returns (address) {
        return _tournaments[tournament].ledger.positions[position].staker;
    }

    /// @inheritdoc INumeraireStaking
    function positionOf(
        uint32 tournament,
        address staker,
        bytes32 model
    ) external view returns (bool exists, uint32 position) {
        uint256 number = _tournaments[tournament].ledger.numbers[staker][model];
        exists = number != 0;
        if (exists) position = uint32(number - 1);
    }

    /// @inheritdoc INumeraireStaking
    function withdrawable(uint32 tournament, uint32 position) external view returns (uint256) {
        StakeLedger.Ledger storage ledger = _tournaments[tournament].ledger;
        return ledger.isFree(position) ? _wei(ledger.positions[position].pending) : 0;
    }

    /// @inheritdoc INumeraireStaking
    function stakesOf(uint32 tournament, uint32 batch) external view returns (uint256[] memory stakes) {
        (stakes, ) = _tournaments[tournament].ledger.load(batch);
    }

    /// @inheritdoc INumeraireStaking
    function reserveOf(uint32 tournament) external view returns (uint256 total, uint256 earmarked) {
        TournamentData storage t = _tournaments[tournament];
        return (_wei(t.reserve), _wei(t.earmarked));
    }

    /// @inheritdoc INumeraireStaking
    function tournamentOf(uint32 tournament) external view returns (Tournament memory result) {
        TournamentData storage t = _tournaments[tournament];
        result.organizer = t.organizer;
        result.pendingOrganizer = t.pendingOrganizer;
        result.guardian = t.guardian;
        result.registrar = t.registrar;
        result.minStake = _wei(t.minStake);
        result.limits = t.limits;
        result.reporterSet = t.reporterSet;
        result.positions = t.ledger.count;
        result.roundsInFlight = t.roundsInFlight;
        result.latestRound = t.latestRound;
    }

    /// @inheritdoc INumeraireStaking
    function reportersOf(
        uint32 tournament,
        uint32 reporterSet
    ) external view returns (address[] memory reporters, uint8 quorum) {
        Quorum.Set storage set = _tournaments[tournament].reporterSets[reporterSet];
        return (set.reporters, set.quorum);
    }

    /// @inheritdoc INumeraireStaking
    function roundOf(uint32 tournament, uint64 round) external view returns (Round memory result) {
        RoundData storage r = _tournaments[tournament].rounds[round];
        result.state = r.state;
        result.terms = r.terms;
        result.schedule = r.schedule;
        result.guardian = r.guardian;
        result.reporterSet = r.reporterSet;
        result.batches = r.batches;
        result.lockedBatches = r.lockedBatches;
        result.reportedBatches = r.reportedBatches;
        result.settledBatches = r.settledBatches;
        result.staked = _wei(r.staked);
        if (r.batches != 0 && r.lockedBatches == r.batches) {
            result.atRisk = _wei(PayoutMath.atRiskDown(r.staked, r.terms.exposure));
            result.payoutFactor = r.payoutFactor;
        }
        result.earmarked = _wei(r.earmarked);
        result.rewarded = _wei(r.rewarded);
        result.burned = _wei(r.burned);
    }

    /// @inheritdoc INumeraireStaking
    function batchOf(uint32 tournament, uint64 round, uint32 batch) external view returns (Batch memory result) {
        BatchData storage b = _tournaments[tournament].rounds[round].batchData[batch];
        result.state = b.state;
        result.words = b.words;
        result.attempt = b.attempt;
        result.reportedAt = b.reportedAt;
        result.stakesHash = b.stakesHash;
        result.scoresHash = b.scoresHash;
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

    // ---------------------------------------------------------------- parts of a round's steps

    /// @dev The first lock: fixes how many batches the round has, and counts it as in flight.
    function _startLocking(TournamentData storage t, RoundData storage r, uint32 tournament) private {
        uint32 batches = t.ledger.batches();
        if (batches == 0) revert NoPositions(tournament);
        uint16 most = t.limits.maxRoundsInFlight;
        if (t.roundsInFlight >= most) revert TooManyRoundsInFlight(t.roundsInFlight, most);
        ++t.roundsInFlight;
        r.state = RoundState.Locking;
        r.batches = batches;
        r.ticket = t.ledger.holds.draw();
    }

    /// @dev Holds back what the batch may win at most, so that a locked round can always be paid.
    function _earmark(
        TournamentData storage t,
        RoundData storage r,
        uint32 tournament,
        uint256 staked
    ) private returns (uint64 earmarked) {
        earmarked = uint64(PayoutMath.earmarkDown(staked, r.terms.exposure, r.terms.clip));
        uint256 free = t.reserve - t.earmarked;
        if (earmarked > free) revert ReserveTooSmall(tournament, _wei(free), _wei(earmarked));
        t.earmarked += earmarked;
        r.earmarked += earmarked;
    }

    /// @dev Marks the batch with the round's ticket. Where a newer one has marked it already, the round draws a new one first.
    function _hold(Holds.Book storage holds, RoundData storage r, uint256 batch) private {
        uint32 ticket = r.ticket;
        if (holds.mark(batch) > ticket) {
            r.olderTickets.push(ticket);
            ticket = holds.draw();
            r.ticket = ticket;
        }
        holds.hold(batch, ticket);
    }

    function _finishLocking(RoundData storage r, uint32 tournament, uint64 round) private {
        uint256 total = PayoutMath.atRiskDown(r.staked, r.terms.exposure);
        uint256 factor = PayoutMath.factorDown(total, r.terms.stakeThreshold);
        r.state = RoundState.Locked;
        r.payoutFactor = uint64(factor);
        emit RoundLocked(tournament, round, r.batches, _wei(total), factor);
    }

    /// @dev Pays a batch's rewards out of the reserve and lets its earmark go.
    function _book(
        TournamentData storage t,
        RoundData storage r,
        BatchData storage b,
        uint256 rewarded,
        uint256 burned
    ) private {
        // Safe: both are parts of what the contract holds.
        t.reserve -= uint64(rewarded);
        t.earmarked -= b.earmarked;
        r.earmarked -= b.earmarked;
        r.rewarded += uint64(rewarded);
        r.burned += uint64(burned);
    }

    /// @dev The round holds no stake any more.
    function _end(TournamentData storage t, RoundData storage r, RoundState state) private {
        r.state = state;
        if (r.ticket == 0) return;
        --t.roundsInFlight;
        t.ledger.holds.end(r.ticket);
        uint256 older = r.olderTickets.length;
        for (uint256 i = 0; i < older; ++i) t.ledger.holds.end(r.olderTickets[i]);
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

    /// @dev Last second of the report window.
    function _reportableUntil(Schedule storage schedule) private view returns (uint256) {
        uint256 needed = uint256(schedule.disputeWindow) + MIN_SETTLEMENT_TIME;
        return schedule.settledBy < needed ? 0 : schedule.settledBy - needed;
    }

    // ---------------------------------------------------------------- checks

    function _existing(uint32 tournament) private view returns (TournamentData storage t) {
        t = _tournaments[tournament];
        if (t.organizer == address(0)) revert TournamentUnknown(tournament);
    }

    function _organized(uint32 tournament) private view returns (TournamentData storage t) {
        t = _existing(tournament);
        if (msg.sender != t.organizer) revert NotOrganizer(tournament, msg.sender);
    }

    /// @dev The ledger of a position that belongs to the caller.
    function _staked(uint32 tournament, uint32 position) private view returns (StakeLedger.Ledger storage ledger) {
        ledger = _tournaments[tournament].ledger;
        address staker = ledger.positions[position].staker;
        if (msg.sender == staker) return ledger;
        // Only now the reason: where the caller owns the position, the tournament need not be read.
        _existing(tournament);
        if (staker == address(0)) revert PositionUnknown(tournament, position);
        revert NotStaker(tournament, position, msg.sender);
    }

    function _opened(
        TournamentData storage t,
        uint32 tournament,
        uint64 round
    ) private view returns (RoundData storage r) {
        r = t.rounds[round];
        if (r.state == RoundState.None) revert RoundUnknown(tournament, round);
    }

    function _batch(RoundData storage r, uint32 batch, BatchState state) private view returns (BatchData storage b) {
        if (batch >= r.batches) revert BatchUnknown(batch, r.batches);
        b = r.batchData[batch];
        if (b.state != state) revert BatchStateUnexpected(batch, state, b.state);
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
        Limits storage limits,
        Terms calldata terms,
        Schedule calldata schedule
    ) private view {
        _requireAtMost("clip", terms.clip, limits.maxClip);
        _requireAtMost("exposure", terms.exposure, limits.maxExposure);
        if (schedule.disputeWindow < limits.minDisputeWindow) {
            revert LimitExceeded("disputeWindow", schedule.disputeWindow, limits.minDisputeWindow);
        }
        uint256 latest = uint256(schedule.closesAt) + limits.maxDuration;
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

    function _requireWithin(bytes32 limit, uint256 value, uint256 least, uint256 most) private pure {
        if (value < least || value > most) revert LimitOutOfBounds(limit, value, least, most);
    }

    function _requireAtMost(bytes32 limit, uint256 value, uint256 bound) private pure {
        if (value > bound) revert LimitExceeded(limit, value, bound);
    }

    function _requirePayable(address to) private view {
        if (to == address(0) || to == address(this)) revert AddressInvalid(to);
    }

    function _requireGrant(
        address registrar,
        uint32 tournament,
        bytes32 model,
        uint256 deadline,
        bytes calldata grant
    ) private view {
        if (registrar == address(0)) return;
        if (block.timestamp > deadline) revert GrantExpired(deadline, block.timestamp);
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(GRANT_TYPEHASH, tournament, model, msg.sender, deadline))
        );
        if (!Quorum.isSignedBy(registrar, digest, grant)) revert GrantInvalid(registrar);
    }

    // ---------------------------------------------------------------- settings and tokens

    function _setLimits(TournamentData storage t, Limits memory limits) private {
        _requireWithin("maxClip", limits.maxClip, 0, PayoutMath.ONE_NANO);
        _requireWithin("maxExposure", limits.maxExposure, 0, PayoutMath.ONE_NANO);
        _requireWithin("maxRoundsInFlight", limits.maxRoundsInFlight, 1, type(uint16).max);
        t.limits = limits;
    }

    function _setReporters(
        TournamentData storage t,
        uint32 tournament,
        address[] memory reporters,
        uint8 quorum
    ) private {
        uint32 number = ++t.reporterSet;
        t.reporterSets[number].init(reporters, quorum);
        emit ReportersSet(tournament, number, reporters, quorum);
    }

    function _setGuardian(TournamentData storage t, uint32 tournament, address guardian) private {
        t.guardian = guardian;
        emit GuardianSet(tournament, guardian);
    }

    function _setRegistrar(TournamentData storage t, uint32 tournament, address registrar) private {
        t.registrar = registrar;
        emit RegistrarSet(tournament, registrar);
    }

    function _setMinStake(TournamentData storage t, uint32 tournament, uint256 minStake) private {
        t.minStake = _nano(minStake);
        emit MinStakeSet(tournament, minStake);
    }

    function _takePending(
        StakeLedger.Ledger storage ledger,
        uint32 tournament,
        uint32 position
    ) private returns (uint256 pending) {
        pending = ledger.positions[position].pending;
        if (pending == 0) revert NothingPending(tournament, position);
        ledger.positions[position].pending = 0;
    }

    /// @dev Takes tokens from the caller; exactly the amount must arrive, and the ledger must be able to count it.
    function _pull(uint256 amount) private {
        uint256 held = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        uint256 holds = IERC20(token).balanceOf(address(this));
        if (holds != held + amount) revert TransferMismatch(held + amount, holds);
        if (holds > MAX_HOLDINGS) revert HoldingsTooLarge(holds, MAX_HOLDINGS);
    }

    /// @dev Wei to nano-NMR. What fits no lane is refused as well.
    function _nano(uint256 amount) private pure returns (uint64) {
        if (amount % WEI_PER_NANO != 0 || amount > MAX_HOLDINGS) revert AmountNotWhole(amount);
        return uint64(amount / WEI_PER_NANO);
    }

    function _positiveNano(uint256 amount) private pure returns (uint64) {
        if (amount == 0) revert AmountZero();
        return _nano(amount);
    }

    function _wei(uint256 nano) private pure returns (uint256) {
        return nano * WEI_PER_NANO;
    }
}
