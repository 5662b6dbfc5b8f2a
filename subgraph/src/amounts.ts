import { BigDecimal, BigInt } from "@graphprotocol/graph-ts";

// Amounts are wei everywhere in the mappings; the decimals beside them are made where an entity is saved.

const UNIT_DIGITS: i32 = 18;

/** 1: the unit of the integers of 1e-18. */
export const UNIT: BigInt = BigInt.fromString("1000000000000000000");

/** An integer of 1e-18 as a decimal, exact: no division, the digits get another exponent. */
export function decimalOf(units: BigInt): BigDecimal {
  const decimal = new BigDecimal(units);
  decimal.exp = BigInt.fromI32(-UNIT_DIGITS);
  return decimal;
}

/** dividend ÷ divisor, toward zero to 1e-18; 0 where the divisor is. */
export function ratioTowardZero(dividend: BigInt, divisor: BigInt): BigDecimal {
  return decimalOf(divisor.isZero() ? divisor : dividend.times(UNIT).div(divisor));
}
