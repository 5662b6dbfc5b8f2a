// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

/// @title A Merkle root a round and a claim by every staker: the shape of atomic staking and of merkle-distributor
/// @notice One account posts the root of what everybody has after the round, and every staker claims with a proof. Payouts
/// are computed elsewhere and believed.
contract MerkleRoots {
    /// @notice Posts roots.
    address public immutable poster = msg.sender;
    /// @notice What is staked.
    ERC20Burnable public immutable token;

    /// @notice A round's root.
    mapping(uint256 round => bytes32) public rootOf;
    mapping(uint256 round => mapping(uint256 word => uint256 bits)) private _claimed;

    event RootPosted(uint256 indexed round, bytes32 root, uint256 burned);
    event Claimed(uint256 indexed round, uint256 indexed index, address indexed staker, uint256 amount);

    error NotPoster(address caller);
    error AlreadyClaimed(uint256 round, uint256 index);
    error ProofInvalid(uint256 round, uint256 index);
    error TransferFailed(address staker, uint256 amount);

    constructor(ERC20Burnable token_) {
        token = token_;
    }

    /// @notice Posts a round's root, and burns what all stakers lost, wei.
    function post(uint256 round, bytes32 root, uint256 burned) external {
        if (msg.sender != poster) revert NotPoster(msg.sender);
        rootOf[round] = root;
        emit RootPosted(round, root, burned);
        token.burn(burned);
    }

    /// @notice Pays a staker what is left of a stake, with what it won, wei.
    function claim(uint256 round, uint256 index, address staker, uint256 amount, bytes32[] calldata proof) external {
        uint256 bit = 1 << (index & 255);
        uint256 bits = _claimed[round][index >> 8];
        if (bits & bit != 0) revert AlreadyClaimed(round, index);
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(index, staker, amount))));
        if (!MerkleProof.verifyCalldata(proof, rootOf[round], leaf)) revert ProofInvalid(round, index);
        _claimed[round][index >> 8] = bits | bit;
        emit Claimed(round, index, staker, amount);
        if (!token.transfer(staker, amount)) revert TransferFailed(staker, amount);
    }
}
