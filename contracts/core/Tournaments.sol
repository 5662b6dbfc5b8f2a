// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {INumeraireStaking} from "../interfaces/INumeraireStaking.sol";
import {PayoutMath} from "../libraries/PayoutMath.sol";
import {Quorum} from "../libraries/Quorum.sol";
import {StakingState} from "./StakingState.sol";

/// @title Tournaments, their settings and their reserves
/// @dev Its invariant: no call for one tournament changes anything of another, and the reserve never falls below what is
/// earmarked.
abstract contract Tournaments is StakingState, ReentrancyGuardTransient {
    using Quorum for Quorum.Set;
    using SafeERC20 for IERC20;

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
        result.limits = Limits(t.maxClip, t.maxExposure, t.maxRoundsInFlight, t.maxDuration, t.minDisputeWindow);
        result.reporterSet = t.reporterSet;
        result.positions = t.positions;
        result.roundsInFlight = t.roundsInFlight;
        result.latestRound = t.latestRound;
    }

    /// @inheritdoc INumeraireStaking
    function reportersOf(
        uint32 tournament,
        uint32 reporterSet
    ) external view returns (address[] memory reporters, uint8 quorum) {
        Quorum.Set storage set = _tournaments[tournament].reporterSets[reporterSet];
        return (set.members(), set.quorum);
    }

    function _setLimits(TournamentData storage t, Limits memory limits) private {
        _requireWithin("maxClip", limits.maxClip, 0, PayoutMath.ONE_NANO);
        _requireWithin("maxExposure", limits.maxExposure, 0, PayoutMath.ONE_NANO);
        _requireWithin("maxRoundsInFlight", limits.maxRoundsInFlight, 1, type(uint16).max);
        t.maxClip = limits.maxClip;
        t.maxExposure = limits.maxExposure;
        t.maxRoundsInFlight = limits.maxRoundsInFlight;
        t.maxDuration = limits.maxDuration;
        t.minDisputeWindow = limits.minDisputeWindow;
    }

    function _requireWithin(bytes32 limit, uint256 value, uint256 least, uint256 most) private pure {
        if (value < least || value > most) revert LimitOutOfBounds(limit, value, least, most);
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
}
