import { BigInt, Entity, Value } from "@graphprotocol/graph-ts";
import { ratioTowardZero } from "./amounts";
import { nanoToWei } from "./words";

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
}

export function startWindows(entity: Entity): void {
  for (let i = 0; i < WINDOWS.length; i++) write(entity, WINDOWS[i], 0, BigInt.zero(), BigInt.zero());
}

/** Brings the windows of an entity up to date: a change for each, in their order. The caller saves the entity. */
export function moveWindows(entity: Entity, changes: WindowChange[]): void {
  for (let i = 0; i < WINDOWS.length; i++) {
    const window = WINDOWS[i];
    const change = changes[i];
    if (change.payouts == 0 && change.net == 0 && change.locked == 0) continue;
    const payouts = entity.get("payoutCount" + window)!.toI32() + change.payouts;
    const net = entity
      .get("net" + window + "Wei")!
      .toBigInt()
      .plus(nanoToWei(change.net));
    const locked = entity
      .get("locked" + window + "Wei")!
      .toBigInt()
      .plus(nanoToWei(change.locked));
    write(entity, window, payouts, net, locked);
  }
}

function write(entity: Entity, window: string, payouts: i32, net: BigInt, locked: BigInt): void {
  entity.set("payoutCount" + window, Value.fromI32(payouts));
  entity.set("net" + window + "Wei", Value.fromBigInt(net));
  entity.set("locked" + window + "Wei", Value.fromBigInt(locked));
  entity.set("return" + window, Value.fromBigDecimal(ratioTowardZero(net, locked)));
}
