import { decimal, derivePayout, type PayoutInput } from "@numeraire-staking/oracle/core/derivation";
import { payoutFactorDown } from "@numeraire-staking/oracle/core/payout";
import { weiFromNano } from "@numeraire-staking/oracle/core/units";
import { copy } from "../copy/en.ts";
import { exactNmr, exactPercent, percentText } from "./amounts.ts";

/** What decided a payout more than its scores did; a payout factor below 1 is what the threshold does. */
export type Bound = "cut" | "clip" | "factor" | "exposure" | "none";

/** Why a payout is what it is. */
export type Explanation = {
  /** One plain sentence; amounts are exact, percentages rounded toward zero to two places. */
  readonly sentence: string;
  /** The formula with the reader's numbers, exact. */
  readonly formula: string;
  /** What decided it most: `bounds` has all that made it smaller. */
  readonly bound: Bound;
  readonly bounds: readonly Bound[];
  /** The derivation, a step a line. */
  readonly lines: readonly string[];
};

const FACTOR_DECIMALS = 18;
const TERMS_DECIMALS = 9;
/** Weighted scores and the factor together, and a rate. */
const RATE_DECIMALS = 36;

const BOUND_OF = {
  "payout factor": "factor",
  clip: "clip",
  exposure: "exposure",
  "what was left of the stake": "cut",
} as const;
const WEIGHTIEST: readonly Bound[] = ["cut", "clip", "factor", "exposure"];

/**
 * Why a payout is what it is, or would be where `applied` is null. `percentile`: the share of the round's stakes whose rate
 * was lower, 1e-4; null where that isn't known. Takes nano-NMR, as the derivation does.
 */
export function explainPayout(input: PayoutInput, percentile: bigint | null): Explanation {
  const derivation = derivePayout(input);
  const bounds = derivation.bounds.map((bound): Bound => BOUND_OF[bound]);
  const bound = WEIGHTIEST.find((each) => bounds.includes(each)) ?? "none";
  const better = percentile === null ? "" : copy.explanation.percentile(exactPercent(percentile, 4));
  return {
    sentence: `${outcome(input, derivation.payout)}, ${reason(input, derivation.payout, bound)}${better}.`,
    formula: formula(input),
    bound,
    bounds,
    lines: derivation.lines,
  };
}

function outcome({ stake, applied }: PayoutInput, payout: bigint): string {
  const { gained, burned, nothing, wouldGain, wouldBurn, wouldBeNothing } = copy.explanation;
  const staked = exactNmr(weiFromNano(stake));
  const isSettled = applied !== null;
  if (payout === 0n) return (isSettled ? nothing : wouldBeNothing)(staked);
  const size = payout < 0n ? -payout : payout;
  const words = [exactNmr(weiFromNano(size)), percentText((size * 10n ** 27n) / stake, 27)] as const;
  if (payout > 0n) return (isSettled ? gained : wouldGain)(staked, ...words);
  return (isSettled ? burned : wouldBurn)(staked, ...words);
}

function reason(input: PayoutInput, payout: bigint, bound: Bound): string {
  const { because } = copy.explanation;
  const { scores, terms, total } = input;
  const weighted = weightedScores(input);
  const factor = payoutFactorDown(total, terms);
  if (bound === "cut") return because.cut(exactNmr(weiFromNano(-derivePayout({ ...input, applied: null }).payout)));
  if (payout === 0n) return because[zeroReason(input, weighted)];
  const worth = (value: bigint): string => percentText(value, RATE_DECIMALS);
  if (bound === "clip") return because.clip(worth(weighted * factor), exactPercent(terms.clip, TERMS_DECIMALS));
  if (bound === "factor") {
    const amounts = [exactNmr(weiFromNano(total)), exactNmr(weiFromNano(terms.stakeThreshold))] as const;
    return because.factor(worth(weighted * 10n ** 18n), percentText(factor, FACTOR_DECIMALS), ...amounts);
  }
  if (bound === "exposure") return because.exposure(exactPercent(terms.exposure, TERMS_DECIMALS));
  return scores.every((score) => score === 0n) ? because.noScore : because.none;
}

function zeroReason({ scores, terms }: PayoutInput, weighted: bigint) {
  if (scores.every((score) => score === 0n)) return "noScore";
  if (weighted === 0n) return "zeroRate";
  return terms.exposure === 0n || terms.clip === 0n ? "noExposure" : "tooSmall";
}

function weightedScores({ scores, terms: { multipliers } }: PayoutInput): bigint {
  return multipliers[0] * scores[0] + multipliers[1] * scores[1];
}

/** Everything in the order in which the contract reckons; the division by the units is left to the decimals. */
function formula(input: PayoutInput): string {
  const { stake, scores, terms, total, applied } = input;
  const { multipliers, exposure, clip } = terms;
  const product = (place: 0 | 1): string => `${decimal(multipliers[place], 9)} × ${decimal(scores[place], 9)}`;
  const factor = decimal(payoutFactorDown(total, terms), FACTOR_DECIMALS);
  const due = derivePayout({ ...input, applied: null }).payout;
  const cut = applied !== null && applied !== due ? `, cut to ${exactNmr(weiFromNano(applied))}` : "";
  return `${exactNmr(weiFromNano(stake))} × ${decimal(exposure, 9)} × clip((${product(0)} + ${product(1)}) × ${factor}, ±${decimal(clip, 9)}) = ${exactNmr(weiFromNano(due))}${cut}`;
}
