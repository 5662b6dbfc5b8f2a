// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {INumeraireStaking} from "../interfaces/INumeraireStaking.sol";

/// @notice Mainnet NMR burns the caller's tokens by `mint`, a name kept from 2017, and answers false instead of reverting.
interface IMintBurns {
    function mint(uint256 value) external returns (bool);
}

/// @title Burning, the way the token at hand does it
library TokenBurn {
    /// @dev Contracts of 2017 answer an unknown function by consuming all gas they were given.
    uint256 private constant PROBE_GAS = 200_000;

    /// @notice How a token burns, found out by burning nothing.
    /// @return byMint Whether by `mint(uint256)`, as mainnet NMR, rather than by `burn(uint256)`.
    function probe(address token) internal returns (bool byMint) {
        if (token.code.length == 0) revert INumeraireStaking.TokenNotBurnable(token);
        (bool burns, ) = token.call{gas: PROBE_GAS}(abi.encodeCall(ERC20Burnable.burn, (0)));
        if (burns) return false;
        (bool mints, bytes memory answer) = token.call{gas: PROBE_GAS}(abi.encodeCall(IMintBurns.mint, (0)));
        if (!mints || answer.length != 32) revert INumeraireStaking.TokenNotBurnable(token);
        return true;
    }

    /// @notice Destroys the caller's tokens. Reverts unless the supply fell by exactly the amount.
    /// @param amount Wei.
    function burn(address token, bool byMint, uint256 amount) internal {
        uint256 supplyBefore = IERC20(token).totalSupply();
        bool burned = true;
        if (byMint) burned = IMintBurns(token).mint(amount);
        else ERC20Burnable(token).burn(amount);
        uint256 supplyAfter = IERC20(token).totalSupply();
        if (!burned || supplyAfter + amount != supplyBefore) {
            revert INumeraireStaking.BurnFailed(amount, supplyBefore, supplyAfter);
        }
    }
}
