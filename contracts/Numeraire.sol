// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Capped} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Capped.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title NMR for every chain but mainnet
/// @notice The whole cap is minted once, at deployment; from then on the supply only falls, by burning. No owner.
contract Numeraire is ERC20, ERC20Burnable, ERC20Capped, ERC20Permit {
    /// @notice 11,000,000 NMR, the cap of mainnet NMR since 2017, in wei.
    uint256 public constant MAX_SUPPLY = 11_000_000e18;

    /// @param recipient Receives the whole supply.
    constructor(address recipient) ERC20("Numeraire", "NMR") ERC20Capped(MAX_SUPPLY) ERC20Permit("Numeraire") {
        _mint(recipient, MAX_SUPPLY);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Capped) {
        super._update(from, to, value);
    }
}
