// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumeraireStaking} from "../../../contracts/interfaces/INumeraireStaking.sol";
import {Vm, vm} from "../../support/Vm.sol";
import {Call, World} from "../World.sol";

/// @title What anyone may do with rounds, right and wrong
abstract contract Keepers is World {
    function _lock() internal {
        (uint32 t, uint256 ordinal, uint256 batch, bool exists) = _anyBatch(_mayLock);
        if (!exists) return;
        Round storage r = _rounds[t][ordinal];
        uint256[] memory words = _words(t, batch);
        uint256 staked = 0;
        for (uint256 i = 0; i < words.length; ++i) staked += _sumOf(words[i]);
        uint256 earmark = (staked * r.terms.exposure * r.terms.clip) / 1e18;
        Tournament storage its = _tournaments[t];
        bool ok = _mayLock(t, ordinal, batch) && earmark <= its.reserve - its.earmarked;

        _call(Call.Lock, _anyone(), abi.encodeCall(_staking.lock, (t, r.number, uint32(batch))), ok);
        if (!ok) return;
        if (r.state == INumeraireStaking.RoundState.Open) {
            r.batches = _batchesOf(t, r);
            r.state = INumeraireStaking.RoundState.Locking;
            ++its.inFlight;
        }
        Batch storage b = _batches[t][ordinal][batch];
        b.state = INumeraireStaking.BatchState.Locked;
        b.stakes = words;
        b.earmarked = earmark;
        its.earmarked += earmark;
        r.earmarked += earmark;
        r.staked += staked;
        _lockedBy[t][batch] |= 1 << ordinal;
        if (++r.locked == r.batches) r.state = INumeraireStaking.RoundState.Locked;
    }

    function _settle() internal {
        (uint32 t, uint256 ordinal, uint256 batch, bool exists) = _anyBatch(_maySettle);
        if (!exists) return;
        Round storage r = _rounds[t][ordinal];
        Batch storage b = _batches[t][ordinal][batch];
        uint256[] memory stakes = b.stakes;
        uint256[] memory scores = b.scores;
        bool right = !_chance(6) || stakes.length == 0 || scores.length == 0;
        if (!right && _chance(50)) stakes[_upTo(stakes.length - 1)] ^= 1 << _upTo(255);
        else if (!right) scores[_upTo(scores.length - 1)] ^= 1 << _upTo(255);
        bool ok = right && _maySettle(t, ordinal, batch);
        uint256 supply = _token.totalSupply();
        vm.recordLogs();
        _call(
            Call.Settle,
            _anyone(),
            abi.encodeCall(_staking.settle, (t, r.number, uint32(batch), stakes, scores)),
            ok
        );
        if (!ok) return;
        Vm.Log memory settled = vm.getRecordedLogs()[0];
        (uint256 rewarded, uint256 burned, uint256[] memory payouts) = _applyPayouts(t, r, batch, b);
        require(settled.topics[0] == INumeraireStaking.BatchSettled.selector, "P-1: the payouts are told first");
        require(
            keccak256(settled.data) == keccak256(abi.encode(rewarded * WEI, burned * WEI, payouts)),
            "P-1: what is told is what was applied"
        );
        require(_token.totalSupply() + burned * WEI == supply, "S-3: what is burned is burned");
    }

    function _voidRound() internal {
        (uint32 t, uint256 ordinal, , bool exists) = _anyBatch(_mayVoid);
        if (exists) _tryVoid(t, ordinal);
    }

    function _tryVoid(uint32 t, uint256 ordinal) internal {
        Round storage r = _rounds[t][ordinal];
        bool ok = _mayVoid(t, ordinal, 0);
        _call(Call.VoidRound, _anyone(), abi.encodeCall(_staking.voidRound, (t, r.number)), ok);
        if (!ok) return;
        _tournaments[t].earmarked -= r.earmarked;
        r.earmarked = 0;
        _end(t, r, ordinal, INumeraireStaking.RoundState.Void);
    }

    // ---------------------------------------------------------------- parts

    function _applyPayouts(
        uint32 t,
        Round storage r,
        uint256 batch,
        Batch storage b
    ) private returns (uint256 rewarded, uint256 burned, uint256[] memory payouts) {
        payouts = new uint256[](b.stakes.length);
        uint256[] storage known = _known[t];
        for (uint256 i = 0; i < known.length; ++i) {
            uint256 position = known[i];
            if (position / POSITIONS_PER_BATCH != batch || (position % POSITIONS_PER_BATCH) / 4 >= b.stakes.length)
                continue;
            int256 payout = _P1_P2_payoutOf(r, _laneOf(b.stakes, position), _laneOf(b.scores, position));
            (uint256 won, uint256 lost) = _apply(_positions[t][position], payout);
            rewarded += won;
            burned += lost;
            uint256 lane = uint64(int64(int256(won) - int256(lost)));
            payouts[(position % POSITIONS_PER_BATCH) / 4] |= lane << (64 * (position % 4));
        }
        require(rewarded <= b.earmarked, "S-2: rewards are within the batch's earmark");
        r.rewarded += rewarded;
        r.burned += burned;
        b.state = INumeraireStaking.BatchState.Settled;
        _release(_tournaments[t], r, b.earmarked, rewarded, burned);
        if (++r.settled == r.batches) _end(t, r, _ordinalOf(t, r), INumeraireStaking.RoundState.Settled);
    }

    function _release(
        Tournament storage its,
        Round storage r,
        uint256 earmarked,
        uint256 rewarded,
        uint256 burned
    ) private {
        its.reserve -= rewarded;
        its.earmarked -= earmarked;
        its.tokensOut += burned;
        r.earmarked -= earmarked;
    }

    function _P1_P2_payoutOf(Round storage r, uint256 stake, uint256 scores) private view returns (int256 payout) {
        payout = _payout(r.terms, _factor(r), stake, scores);
        require(
            _staking.previewPayout(r.terms, _totalAtRisk(r), uint64(stake), uint64(scores)) == payout,
            "P-1: previewPayout is the formula"
        );
        uint256 most = (stake * r.terms.exposure * r.terms.clip) / 1e18;
        require(payout <= int256(most) && -payout <= int256(most), "P-2: a payout is within clip x at risk");
    }

    function _end(uint32 t, Round storage r, uint256 ordinal, INumeraireStaking.RoundState state) private {
        r.state = state;
        _tournaments[t].ended |= 1 << ordinal;
        if (r.batches != 0) --_tournaments[t].inFlight;
    }

    function _sumOf(uint256 word) private pure returns (uint256 sum) {
        for (; word != 0; word >>= 64) sum += uint64(word);
    }
}
