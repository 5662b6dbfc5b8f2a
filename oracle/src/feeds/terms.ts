import { InputError } from "../core/errors.ts";
import { scaledFromDecimalNearest } from "../core/units.ts";

const DECIMALS = 9;
const ONE = 10n ** 9n;
const MAX_MULTIPLIER = 2n ** 63n - 1n;

/**
 * A multiplier in 1e-9.
 * @throws InputError where it doesn't fit an int64; the lowest is refused too, so that its negative always fits.
 */
export function multiplierFrom(source: string, field: string): bigint {
  const multiplier = scaledFromDecimalNearest(source, DECIMALS, field);
  if (multiplier <= MAX_MULTIPLIER && multiplier >= -MAX_MULTIPLIER) return multiplier;
  throw new InputError(field, `${source} doesn't fit an int64 in 1e-9`);
}

/**
 * A clip or an exposure in 1e-9; `what` says which.
 * @throws InputError where it isn't within 0 to 1
 */
export function shareFrom(source: string, field: string, what: string): bigint {
  const share = scaledFromDecimalNearest(source, DECIMALS, field);
  if (share < 0n || share > ONE) throw new InputError(field, `${source} is out of range; ${what} is within 0 to 1`);
  return share;
}
