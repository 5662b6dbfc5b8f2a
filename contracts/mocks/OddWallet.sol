// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title A wallet that answers ERC-1271 the way it is told: with any bytes, by reverting, or by eating all gas
contract OddWallet {
    enum Manner {
        Answers,
        Reverts,
        EatsGas
    }

    Manner private _manner;
    bytes private _words;

    function behave(Manner manner, bytes calldata words) external {
        _manner = manner;
        _words = words;
    }

    /// @dev Whatever it is asked: it has no function of ERC-1271.
    fallback(bytes calldata) external returns (bytes memory) {
        return _answer();
    }

    function _answer() private view returns (bytes memory words) {
        words = _words;
        if (_manner == Manner.Answers) return words;
        if (_manner == Manner.EatsGas) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        assembly ("memory-safe") {
            revert(add(words, 32), mload(words))
        }
    }
}
