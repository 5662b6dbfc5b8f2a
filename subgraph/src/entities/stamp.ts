import { Entity, ethereum, Value } from "@graphprotocol/graph-ts";

/** Writes time, block and transaction of an event into the entity that tells of it. */
export function stamp(entity: Entity, event: ethereum.Event): void {
  entity.set("timestamp", Value.fromBigInt(event.block.timestamp));
  entity.set("block", Value.fromBigInt(event.block.number));
  entity.set("transaction", Value.fromBytes(event.transaction.hash));
}
