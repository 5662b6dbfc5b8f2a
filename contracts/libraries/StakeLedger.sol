// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Holds} from "./Holds.sol";
import {PayoutMath} from "./PayoutMath.sol";
import {WordEvents} from "./WordEvents.sol";
import {Words} from "./Words.sol";

/// @title The stakes of a tournament, four to a word
/// @notice Keeps what each position has active (a lane of a word) and pending withdrawal. All amounts are nano-NMR.
/// @dev No lane can overflow: the contract never holds more than `type(int64).max` nano-NMR in all (`HoldingsTooLarge`),
/// and every lane, pending amount and sum of stakes held at one moment is part of that.
library StakeLedger {
    using Holds for Holds.Book;
    using PayoutMath for PayoutMath.Rule;

    /// @param heldBy Mark of the position's batch at its latest withdrawal request.
    struct Position {
        address staker;
        uint64 pending;
        uint32 heldBy;
    }

    struct Ledger {
        Holds.Book holds;
        mapping(uint256 position => Position) positions;
        /// Position + 1 by staker and model.
        mapping(address staker => mapping(bytes32 model => uint256)) numbers;
        /// Fixed in size so that word i is simply slot i from here: 2^30 words are all that 2^32 positions need.
        uint256[1 << 30] words;
    }

    /// @notice Adds a position without a stake.
    function open(Ledger storage ledger, uint256 position, address staker, bytes32 model) internal {
        ledger.positions[position].staker = staker;
        ledger.numbers[staker][model] = position + 1;
    }

    function activeOf(Ledger storage ledger, uint256 position) internal view returns (uint256) {
        return Words.lane(ledger.words[position / Words.LANES], position % Words.LANES);
    }

    function setActive(Ledger storage ledger, uint256 position, uint256 amount) internal {
        uint256 index = position / Words.LANES;
        ledger.words[index] = Words.withLane(ledger.words[index], position % Words.LANES, amount);
    }

    /// @notice Moves `amount` of `active` to pending, where it waits for the rounds that hold the batch now.
    /// @param active What the position has active; at least `amount`.
    /// @return pending What is pending then.
    function request(
        Ledger storage ledger,
        uint256 position,
        uint256 active,
        uint256 amount
    ) internal returns (uint256 pending) {
        Position storage p = ledger.positions[position];
        setActive(ledger, position, active - amount);
        pending = p.pending + amount;
        p.pending = uint64(pending);
        p.heldBy = ledger.holds.mark(position / Words.POSITIONS_PER_BATCH);
    }

    /// @notice Whether the pending withdrawal waits for no round any more.
    function isFree(Ledger storage ledger, uint256 position) internal view returns (bool) {
        return ledger.holds.isFree(position / Words.POSITIONS_PER_BATCH, ledger.positions[position].heldBy);
    }

    /// @notice Number of batches that so many positions use.
    function batches(uint256 positions) internal pure returns (uint24) {
        // Safe: 2^32 positions are 2^22 batches.
        return uint24((positions + Words.POSITIONS_PER_BATCH - 1) / Words.POSITIONS_PER_BATCH);
    }

    /// @notice A batch's words, cut after the last one in use, and the sum of their lanes.
    function load(
        Ledger storage ledger,
        uint256 batch,
        uint256 positions
    ) internal view returns (uint256[] memory stakes, uint256 staked) {
        uint256 inUse = (positions + Words.LANES - 1) / Words.LANES;
        uint256 first = batch * Words.WORDS_PER_BATCH;
        if (first >= inUse) return (stakes, 0);
        uint256 count = inUse - first;
        if (count > Words.WORDS_PER_BATCH) count = Words.WORDS_PER_BATCH;
        uint256 sums = 0;
        (stakes, sums) = Words.load(_slot(ledger) + first, count);
        staked = Words.sum(sums);
    }

    /// @notice Computes a batch's payouts and applies them. A reward joins the active stake, or the pending withdrawal
    /// where nothing is active and something is pending. A burn takes the active stake, then the pending withdrawal,
    /// and is cut at what is there.
    /// @param stakes The batch's words at the lock.
    /// @param scores As many scores words.
    /// @return payouts Payouts words: what was really applied.
    /// @return rewarded Σ of the rewards, nano-NMR.
    /// @return burned Σ of the burns, nano-NMR.
    function settle(
        Ledger storage ledger,
        uint256 batch,
        uint256[] calldata stakes,
        uint256[] calldata scores,
        PayoutMath.Rule memory rule
    ) internal returns (uint256[] memory payouts, uint256 rewarded, uint256 burned) {
        // It changes nothing but what the compiler makes of the loop: 10 gas a position less with it.
        if (stakes.length == 0) return (payouts, 0, 0);
        payouts = WordEvents.allocate(stakes.length);
        uint256 slot = _slot(ledger) + batch * Words.WORDS_PER_BATCH;
        unchecked {
            uint256 end = slot + stakes.length;
            uint256 stakesAt = Words.start(stakes);
            uint256 scoresAt = Words.start(scores);
            uint256 payoutsAt = Words.startInMemory(payouts);
            for (; slot < end; ++slot) {
                uint256 locked = Words.read(stakesAt);
                // Positions that had left before the lock: nothing to compute, and no storage to read.
                if (locked != 0) {
                    uint256 active = _read(slot);
                    (uint256 next, uint256 paid) = rule.settleWord(active, locked, Words.read(scoresAt));
                    if (rule.maybeRare(active, next)) {
                        if (rule.isRare(active, next, paid)) {
                            (next, paid) = _settleRare(ledger, slot - _slot(ledger), active, paid);
                        }
                    }
                    (rewarded, burned) = rule.addUp(rewarded, burned, paid);
                    _write(slot, next);
                    Words.write(payoutsAt, paid);
                }
                stakesAt += 32;
                scoresAt += 32;
                payoutsAt += 32;
            }
        }
        return (payouts, Words.sum(rewarded), Words.sum(burned));
    }

    /// @dev Applies a word's payouts lane by lane, with pending withdrawals in view.
    /// @param word Its number.
    /// @param due Its payouts word, uncut.
    /// @return next The word of active stakes then.
    /// @return payouts Its payouts word, as applied.
    function _settleRare(
        Ledger storage ledger,
        uint256 word,
        uint256 active,
        uint256 due
    ) private returns (uint256 next, uint256 payouts) {
        unchecked {
            next = active;
            for (uint256 lane = 0; lane < Words.LANES; ++lane) {
                int256 payout = int64(uint64(Words.lane(due, lane)));
                if (payout == 0) continue;
                int256 stake = int256(Words.lane(active, lane));
                int256 sum = stake + payout;
                if (sum < 0 || stake == 0) {
                    (payout, sum) = _settlePending(ledger, word * Words.LANES + lane, payout, stake);
                }
                next = Words.withLane(next, lane, uint256(sum));
                payouts = Words.withLane(payouts, lane, uint64(int64(payout)));
            }
        }
    }

    /// @dev A burn beyond the active stake, or a payout where nothing is active.
    /// @return applied The payout as applied.
    /// @return next The active stake then.
    function _settlePending(
        Ledger storage ledger,
        uint256 position,
        int256 payout,
        int256 active
    ) private returns (int256 applied, int256 next) {
        unchecked {
            Position storage p = ledger.positions[position];
            int256 pending = int256(uint256(p.pending));
            int256 left = active + pending + payout;
            if (left < 0) left = 0;
            applied = left - active - pending;
            if (pending == 0) return (applied, left);
            p.pending = uint64(uint256(left));
        }
    }

    function _read(uint256 slot) private view returns (uint256 word) {
        assembly ("memory-safe") {
            word := sload(slot)
        }
    }

    function _write(uint256 slot, uint256 word) private {
        assembly ("memory-safe") {
            sstore(slot, word)
        }
    }

    function _slot(Ledger storage ledger) private view returns (uint256 slot) {
        uint256[1 << 30] storage words = ledger.words;
        assembly ("memory-safe") {
            slot := words.slot
        }
    }
}
