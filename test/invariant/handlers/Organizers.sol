// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumeraireStaking} from "../../../contracts/interfaces/INumeraireStaking.sol";
import {vm} from "../../support/Vm.sol";
import {Call, World} from "../World.sol";

/// @title What organizers do, and what others try in their name
abstract contract Organizers is World {
    uint256 private constant ONE = 1e9;
    /// Rounds of a tournament in one history: the model keeps them as bits.
    uint256 internal constant MAX_ROUNDS = 250;
    uint256 private constant MAX_TOURNAMENTS = 5;

    function _createTournament() internal {
        if (_count == MAX_TOURNAMENTS) return;
        INumeraireStaking.Limits memory limits = INumeraireStaking.Limits({
            maxClip: uint64(_chance(50) ? ONE : _upTo(ONE)),
            maxExposure: uint64(_chance(50) ? ONE : _upTo(ONE)),
            maxRoundsInFlight: uint16(1 + _upTo(_chance(50) ? 3 : 63)),
            maxDuration: uint40(2 days + _upTo(20 days)),
            minDisputeWindow: uint40(_chance(50) ? 0 : _upTo(1 days))
        });
        bool ok = _chance(90);
        if (!ok) limits.maxClip = uint64(ONE + 1 + _upTo(ONE));
        (uint256[] memory keys, address[] memory reporters, uint8 quorum, bool good) = _anyReporters();
        ok = ok && good;
        address organizer = _anyone();
        uint256 registrar = _chance(70) ? 0 : 1 + _upTo(1e9);
        uint256 minStake = _chance(50) ? 0 : _upTo(1e9);
        _call(
            Call.CreateTournament,
            organizer,
            abi.encodeCall(
                _staking.createTournament,
                ("random", limits, _actors[1], _addressOf(registrar), minStake * WEI, reporters, quorum)
            ),
            ok
        );
        if (!ok) return;
        Tournament storage t = _tournaments[++_count];
        t.organizer = organizer;
        t.guardian = _actors[1];
        t.registrarKey = registrar;
        t.minStake = minStake;
        t.limits = limits;
        _reporters[_count].push(ReporterSet(keys, quorum));
    }

    function _setReporters() internal {
        (uint32 t, address from, bool ok) = _inItsName();
        (uint256[] memory keys, address[] memory reporters, uint8 quorum, bool good) = _anyReporters();
        ok = ok && good;
        _call(Call.SetReporters, from, abi.encodeCall(_staking.setReporters, (t, reporters, quorum)), ok);
        if (ok) _reporters[t].push(ReporterSet(keys, quorum));
    }

    function _setGuardian() internal {
        (uint32 t, address from, bool ok) = _inItsName();
        address guardian = _chance(20) ? address(0) : _anyone();
        _call(Call.SetGuardian, from, abi.encodeCall(_staking.setGuardian, (t, guardian)), ok);
        if (ok) _tournaments[t].guardian = guardian;
    }

    function _setRegistrar() internal {
        (uint32 t, address from, bool ok) = _inItsName();
        uint256 key = _chance(70) ? 0 : 1 + _upTo(1e9);
        _call(Call.SetRegistrar, from, abi.encodeCall(_staking.setRegistrar, (t, _addressOf(key))), ok);
        if (ok) _tournaments[t].registrarKey = key;
    }

    function _setMinStake() internal {
        (uint32 t, address from, bool ok) = _inItsName();
        uint256 minStake = _upTo(1e9) * WEI;
        if (_chance(10)) (minStake, ok) = (minStake + 1, false);
        _call(Call.SetMinStake, from, abi.encodeCall(_staking.setMinStake, (t, minStake)), ok);
        if (ok) _tournaments[t].minStake = minStake / WEI;
    }

    function _transferOrganizer() internal {
        (uint32 t, address from, bool ok) = _inItsName();
        address next = _chance(20) ? address(0) : _anyone();
        _call(Call.TransferOrganizer, from, abi.encodeCall(_staking.transferOrganizer, (t, next)), ok);
        if (ok) _tournaments[t].pendingOrganizer = next;
    }

    function _acceptOrganizer() internal {
        uint32 t = _anyTournament();
        address next = _tournaments[t].pendingOrganizer;
        address from = next != address(0) && _chance(80) ? next : _anyone();
        bool ok = from == next;
        _call(Call.AcceptOrganizer, from, abi.encodeCall(_staking.acceptOrganizer, (t)), ok);
        if (!ok) return;
        _tournaments[t].organizer = from;
        _tournaments[t].pendingOrganizer = address(0);
    }

    function _fundReserve() internal {
        uint32 t = _anyTournament();
        address from = _anyone();
        uint256 amount = _anyAmount();
        bool ok = _isWhole(amount) && _canPay(from, amount);
        _call(Call.FundReserve, from, abi.encodeCall(_staking.fundReserve, (t, amount)), ok);
        if (!ok) return;
        _tournaments[t].reserve += amount / WEI;
        _tournaments[t].tokensIn += amount / WEI;
    }

    function _withdrawReserve() internal {
        (uint32 t, address from, bool ok) = _inItsName();
        Tournament storage its = _tournaments[t];
        uint256 free = (its.reserve - its.earmarked) * WEI;
        uint256 amount =
            _chance(10)
                ? free + WEI * _upTo(1)
                : _chance(50)
                    ? _anyAmount()
                    : (free / WEI / 64) * WEI;
        address to =
            _chance(90)
                ? _anyone()
                : _chance(50)
                    ? address(0)
                    : address(_staking);
        ok = ok && _isWhole(amount) && amount <= free && to != address(0) && to != address(_staking);
        _call(Call.WithdrawReserve, from, abi.encodeCall(_staking.withdrawReserve, (t, amount, to)), ok);
        if (!ok) return;
        its.reserve -= amount / WEI;
        its.tokensOut += amount / WEI;
    }

    function _openRound() internal {
        (uint32 t, address from, bool ok) = _inItsName();
        Round[] storage rounds = _rounds[t];
        if (rounds.length == MAX_ROUNDS) return;
        uint64 latest = rounds.length == 0 ? 0 : rounds[rounds.length - 1].number;
        uint64 number = latest + uint64(_upTo(_chance(90) ? 2 : 0));
        INumeraireStaking.Terms memory terms = _anyTerms(t);
        INumeraireStaking.Schedule memory schedule = _anySchedule(t);
        ok = ok && number > latest && _isWithin(_tournaments[t].limits, terms, schedule);
        _call(Call.OpenRound, from, abi.encodeCall(_staking.openRound, (t, number, terms, schedule)), ok);
        if (!ok) return;
        Round storage r = rounds.push();
        r.number = number;
        r.state = INumeraireStaking.RoundState.Open;
        r.terms = terms;
        r.schedule = schedule;
        r.guardian = _tournaments[t].guardian;
        r.reporterSet = uint32(_reporters[t].length);
    }

    // ---------------------------------------------------------------- parts

    /// @dev A tournament and who acts as its organizer: mostly its organizer.
    function _inItsName() private returns (uint32 t, address from, bool ok) {
        t = _anyTournament();
        from = _chance(85) ? _tournaments[t].organizer : _anyone();
        ok = from == _tournaments[t].organizer;
    }

    function _anyReporters()
        private
        returns (uint256[] memory keys, address[] memory reporters, uint8 quorum, bool good)
    {
        uint256 count = 1 + _upTo(4);
        keys = new uint256[](count);
        reporters = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            keys[i] = 1 + (_roll() >> 8);
            reporters[i] = vm.addr(keys[i]);
        }
        quorum = uint8(1 + _upTo(count - 1));
        good = _chance(85);
        if (good) return (keys, reporters, quorum, good);
        uint256 fault = _upTo(2);
        if (fault == 0) quorum = uint8(count + 1 + _upTo(3));
        else if (fault == 1 || count == 1) reporters[_upTo(count - 1)] = address(0);
        else reporters[0] = reporters[count - 1];
    }

    function _anyTerms(uint32 t) private returns (INumeraireStaking.Terms memory terms) {
        INumeraireStaking.Limits storage limits = _tournaments[t].limits;
        bool wild = _chance(20);
        for (uint256 i = 0; i < 2; ++i) {
            terms.multipliers[i] =
                wild ? int64(uint64(_roll())) : int64(uint64(_upTo(6 * ONE))) - int64(uint64(3 * ONE));
        }
        terms.clip = uint64(_chance(50) ? limits.maxClip : _upTo(limits.maxClip));
        terms.exposure = uint64(_chance(50) ? limits.maxExposure : _upTo(limits.maxExposure));
        terms.stakeThreshold = uint64(_chance(40) ? 0 : _upTo(1e13));
        if (_chance(4)) terms.clip = limits.maxClip + 1;
        if (_chance(4)) terms.exposure = limits.maxExposure + 1;
    }

    function _anySchedule(uint32 t) private returns (INumeraireStaking.Schedule memory s) {
        INumeraireStaking.Limits storage limits = _tournaments[t].limits;
        uint256 closesAt = block.timestamp + HOUR + _upTo(_chance(50) ? 10 : 2 days);
        uint256 room = limits.maxDuration - limits.minDisputeWindow;
        uint256 lockedBy = closesAt + 1 + _upTo(room / 4);
        uint256 resolvesAt = lockedBy + _upTo(room / 4);
        uint256 window = limits.minDisputeWindow + (_chance(50) ? 0 : _upTo(room / 8));
        uint256 settledBy = _chance(60) ? closesAt + limits.maxDuration : resolvesAt + window + 1 + _upTo(room / 8);
        uint256 fault = _upTo(39);
        if (fault == 0) closesAt = block.timestamp + HOUR - 1;
        if (fault == 1) lockedBy = closesAt;
        if (fault == 2) resolvesAt = lockedBy - 1;
        if (fault == 3) settledBy = resolvesAt + window;
        if (fault == 4) settledBy = closesAt + limits.maxDuration + 1;
        if (fault == 5 && window != 0) window = limits.minDisputeWindow / 2;
        s = INumeraireStaking.Schedule(
            uint40(closesAt),
            uint40(lockedBy),
            uint40(resolvesAt),
            uint40(settledBy),
            uint40(window)
        );
    }

    function _isWithin(
        INumeraireStaking.Limits memory limits,
        INumeraireStaking.Terms memory terms,
        INumeraireStaking.Schedule memory s
    ) private view returns (bool) {
        return
            terms.clip <= limits.maxClip &&
            terms.exposure <= limits.maxExposure &&
            s.disputeWindow >= limits.minDisputeWindow &&
            s.settledBy <= s.closesAt + limits.maxDuration &&
            s.closesAt >= block.timestamp + HOUR &&
            s.lockedBy > s.closesAt &&
            s.resolvesAt >= s.lockedBy &&
            s.settledBy > s.resolvesAt + s.disputeWindow;
    }

    function _addressOf(uint256 key) private pure returns (address) {
        return key == 0 ? address(0) : vm.addr(key);
    }
}
