// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Staking on predictions, settled by the contract itself
/// @notice Stakers stake NMR on models in a tournament. For every round the contract takes its own snapshot of what is
/// at risk, accepts scores signed by a quorum of reporters, waits a dispute window, and then computes each payout.
///
/// Units
/// - An amount of NMR is in wei (1e-18) and a multiple of 1e9 wei; the ledger keeps nano-NMR (1e-9).
/// - A score is an `int32` in 1e-9, so within ±2.147483647. Multipliers, clip and exposure are in 1e-9.
/// - A payout factor is in 1e-18. Times are unix seconds.
///
/// Words
/// - A word is a `uint256` of four 64-bit lanes; lane i is bits [64·i, 64·i + 64). Position p is lane p mod 4 of word p / 4.
/// - Batch b is words [256·b, 256·b + 256), cut after the last word in use: positions [1024·b, 1024·b + 1024).
/// - Stakes words hold `uint64` nano-NMR, scores words hold score 0 (high `int32`) and score 1 (low `int32`),
///   payouts words hold `int64` nano-NMR in two's complement.
///
/// Numbering: tournaments and rounds count from 1, positions and batches from 0.
interface INumeraireStaking {
    // ---------------------------------------------------------------- types

    /// @notice The worst that any round of a tournament may ever do to a stake; fixed for ever at creation.
    /// @param maxClip Highest clip of a round, 1e-9, at most 1e9.
    /// @param maxExposure Highest exposure of a round, 1e-9, at most 1e9.
    /// @param maxRoundsInFlight How many rounds may hold stakes at once, at least 1.
    /// @param maxDuration Longest time from a round's close to its `settledBy`, seconds.
    /// @param minDisputeWindow Shortest dispute window of a round, seconds.
    struct Limits {
        uint64 maxClip;
        uint64 maxExposure;
        uint16 maxRoundsInFlight;
        uint40 maxDuration;
        uint40 minDisputeWindow;
    }

    /// @notice What decides a round's payouts, frozen when it opens.
    /// @param multipliers Weight of score 0 and score 1, 1e-9.
    /// @param clip Bound of the rate of return in both directions, 1e-9.
    /// @param stakeThreshold Total at risk above which payouts shrink, nano-NMR; 0: never.
    /// @param exposure Share of a stake that the round puts at risk, 1e-9.
    struct Terms {
        int64[2] multipliers;
        uint64 clip;
        uint64 stakeThreshold;
        uint64 exposure;
    }

    /// @notice When a round's steps may happen, frozen when it opens. Windows include their first second and exclude their last.
    /// @param closesAt From here stakes may be locked.
    /// @param lockedBy From here a round that is not fully locked may be voided.
    /// @param resolvesAt From here scores may be reported.
    /// @param settledBy From here a round that is not fully settled may be voided.
    /// @param disputeWindow How long a report waits for a veto before it may be settled, seconds.
    struct Schedule {
        uint40 closesAt;
        uint40 lockedBy;
        uint40 resolvesAt;
        uint40 settledBy;
        uint40 disputeWindow;
    }

    /// @notice Where a round stands. `Open` until its first lock, `Locked` until its last settlement.
    enum RoundState {
        None,
        Open,
        Locking,
        Locked,
        Settled,
        Void
    }

    /// @notice Where a batch of a round stands. A vetoed batch is `Locked` again.
    enum BatchState {
        None,
        Locked,
        Reported,
        Settled
    }

