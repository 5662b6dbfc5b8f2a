// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title What the test runner answers at its address
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function recordLogs() external;

    function getRecordedLogs() external returns (Log[] memory logs);

    function addr(uint256 key) external pure returns (address);

    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);

    function prank(address sender) external;

    function getCode(string calldata artifact) external view returns (bytes memory code);

    function warp(uint256 time) external;

    function snapshotState() external returns (uint256 id);

    function revertToState(uint256 id) external returns (bool success);

    function envOr(string calldata name, uint256 otherwise) external view returns (uint256);

    function envOr(string calldata name, string calldata otherwise) external view returns (string memory);

    function writeLine(string calldata path, string calldata line) external;

    function toString(uint256 value) external pure returns (string memory);

    function toString(address value) external pure returns (string memory);

    function toString(bytes calldata value) external pure returns (string memory);

    function setNonce(address account, uint64 nonce) external;
}

Vm constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

/// @title Random numbers out of a fuzzed seed
library Dice {
    struct Cup {
        uint256 state;
    }

    function roll(Cup memory cup) internal pure returns (uint256) {
        cup.state = uint256(keccak256(abi.encode(cup.state)));
        return cup.state;
    }

    /// @notice A number from 0 to `most`.
    function upTo(Cup memory cup, uint256 most) internal pure returns (uint256) {
        return roll(cup) % (most + 1);
    }

    /// @notice True so many times in a hundred.
    function chance(Cup memory cup, uint256 percent) internal pure returns (bool) {
        return roll(cup) % 100 < percent;
    }
}
