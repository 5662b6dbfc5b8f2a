// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {INumeraireStaking} from "../interfaces/INumeraireStaking.sol";
import {Quorum} from "../libraries/Quorum.sol";
import {StakeLedger} from "../libraries/StakeLedger.sol";
import {StakingState} from "./StakingState.sol";

/// @title Positions: staking and leaving
/// @dev Its invariant: nobody but the staker lowers a position, and nothing that others do or fail to do can keep stake here
/// that waits for no round. So nothing here reads a round.
abstract contract Stakes is StakingState, EIP712, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using StakeLedger for StakeLedger.Ledger;

    bytes32 private constant GRANT_TYPEHASH = keccak256(
        "Grant(uint32 tournament,bytes32 model,address staker,uint256 deadline)"
    );

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

        position = t.positions++;
        t.ledger.open(position, msg.sender, model);
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
        TournamentData storage t = _tournaments[tournament];
        (stakes, ) = t.ledger.load(batch, t.positions);
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

    function _takePending(
        StakeLedger.Ledger storage ledger,
        uint32 tournament,
        uint32 position
    ) private returns (uint256 pending) {
        pending = ledger.positions[position].pending;
        if (pending == 0) revert NothingPending(tournament, position);
        ledger.positions[position].pending = 0;
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
}
