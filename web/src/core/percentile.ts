import type { RoundHistory } from "@numeraire-staking/oracle/core/history";
import { rate } from "@numeraire-staking/oracle/core/payout";
import type { Scores } from "@numeraire-staking/oracle/core/words";
import { lanesOf } from "./check-values.ts";

/** The share of the round's other stakes whose rate was lower, 1e-4, rounded down; null where it is the only one. */
export function percentileOf(round: RoundHistory, { scores }: { readonly scores: Scores }): bigint | null {
  const { terms, totals } = round;
  const own = rate(scores, totals.payoutFactor, terms);
  const rates = round.batches
    .flatMap((batch) => lanesOf(batch, round))
    .flatMap((lane) =>
      lane.stake > 0n && lane.scores !== null ? [rate(lane.scores, totals.payoutFactor, terms)] : [],
    );
  if (rates.length < 2) return null;
  const lower = rates.filter((each) => each < own).length;
  return (BigInt(lower) * 10_000n) / BigInt(rates.length - 1);
}
