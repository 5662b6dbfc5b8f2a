import { formatNmr } from "../../oracle/src/core/units.ts";

/** Nano-NMR for people: three decimals, rounded toward zero, with thousands separators. */
export function shownNmr(nano: bigint): string {
  const thousandth = 1_000_000n;
  return formatNmr(nano - (nano % thousandth), ",");
}

/** A payout factor (1e-18) for people, five decimals, rounded down. */
export function shownFactor(factor: bigint): string {
  return (Number(factor / 10n ** 13n) / 100_000).toFixed(5);
}
