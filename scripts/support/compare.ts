import { payoutFactorDown, payoutTowardZero, type Terms, totalAtRiskDown } from "../../oracle/src/core/payout.ts";
import type { FeedDetails } from "../../oracle/src/feeds/feed.ts";
import type { Settlement } from "./settlements.ts";

/** Numerai kept its scores as 32-bit floats: what it paid is the formula's to about 2e-8 of a stake. A lane ends at a nano. */
const TOLERANCE = { text: "1e-6 of the stake or 1 nano-NMR", parts: 1_000_000n, nano: 1n };
const SHOWN_DIFFERENCES = 5;

/**
 * The chain's payouts beside two judges: the formula as the oracle's core computes it, and what the feed's owner paid.
 * Amounts in the result are nano-NMR.
 */
export function comparePayouts(settlements: readonly Settlement[], details: FeedDetails, terms: Terms) {
  const staked = settlements.reduce((sum, { stake }) => sum + stake, 0n);
  const factor = payoutFactorDown(totalAtRiskDown(staked, terms), terms);
  const expected = ({ model, stake }: Settlement): bigint =>
    payoutTowardZero(stake, model.scores ?? [0n, 0n], factor, terms);
  const exact = settlements.filter((settlement) => settlement.payout === expected(settlement)).length;
  const whole = settlements.length === details.models.filter(({ stake }) => stake > 0n).length;

  const known = settlements.flatMap(({ model, stake, payout }) =>
    model.settled === null
      ? []
      : [{ name: model.name, stake, ours: payout, paid: model.settled, off: distance(payout, model.settled) }],
  );
  const apart = known.filter(({ off, stake }) => off > TOLERANCE.nano && off * TOLERANCE.parts > stake);
  const worst = apart.sort((a, b) => (a.off * b.stake > b.off * a.stake ? -1 : 1)).slice(0, SHOWN_DIFFERENCES);
  return {
    formula: {
      equal: exact === settlements.length && whole,
      text: `Formula: ${exact} of ${settlements.length} payouts are equal to the last nano-NMR.`,
    },
    paid: {
      text:
        `Beside what the feed says was paid: ${known.length - apart.length} of ${known.length} payouts agree to ${TOLERANCE.text}` +
        (apart.length === 0 ? "." : `; the ${worst.length} furthest apart:`),
      worst,
    },
  };
}

function distance(a: bigint, b: bigint): bigint {
  return a < b ? b - a : a - b;
}
