import { packScores, type Scores } from "../../oracle/src/core/words.ts";
import { mined } from "../../scripts/support/mined.ts";
import { CLASSIC_TERMS, type Deployment, reportScores, type Schedule, schedule, type Terms } from "./staking.ts";

export const RoundState = { None: 0n, Open: 1n, Locking: 2n, Locked: 3n, Settled: 4n, Void: 5n } as const;
export const BatchState = { None: 0n, Locked: 1n, Reported: 2n, Settled: 3n } as const;

export type RoundOptions = { terms?: Partial<Terms>; times?: Partial<Schedule> };

/** A round, locked: its schedule and the stakes words of its batches. */
export type LockedRound = { times: Schedule; stakes: bigint[][] };

/** A round, reported: with the scores words of its batches. */
export type ReportedRound = LockedRound & { scores: bigint[][] };

/** The next transaction's block has exactly this time, whether it reverts or not. */
export async function at(d: Deployment, time: bigint): Promise<void> {
  await d.networkHelpers.time.setNextBlockTimestamp(time);
}

/** Does something in a block of exactly this time, and takes it back: the chain stands where it stood. */
export async function tryAt(d: Deployment, time: bigint, action: () => Promise<unknown>): Promise<void> {
  const snapshot = await d.networkHelpers.takeSnapshot();
  await at(d, time);
  await action();
  await snapshot.restore();
}

/** Opens a round on the classic terms, an hour and ten minutes before its close. */
export async function openRound(
  d: Deployment,
  tournament: bigint,
  round: bigint,
  { terms = {}, times = {} }: RoundOptions = {},
): Promise<Schedule> {
  const set = await schedule(d, times);
  await mined(d.staking.openRound(tournament, round, { ...CLASSIC_TERMS, ...terms }, set));
  return set;
}

/** Locks every batch there is, right at the round's close. */
export async function lockBatches(d: Deployment, tournament: bigint, round: bigint): Promise<bigint[][]> {
  const { schedule: times } = await d.staking.roundOf(tournament, round);
  if (BigInt(await d.networkHelpers.time.latest()) < times.closesAt) await at(d, times.closesAt);
  const { positions } = await d.staking.tournamentOf(tournament);
  const stakes: bigint[][] = [];
  for (let batch = 0n; batch * 1024n < positions; ++batch) {
    stakes.push([...(await d.staking.stakesOf(tournament, batch))]);
    await mined(d.staking.connect(d.relayer).lock(tournament, round, batch));
  }
  return stakes;
}

/** Opens a round and locks it whole. */
export async function lockRound(
  d: Deployment,
  tournament: bigint,
  round: bigint,
  options: RoundOptions = {},
): Promise<LockedRound> {
  const times = await openRound(d, tournament, round, options);
  return { times, stakes: await lockBatches(d, tournament, round) };
}

/** Reports every batch of a locked round, from the second it resolves at. Lanes without a score get (0, 0). */
export async function reportRound(
  d: Deployment,
  tournament: bigint,
  round: bigint,
  locked: LockedRound,
  lanes: readonly (readonly Scores[])[],
): Promise<ReportedRound> {
  await at(d, locked.times.resolvesAt);
  const scores: bigint[][] = [];
  for (const [batch, words] of locked.stakes.entries()) {
    const all = Array.from({ length: words.length * 4 }, (_, lane): Scores => lanes[batch]?.[lane] ?? [0n, 0n]);
    await mined(reportScores(d, tournament, round, BigInt(batch), all));
    scores.push(packScores(all));
  }
  return { ...locked, scores };
}

/** Settles one batch of a reported round. */
export function settleBatch(d: Deployment, tournament: bigint, round: bigint, reported: ReportedRound, batch = 0) {
  const { stakes, scores } = reported;
  return d.staking.connect(d.relayer).settle(tournament, round, batch, stakes[batch] ?? [], scores[batch] ?? []);
}

/** Settles every batch of a reported round, once the dispute window of all of them is over. */
export async function settleRound(d: Deployment, tournament: bigint, round: bigint, reported: ReportedRound) {
  await d.networkHelpers.time.increase(reported.times.disputeWindow);
  for (const batch of reported.stakes.keys()) await mined(settleBatch(d, tournament, round, reported, batch));
}

/** A round from its opening to its settlement. */
export async function playRound(
  d: Deployment,
  tournament: bigint,
  round: bigint,
  lanes: readonly (readonly Scores[])[],
  options: RoundOptions = {},
): Promise<ReportedRound> {
  const locked = await lockRound(d, tournament, round, options);
  const reported = await reportRound(d, tournament, round, locked, lanes);
  await settleRound(d, tournament, round, reported);
  return reported;
}

/** Voids a round that nobody locks or settles any more. */
export async function voidAfter(d: Deployment, tournament: bigint, round: bigint, time: bigint): Promise<void> {
  if (BigInt(await d.networkHelpers.time.latest()) < time) await at(d, time);
  await mined(d.staking.connect(d.relayer).voidRound(tournament, round));
}
