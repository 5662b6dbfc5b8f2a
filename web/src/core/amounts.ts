import { decimal } from "@numeraire-staking/oracle/core/derivation";
import { WEI_PER_NANO } from "@numeraire-staking/oracle/core/units";
import { copy } from "../copy/en.ts";

/** What somebody typed: an amount in wei, or the sentence that says what is wrong with it. */
export type Typed = { readonly wei: bigint } | { readonly fault: string };

const WEI_DECIMALS = 18;
const NANO_DECIMALS = 9;
/** The contract's MAX_HOLDINGS: more than this fits no lane. Wei. */
const MAX_WEI = (2n ** 63n - 1n) * WEI_PER_NANO;
const MINUS = "−";
const SHORT_PLACES = 3;

/** Wei as exact NMR, without trailing zeros: "1,234.5 NMR", "−0.000000001 NMR". */
export function exactNmr(wei: bigint): string {
  return `${signed(wei, grouped(decimal(magnitude(wei), WEI_DECIMALS)))} NMR`;
}

/**
 * Wei as NMR with always so many places, rounded toward zero: "1,234.500 NMR". What is not zero never looks like it:
 * "< 0.001 NMR", and "> −0.001 NMR" below zero.
 */
export function shortNmr(wei: bigint, places = SHORT_PLACES): string {
  return `${shortDecimalTowardZero(wei, WEI_DECIMALS, places)} NMR`;
}

/**
 * A share, an integer count of 10^-decimals, as a percentage with always so many places, rounded toward zero. Clip and
 * exposure have 9 decimals, a payout factor 18, a rate 36. What is not zero never looks like it: "< 0.01 %".
 */
export function percentText(share: bigint, decimals: number, places = 2): string {
  return `${shortDecimalTowardZero(share * 100n, decimals, places)} %`;
}

/** A share, an integer count of 10^-decimals, as an exact percentage: "1.7 %". */
export function exactPercent(share: bigint, decimals: number): string {
  return `${signed(share, grouped(decimal(magnitude(share) * 100n, decimals)))} %`;
}

/**
 * Reads what people type into wei: digits, at most one point, at most nine places, with or without "NMR" behind it.
 * Commas are read only where they can be nothing but thousands: "1,234.5" or "1,234,567". "1,234" is 1234 to one reader
 * and 1.234 to another, and money is not a place to guess.
 */
export function parseNmr(text: string): Typed {
  const { faults } = copy.amounts;
  const typed = text.trim().replace(/\s*NMR$/i, "");
  if (typed === "") return { fault: faults.empty };
  if (/^[-−]/.test(typed)) return { fault: faults.negative(typed) };
  const thousands = /^\d{1,3}(?:,\d{3})+\.\d+$|^\d{1,3}(?:,\d{3}){2,}$/.test(typed);
  if (typed.includes(",") && !thousands) return { fault: faults.comma(typed) };
  const [, whole, fraction = ""] = /^(\d+)(?:\.(\d+))?$/.exec(typed.replaceAll(",", "")) ?? [];
  if (whole === undefined) return { fault: faults.notANumber(typed) };
  const places = fraction.replace(/0+$/, "");
  if (places.length > NANO_DECIMALS) return { fault: faults.tooFine(typed) };
  const wei = BigInt(whole + places.padEnd(WEI_DECIMALS, "0"));
  return wei > MAX_WEI ? { fault: faults.tooMuch(typed) } : { wei };
}

/** An integer count of 10^-decimals with always so many places, rounded toward zero, and never 0 for what is not 0. */
function shortDecimalTowardZero(value: bigint, decimals: number, places: number): string {
  const cut = (magnitude(value) * 10n ** BigInt(places)) / 10n ** BigInt(decimals);
  if (cut === 0n && value !== 0n) {
    const least = fixed(1n, places);
    return value > 0n ? `< ${least}` : `> ${MINUS}${least}`;
  }
  return signed(value, grouped(fixed(cut, places)));
}

function fixed(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, "0");
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

function grouped(text: string): string {
  const [whole = "", fraction] = text.split(".");
  const separated = whole.replace(/\B(?=(?:\d{3})+$)/g, ",");
  return fraction === undefined ? separated : `${separated}.${fraction}`;
}

function signed(value: bigint, text: string): string {
  return value < 0n ? `${MINUS}${text}` : text;
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