    /// @notice A round, whole.
    /// @param state Where it stands.
    /// @param terms Its terms.
    /// @param schedule Its schedule.
    /// @param guardian Who may veto its reports.
    /// @param reporterSet Number of the reporter set in force when it opened.
    /// @param batches How many batches it has; 0 before its first lock.
    /// @param lockedBatches How many of them are locked.
    /// @param reportedBatches How many of them have a standing report or are settled.
    /// @param settledBatches How many of them are settled.
    /// @param staked Σ of the stakes locked so far, wei.
    /// @param atRisk Total at risk (staked × exposure, down), wei; 0 before the round is fully locked.
    /// @param payoutFactor 1e-18; 0 before the round is fully locked.
    /// @param earmarked Part of the reserve held back for what is not settled yet, wei.
    /// @param rewarded Σ of the rewards settled so far, wei.
    /// @param burned Σ of the burns settled so far, wei.
    struct Round {
        RoundState state;
        Terms terms;
        Schedule schedule;
        address guardian;
        uint32 reporterSet;
        uint32 batches;
        uint32 lockedBatches;
        uint32 reportedBatches;
        uint32 settledBatches;
        uint256 staked;
        uint256 atRisk;
        uint256 payoutFactor;
        uint256 earmarked;
        uint256 rewarded;
        uint256 burned;
    }

    /// @notice A batch of a round.
    /// @param state Where it stands.
    /// @param words Number of words of its stakes, and so of its scores; 0 before its lock.
    /// @param attempt Number of vetoes so far: what the next report's signatures must carry, or the standing report's did.
    /// @param reportedAt When the standing report arrived, unix seconds; 0 without one.
    /// @param stakesHash keccak256 of the locked stakes words.
    /// @param scoresHash keccak256 of the reported scores words; 0 without a standing report.
    struct Batch {
        BatchState state;
        uint32 words;
        uint32 attempt;
        uint40 reportedAt;
        bytes32 stakesHash;
        bytes32 scoresHash;
    }

    /// @notice A tournament, whole.
    /// @param organizer Who opens its rounds; zero: no such tournament.
    /// @param pendingOrganizer Who may accept to become organizer.
    /// @param guardian Guardian of the rounds opened from now on.
    /// @param registrar Who grants positions; zero: anyone may stake on any model.
    /// @param minStake Smallest stake of a new position and smallest rest after a withdrawal request, wei.
    /// @param limits Its limits.
    /// @param reporterSet Number of the reporter set of the rounds opened from now on.
    /// @param positions How many positions it has.
    /// @param roundsInFlight How many rounds hold stakes now.
    /// @param latestRound Highest round number opened; 0: none.
    struct Tournament {
        address organizer;
        address pendingOrganizer;
        address guardian;
        address registrar;
        uint256 minStake;
        Limits limits;
        uint32 reporterSet;
        uint32 positions;
        uint16 roundsInFlight;
        uint64 latestRound;
    }

    // ---------------------------------------------------------------- errors

    /// @notice The token burns neither by `burn(uint256)` nor, as mainnet NMR does, by `mint(uint256)`.
    error TokenNotBurnable(address token);
    /// @notice The token did not destroy what it was told to.
    error BurnFailed(uint256 amount, uint256 supplyBefore, uint256 supplyAfter);
    /// @notice After a transfer the contract does not hold exactly the amount more.
    error TransferMismatch(uint256 expectedHoldings, uint256 holdings);
    /// @notice The contract would hold more than a lane can count.
    error HoldingsTooLarge(uint256 holdings, uint256 most);
    /// @notice The token has no permit: approve instead.
    error PermitUnsupported(address token);

    /// @notice The amount is not a multiple of 1e9 wei, or does not fit the ledger.
    error AmountNotWhole(uint256 amount);
    /// @notice The amount is zero.
    error AmountZero();
    /// @notice The address must not be zero or this contract.
    error AddressInvalid(address account);

    error TournamentUnknown(uint32 tournament);
    error NotOrganizer(uint32 tournament, address caller);
    error NotPendingOrganizer(uint32 tournament, address caller);
    error NotGuardian(uint32 tournament, uint64 round, address caller);
    error NotStaker(uint32 tournament, uint32 position, address caller);

    /// @notice A limit is outside what any tournament may have.
    error LimitOutOfBounds(bytes32 limit, uint256 value, uint256 least, uint256 most);
    /// @notice The value is beyond what the tournament's limits, or for `previewPayout` any limits, allow. The bound is the
    /// most, or for `disputeWindow` the least.
    error LimitExceeded(bytes32 limit, uint256 value, uint256 bound);

