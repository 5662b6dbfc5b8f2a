import { payoutFactorDown, payoutTowardZero, type Terms, totalAtRiskDown } from "../../oracle/src/core/payout.ts";
import { formatNmr } from "../../oracle/src/core/units.ts";
import type { FeedDetails } from "../../oracle/src/feeds/feed.ts";
import type { Settlement } from "./settlements.ts";

/** Numerai kept its scores as 32-bit floats: what it paid is the formula's to about 2e-8 of a stake. A lane ends at a nano. */
const TOLERANCE = { text: "1e-6 of the stake or 1 nano-NMR", parts: 1_000_000n, nano: 1n };
const SHOWN_DIFFERENCES = 5;

type Apart = { readonly name: string; readonly stake: bigint; readonly ours: bigint; readonly paid: bigint };

/** The chain's payouts beside two judges: the formula as the oracle's core computes it, and what the feed's owner paid. */
export type Verdict = {
  readonly positions: number;
  /** Payouts equal to the formula's, to the nano-NMR. */
  readonly exact: number;
  /** Whether all are, and no staked model of the feed is missing. */
  readonly formulaAgrees: boolean;
  /** Payouts of which the feed says what was paid. */
  readonly known: number;
  /** Those beyond the tolerance, nano-NMR. */
  readonly apart: readonly Apart[];
};

export function comparePayouts(settlements: readonly Settlement[], details: FeedDetails, terms: Terms): Verdict {
  const staked = settlements.reduce((sum, { stake }) => sum + stake, 0n);
  const factor = payoutFactorDown(totalAtRiskDown(staked, terms), terms);
  const exact = settlements.filter(
    ({ model, stake, payout }) => payout === payoutTowardZero(stake, model.scores ?? [0n, 0n], factor, terms),
  ).length;
  const expected = details.models.filter(({ stake }) => stake > 0n).length;
  const known = settlements.flatMap(({ model: { name, settled }, stake, payout }) =>
    settled === null ? [] : [{ name, stake, ours: payout, paid: settled }],
  );
  return {
    positions: settlements.length,
    exact,
    formulaAgrees: exact === settlements.length && exact === expected,
    known: known.length,
    apart: known.filter(isApart),
  };
}

/** What the verdicts of some rounds come to, for people. */
export function describeVerdicts(verdicts: readonly Verdict[]): string[] {
  const sum = (count: (verdict: Verdict) => number): number =>
    verdicts.reduce((total, verdict) => total + count(verdict), 0);
  const shown = (count: number): string => count.toLocaleString("en");
  const [known, exact, positions] = [sum((v) => v.known), sum((v) => v.exact), sum((v) => v.positions)];
  const apart = verdicts.flatMap((verdict) => verdict.apart);
  const worst = apart.toSorted((a, b) => (distance(a) * b.stake > distance(b) * a.stake ? -1 : 1));
  return [
    `Formula: ${shown(exact)} of ${shown(positions)} payouts are equal to the last nano-NMR.`,
    `Paid, as the feed says: ${shown(known - apart.length)} of ${shown(known)} payouts agree to ${TOLERANCE.text}.`,
    ...worst
      .slice(0, SHOWN_DIFFERENCES)
      .map(({ name, ours, paid }) => `  ${name}: ours ${formatNmr(ours)} NMR, paid ${formatNmr(paid)} NMR`),
  ];
}

function isApart(row: Apart): boolean {
  return distance(row) > TOLERANCE.nano && distance(row) * TOLERANCE.parts > row.stake;
}

function distance({ ours, paid }: Apart): bigint {
  return ours < paid ? paid - ours : ours - paid;
}
