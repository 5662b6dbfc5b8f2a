// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title The plain loop: one slot and one event a stake
/// @notice Computes payouts as anybody would write it first, and checks nothing: neither who calls, nor what is brought, nor
/// whether a reserve covers it. Rewards and burns move no tokens.
contract OneSlotLoop {
    /// @notice A position's stake, wei.
    mapping(uint256 position => uint256) public stakeOf;

    /// @param payout Wei, negative where burned.
    /// @param stake Wei, as it is then.
    event Settled(uint256 indexed position, int256 payout, uint256 stake);

    /// @notice Sets stakes, wei.
    function stake(uint256[] calldata positions, uint256[] calldata amounts) external {
        for (uint256 i = 0; i < positions.length; ++i) stakeOf[positions[i]] = amounts[i];
    }

    /// @notice Pays stake × rate for each position.
    /// @param rates 1e-18.
    function settle(uint256[] calldata positions, int256[] calldata rates) external {
        for (uint256 i = 0; i < positions.length; ++i) {
            uint256 position = positions[i];
            int256 staked = int256(stakeOf[position]);
            int256 payout = (staked * rates[i]) / 1e18;
            stakeOf[position] = uint256(staked + payout);
            emit Settled(position, payout, uint256(staked + payout));
        }
    }
}
