import { Entity, store, Value } from "@graphprotocol/graph-ts";
import { AmountField, Field, Row } from "../fields";
import { WindowChange, Windows } from "../windows";
import { weiToNano } from "../words";

/** What a payout does to the two parts of a stake, nano-NMR. */
export class StakeMove {
  active: i64 = 0;
  pending: i64 = 0;
}

/**
 * A reward goes to the active stake, or to the pending withdrawal of somebody who takes everything out; a burn is taken from
 * the active stake first, the rest from the pending withdrawal. Nano-NMR.
 */
function moveOf(active: i64, pending: i64, payout: i64): StakeMove {
  const move = new StakeMove();
  const leaving = active == 0 && pending != 0;
  move.active = payout < 0 ? max(payout, -active) : leaving ? 0 : payout;
  move.pending = payout - move.active;
  return move;
}

/** Positions as settlements read and write them: only what they need, and only what changes. */
export class SettledPositions {
  private staker: Field = new Field("staker");
  private tournamentStaker: Field = new Field("tournamentStaker");
  private active: AmountField = new AmountField("active");
  private pending: AmountField = new AmountField("pending");
  private rewarded: AmountField = new AmountField("rewarded");
  private burned: AmountField = new AmountField("burned");
  private windows: Windows = new Windows();

  stakerOf(position: Entity): Value {
    return this.staker.of(position);
  }

  tournamentStakerOf(position: Entity): string {
    return this.tournamentStaker.of(position).toString();
  }

  /** Moves a position's windows on and applies its payout, nano-NMR. */
  settle(id: string, position: Entity, changes: WindowChange[], payout: i64): StakeMove {
    const row = new Row(id);
    this.windows.move(position, changes, row);
    const move = payout == 0 ? new StakeMove() : this.pay(position, payout, row);
    store.set("Position", id, row);
    return move;
  }

  private pay(position: Entity, payout: i64, row: Row): StakeMove {
    const pending = weiToNano(this.pending.of(position));
    const move = moveOf(weiToNano(this.active.of(position)), pending, payout);
    this.active.add(position, move.active, row);
    this.pending.add(position, move.pending, row);
    if (pending != 0 && pending + move.pending == 0) {
      row.put("heldBy", Value.fromArray([]));
      row.put("withdrawableBy", Value.fromNull());
    }
    if (payout > 0) this.rewarded.add(position, payout, row);
    else this.burned.add(position, -payout, row);
    return move;
  }
}
