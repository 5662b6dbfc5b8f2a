// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumeraireStaking} from "../../../contracts/interfaces/INumeraireStaking.sol";
import {vm} from "../../support/Vm.sol";
import {World} from "../World.sol";

/// @title Time, which likes the edges of windows
abstract contract Clock is World {
    /// @dev Mostly to the next second in which a window of a young round opens or closes, or the one before it; now and then
    /// a little further, or far.
    function _passTime() internal {
        if (_chance(20)) return vm.warp(block.timestamp + _upTo(_chance(95) ? HOUR / 4 : 5 days));
        uint256 next = type(uint256).max;
        for (uint32 t = 1; t <= _count; ++t) {
            for (uint256 back = 1; back <= YOUNGEST && back <= _rounds[t].length; ++back) {
                uint256 edge = _nextEdge(t, _rounds[t].length - back);
                if (edge < next) next = edge;
            }
        }
        if (next == type(uint256).max) return;
        vm.warp(next - 1 > block.timestamp && _chance(15) ? next - 1 : next);
    }

    /// @dev The next second that matters to a round that is not over.
    function _nextEdge(uint32 t, uint256 ordinal) private returns (uint256 next) {
        Round storage r = _rounds[t][ordinal];
        INumeraireStaking.Schedule storage s = r.schedule;
        next = type(uint256).max;
        if (r.state > INumeraireStaking.RoundState.Locked) return next;
        uint256[5] memory edges = [
            uint256(s.closesAt),
            // Rounds are seldom late: most of them shall get where something is paid.
            _chance(4) ? s.lockedBy : 0,
            s.resolvesAt,
            _chance(4) ? s.settledBy : 0,
            _disputedUntil(t, ordinal, 0)
        ];
        for (uint256 i = 0; i < edges.length; ++i) {
            if (edges[i] > block.timestamp && edges[i] < next) next = edges[i];
        }
    }
}
