// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {INumeraireStaking} from "../../contracts/interfaces/INumeraireStaking.sol";
import {Dice, vm} from "../support/Vm.sol";
import {Model} from "./Model.sol";

/// @notice What can be called. `npm run test:invariants` takes the names from here.
enum Call {
    CreateTournament,
    SetReporters,
    SetGuardian,
    SetRegistrar,
    SetMinStake,
    TransferOrganizer,
    AcceptOrganizer,
    FundReserve,
    WithdrawReserve,
    OpenPosition,
    IncreaseStake,
    RequestWithdrawal,
    CancelWithdrawal,
    Withdraw,
    OpenRound,
    Lock,
    Report,
    Veto,
    Settle,
    VoidRound,
    SelfPermit,
    Multicall
}

/// @title The contract under test, its token, and everybody who calls it
abstract contract World is Model {
    using Dice for Dice.Cup;

    uint256 internal constant WEI = 1e9;
    /// How many kinds of call there are.
    uint256 internal constant KINDS = 22;
    /// Rounds of a tournament that mostly are chosen from.
    uint256 internal constant YOUNGEST = 8;
    uint256 internal constant ACTORS = 5;
    uint256 internal constant ATTACKER = 4;

    /// A call went otherwise than the model says.
    error Unexpected(Call kind, bool expected, bytes answer);

    struct Counts {
        uint256[KINDS] calls;
        uint256[KINDS] reverts;
    }

    INumeraireStaking internal _staking;
    IERC20 internal _token;
    address[ACTORS] internal _actors;
    Counts internal _counts;
    Dice.Cup internal _seed;
    /// Where everything that happens is written down, for whoever plays it again on a chain; empty: nowhere.
    string internal _record = vm.envOr("HISTORY_RECORD", string(""));

    /// @dev Four stakers, the last actor an attacker; all are rich, and all but the attacker let the contract take tokens.
    function _deploy(string memory token) internal {
        vm.warp(1_800_000_000);
        // Contracts of its own for each history that is written down: many of them fit on one chain.
        if (bytes(_record).length != 0) {
            uint64 nonce = uint64(_seed.state >> 193);
            vm.setNonce(address(this), nonce);
            _write("history", address(this), address(0), abi.encode(nonce));
        }
        _token = IERC20(_create(token, abi.encode(this)));
        _staking = INumeraireStaking(_create("NumeraireStaking.sol:NumeraireStaking", abi.encode(_token)));
        for (uint256 i = 0; i < ACTORS; ++i) {
            _actors[i] = vm.addr(_keyOf(i));
            _send(address(this), address(_token), abi.encodeCall(IERC20.transfer, (_actors[i], 1_000_000e18)));
            if (i == ATTACKER) continue;
            _send(_actors[i], address(_token), abi.encodeCall(IERC20.approve, (address(_staking), type(uint256).max)));
        }
        _send(address(this), address(_token), abi.encodeCall(IERC20.approve, (address(_staking), type(uint256).max)));
    }

    /// @dev From the compiled artifact: built into this contract too it would have to be compiled with it, each time.
    function _create(string memory artifact, bytes memory arguments) private returns (address created) {
        bytes memory code = abi.encodePacked(vm.getCode(artifact), arguments);
        assembly ("memory-safe") {
            created := create(0, add(code, 32), mload(code))
        }
        require(created != address(0), artifact);
        _write("create", address(this), created, code);
    }

    function _keyOf(uint256 actor) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode("actor", actor)));
    }

    /// @dev One call to the contract, counted. It must go as the model expects, and where it reverts nothing else is told.
    function _call(Call kind, address from, bytes memory data, bool expected) internal returns (bytes memory answer) {
        bool ok = false;
        vm.prank(from);
        (ok, answer) = address(_staking).call(data);
        if (ok) ++_counts.calls[uint256(kind)];
        else ++_counts.reverts[uint256(kind)];
        if (ok != expected) revert Unexpected(kind, expected, answer);
        if (ok) _write("call", from, address(_staking), data);
    }

    /// @dev A call that is not counted, and must go well.
    function _send(address from, bytes memory data) internal {
        _send(from, address(_staking), data);
    }

    /// @dev A call to anybody that is not counted, and must go well.
    function _send(address from, address to, bytes memory data) internal {
        vm.prank(from);
        (bool ok, ) = to.call(data);
        require(ok, "a call that must go well");
        _write("call", from, to, data);
    }

    /// @dev A line: what it is, the time, two addresses, bytes.
    function _write(string memory what, address a, address b, bytes memory data) internal {
        if (bytes(_record).length == 0) return;
        string memory line = string.concat(what, " ", vm.toString(block.timestamp), " ", vm.toString(a));
        vm.writeLine(_record, string.concat(line, " ", vm.toString(b), " ", vm.toString(data)));
    }

    // ---------------------------------------------------------------- choices

    function _roll() internal returns (uint256 value) {
        Dice.Cup memory cup = _seed;
        value = cup.roll();
        _seed = cup;
    }

    function _upTo(uint256 most) internal returns (uint256) {
        return _roll() % (most + 1);
    }

    function _chance(uint256 percent) internal returns (bool) {
        return _roll() % 100 < percent;
    }

    function _anyone() internal returns (address) {
        return _actors[_upTo(ACTORS - 1)];
    }

    /// @dev A batch of a round. Mostly one that something may happen to, among the youngest rounds of all tournaments; and
    /// now and then any, or one that is none.
    function _anyBatch(
        function(uint32, uint256, uint256) view returns (bool) may
    ) internal returns (uint32 t, uint256 ordinal, uint256 batch, bool exists) {
        (t, ordinal, exists) = _anyRound();
        if (!exists) return (t, 0, 0, false);
        batch = _upTo(_batchesOf(t, _rounds[t][ordinal]));
        if (_chance(15)) return (t, ordinal, batch, true);
        uint256 start = _roll() >> 8;
        for (uint256 i = 0; i < 2 * YOUNGEST * _count; ++i) {
            uint32 candidate = uint32(1 + ((start + i) % _count));
            uint256 back = ((start + i) / _count) % YOUNGEST;
            if (back >= _rounds[candidate].length) continue;
            uint256 young = _rounds[candidate].length - 1 - back;
            uint256 its = ((start + i) / _count / YOUNGEST) % 2;
            if (may(candidate, young, its)) return (candidate, young, its, true);
        }
        // Nothing of the kind may happen now: seldom worth a try.
        exists = _chance(10);
    }

    /// @dev Mostly one of the youngest rounds, where something can happen.
    function _anyRound() internal returns (uint32 t, uint256 ordinal, bool exists) {
        t = _anyTournament();
        uint256 count = _rounds[t].length;
        if (count == 0) return (t, 0, false);
        uint256 back = _upTo(_chance(90) ? YOUNGEST - 1 : count - 1);
        return (t, count - 1 - (back < count ? back : count - 1), true);
    }

    function _anyTournament() internal returns (uint32) {
        return uint32(1 + _upTo(_count - 1));
    }

    /// @dev Wei: mostly whole nano-NMR of any size, now and then nothing, dust, or no whole number of nano-NMR.
    function _anyAmount() internal returns (uint256) {
        uint256 kind = _upTo(19);
        if (kind == 0) return 0;
        if (kind == 1) return 1 + _upTo(WEI - 2);
        if (kind < 5) return (1 + _upTo(3)) * WEI;
        return (1 + _upTo(kind < 12 ? 1e12 : 3e13)) * WEI;
    }

    function _isWhole(uint256 amount) internal pure returns (bool) {
        return amount != 0 && amount % WEI == 0;
    }

    function _canPay(address from, uint256 amount) internal view returns (bool) {
        return _token.balanceOf(from) >= amount && _token.allowance(from, address(_staking)) >= amount;
    }

    // ---------------------------------------------------------------- signatures

    function _digest(bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("NumeraireStaking"),
                keccak256("1"),
                block.chainid,
                address(_staking)
            )
        );
        return keccak256(abi.encodePacked("\x19\x01", domain, structHash));
    }

    function _sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }
}
