// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumeraireStaking} from "../../contracts/interfaces/INumeraireStaking.sol";
import {Dice, vm} from "../support/Vm.sol";
import {Properties} from "./Properties.sol";
import {Call} from "./World.sol";

/// @title Random histories of several tournaments, every call foretold by the model
/// @notice `npm run test:invariants` plays them with a new seed, says how often each function was called and refused, and
/// how to repeat a run.
/// hardhat-config: fuzz.runs = 24
contract HistoriesTest is Properties {
    /// Calls between two looks at everything.
    uint256 private constant LOOK_EVERY = 16;

    /// @notice S-1 S-2 S-3 P-1 P-2 L-1 L-2 X-1 R-1 R-2 A-1 Q-1, in a history of its own for each seed.
    function testFuzz_S1_S2_S3_P1_P2_L1_L2_X1_R1_R2_A1_Q1_hold(uint256 seed) public {
        _begin(seed);
        _play(vm.envOr("HISTORY_CALLS", uint256(300)));
        _checkAll();
        if (_chance(50)) _X1_exit();
        _note();
    }

    /// @notice X-1 from random states, and back: the same history goes on as if nobody had left.
    function testFuzz_X1_fromAnyStateEverybodyGetsOut(uint256 seed) public {
        _begin(seed);
        for (uint256 i = 0; i < 3; ++i) {
            _play(1 + _upTo(30));
            uint256 now_ = block.timestamp;
            uint256 state = vm.snapshotState();
            _X1_exit();
            require(vm.revertToState(state), "the history goes on");
            vm.warp(now_);
        }
        _note();
    }

    /// @dev Three tournaments, one of them with a crowd that has left: so live positions stand in two batches.
    function _begin(uint256 seed) private {
        _seed = Dice.Cup(seed ^ vm.envOr("HISTORY_SEED", uint256(0)));
        _deploy(_chance(50) ? "Numeraire.sol:Numeraire" : "MainnetNumeraire.sol:MainnetNumeraire");
        while (_count < 3) _createTournament();
        for (uint32 t = 1; t <= _count; ++t) {
            _send(address(this), abi.encodeCall(_staking.fundReserve, (t, 1e15 * WEI)));
            _tournaments[t].reserve += 1e15;
            _tournaments[t].tokensIn += 1e15;
        }
        _tournaments[1].registrarKey = 0;
        _send(_tournaments[1].organizer, abi.encodeCall(_staking.setRegistrar, (1, address(0))));
        if (_chance(40)) _crowd();
    }

    function _crowd() private {
        uint256 minStake = _tournaments[1].minStake;
        _send(_tournaments[1].organizer, abi.encodeCall(_staking.setMinStake, (1, 0)));
        for (uint256 i = 0; i < POSITIONS_PER_BATCH; ++i) {
            address staker = _actors[i % ATTACKER];
            bytes32 model = keccak256(abi.encode("crowd", i));
            _send(staker, abi.encodeCall(_staking.openPosition, (1, model, WEI, 0, "")));
            if (i % 257 == 3) {
                _known[1].push(i);
                _positions[1][i] = Position(staker, model, 1, 0, 0);
                ++_tournaments[1].tokensIn;
                continue;
            }
            _send(staker, abi.encodeCall(_staking.requestWithdrawal, (1, uint32(i), WEI)));
            _send(staker, abi.encodeCall(_staking.withdraw, (1, uint32(i), staker)));
        }
        _tournaments[1].positions = POSITIONS_PER_BATCH;
        _send(_tournaments[1].organizer, abi.encodeCall(_staking.setMinStake, (1, minStake * WEI)));
    }

    /// @dev In calls of this contract to itself: what one of them has used of the memory is free again after it.
    function _play(uint256 calls) private {
        for (; calls > LOOK_EVERY; calls -= LOOK_EVERY) this.playOn(LOOK_EVERY);
        this.playOn(calls);
    }

    /// @notice So many calls, of which the last one is watched for what it touches; then a look at everything.
    function playOn(uint256 calls) external {
        for (uint256 i = 1; i < calls; ++i) _act();
        _A1_oneCallTouchesOneTournament();
        _checkAll();
    }

    function _A1_oneCallTouchesOneTournament() private {
        bytes32[] memory looks = new bytes32[](_count + 1);
        for (uint32 t = 1; t < looks.length; ++t) looks[t] = _A1_lookOf(t);
        _act();
        uint256 changed = 0;
        for (uint32 t = 1; t < looks.length; ++t) if (_A1_lookOf(t) != looks[t]) ++changed;
        require(changed <= 1, "A-1: a call touches one tournament");
    }

    function _act() private {
        uint256 act = _upTo(99);
        if (act < 7) _openPosition();
        else if (act < 12) _increaseStake();
        else if (act < 18) _requestWithdrawal();
        else if (act < 20) _cancelWithdrawal();
        else if (act < 25) _withdraw();
        else if (act < 27) _multicall();
        else if (act < 28) _selfPermit();
        else if (act < 34) _openRound();
        else if (act < 46) _lock();
        else if (act < 60) _report();
        else if (act < 64) _veto();
        else if (act < 74) _settle();
        else if (act < 76) _voidRound();
        else if (act < 78) _fundReserve();
        else if (act < 80) _withdrawReserve();
        else if (act < 82) _administer();
        else if (act < 85) _attack();
        else _passTime();
    }

    function _attack() private {
        uint256 act = _upTo(3);
        if (act == 0) _replayReport();
        else if (act == 1) _replaySettlement();
        else if (act == 2) _unknownTournament();
        else _donate();
    }

    function _administer() private {
        uint256 act = _upTo(6);
        if (act == 0) _createTournament();
        else if (act == 1) _setReporters();
        else if (act == 2) _setGuardian();
        else if (act == 3) _setRegistrar();
        else if (act == 4) _setMinStake();
        else if (act == 5) _transferOrganizer();
        else _acceptOrganizer();
    }

    /// @dev Organizers, reporters and guardians are silent. Time passes, anyone voids what missed its deadline, and
    /// every staker asks for everything and takes it.
    function _X1_exit() private {
        uint256 latest = block.timestamp;
        for (uint32 t = 1; t <= _count; ++t) {
            _askForEverything(t);
            uint256 asked = block.timestamp + _tournaments[t].limits.maxDuration;
            if (asked > latest) latest = asked;
        }
        vm.warp(latest);
        for (uint32 t = 1; t <= _count; ++t) {
            for (uint256 i = 0; i < _rounds[t].length; ++i) {
                Round storage r = _rounds[t][i];
                bool held = r.batches != 0 && r.state <= INumeraireStaking.RoundState.Locked;
                if (held) _tryVoid(t, i);
                require(!held || r.state == INumeraireStaking.RoundState.Void, "X-1: a round outlives maxDuration");
            }
            uint256[] storage known = _known[t];
            for (uint256 i = 0; i < known.length; ++i) {
                Position storage p = _positions[t][known[i]];
                if (p.pending != 0) _withdrawTo(t, known[i], p.staker, p.staker, true);
                require(p.active == 0 && p.pending == 0, "X-1: something is left behind");
            }
        }
        _checkAll();
    }

    function _askForEverything(uint32 t) private {
        uint256[] storage known = _known[t];
        for (uint256 i = 0; i < known.length; ++i) {
            Position storage p = _positions[t][known[i]];
            uint256 active = p.active;
            if (active == 0) continue;
            _call(
                Call.RequestWithdrawal,
                p.staker,
                abi.encodeCall(_staking.requestWithdrawal, (t, uint32(known[i]), active * WEI)),
                true
            );
            _request(t, known[i], active);
        }
    }

    /// @dev For whoever adds up the calls of all histories: calls and reverts by kind, a history a line.
    function _note() private {
        string memory path = vm.envOr("HISTORY_COUNTS", string(""));
        if (bytes(path).length == 0) return;
        string memory line = "";
        for (uint256 i = 0; i < KINDS; ++i) {
            line = string.concat(line, vm.toString(_counts.calls[i]), " ", vm.toString(_counts.reverts[i]), " ");
        }
        vm.writeLine(path, line);
    }
}
