// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A token that can't burn; its `mint` does what the name says, and answers nothing
contract UnburnableToken is ERC20 {
    constructor(address recipient) ERC20("Unburnable", "UNB") {
        _mint(recipient, 1e24);
    }

    function mint(uint256 value) external {
        _mint(msg.sender, value);
    }
}
