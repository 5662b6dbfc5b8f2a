// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumeraireStaking} from "../../../contracts/interfaces/INumeraireStaking.sol";
import {Call, World} from "../World.sol";

/// @title What a guardian does, and others in its name
abstract contract Guardian is World {
    function _veto() internal {
        (uint32 t, uint256 ordinal, uint256 batch, bool exists) = _anyBatch(_mayVeto);
        if (!exists) return;
        Round storage r = _rounds[t][ordinal];
        Batch storage b = _batches[t][ordinal][batch];
        address from = r.guardian != address(0) && _chance(80) ? r.guardian : _anyone();
        bool ok = from == r.guardian && _mayVeto(t, ordinal, batch);
        _call(Call.Veto, from, abi.encodeCall(_staking.veto, (t, r.number, uint32(batch))), ok);
        if (!ok) return;
        b.state = INumeraireStaking.BatchState.Locked;
        b.reportedAt = 0;
        ++b.attempt;
        --r.reported;
    }
}
