// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";

/// @title A loop with a token transfer and a burn a row: the shape of NumeraiTournamentV3
/// @notice A stake is for one round. Its settlement burns what is lost and sends the rest, with what is won, back to the
/// staker. Payouts are computed elsewhere and believed.
contract TransferBurnLoop {
    /// @notice Settles.
    address public immutable manager = msg.sender;
    /// @notice What is staked.
    ERC20Burnable public immutable token;

    /// @notice A stake, wei, by staker and tag.
    mapping(address staker => mapping(bytes32 tag => uint256)) public stakeOf;

    /// @param payout Wei, negative where burned.
    event StakeResolved(address indexed staker, bytes32 indexed tag, uint256 stake, int256 payout);

    error NotManager(address caller);
    error TransferFailed(address staker, uint256 amount);

    constructor(ERC20Burnable token_) {
        token = token_;
    }

    /// @notice Sets stakes, wei, a row each. The tokens are there already.
    function stake(address[] calldata stakers, bytes32[] calldata tags, uint256[] calldata amounts) external {
        for (uint256 i = 0; i < stakers.length; ++i) stakeOf[stakers[i]][tags[i]] = amounts[i];
    }

    /// @notice Releases stakes, a row each, with what they won or without what they lost.
    /// @param payouts Wei, negative where burned.
    function resolve(address[] calldata stakers, bytes32[] calldata tags, int256[] calldata payouts) external {
        if (msg.sender != manager) revert NotManager(msg.sender);
        for (uint256 i = 0; i < stakers.length; ++i) {
            uint256 staked = stakeOf[stakers[i]][tags[i]];
            int256 payout = payouts[i];
            delete stakeOf[stakers[i]][tags[i]];
            emit StakeResolved(stakers[i], tags[i], staked, payout);
            if (payout < 0) token.burn(uint256(-payout));
            uint256 left = uint256(int256(staked) + payout);
            if (!token.transfer(stakers[i], left)) revert TransferFailed(stakers[i], left);
        }
    }
}
