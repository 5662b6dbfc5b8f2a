import { BigInt, Entity, TypedMapEntry, Value } from "@graphprotocol/graph-ts";
import { decimalOf } from "./amounts";
import { plusNano } from "./words";

// An entity is a list of fields, which graph-ts goes through by name at each read and write; and graph-node stops at every
// branch of a mapping to count it. Rows that come by the thousand cost mostly that search, so here they go without.

/** A field of one kind of entity, looked for where the last entity of the kind had it. */
export class Field {
  private name: string;
  private place: i32 = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Its value in an entity that is stored and has it. */
  of(entity: Entity): Value {
    const entries = entity.entries;
    if (this.place >= entries.length || entries[this.place].key != this.name) this.find(entity);
    return entries[this.place].value;
  }

  private find(entity: Entity): void {
    const entries = entity.entries;
    for (let i = 0; i < entries.length; i++) {
      if (entries[i].key == this.name) this.place = i;
    }
  }
}

/**
 * Fields to write, each put in once: all of a new entity, or those of a stored one that change. graph-node leaves the others
 * as they are.
 */
export class Row extends Entity {
  constructor(id: string) {
    super();
    this.put("id", Value.fromString(id));
  }

  put(name: string, value: Value): void {
    this.entries.push(new TypedMapEntry<string, Value>(name, value));
  }

  /** An amount in wei, and the same in NMR beside it. */
  putAmount(wei: string, nmr: string, amount: BigInt): void {
    this.put(wei, Value.fromBigInt(amount));
    this.put(nmr, Value.fromBigDecimal(decimalOf(amount)));
  }
}

/** An amount of one kind of entity: a field in wei, and one in NMR beside it. */
export class AmountField {
  private wei: string;
  private nmr: string;
  private field: Field;

  /** @param name What both names begin with: "active" of "activeWei" and "activeNmr". */
  constructor(name: string) {
    this.wei = name + "Wei";
    this.nmr = name + "Nmr";
    this.field = new Field(this.wei);
  }

  /** The amount in a stored entity, wei. */
  of(entity: Entity): BigInt {
    return this.field.of(entity).toBigInt();
  }

  /** Writes into the row what a stored entity has with so many nano-NMR more, unless that is nothing; returns it, wei. */
  add(entity: Entity, nano: i64, row: Row): BigInt {
    const had = this.of(entity);
    if (nano == 0) return had;
    const has = plusNano(had, nano);
    row.putAmount(this.wei, this.nmr, has);
    return has;
  }
}
