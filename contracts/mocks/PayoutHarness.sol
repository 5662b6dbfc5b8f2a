// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumeraireStaking} from "../interfaces/INumeraireStaking.sol";
import {PayoutMath} from "../libraries/PayoutMath.sol";
import {Words} from "../libraries/Words.sol";

/// @title The payout library from outside, a thousand lanes a call
contract PayoutHarness {
    /// @notice Every lane's payout, once by each of the library's two ways.
    /// @param total Total at risk, nano-NMR.
    /// @return lanes `payoutTowardZero`, lane by lane.
    /// @return words The payouts words of `settleWord` on stakes that are all still active.
    /// @return rare Bit i: word i is left to the slow path.
    function payouts(
        INumeraireStaking.Terms memory terms,
        uint256 total,
        uint256[] memory stakes,
        uint256[] memory scores
    ) external pure returns (int256[] memory lanes, uint256[] memory words, uint256 rare) {
        PayoutMath.Rule memory rule = PayoutMath.rule(terms, PayoutMath.factorDown(total, terms.stakeThreshold));
        lanes = new int256[](stakes.length * Words.LANES);
        words = new uint256[](stakes.length);
        for (uint256 i = 0; i < stakes.length; ++i) {
            for (uint256 lane = 0; lane < Words.LANES; ++lane) {
                lanes[i * Words.LANES + lane] = PayoutMath.payoutTowardZero(
                    rule,
                    Words.lane(stakes[i], lane),
                    Words.lane(scores[i], lane)
                );
            }
            uint256 next = 0;
            (next, words[i]) = PayoutMath.settleWord(rule, stakes[i], stakes[i], scores[i]);
            if (PayoutMath.isRare(rule, stakes[i], next, words[i])) rare |= 1 << i;
        }
    }
}