    error ReportersCountInvalid(uint256 count, uint256 most);
    error QuorumInvalid(uint256 quorum, uint256 reporters);
    error ReporterZero(uint256 index);
    error ReporterDoubled(address reporter);

    error ReserveTooSmall(uint32 tournament, uint256 free, uint256 needed);

    error PositionUnknown(uint32 tournament, uint32 position);
    error PositionExists(uint32 tournament, uint32 position);
    error StakeBelowMinimum(uint256 stake, uint256 minStake);
    error StakeTooSmall(uint256 active, uint256 requested);
    error GrantExpired(uint256 deadline, uint256 time);
    error GrantInvalid(address registrar);
    error NothingPending(uint32 tournament, uint32 position);
    /// @notice The withdrawal still waits for rounds that had locked the position's batch before the request.
    error WithdrawalHeld(uint32 tournament, uint32 position);

    error RoundUnknown(uint32 tournament, uint64 round);
    error RoundNotIncreasing(uint64 round, uint64 latest);
    error RoundStateUnexpected(RoundState expected, RoundState actual);
    error ScheduleInvalid(bytes32 field, uint256 value, uint256 bound);
    /// @notice Too early; the step's window opens at `opensAt`.
    error WindowNotOpen(uint256 opensAt, uint256 time);
    /// @notice Too late; the step's window closed at `closedAt`.
    error WindowClosed(uint256 closedAt, uint256 time);
    error TooManyRoundsInFlight(uint256 inFlight, uint256 most);
    /// @notice More rounds were locked since the oldest one still in flight than the contract keeps apart: end that one
    /// first, by settling it or, after its deadline, by `voidRound`.
    error TooManyRoundsSinceOldest(uint256 rounds, uint256 most);
    error NoPositions(uint32 tournament);
    error BatchUnknown(uint32 batch, uint32 batches);
    error BatchStateUnexpected(uint32 batch, BatchState expected, BatchState actual);
    /// @notice A round settles only once every one of its batches has a standing report.
    error BatchesUnreported(uint32 reported, uint32 batches);
    error RoundNotVoidable(RoundState state, uint256 voidableAt, uint256 time);

    error ScoresLengthMismatch(uint256 expected, uint256 actual);
    error StakesMismatch(bytes32 expected, bytes32 actual);
    error ScoresMismatch(bytes32 expected, bytes32 actual);
    error QuorumNotReached(uint256 signers, uint256 quorum);
    error SignerUnknown(uint256 index, uint256 reporters);
    error SignaturesCountMismatch(uint256 signers, uint256 signatures);
    error SignatureInvalid(uint256 index, address reporter);

    // ---------------------------------------------------------------- events

    // Amounts are wei. Arrays are words, in nano-NMR or scores of 1e-9: the whole of what a batch locked, reported or paid.

    event TournamentCreated(uint32 indexed tournament, address indexed organizer, string name, Limits limits);
    event OrganizerTransferStarted(
        uint32 indexed tournament,
        address indexed organizer,
        address indexed pendingOrganizer
    );
    event OrganizerTransferred(uint32 indexed tournament, address indexed previousOrganizer, address indexed organizer);
    event ReportersSet(uint32 indexed tournament, uint32 indexed reporterSet, address[] reporters, uint8 quorum);
    event GuardianSet(uint32 indexed tournament, address indexed guardian);
    event RegistrarSet(uint32 indexed tournament, address indexed registrar);
    event MinStakeSet(uint32 indexed tournament, uint256 minStake);
    event ReserveFunded(uint32 indexed tournament, address indexed from, uint256 amount);
    event ReserveWithdrawn(uint32 indexed tournament, address indexed to, uint256 amount);

    /// @notice Followed by a `StakeIncreased` with the first stake.
    event PositionOpened(uint32 indexed tournament, uint32 indexed position, address indexed staker, bytes32 model);
    event StakeIncreased(uint32 indexed tournament, uint32 indexed position, uint256 amount);
    /// @param amount What this request moved.
    /// @param pending What is pending then, with earlier requests.
    event WithdrawalRequested(uint32 indexed tournament, uint32 indexed position, uint256 amount, uint256 pending);
    event WithdrawalCancelled(uint32 indexed tournament, uint32 indexed position, uint256 amount);
    event Withdrawn(uint32 indexed tournament, uint32 indexed position, address to, uint256 amount);

