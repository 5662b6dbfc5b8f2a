// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {Rounds} from "./core/Rounds.sol";
import {Stakes} from "./core/Stakes.sol";
import {StakingState} from "./core/StakingState.sol";
import {Tournaments} from "./core/Tournaments.sol";
import {INumeraireStaking} from "./interfaces/INumeraireStaking.sol";

/// @title NumeraireStaking
/// @dev Every entry point, in all parts, reads in one order: who may, what must hold, what changes, the event, the token.
contract NumeraireStaking is Tournaments, Stakes, Rounds, Multicall {
    /// @param token_ NMR, on mainnet the contract of 2017, elsewhere `Numeraire`.
    constructor(address token_) StakingState(token_) EIP712("NumeraireStaking", "1") {}

    /// @inheritdoc INumeraireStaking
    function selfPermit(uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        address nmr = token;
        if (IERC20(nmr).allowance(msg.sender, address(this)) >= value) return;
        // NMR of 2017 answers an unknown function by consuming all gas it was given.
        if (burnsByMint) revert PermitUnsupported(nmr);
        IERC20Permit(nmr).permit(msg.sender, address(this), value, deadline, v, r, s);
    }

    /// @inheritdoc INumeraireStaking
    function multicall(
        bytes[] calldata data
    ) public override(INumeraireStaking, Multicall) returns (bytes[] memory results) {
        return super.multicall(data);
    }
}
