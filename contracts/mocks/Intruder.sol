// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ITokenHook} from "./HookedToken.sol";

/// @title An account that is a contract, and calls back into what calls it
/// @notice As a wallet (ERC-1271) it can do so in a static call only; as a token's hook it may do anything.
contract Intruder is ITokenHook {
    /// Enough for the dearest call, little enough that one which eats it all leaves the rest some.
    uint256 private constant GAS_A_CALL = 400_000;

    address private immutable _target;
    bytes[] private _strikes;
    bytes[] private _questions;
    bytes32[] private _answers;
    bytes private _strike;

    /// Whether the hook's call went through.
    bool public succeeded;
    /// What it was answered, or the reason of its revert.
    bytes public outcome;

    error Silent();

    constructor(address target) {
        _target = target;
    }

    /// @notice Calls as this account, one after the other; all or nothing.
    function act(address target, bytes[] calldata calls) external {
        for (uint256 i = 0; i < calls.length; ++i) Address.functionCall(target, calls[i]);
    }

    /// @notice What to call once, when the token calls next.
    function armHook(bytes calldata strike) external {
        _strike = strike;
        succeeded = false;
        outcome = "";
    }

    /// @notice What to call whenever a signature is asked for, and the answers (keccak256) that views must give meanwhile.
    function armWallet(bytes[] calldata strikes, bytes[] calldata questions, bytes32[] calldata answers) external {
        _strikes = strikes;
        _questions = questions;
        _answers = answers;
    }

    /// @inheritdoc ITokenHook
    function onToken() external {
        if (_strike.length == 0) return;
        bytes memory strike = _strike;
        _strike = "";
        (succeeded, outcome) = _target.call(strike);
    }

    /// @notice Signs if no strike went through and every view gave the answer it should. Not declared a view, so that it tries.
    function isValidSignature(bytes32, bytes calldata) external returns (bytes4) {
        for (uint256 i = 0; i < _strikes.length; ++i) {
            (bool success, ) = _target.call{gas: GAS_A_CALL}(_strikes[i]);
            if (success) return bytes4(0);
        }
        for (uint256 i = 0; i < _questions.length; ++i) {
            (bool success, bytes memory answer) = _target.staticcall(_questions[i]);
            if (!success || keccak256(answer) != _answers[i]) return bytes4(0);
        }
        return IERC1271.isValidSignature.selector;
    }
}
