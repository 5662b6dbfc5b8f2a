import type { Scores } from "./words.ts";

/** What decides a round's payouts. Multipliers, clip and exposure in 1e-9, the threshold in nano-NMR (0: none). */
export type Terms = {
  readonly multipliers: readonly [bigint, bigint];
  readonly clip: bigint;
  readonly stakeThreshold: bigint;
  readonly exposure: bigint;
};

/** A position, nano-NMR. */
export type Balance = { readonly active: bigint; readonly pending: bigint };

const ONE = 10n ** 9n;
const FACTOR_ONE = 10n ** 18n;
/** From clip (1e-9) to rate (1e-36). */
const RATE_PER_CLIP = 10n ** 27n;
/** Exposure (1e-9) times rate (1e-36). */
const EXPOSURE_TIMES_RATE_ONE = 10n ** 45n;

/** Total at risk in nano-NMR: `staked × exposure`, rounded down. `staked` is the sum of the round's stakes, nano-NMR. */
export function totalAtRiskDown(staked: bigint, terms: Terms): bigint {
  return (staked * terms.exposure) / ONE;
}

/** Payout factor in 1e-18: `min(1, threshold / total)`, rounded down. `total` is the total at risk, nano-NMR. */
export function payoutFactorDown(total: bigint, { stakeThreshold }: Terms): bigint {
  return stakeThreshold === 0n || total <= stakeThreshold ? FACTOR_ONE : (stakeThreshold * FACTOR_ONE) / total;
}

/** Rate of return in 1e-36, exact. The clip comes after the factor, as in Numerai's rules since round 316. */
export function rate([score0, score1]: Scores, factor: bigint, terms: Terms): bigint {
  const [multiplier0, multiplier1] = terms.multipliers;
  return clamp((multiplier0 * score0 + multiplier1 * score1) * factor, terms.clip * RATE_PER_CLIP);
}

/** Payout of a stake in nano-NMR, rounded toward zero: in the reserve's favour for a reward, in the staker's for a burn. */
export function payoutTowardZero(stake: bigint, scores: Scores, factor: bigint, terms: Terms): bigint {
  return (stake * terms.exposure * rate(scores, factor, terms)) / EXPOSURE_TIMES_RATE_ONE;
}

/** Payout as the contract's `previewPayout`: `total` at risk and `stake` in nano-NMR. */
export function previewPayout(terms: Terms, total: bigint, stake: bigint, scores: Scores): bigint {
  return payoutTowardZero(stake, scores, payoutFactorDown(total, terms), terms);
}

/**
 * What a batch holds back from the reserve, nano-NMR, rounded down: never less than its payouts can add up to, since
 * each of them is rounded down from its own share of the same product.
 */
export function earmarkDown(staked: bigint, terms: Terms): bigint {
  return (staked * terms.exposure * terms.clip) / (ONE * ONE);
}

/**
 * Books a payout on a position, nano-NMR. A burn takes active first, then pending, never more than both; a reward joins
 * active, or pending where only pending is left. `applied` is the payout, or the burn cut at what was there.
 */
export function settleLane({ active, pending }: Balance, payout: bigint): Balance & { readonly applied: bigint } {
  if (payout >= 0n) {
    return active === 0n && pending > 0n
      ? { active, pending: pending + payout, applied: payout }
      : { active: active + payout, pending, applied: payout };
  }
  const fromActive = min(-payout, active);
  const fromPending = min(-payout - fromActive, pending);
  return { active: active - fromActive, pending: pending - fromPending, applied: -(fromActive + fromPending) };
}

function clamp(value: bigint, bound: bigint): bigint {
  if (value > bound) return bound;
  return value < -bound ? -bound : value;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
