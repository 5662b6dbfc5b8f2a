import { packScores, type Scores, unpackStakes } from "../../oracle/src/core/words.ts";
import { mined } from "../../scripts/support/mined.ts";
import * as support from "./staking.ts";

export const POSITIONS = 1024;

/** Scores of full width and either sign, as real ones are. */
function scoresOf(position: number): Scores {
  const spread = BigInt((position * 104_729 + 13) % 60_000_001);
  return [30_000_001n - spread, spread - 29_999_989n];
}

async function gasOf(sending: Parameters<typeof mined>[0]): Promise<bigint> {
  return (await mined(sending)).gasUsed;
}

export type RoundGas = Record<"lock" | "report" | "settle", bigint>;

/** Gas of each step of a full batch, in a transaction of its own: the second round of a tournament, so no slot is new. */
export async function measureRound(connection: support.Connection): Promise<RoundGas> {
  const d = await support.deployStaking("Numeraire", connection);
  const tournament = await support.createTournament(d);
  const stakes = Array.from({ length: POSITIONS }, (_, index) => 1_000_000_007n + BigInt(index) * 65_537_123n);
  await support.openPositions(d, d.alice, tournament, stakes);
  await playRound(d, tournament, 1n);
  return playRound(d, tournament, 2n);
}

async function playRound(d: support.Deployment, tournament: bigint, round: bigint): Promise<RoundGas> {
  const staking = d.staking.connect(d.relayer);
  const times = await support.schedule(d);
  await mined(d.staking.openRound(tournament, round, support.CLASSIC_TERMS, times));
  await d.networkHelpers.time.increaseTo(times.closesAt);
  const stakes = [...(await staking.stakesOf(tournament, 0))];
  const lock = await gasOf(staking.lock(tournament, round, 0));
  await d.networkHelpers.time.increaseTo(times.resolvesAt);
  const lanes = unpackStakes(stakes).map((_, position) => scoresOf(position));
  const report = await gasOf(support.reportScores(d, tournament, round, 0n, lanes));
  await d.networkHelpers.time.increase(times.disputeWindow);
  const settle = await gasOf(staking.settle(tournament, round, 0, stakes, packScores(lanes)));
  return { lock, report, settle };
}