    event RoundOpened(uint32 indexed tournament, uint64 indexed round, Terms terms, Schedule schedule);
    /// @param stakes Stakes words: the snapshot that the round's payouts are computed from.
    event BatchLocked(uint32 indexed tournament, uint64 indexed round, uint32 indexed batch, uint256[] stakes);
    /// @param atRisk Σ of the stakes × exposure, rounded down.
    /// @param payoutFactor 1e-18.
    event RoundLocked(
        uint32 indexed tournament,
        uint64 indexed round,
        uint32 batches,
        uint256 atRisk,
        uint256 payoutFactor
    );
    /// @param attempt Number of vetoes of the batch before this report.
    /// @param signers Bit i: reporter i of the round's set signed.
    event ScoresReported(
        uint32 indexed tournament,
        uint64 indexed round,
        uint32 indexed batch,
        uint32 attempt,
        uint256 signers,
        uint256[] scores
    );
    /// @param attempt That of the report that was discarded.
    event ScoresVetoed(uint32 indexed tournament, uint64 indexed round, uint32 indexed batch, uint32 attempt);
    /// @param payouts Payouts words: what was really applied. A burn of more than was there shows what was there.
    event BatchSettled(
        uint32 indexed tournament,
        uint64 indexed round,
        uint32 indexed batch,
        uint256 rewarded,
        uint256 burned,
        uint256[] payouts
    );
    event RoundSettled(uint32 indexed tournament, uint64 indexed round, uint256 rewarded, uint256 burned);
    event RoundVoided(uint32 indexed tournament, uint64 indexed round);

    // ---------------------------------------------------------------- tournaments

    /// @notice Creates a tournament; the caller becomes its organizer. Open to anyone.
    /// @param name For people; kept in the event only.
    /// @param limits Fixed for ever.
    /// @param guardian Guardian of rounds opened later; zero: reports can't be vetoed.
    /// @param registrar Who grants positions; zero: anyone may stake on any model.
    /// @param minStake Wei, whole nano-NMR.
    /// @param reporters 1 to 64 different addresses, externally owned or ERC-1271.
    /// @param quorum How many of them must sign a report, 1 to all.
    /// @return tournament Its number, counting from 1.
    function createTournament(
        string calldata name,
        Limits calldata limits,
        address guardian,
        address registrar,
        uint256 minStake,
        address[] calldata reporters,
        uint8 quorum
    ) external returns (uint32 tournament);

    /// @notice Names reporters and quorum of the rounds opened from now on; rounds that are open keep theirs. Organizer only.
    /// @param reporters 1 to 64 different addresses, externally owned or ERC-1271.
    /// @param quorum How many of them must sign a report, 1 to all.
    function setReporters(uint32 tournament, address[] calldata reporters, uint8 quorum) external;

    /// @notice Names the guardian of the rounds opened from now on; zero: none. Organizer only.
    function setGuardian(uint32 tournament, address guardian) external;

    /// @notice Names who grants positions, from now on; zero: anyone may stake on any model. Organizer only.
    function setRegistrar(uint32 tournament, address registrar) external;

    /// @notice Sets the smallest stake, wei. Stakes below it stay as they are. Organizer only.
    function setMinStake(uint32 tournament, uint256 minStake) external;

    /// @notice Proposes a new organizer; zero takes a proposal back. Organizer only.
    function transferOrganizer(uint32 tournament, address organizer) external;

    /// @notice Becomes organizer. The proposed one only.
    function acceptOrganizer(uint32 tournament) external;

    /// @notice Adds to the reserve that rewards are paid from. Open to anyone; a gift to the tournament.
    /// @param amount Wei, whole nano-NMR.
    function fundReserve(uint32 tournament, uint256 amount) external;

