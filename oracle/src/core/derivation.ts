import { payoutFactorDown, payoutTowardZero, rate, type Terms } from "./payout.ts";
import { formatNmr } from "./units.ts";
import type { Scores } from "./words.ts";

/** What a payout is made from; `total` is the round's total at risk, amounts in nano-NMR. */
export type PayoutInput = {
  readonly stake: bigint;
  readonly scores: Scores;
  readonly terms: Terms;
  readonly total: bigint;
  /** What was really applied; null: not settled yet. */
  readonly applied: bigint | null;
};

/** How a payout comes about. `bounds`: what made it smaller than stake × weighted scores. */
export type Derivation = {
  readonly payout: bigint;
  readonly bounds: readonly ("payout factor" | "clip" | "exposure" | "what was left of the stake")[];
  /** The formula with its numbers, a step a line. */
  readonly lines: readonly string[];
};

const FACTOR_ONE = 10n ** 18n;
const ONE = 10n ** 9n;

/** The formula of a payout with its numbers in. */
export function derivePayout({ stake, scores, terms, total, applied }: PayoutInput): Derivation {
  const { multipliers, clip, exposure, stakeThreshold } = terms;
  const factor = payoutFactorDown(total, terms);
  const weighted = multipliers[0] * scores[0] + multipliers[1] * scores[1];
  const clipped = rate(scores, factor, terms);
  const payout = payoutTowardZero(stake, scores, factor, terms);
  const isClipped = clipped !== weighted * factor;
  const isCut = applied !== null && applied !== payout;
  const threshold =
    stakeThreshold === 0n
      ? "no threshold"
      : `threshold ${formatNmr(stakeThreshold)} NMR, total at risk ${formatNmr(total)} NMR`;
  const product = (index: 0 | 1): string => `${decimal(multipliers[index], 9)} × ${decimal(scores[index], 9)}`;
  return {
    payout: applied ?? payout,
    bounds: [
      ...(factor < FACTOR_ONE ? (["payout factor"] as const) : []),
      ...(isClipped ? (["clip"] as const) : []),
      ...(exposure < ONE ? (["exposure"] as const) : []),
      ...(isCut ? (["what was left of the stake"] as const) : []),
    ],
    lines: [
      `weighted scores = ${product(0)} + ${product(1)} = ${decimal(weighted, 18)}`,
      `payout factor   = ${decimal(factor, 18)} (${threshold})`,
      `rate            = ${decimal(weighted, 18)} × ${decimal(factor, 18)} = ${decimal(weighted * factor, 36)}`,
      `                  ${isClipped ? `clipped to ${decimal(clipped, 36)}` : "not clipped"} (clip ±${decimal(clip, 9)})`,
      `payout          = stake ${formatNmr(stake)} NMR × exposure ${decimal(exposure, 9)} × rate = ${formatNmr(payout)} NMR`,
      ...(isCut ? [`applied         = ${formatNmr(applied)} NMR: the burn took all that the position had left`] : []),
    ],
  };
}

/** An integer count of 10^-places as a decimal, exact. */
export function decimal(value: bigint, places: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(places + 1, "0");
  const fraction = digits.slice(-places).replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -places)}${fraction === "" ? "" : `.${fraction}`}`;
}
