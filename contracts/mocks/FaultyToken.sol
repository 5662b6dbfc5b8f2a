// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";

/// @title A burnable token of any supply, which can be told to misbehave
contract FaultyToken is ERC20, ERC20Burnable {
    /// Kept back of every transfer, wei.
    uint256 public fee;
    /// Whether a burn moves the tokens away instead of destroying them.
    bool public burnsAstray;

    constructor(address recipient, uint256 supply) ERC20("Faulty", "FLT") {
        _mint(recipient, supply);
    }

    function setFee(uint256 fee_) external {
        fee = fee_;
    }

    function setBurnsAstray(bool astray) external {
        burnsAstray = astray;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (to == address(0) && burnsAstray) return super._update(from, address(0xdead), value);
        super._update(from, to, value);
        if (fee != 0 && from != address(0) && to != address(0)) super._update(to, address(0xfee), fee);
    }
}