    /// @notice Takes from the part of the reserve that no round in flight may need. Organizer only.
    /// @param amount Wei, whole nano-NMR.
    /// @param to Any address but zero and this contract.
    function withdrawReserve(uint32 tournament, uint256 amount, address to) external;

    // ---------------------------------------------------------------- stakes

    /// @notice Opens the caller's position on a model; one a tournament, staker and model.
    /// @param model A UUID is its 16 bytes followed by 16 zero bytes; any other name is the keccak256 of its UTF-8 text.
    /// @param amount First stake, wei, whole nano-NMR, at least the tournament's smallest.
    /// @param deadline Last second of the grant; ignored without a registrar.
    /// @param grant The registrar's signature over `Grant(tournament, model, staker, deadline)`; ignored without a registrar.
    /// @return position Its number in the tournament, counting from 0.
    function openPosition(
        uint32 tournament,
        bytes32 model,
        uint256 amount,
        uint256 deadline,
        bytes calldata grant
    ) external returns (uint32 position);

    /// @notice Adds to the active stake. Its staker only.
    /// @param amount Wei, whole nano-NMR.
    function increaseStake(uint32 tournament, uint32 position, uint256 amount) external;

    /// @notice Moves stake from active to pending: rounds locked later don't see it; rounds that already hold it still do.
    /// A second request joins the first, and both wait for the later one. Its staker only.
    /// @param amount Wei, whole nano-NMR; leaves an active stake of zero or at least the tournament's smallest.
    function requestWithdrawal(uint32 tournament, uint32 position, uint256 amount) external;

    /// @notice Moves the whole pending withdrawal back to active. Its staker only.
    function cancelWithdrawal(uint32 tournament, uint32 position) external;

    /// @notice Pays the pending withdrawal out, once every round that had locked the position's batch before the
    /// request is settled or void. Its staker only.
    /// @param to Any address but zero and this contract.
    /// @return amount Wei.
    function withdraw(uint32 tournament, uint32 position, address to) external returns (uint256 amount);

    // ---------------------------------------------------------------- rounds

    /// @notice Opens a round; freezes terms, schedule, guardian, reporters and quorum. Organizer only.
    /// @param round Its number, above every earlier one.
    /// @param schedule closesAt at least an hour ahead; closesAt < lockedBy ≤ resolvesAt; resolvesAt + disputeWindow < settledBy.
    function openRound(uint32 tournament, uint64 round, Terms calldata terms, Schedule calldata schedule) external;

    /// @notice Snapshots a batch's stakes and earmarks the reserve for the worst case. Open to anyone, in [closesAt, lockedBy).
    /// The first lock of a round fixes how many batches it has, and counts it as in flight (`TooManyRoundsInFlight`); the
    /// last one fixes its payout factor. A position opened meanwhile joins if its batch is one of these and not locked yet.
    /// Reverts `ReserveTooSmall` where the reserve could not pay the worst case.
    function lock(uint32 tournament, uint64 round, uint32 batch) external;

    /// @notice Relays a batch's scores. Open to anyone, from resolvesAt while time + disputeWindow + 1 hour ≤ settledBy,
    /// once every batch of the round is locked. `WindowClosed` names the first second that is too late.
    /// @param scores Scores words, as many as the batch's stakes words.
    /// @param signers Bit i: reporter i of the round's set signed.
    /// @param signatures One a set bit, lowest bit first, over
    /// `Report(tournament, round, batch, attempt, stakesHash, scoresHash)`.
    function report(
        uint32 tournament,
        uint64 round,
        uint32 batch,
        uint256[] calldata scores,
        uint256 signers,
        bytes[] calldata signatures
    ) external;

    /// @notice Discards a standing report inside its dispute window. The round's guardian only.
    function veto(uint32 tournament, uint64 round, uint32 batch) external;

    /// @notice Computes and books a batch's payouts. Open to anyone, from the end of the dispute window until settledBy,
    /// while every batch of the round has a standing report.
    /// @param stakes The stakes words of the lock.
    /// @param scores The scores words of the report.
    function settle(
        uint32 tournament,
        uint64 round,
        uint32 batch,
        uint256[] calldata stakes,
        uint256[] calldata scores
    ) external;

