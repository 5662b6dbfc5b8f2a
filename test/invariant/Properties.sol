// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumeraireStaking} from "../../contracts/interfaces/INumeraireStaking.sol";
import {Attacker} from "./handlers/Attacker.sol";
import {Clock} from "./handlers/Clock.sol";
import {Guardian} from "./handlers/Guardian.sol";
import {Keepers} from "./handlers/Keepers.sol";
import {Organizers} from "./handlers/Organizers.sol";
import {Reporters} from "./handlers/Reporters.sol";
import {Stakers} from "./handlers/Stakers.sol";

/// @title The numbered invariants, asked of the contract from outside
/// @notice Names and messages carry the ids of docs/invariants.md. What a call must do, pay and refuse is checked where it is
/// made; here stands what must hold between calls.
abstract contract Properties is Stakers, Organizers, Keepers, Reporters, Guardian, Attacker, Clock {
    function _checkAll() internal view {
        uint256 held = 0;
        for (uint32 t = 1; t <= _count; ++t) {
            held += _S3_whatCameInIsHereOrWentOut(t);
            _S2_earmarkedIsWithinTheReserve(t);
            _R2_openRoundsAreAsOpened(t);
            _R1_statesAreTheModels(t);
            _L1_lockedWordsAreTheModels(t);
            _X1_withdrawableIsWhatWaitsForNothing(t);
        }
        _S1_balanceCoversAll(held);
    }

    function _S1_balanceCoversAll(uint256 held) private view {
        require(
            _token.balanceOf(address(_staking)) == held * WEI + _donated,
            "S-1: the balance is stakes, reserves and gifts"
        );
    }

    function _S2_earmarkedIsWithinTheReserve(uint32 t) private view {
        (uint256 total, uint256 earmarked) = _staking.reserveOf(t);
        require(earmarked <= total, "S-2: earmarked is within the reserve");
        require(total == _tournaments[t].reserve * WEI, "S-2: the reserve is the model's");
        require(earmarked == _tournaments[t].earmarked * WEI, "S-2: the earmark is the model's");
    }

    /// @dev With L-2: every position has exactly what its staker and settlements made of it.
    function _S3_whatCameInIsHereOrWentOut(uint32 t) private view returns (uint256 held) {
        Tournament storage its = _tournaments[t];
        uint256[] storage known = _known[t];
        for (uint256 i = 0; i < known.length; ++i) {
            Position storage p = _positions[t][known[i]];
            (uint256 active, uint256 pending) = _staking.stakeOf(t, uint32(known[i]));
            require(active == p.active * WEI, "L-2: active is the model's");
            require(pending == p.pending * WEI, "L-2: pending is the model's");
            held += p.active + p.pending;
        }
        (uint256 total, ) = _staking.reserveOf(t);
        held += total / WEI;
        require(its.tokensIn == its.tokensOut + held, "S-3: in is out and held");
    }

    function _L1_lockedWordsAreTheModels(uint32 t) private view {
        uint256 count = _rounds[t].length;
        if (count == 0) return;
        // A round in flight; what one that ended had locked is not kept for ever.
        for (uint256 i = count; i > 0 && i + 3 > count; --i) {
            Round storage r = _rounds[t][i - 1];
            if (r.state > INumeraireStaking.RoundState.Locked) continue;
            for (uint256 batch = 0; batch < r.batches; ++batch) {
                Batch storage b = _batches[t][i - 1][batch];
                INumeraireStaking.Batch memory told = _staking.batchOf(t, r.number, uint32(batch));
                require(told.state == b.state, "R-1: a batch's state is the model's");
                require(told.attempt == b.attempt && told.reportedAt == b.reportedAt, "R-1: attempts");
                if (b.state == INumeraireStaking.BatchState.None) continue;
                require(told.words == b.stakes.length, "L-1: as many words");
                require(told.stakesHash == keccak256(abi.encodePacked(b.stakes)), "L-1: the words at the lock");
                bool reported = b.state != INumeraireStaking.BatchState.Locked;
                bytes32 scoresHash = reported ? keccak256(abi.encodePacked(b.scores)) : bytes32(0);
                require(told.scoresHash == scoresHash, "Q-1: the scores that the quorum signed");
            }
        }
        require(
            keccak256(abi.encodePacked(_staking.stakesOf(t, 0))) == keccak256(abi.encodePacked(_words(t, 0))),
            "L-1: the words in storage are the stakes"
        );
    }

    function _R1_statesAreTheModels(uint32 t) private view {
        for (uint256 i = 0; i < _rounds[t].length; ++i) {
            Round storage r = _rounds[t][i];
            INumeraireStaking.Round memory told = _staking.roundOf(t, r.number);
            require(told.state == r.state, "R-1: a round's state is the model's");
            require(told.batches == r.batches && told.lockedBatches == r.locked, "R-1: batches");
            require(told.reportedBatches == r.reported && told.settledBatches == r.settled, "R-1: batches reported");
            require(told.staked == r.staked * WEI && told.earmarked == r.earmarked * WEI, "R-1: staked, earmarked");
            require(told.rewarded == r.rewarded * WEI && told.burned == r.burned * WEI, "R-1: rewarded, burned");
            if (r.batches != 0 && r.locked == r.batches) {
                require(told.atRisk == _totalAtRisk(r) * WEI, "P-2: the total at risk");
                require(told.payoutFactor == _factor(r), "P-1: the payout factor");
            } else {
                require(told.atRisk == 0 && told.payoutFactor == 0, "R-1: no factor before the last lock");
            }
        }
        INumeraireStaking.Tournament memory its = _staking.tournamentOf(t);
        require(its.roundsInFlight == _tournaments[t].inFlight, "R-1: rounds in flight");
        require(its.roundsInFlight <= its.limits.maxRoundsInFlight, "R-2: no more rounds in flight than the limit");
    }

    function _R2_openRoundsAreAsOpened(uint32 t) private view {
        for (uint256 i = 0; i < _rounds[t].length; ++i) {
            Round storage r = _rounds[t][i];
            INumeraireStaking.Round memory told = _staking.roundOf(t, r.number);
            require(keccak256(abi.encode(told.terms)) == keccak256(abi.encode(r.terms)), "R-2: terms");
            require(keccak256(abi.encode(told.schedule)) == keccak256(abi.encode(r.schedule)), "R-2: schedule");
            require(told.guardian == r.guardian && told.reporterSet == r.reporterSet, "R-2: guardian and reporters");
            (, uint8 quorum) = _staking.reportersOf(t, told.reporterSet);
            require(quorum == _setOf(t, r.reporterSet).quorum, "R-2: quorum");
        }
        INumeraireStaking.Limits memory limits = _staking.tournamentOf(t).limits;
        require(keccak256(abi.encode(limits)) == keccak256(abi.encode(_tournaments[t].limits)), "R-2: limits");
    }

    function _X1_withdrawableIsWhatWaitsForNothing(uint32 t) private view {
        uint256[] storage known = _known[t];
        for (uint256 i = 0; i < known.length; ++i) {
            uint256 free = _isFree(t, known[i]) ? _positions[t][known[i]].pending * WEI : 0;
            require(_staking.withdrawable(t, uint32(known[i])) == free, "X-1: withdrawable");
        }
    }

    /// @dev A tournament as it looks from outside.
    function _A1_lookOf(uint32 t) internal view returns (bytes32) {
        bytes32 look = keccak256(abi.encode(_staking.tournamentOf(t)));
        (uint256 total, uint256 earmarked) = _staking.reserveOf(t);
        look = keccak256(abi.encode(look, total, earmarked));
        uint256[] storage known = _known[t];
        for (uint256 i = 0; i < known.length; ++i) {
            (uint256 active, uint256 pending) = _staking.stakeOf(t, uint32(known[i]));
            look = keccak256(abi.encode(look, active, pending, _staking.withdrawable(t, uint32(known[i]))));
        }
        uint256 rounds = _rounds[t].length;
        if (rounds == 0) return look;
        return keccak256(abi.encode(look, _staking.roundOf(t, _rounds[t][rounds - 1].number)));
    }
}
