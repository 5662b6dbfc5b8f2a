import { BigInt, Entity, Value } from "@graphprotocol/graph-ts";
import { decimalOf, ratioTowardZero } from "./amounts";
import { AmountField, Field, Row } from "./fields";

// Positions and their stakers carry the same fields for each window of settled rounds: "returnLast20" and so on. One
// routine writes them by name, for both kinds of entity and all windows.

/** How many settled rounds the windows are long, but the last, which holds them all. */
export const WINDOW_LENGTHS: i32[] = [20, 60, 250];
const WINDOWS: string[] = ["Last20", "Last60", "Last250", "AllTime"];

/** What a window gains, or loses where negative: payouts, their sum and the sum of their stakes, nano-NMR. */
export class WindowChange {
  payouts: i32 = 0;
  net: i64 = 0;
  locked: i64 = 0;

  add(stake: i64, payout: i64): void {
    if (stake == 0) return;
    this.payouts += 1;
    this.net += payout;
    this.locked += stake;
  }

  remove(stake: i64, payout: i64): void {
    if (stake == 0) return;
    this.payouts -= 1;
    this.net -= payout;
    this.locked -= stake;
  }

  join(other: WindowChange): void {
    this.payouts += other.payouts;
    this.net += other.net;
    this.locked += other.locked;
  }
}

export function startChanges(): WindowChange[] {
  const changes: WindowChange[] = [];
  for (let i = 0; i < WINDOWS.length; i++) changes.push(new WindowChange());
  return changes;
}

export function startWindows(entity: Entity): void {
  for (let i = 0; i < WINDOWS.length; i++) {
    const window = WINDOWS[i];
    const zero = BigInt.zero();
    entity.set("payoutCount" + window, Value.fromI32(0));
    entity.set("net" + window + "Wei", Value.fromBigInt(zero));
    entity.set("locked" + window + "Wei", Value.fromBigInt(zero));
    entity.set("return" + window, Value.fromBigDecimal(decimalOf(zero)));
  }
}

/** The fields of one window, of one kind of entity. */
class Window {
  private countName: string;
  private returnName: string;
  private count: Field;
  private net: AmountField;
  private locked: AmountField;

  constructor(name: string) {
    this.countName = "payoutCount" + name;
    this.returnName = "return" + name;
    this.count = new Field(this.countName);
    this.net = new AmountField("net" + name);
    this.locked = new AmountField("locked" + name);
  }

  move(entity: Entity, change: WindowChange, row: Row): void {
    if (change.payouts == 0 && change.net == 0 && change.locked == 0) return;
    row.put(this.countName, Value.fromI32(this.count.of(entity).toI32() + change.payouts));
    const net = this.net.add(entity, change.net, row);
    const locked = this.locked.add(entity, change.locked, row);
    row.put(this.returnName, Value.fromBigDecimal(ratioTowardZero(net, locked)));
  }
}

/** The windows of one kind of entity. */
export class Windows {
  private windows: Window[] = [];

  constructor() {
    for (let i = 0; i < WINDOWS.length; i++) this.windows.push(new Window(WINDOWS[i]));
  }

  /** Writes what they come to with such changes, one for each, into the entity's row. */
  move(entity: Entity, changes: WindowChange[], row: Row): void {
    for (let i = 0; i < this.windows.length; i++) this.windows[i].move(entity, changes[i], row);
  }
}
