// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumeraireStaking} from "../../../contracts/interfaces/INumeraireStaking.sol";
import {Call, World} from "../World.sol";

/// @title Somebody who brings what was meant for elsewhere, and gives what nobody asked for
abstract contract Attacker is World {
    /// @dev Q-1: what a quorum signed for one batch stands for no other batch, round or tournament.
    function _replayReport() internal {
        (Batch storage stolen, uint32 t, Round storage r, uint256 batch, bool found) = _twoBatches();
        if (!found || stolen.signatures.length == 0) return;
        uint256 signers = (1 << stolen.signatures.length) - 1;
        _call(
            Call.Report,
            _actors[ATTACKER],
            abi.encodeCall(_staking.report, (t, r.number, uint32(batch), stolen.scores, signers, stolen.signatures)),
            false
        );
    }

    /// @dev P-1: words of one batch settle no other, unless they are the very same words.
    function _replaySettlement() internal {
        (Batch storage stolen, uint32 t, Round storage r, uint256 batch, bool found) = _twoBatches();
        if (!found || stolen.scores.length == 0) return;
        Batch storage b = _batches[t][_ordinalOf(t, r)][batch];
        bool same = keccak256(abi.encode(b.stakes, b.scores)) == keccak256(abi.encode(stolen.stakes, stolen.scores));
        if (same) return;
        _call(
            Call.Settle,
            _actors[ATTACKER],
            abi.encodeCall(_staking.settle, (t, r.number, uint32(batch), stolen.stakes, stolen.scores)),
            false
        );
    }

    /// @dev Nothing can be done with a tournament that is none.
    function _unknownTournament() internal {
        uint32 t = _chance(50) ? 0 : _count + 1 + uint32(_upTo(1e6));
        uint32 position = uint32(_upTo(3));
        uint64 round = uint64(_upTo(3));
        uint256[] memory words = new uint256[](_upTo(2));
        address from = _anyone();
        uint256 kind = _upTo(9);
        if (kind == 0) _refused(Call.FundReserve, from, abi.encodeCall(_staking.fundReserve, (t, WEI)));
        if (kind == 1) _refused(Call.WithdrawReserve, from, abi.encodeCall(_staking.withdrawReserve, (t, WEI, from)));
        if (kind == 2) _refused(Call.OpenPosition, from, abi.encodeCall(_staking.openPosition, (t, 0, WEI, 0, "")));
        if (kind == 3) _refused(Call.IncreaseStake, from, abi.encodeCall(_staking.increaseStake, (t, position, WEI)));
        if (kind == 4) _refused(Call.Withdraw, from, abi.encodeCall(_staking.withdraw, (t, position, from)));
        if (kind == 5) _refused(Call.Lock, from, abi.encodeCall(_staking.lock, (t, round, position)));
        if (kind == 6) _refused(Call.Veto, from, abi.encodeCall(_staking.veto, (t, round, position)));
        if (kind == 7) _refused(Call.Settle, from, abi.encodeCall(_staking.settle, (t, round, 0, words, words)));
        if (kind == 8) _refused(Call.VoidRound, from, abi.encodeCall(_staking.voidRound, (t, round)));
        if (kind == 9) _refused(Call.AcceptOrganizer, from, abi.encodeCall(_staking.acceptOrganizer, (t)));
    }

    /// @dev Tokens that nobody asked for.
    function _donate() internal {
        uint256 amount = _upTo(WEI * 3);
        _send(_actors[ATTACKER], address(_token), abi.encodeCall(_token.transfer, (address(_staking), amount)));
        _donated += amount;
    }

    function _refused(Call kind, address from, bytes memory data) private {
        _call(kind, from, data, false);
    }

    /// @dev A batch whose words and signatures are known, and another one to try them on.
    function _twoBatches()
        private
        returns (Batch storage stolen, uint32 t, Round storage r, uint256 batch, bool found)
    {
        (uint32 from, uint256 source, bool exists) = _anyRound();
        (uint32 to, uint256 target, bool there) = _anyRound();
        stolen = _batches[from][source][0];
        if (!exists || !there) return (stolen, to, _nowhere, 0, false);
        r = _rounds[to][target];
        batch = _upTo(r.batches);
        return (stolen, to, r, batch, from != to || source != target || batch != 0);
    }
}
