// What happened in a history: only what did happen is proved to be indexed rightly.
import type { Ledger } from "../check/ledger.ts";
import { payoutFactor, payoutOf, scoresOf, sum } from "../check/protocol.ts";
import { type Batch, type Round, standingReport } from "../check/state.ts";

/** Counts, but what begins with "most": that is the highest of all histories. */
export type Tally = Record<string, number>;

export function tallyOf({ tournaments, events }: Ledger): Tally {
  const rounds = tournaments.flatMap((its) => [...its.rounds.values()]);
  const settled = tournaments.flatMap((its) => [...its.settled.values()].flat());
  return {
    ...Object.fromEntries([...events].map(([name, count]) => [`event ${name}`, count])),
    "histories with live positions in two batches": rounds.some(({ size }) => size > 1) ? 1 : 0,
    "rounds void with settled batches": rounds.filter(({ voidedAt, batches }) => voidedAt && anySettled(batches))
      .length,
    "rounds of two batches settled": rounds.filter(({ settledAt, size }) => settledAt && size > 1).length,
    "reports vetoed twice or more": rounds
      .flatMap(({ batches }) => [...batches.values()])
      .filter(({ reports }) => reports.filter(({ veto }) => veto).length > 1).length,
    payouts: settled.reduce((count, { stakes }) => count + stakes.filter((stake) => stake !== 0n).length, 0),
    "burns cut short": settled.reduce((count, batch) => count + cutBurns(batch), 0),
    "most rounds in flight": Math.max(0, ...tournaments.map((its) => mostInFlight([...its.rounds.values()]))),
    "most settlements of a range": Math.max(
      0,
      ...tournaments.flatMap((its) => [...its.settled.values()].map(({ length }) => length)),
    ),
  };
}

export function addTally(total: Tally, tally: Tally): void {
  for (const [what, count] of Object.entries(tally)) {
    total[what] = what.startsWith("most") ? Math.max(total[what] ?? 0, count) : (total[what] ?? 0) + count;
  }
}

function anySettled(batches: Map<number, Batch>): boolean {
  return [...batches.values()].some(({ settlement }) => settlement);
}

function cutBurns(batch: Batch): number {
  const { terms, batches } = batch.round;
  const factor = payoutFactor(terms, sum([...batches.values()].map(({ staked }) => staked)));
  const words = standingReport(batch)?.words ?? [];
  return [...batch.stakes].filter((stake, lane) => {
    const scores = (words[Math.floor(lane / 4)] ?? 0n) >> BigInt(64 * (lane % 4));
    return stake !== 0n && payoutOf(terms, factor, stake, scoresOf(scores)).due !== batch.settlement?.payouts[lane];
  }).length;
}

/** Rounds are in flight from the block of their first lock to that of their end. */
function mostInFlight(rounds: readonly Round[]): number {
  const locks = rounds.flatMap((round) => {
    const first = [...round.batches.values()][0];
    return first ? [{ from: first.at.block, to: (round.settledAt ?? round.voidedAt)?.block }] : [];
  });
  return Math.max(
    0,
    ...locks.map(({ from }) => locks.filter((other) => other.from <= from && (other.to ?? from + 1n) > from).length),
  );
}
