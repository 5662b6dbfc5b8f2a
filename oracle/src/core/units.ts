import { InputError } from "./errors.ts";

/** The exact number `digits / 10^scale`; `scale` is never negative. */
export type Decimal = { readonly digits: bigint; readonly scale: number };

/** Wei in one nano-NMR, the ledger's unit. */
export const WEI_PER_NANO = 10n ** 9n;

const NANO_DECIMALS = 9;
const SCORE_DECIMALS = 9;
const MAX_NANO = 2n ** 64n - 1n;
const MAX_SIGNED_NANO = 2n ** 63n - 1n;
const MAX_SCORE = 2n ** 31n - 1n;

// A double prints in at most 25 characters with exponents within ±324; the rest would only serve to exhaust memory.
const MAX_LENGTH = 100;
const MAX_EXPONENT = 400;

/** What `DECIMAL` finds. */
type Parts = {
  readonly sign: string;
  readonly whole: string;
  readonly fraction: string | undefined;
  readonly exponent: string | undefined;
};

const DECIMAL =
  /^(?<sign>-?)(?<whole>\d+|[1-9]\d{0,2}(?:,\d{3})+)(?:\.(?<fraction>\d+))?(?:[eE](?<exponent>[+-]?\d+))?$/;

/**
 * Reads a decimal exactly: "12", "-0.5", "1e-7", "0E-18", "1,234.5".
 * @throws InputError for anything else: NaN, Infinity, hexadecimal, blanks, misplaced separators, absurd lengths.
 */
export function parseDecimal(text: string, field: string): Decimal {
  const parts = text.length <= MAX_LENGTH ? (DECIMAL.exec(text)?.groups as Parts | undefined) : undefined;
  const exponent = Number(parts?.exponent ?? 0);
  if (parts === undefined || Math.abs(exponent) > MAX_EXPONENT) {
    throw new InputError(field, `${quote(text)} is not a number; write a decimal such as 12, -0.5, 1e-7 or 1,234.5`);
  }
  const { sign, whole, fraction = "" } = parts;
  const magnitude = BigInt(whole.replaceAll(",", "") + fraction);
  const digits = sign === "-" ? -magnitude : magnitude;
  const scale = fraction.length - exponent;
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

/** Less than, equal to or more than zero as `a` is to `b`, exactly. */
export function compareDecimals(a: Decimal, b: Decimal): bigint {
  return a.digits * 10n ** BigInt(b.scale) - b.digits * 10n ** BigInt(a.scale);
}

/**
 * NMR as a decimal to nano-NMR; what is finer than a nano-NMR is dropped.
 * @throws InputError for a negative amount or one beyond a uint64.
 */
export function nanoFromDecimalDown(text: string, field: string): bigint {
  const decimal = parseDecimal(text, field);
  if (decimal.digits < 0n) throw new InputError(field, `${text} is negative; an amount of NMR must be at least 0`);
  const nano = scaledTowardZero(decimal, NANO_DECIMALS);
  if (nano > MAX_NANO) throw new InputError(field, `${text} is too much; at most ${formatNmr(MAX_NANO)} NMR fit`);
  return nano;
}

/**
 * Signed NMR as a decimal to nano-NMR, rounded toward zero, as Numerai's own payouts are.
 * @throws InputError for an amount beyond ±(2^63 - 1) nano-NMR.
 */
export function signedNanoFromDecimalTowardZero(text: string, field: string): bigint {
  const nano = scaledTowardZero(parseDecimal(text, field), NANO_DECIMALS);
  if (abs(nano) > MAX_SIGNED_NANO) {
    throw new InputError(field, `${text} is out of range; allowed is ±${formatNmr(MAX_SIGNED_NANO)} NMR`);
  }
  return nano;
}

/** A decimal to an integer count of 10^-decimals, rounded to the nearest, ties away from zero. */
export function scaledFromDecimalNearest(text: string, decimals: number, field: string): bigint {
  return scaledNearest(parseDecimal(text, field), decimals);
}

/**
 * A score to 1e-9, rounded to the nearest, ties away from zero.
 * @throws InputError for a score that doesn't fit an int32. The lowest int32 is refused too, so that a score and its
 * negative are always both allowed.
 */
export function scoreFromDecimalNearest(text: string, field: string): bigint {
  return boundedScore(parseDecimal(text, field), text, field);
}

/**
 * The exact product of two decimals as a score: a score with the model's own multiplier inside. Rounded once, as
 * `scoreFromDecimalNearest` does.
 */
export function scoreFromProductNearest(a: string, b: string, field: string): bigint {
  const left = parseDecimal(a, field);
  const right = parseDecimal(b, field);
  const product = { digits: left.digits * right.digits, scale: left.scale + right.scale };
  return boundedScore(product, `${a} × ${b}`, field);
}

/** Nano-NMR to wei. */
export function weiFromNano(nano: bigint): bigint {
  return nano * WEI_PER_NANO;
}

/**
 * Wei to nano-NMR.
 * @throws InputError for an amount that isn't whole in nano-NMR: the contracts refuse it as well.
 */
export function nanoFromWei(wei: bigint, field: string): bigint {
  if (wei % WEI_PER_NANO !== 0n) {
    throw new InputError(field, `${wei.toString()} wei is not a multiple of 1000000000 (one nano-NMR)`);
  }
  return wei / WEI_PER_NANO;
}

/** Nano-NMR as exact NMR without trailing zeros; `separator` goes between thousands: `formatNmr(n, ",")`. */
export function formatNmr(nano: bigint, separator = ""): string {
  const digits = abs(nano)
    .toString()
    .padStart(NANO_DECIMALS + 1, "0");
  const whole = digits.slice(0, -NANO_DECIMALS).replace(/\B(?=(?:\d{3})+$)/g, separator);
  const fraction = digits.slice(-NANO_DECIMALS).replace(/0+$/, "");
  return `${nano < 0n ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

function boundedScore(decimal: Decimal, shown: string, field: string): bigint {
  const score = scaledNearest(decimal, SCORE_DECIMALS);
  if (abs(score) > MAX_SCORE) throw new InputError(field, `${shown} is out of range; a score is within ±2.147483647`);
  return score;
}

function scaledTowardZero({ digits, scale }: Decimal, decimals: number): bigint {
  return (digits * 10n ** BigInt(decimals)) / 10n ** BigInt(scale);
}

function scaledNearest({ digits, scale }: Decimal, decimals: number): bigint {
  const numerator = digits * 10n ** BigInt(decimals);
  const denominator = 10n ** BigInt(scale);
  const half = digits < 0n ? -denominator : denominator;
  return (2n * numerator + half) / (2n * denominator);
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function quote(text: string): string {
  return text.length <= MAX_LENGTH ? JSON.stringify(text) : `${JSON.stringify(text.slice(0, MAX_LENGTH))}…`;
}
