// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {INumeraireStaking} from "../interfaces/INumeraireStaking.sol";
import {Quorum} from "../libraries/Quorum.sol";
import {StakeLedger} from "../libraries/StakeLedger.sol";
import {TokenBurn} from "../libraries/TokenBurn.sol";

/// @title What is stored, and what every part of the contract needs
/// @dev Storage counts nano-NMR; wei exist only at the edge, in arguments, events, views and token calls. Fields that one
/// step writes share a slot, and no slot that a lock, report or settlement writes is zero before: a new one costs 22,100 gas.
abstract contract StakingState is INumeraireStaking {
    using SafeERC20 for IERC20;

    /// @inheritdoc INumeraireStaking
    uint256 public constant WEI_PER_NANO = 1e9;
    /// @inheritdoc INumeraireStaking
    uint256 public constant MAX_HOLDINGS = uint256(uint64(type(int64).max)) * WEI_PER_NANO;

    struct TournamentData {
        address organizer;
        uint64 minStake;
        uint32 reporterSet;
        address pendingOrganizer;
        address guardian;
        address registrar;
        uint64 maxClip;
        uint64 maxExposure;
        uint40 maxDuration;
        uint40 minDisputeWindow;
        uint64 reserve;
        uint64 earmarked;
        uint64 latestRound;
        uint32 positions;
        uint16 roundsInFlight;
        uint16 maxRoundsInFlight;
        mapping(uint256 number => Quorum.Set) reporterSets;
        mapping(uint256 number => RoundData) rounds;
        mapping(uint256 seat => mapping(uint256 batch => BatchData)) batchesAt;
        StakeLedger.Ledger ledger;
    }

    /// @dev A slot for the schedule, one for the terms, one for the guardian, one that locks write, one that reports and
    /// settlements write. Clip and exposure are at most 1e9; 2^32 positions are 2^22 batches.
    /// @param ticket The round's newest ticket in the book of holds; 0 before its first lock.
    /// @param seat Where its batches are kept; 0 before its first lock.
    /// @param olderTickets How many tickets it drew before `ticket`.
    struct RoundData {
        uint40 closesAt;
        uint40 lockedBy;
        uint40 resolvesAt;
        uint40 settledBy;
        uint40 disputeWindow;
        int64 multiplier0;
        int64 multiplier1;
        uint64 stakeThreshold;
        uint32 clip;
        uint32 exposure;
        uint64 staked;
        uint64 earmarked;
        uint24 batches;
        uint24 lockedBatches;
        RoundState state;
        uint32 ticket;
        uint24 seat;
        uint64 rewarded;
        uint64 burned;
        uint24 reportedBatches;
        uint24 settledBatches;
        uint32 reporterSet;
        uint32 olderTickets;
        address guardian;
        mapping(uint256 index => uint32) olderTicket;
    }

    /// @dev Kept at a seat: rounds that follow each other at one write over what is there, for a fifth of a new slot's price.
    /// `scoresHash` counts only while the batch is reported or settled.
    struct BatchData {
        bytes32 stakesHash;
        bytes32 scoresHash;
        BatchStatus status;
    }

    /// @param round Whose batch this is; a batch of another round is a batch not locked yet.
    struct BatchStatus {
        uint64 round;
        uint64 earmarked;
        uint40 reportedAt;
        uint32 attempt;
        uint16 words;
        BatchState state;
    }

    /// @inheritdoc INumeraireStaking
    address public immutable token;
    /// @inheritdoc INumeraireStaking
    bool public immutable burnsByMint;

    /// @inheritdoc INumeraireStaking
    uint32 public tournaments;
    mapping(uint256 number => TournamentData) internal _tournaments;

    /// @param token_ NMR, on mainnet the contract of 2017, elsewhere `Numeraire`.
    constructor(address token_) {
        token = token_;
        burnsByMint = TokenBurn.probe(token_);
    }

    function _existing(uint32 tournament) internal view returns (TournamentData storage t) {
        t = _tournaments[tournament];
        if (t.organizer == address(0)) revert TournamentUnknown(tournament);
    }

    function _organized(uint32 tournament) internal view returns (TournamentData storage t) {
        t = _existing(tournament);
        if (msg.sender != t.organizer) revert NotOrganizer(tournament, msg.sender);
    }

    function _requireAtMost(bytes32 limit, uint256 value, uint256 bound) internal pure {
        if (value > bound) revert LimitExceeded(limit, value, bound);
    }

    function _requirePayable(address to) internal view {
        if (to == address(0) || to == address(this)) revert AddressInvalid(to);
    }

    /// @dev Takes tokens from the caller; exactly the amount must arrive, and the ledger must be able to count it.
    function _pull(uint256 amount) internal {
        IERC20 nmr = IERC20(token);
        uint256 held = nmr.balanceOf(address(this));
        nmr.safeTransferFrom(msg.sender, address(this), amount);
        uint256 holds = nmr.balanceOf(address(this));
        if (holds != held + amount) revert TransferMismatch(held + amount, holds);
        if (holds > MAX_HOLDINGS) revert HoldingsTooLarge(holds, MAX_HOLDINGS);
    }

    /// @dev Wei to nano-NMR. What fits no lane is refused as well.
    function _nano(uint256 amount) internal pure returns (uint64) {
        if (amount % WEI_PER_NANO != 0 || amount > MAX_HOLDINGS) revert AmountNotWhole(amount);
        return uint64(amount / WEI_PER_NANO);
    }

    function _positiveNano(uint256 amount) internal pure returns (uint64) {
        if (amount == 0) revert AmountZero();
        return _nano(amount);
    }

    function _wei(uint256 nano) internal pure returns (uint256) {
        return nano * WEI_PER_NANO;
    }
}
