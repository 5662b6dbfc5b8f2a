import { BigDecimal, BigInt, Entity, Value, ValueKind } from "@graphprotocol/graph-ts";
import { Wide, WEI_PER_NANO } from "./words";

// Amounts are wei everywhere in the mappings; the decimals beside them are made when an entity is saved.

const WEI = "Wei";
const NMR = "Nmr";

const EXPONENT: BigInt = BigInt.fromI32(-18);

/** 1: the unit of the integers of 1e-18. */
export const UNIT: BigInt = BigInt.fromString("1000000000000000000");

/** What a BigDecimal is made of. Its own constructor makes an exponent that is not wanted here. */
class DecimalParts {
  digits: BigInt;
  exp: BigInt;

  constructor(digits: BigInt, exp: BigInt) {
    this.digits = digits;
    this.exp = exp;
  }
}

/** An integer of 1e-18 as a decimal, exact: no division, the digits get another exponent. */
export function decimalOf(units: BigInt): BigDecimal {
  return changetype<BigDecimal>(new DecimalParts(units, EXPONENT));
}

/** dividend ÷ divisor, toward zero to 1e-18; 0 where the divisor is. */
export function ratioTowardZero(dividend: BigInt, divisor: BigInt): BigDecimal {
  return decimalOf(divisor.isZero() ? divisor : dividend.times(UNIT).div(divisor));
}

/** The same of whole numbers where the divisor is not 0: any dividend of 64 bits times 1e18 is within 128. */
export function quotientTowardZero(dividend: i64, divisor: BigInt): BigDecimal {
  const units = Wide.fromI64(dividend).times(WEI_PER_NANO).times(WEI_PER_NANO);
  return decimalOf(units.toBigInt().div(divisor));
}

/** Writes the amount in NMR beside each amount in wei of an entity that is about to be saved. */
export function fillNmr(entity: Entity): void {
  const entries = entity.entries;
  const count = entries.length; // what is written comes behind them
  for (let i = 0; i < count; i++) {
    const name = entries[i].key;
    if (!name.endsWith(WEI)) continue;
    const amount = entries[i].value;
    const decimal = amount.kind == ValueKind.NULL ? amount : Value.fromBigDecimal(decimalOf(amount.toBigInt()));
    entity.set(name.slice(0, -WEI.length) + NMR, decimal);
  }
}
