// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {vm} from "../../support/Vm.sol";
import {Call, World} from "../World.sol";

/// @title What stakers do, and what others try with their positions
abstract contract Stakers is World {
    uint256 private constant MODELS = 6;

    function _openPosition() internal {
        uint32 t = _anyTournament();
        address from = _anyone();
        bytes32 model = bytes32(_upTo(MODELS - 1));
        uint256 amount = _anyAmount();
        if (_chance(70) && amount < _tournaments[t].minStake * WEI) amount = _tournaments[t].minStake * WEI;
        uint256 deadline = block.timestamp + _upTo(10);
        if (_chance(10)) deadline = block.timestamp - 1;
        (bytes memory grant, bool granted) = _grant(t, model, from, deadline);
        bool ok = granted && _isWhole(amount) && amount / WEI >= _tournaments[t].minStake && _canPay(from, amount);
        (bool exists, ) = _find(t, from, model);
        ok = ok && !exists;

        _call(Call.OpenPosition, from, abi.encodeCall(_staking.openPosition, (t, model, amount, deadline, grant)), ok);
        if (!ok) return;
        uint256 position = _tournaments[t].positions++;
        _known[t].push(position);
        _positions[t][position].staker = from;
        _positions[t][position].model = model;
        _add(t, position, amount);
    }

    function _increaseStake() internal {
        (uint32 t, uint256 position, address from) = _anyPosition();
        uint256 amount = _anyAmount();
        bool ok = from == _positions[t][position].staker && _isWhole(amount) && _canPay(from, amount);
        _call(Call.IncreaseStake, from, abi.encodeCall(_staking.increaseStake, (t, uint32(position), amount)), ok);
        if (ok) _add(t, position, amount);
    }

    function _requestWithdrawal() internal {
        (uint32 t, uint256 position, address from) = _anyPosition();
        uint256 amount = _anyRest(t, position);
        bool ok = from == _positions[t][position].staker && _canRequest(t, position, amount);
        _call(
            Call.RequestWithdrawal,
            from,
            abi.encodeCall(_staking.requestWithdrawal, (t, uint32(position), amount)),
            ok
        );
        if (ok) _request(t, position, amount / WEI);
    }

    function _cancelWithdrawal() internal {
        (uint32 t, uint256 position, address from) = _anyPosition();
        Position storage p = _positions[t][position];
        bool ok = from == p.staker && p.pending != 0;
        _call(Call.CancelWithdrawal, from, abi.encodeCall(_staking.cancelWithdrawal, (t, uint32(position))), ok);
        if (!ok) return;
        p.active += p.pending;
        p.pending = 0;
    }

    function _withdraw() internal {
        (uint32 t, uint256 position, address from) = _anyPosition();
        address to =
            _chance(90)
                ? _anyone()
                : _chance(50)
                    ? address(0)
                    : address(_staking);
        bool ok = from == _positions[t][position].staker && _positions[t][position].pending != 0;
        ok = ok && _isFree(t, position) && to != address(0) && to != address(_staking);
        _withdrawTo(t, position, from, to, ok);
    }

    function _withdrawTo(uint32 t, uint256 position, address from, address to, bool ok) internal {
        uint256 held = _token.balanceOf(to);
        _call(Call.Withdraw, from, abi.encodeCall(_staking.withdraw, (t, uint32(position), to)), ok);
        if (!ok) return;
        uint256 amount = _positions[t][position].pending;
        _positions[t][position].pending = 0;
        _tournaments[t].tokensOut += amount;
        require(_token.balanceOf(to) == held + amount * WEI, "S-3: the whole of pending is paid out");
    }

    /// @dev Raises a stake and asks for some of it, at once: both or neither.
    function _multicall() internal {
        (uint32 t, uint256 position, address from) = _anyPosition();
        Position storage p = _positions[t][position];
        uint256 amount = _anyAmount();
        bool ok = from == p.staker && _isWhole(amount) && _canPay(from, amount);
        p.active += amount / WEI;
        uint256 asked = _anyRest(t, position);
        ok = ok && _canRequest(t, position, asked);
        p.active -= amount / WEI;
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(_staking.increaseStake, (t, uint32(position), amount));
        calls[1] = abi.encodeCall(_staking.requestWithdrawal, (t, uint32(position), asked));
        _call(Call.Multicall, from, abi.encodeCall(_staking.multicall, (calls)), ok);
        if (!ok) return;
        _add(t, position, amount);
        _request(t, position, asked / WEI);
    }

    /// @dev By the attacker, who has given no allowance yet. Whoever signs for another one permits nothing.
    function _selfPermit() internal {
        address from = _actors[ATTACKER];
        uint256 value = _upTo(3) * WEI;
        bool stands = _token.allowance(from, address(_staking)) >= value;
        bool permits = !_staking.burnsByMint() && _chance(70);
        uint256 nonce = permits ? IERC20Permit(address(_token)).nonces(from) : 0;
        bytes32 domain = permits ? IERC20Permit(address(_token)).DOMAIN_SEPARATOR() : bytes32(0);
        bytes32 typed = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                from,
                address(_staking),
                value,
                nonce,
                block.timestamp
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(
            _keyOf(ATTACKER),
            keccak256(abi.encodePacked("\x19\x01", domain, typed))
        );
        _call(
            Call.SelfPermit,
            from,
            abi.encodeCall(_staking.selfPermit, (value, block.timestamp, v, r, s)),
            stands || permits
        );
    }

    // ---------------------------------------------------------------- parts

    /// @dev A position and who tries something with it: mostly its staker.
    function _anyPosition() private returns (uint32 t, uint256 position, address from) {
        t = _anyTournament();
        uint256[] storage known = _known[t];
        position =
            known.length == 0 || _chance(3) ? _tournaments[t].positions + _upTo(3) : known[_upTo(known.length - 1)];
        from = _positions[t][position].staker;
        if (from == address(0) || _chance(8)) from = _anyone();
    }

    function _anyRest(uint32 t, uint256 position) private returns (uint256) {
        uint256 active = _positions[t][position].active;
        if (_chance(30)) return active * WEI;
        if (_chance(15)) return _anyAmount();
        return _upTo(active) * WEI;
    }

    function _canRequest(uint32 t, uint256 position, uint256 amount) private view returns (bool) {
        uint256 active = _positions[t][position].active;
        if (!_isWhole(amount) || amount / WEI > active) return false;
        uint256 rest = active - amount / WEI;
        return rest == 0 || rest >= _tournaments[t].minStake;
    }

    function _add(uint32 t, uint256 position, uint256 amount) private {
        _positions[t][position].active += amount / WEI;
        _tournaments[t].tokensIn += amount / WEI;
    }

    function _request(uint32 t, uint256 position, uint256 amount) internal {
        Position storage p = _positions[t][position];
        p.active -= amount;
        p.pending += amount;
        p.waitsFor = _lockedBy[t][position / POSITIONS_PER_BATCH];
    }

    function _find(uint32 t, address staker, bytes32 model) internal view returns (bool exists, uint256 position) {
        uint256[] storage known = _known[t];
        for (uint256 i = 0; i < known.length; ++i) {
            Position storage p = _positions[t][known[i]];
            if (p.staker == staker && p.model == model) return (true, known[i]);
        }
    }

    /// @dev A grant, good or bad, and whether it lets the staker in.
    function _grant(
        uint32 t,
        bytes32 model,
        address staker,
        uint256 deadline
    ) private returns (bytes memory grant, bool granted) {
        uint256 key = _tournaments[t].registrarKey;
        if (key == 0) return ("", true);
        granted = _chance(85);
        // One for another model, or for another staker.
        bool stolen = !granted && _chance(50);
        bytes32 digest = _digest(
            keccak256(
                abi.encode(
                    keccak256("Grant(uint32 tournament,bytes32 model,address staker,uint256 deadline)"),
                    t,
                    granted || stolen ? model : bytes32(uint256(model) + 1),
                    stolen ? address(_staking) : staker,
                    deadline
                )
            )
        );
        return (_sign(key, digest), granted && deadline >= block.timestamp);
    }
}
