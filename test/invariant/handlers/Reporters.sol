// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumeraireStaking} from "../../../contracts/interfaces/INumeraireStaking.sol";
import {Call, World} from "../World.sol";

/// @title What relayers bring of the reporters, right and wrong
abstract contract Reporters is World {
    bytes32 private constant REPORT = keccak256(
        "Report(uint32 tournament,uint64 round,uint32 batch,uint32 attempt,bytes32 stakesHash,bytes32 scoresHash)"
    );

    /// @dev With the signatures of the round's reporters, or with too few, a stranger's, or one of another attempt or batch.
    function _report() internal {
        (uint32 t, uint256 ordinal, uint256 batch, bool exists) = _anyBatch(_mayReport);
        if (!exists) return;
        Round storage r = _rounds[t][ordinal];
        Batch storage b = _batches[t][ordinal][batch];
        uint256[] memory scores = _anyScores(b.stakes.length);
        bool fit = !_chance(5);
        if (!fit) scores = new uint256[](b.stakes.length + 1);
        bytes32 digest = _digest(
            keccak256(
                abi.encode(
                    REPORT,
                    t,
                    r.number,
                    uint32(batch),
                    uint32(b.attempt),
                    keccak256(abi.encodePacked(b.stakes)),
                    keccak256(abi.encodePacked(scores))
                )
            )
        );
        (uint256 signers, bytes[] memory signatures, bool good) = _anySigners(_setOf(t, r.reporterSet), digest);
        // Those of an earlier report of the batch, which a veto may have discarded: they are of its scores and attempt.
        if (_chance(10) && b.signatures.length != 0) {
            (signers, signatures, good) = ((1 << b.signatures.length) - 1, b.signatures, false);
            if (b.scores.length == scores.length) scores = b.scores;
        }
        bool ok = fit && good && _mayReport(t, ordinal, batch);

        _call(
            Call.Report,
            _anyone(),
            abi.encodeCall(_staking.report, (t, r.number, uint32(batch), scores, signers, signatures)),
            ok
        );
        if (!ok) return;
        b.state = INumeraireStaking.BatchState.Reported;
        b.reportedAt = block.timestamp;
        b.scores = scores;
        b.signatures = signatures;
        ++r.reported;
    }

    // ---------------------------------------------------------------- parts

    /// @dev Q-1: a report is good where so many of the set signed as its quorum asks for, and all that are named.
    function _anySigners(
        ReporterSet storage set,
        bytes32 digest
    ) private returns (uint256 signers, bytes[] memory signatures, bool good) {
        uint256 count = set.keys.length;
        uint256 wanted = _chance(85) ? set.quorum + _upTo(count - set.quorum) : _upTo(count);
        signatures = new bytes[](wanted);
        uint256 from = _upTo(count - wanted);
        for (uint256 i = 0; i < wanted; ++i) {
            signers |= 1 << (from + i);
            signatures[i] = _sign(set.keys[from + i], digest);
        }
        good = wanted >= set.quorum;
        if (wanted == 0 || !_chance(8)) return (signers, signatures, good);
        uint256 fault = _upTo(3);
        if (fault == 0) signatures[_upTo(wanted - 1)] = _sign(1 + (_roll() >> 8), digest);
        else if (fault == 1) signatures[_upTo(wanted - 1)] = _sign(set.keys[from], digest ^ bytes32(uint256(1)));
        else if (fault == 2) signers |= 1 << (count + _upTo(100));
        else signatures[0] = "";
        return (signers, signatures, false);
    }

    /// @dev Of every size, for lanes that hold something and for such that don't.
    function _anyScores(uint256 words) private returns (uint256[] memory scores) {
        scores = new uint256[](words);
        uint256 kind = _upTo(3);
        for (uint256 i = 0; i < words; ++i) {
            if (i > 3 && i < words - 1) continue;
            for (uint256 half = 0; half < 8; ++half) {
                uint256 score = kind == 0 ? _roll() : _near(30_000_000);
                if (kind == 2) score = _upTo(1e9);
                if (kind == 3) score = type(uint256).max - _upTo(1e9);
                if (!_chance(10)) scores[i] |= uint256(uint32(score)) << (32 * half);
            }
        }
    }

    function _near(uint256 most) private returns (uint256 score) {
        unchecked {
            return _upTo(2 * most) - most;
        }
    }
}
