// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";

/// @notice What a `HookedToken` calls.
interface ITokenHook {
    /// @notice Tokens move, or are burned.
    function onToken() external;
}

/// @title A token that calls somebody in the middle of every transfer and burn
contract HookedToken is ERC20, ERC20Burnable {
    ITokenHook public hook;
    /// Whether it calls once the tokens have moved, rather than before.
    bool public late;

    constructor(address recipient) ERC20("Hooked", "HKD") {
        _mint(recipient, 11_000_000e18);
    }

    function setHook(ITokenHook hook_, bool late_) external {
        hook = hook_;
        late = late_;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (!late) _call();
        super._update(from, to, value);
        if (late) _call();
    }

    function _call() private {
        if (address(hook) != address(0)) hook.onToken();
    }
}