    /// @notice Ends a round that missed a deadline: nothing more of it settles, and it holds no stake any more. Open to
    /// anyone, from lockedBy when not fully locked, from settledBy when not fully settled.
    function voidRound(uint32 tournament, uint64 round) external;

    /// @notice ERC-2612 permit from the caller to this contract, for use in a `multicall`. Does nothing where the
    /// allowance already stands: somebody may have relayed the permit before. Mainnet NMR has none: `PermitUnsupported`.
    function selfPermit(uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Calls this contract several times in one transaction; all or nothing. Every call keeps its caller.
    function multicall(bytes[] calldata data) external returns (bytes[] memory results);

    // ---------------------------------------------------------------- views

    /// @notice The token that is staked.
    function token() external view returns (address);

    /// @notice Whether the token burns by `mint`, as mainnet NMR does, rather than by `burn`.
    function burnsByMint() external view returns (bool);

    /// @notice Shortest time between a round's opening and its close, seconds: who dislikes the terms can leave in time.
    function MIN_NOTICE() external view returns (uint256);

    /// @notice Shortest time left to settle after the dispute window of a report, seconds.
    function MIN_SETTLEMENT_TIME() external view returns (uint256);

    /// @notice Wei in a nano-NMR.
    function WEI_PER_NANO() external view returns (uint256);

    /// @notice Deposits beyond this many wei in the whole contract are refused: what a signed lane can count.
    function MAX_HOLDINGS() external view returns (uint256);

    /// @notice How many tournaments there are: the highest tournament number.
    function tournaments() external view returns (uint32);

    /// @notice A position's stake, wei. Zero for a position that does not exist.
    function stakeOf(uint32 tournament, uint32 position) external view returns (uint256 active, uint256 pending);

    /// @notice Who owns a position; zero where it does not exist.
    function stakerOf(uint32 tournament, uint32 position) external view returns (address);

    /// @notice The position of a staker on a model.
    function positionOf(
        uint32 tournament,
        address staker,
        bytes32 model
    ) external view returns (bool exists, uint32 position);

    /// @notice What `withdraw` would pay now, wei.
    function withdrawable(uint32 tournament, uint32 position) external view returns (uint256);

    /// @notice The stakes words of a batch as they stand now, as `lock` would take them.
    function stakesOf(uint32 tournament, uint32 batch) external view returns (uint256[] memory stakes);

    /// @notice A tournament's reserve, and the part held back for rounds in flight, wei.
    function reserveOf(uint32 tournament) external view returns (uint256 total, uint256 earmarked);

    /// @notice A tournament; its organizer is zero where there is no such tournament.
    function tournamentOf(uint32 tournament) external view returns (Tournament memory);

    /// @notice A reporter set of a tournament, counting from 1.
    function reportersOf(
        uint32 tournament,
        uint32 reporterSet
    ) external view returns (address[] memory reporters, uint8 quorum);

    /// @notice A round; `state` is `None` where it was never opened.
    function roundOf(uint32 tournament, uint64 round) external view returns (Round memory);

    /// @notice A batch of a round; `state` is `None` before its lock. Kept while the round is in flight: rounds that follow
    /// each other share storage, so that of a round which has ended the next one may overwrite it, and it is `None` again.
    /// `scoresHash` is zero unless the batch is reported or settled.
    function batchOf(uint32 tournament, uint64 round, uint32 batch) external view returns (Batch memory);

    /// @notice The payout of one lane, nano-NMR, rounded toward zero; what `settle` credits or, where the stake is still
    /// there, burns. Reverts for terms that no tournament could have, and for a stake of 2^63 or more.
    /// @param total Total at risk of the round, nano-NMR.
    /// @param stake The lane's stake at the lock, nano-NMR.
    /// @param scores The lane's scores: high `int32` score 0, low `int32` score 1.
    function previewPayout(
        Terms calldata terms,
        uint256 total,
        uint64 stake,
        uint64 scores
    ) external pure returns (int64);
}
