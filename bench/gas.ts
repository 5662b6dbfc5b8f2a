// What a position and round costs, every step in a transaction of its own: 1,024 positions, 2-of-3 reporters, every
// amount and score non-zero. Run with `npm run bench:gas`.
import { packScores, type Scores, unpackStakes } from "../oracle/src/core/words.ts";
import { printTable } from "../scripts/support/terminal.ts";
import * as support from "../test/support/staking.ts";

const POSITIONS = 1024;

// 4,096 odd numbers below 2^31: scores of full width and either sign, as real ones are.
function scoresOf(position: number): Scores {
  const spread = BigInt((position * 104_729 + 13) % 60_000_001);
  return [30_000_001n - spread, spread - 29_999_989n];
}

const d = await support.deployStaking();
const tournament = await support.createTournament(d);
await support.openPositions(
  d,
  d.alice,
  tournament,
  Array.from({ length: POSITIONS }, (_, i) => 1_000_000_007n + BigInt(i) * 65_537_123n),
);

async function playRound(round: bigint) {
  const times = await support.schedule(d);
  await d.staking.openRound(tournament, round, support.CLASSIC_TERMS, times);
  await d.networkHelpers.time.increaseTo(times.closesAt);
  const stakes = await d.staking.stakesOf(tournament, 0);
  const lock = await (await d.staking.connect(d.relayer).lock(tournament, round, 0)).wait();
  await d.networkHelpers.time.increaseTo(times.resolvesAt);
  const lanes = unpackStakes(stakes).map((_, position) => scoresOf(position));
  const report = await (await support.reportScores(d, tournament, round, 0n, lanes)).wait();
  await d.networkHelpers.time.increase(times.disputeWindow);
  const settle = await (
    await d.staking.connect(d.relayer).settle(tournament, round, 0, [...stakes], packScores(lanes))
  ).wait();
  return { lock: lock?.gasUsed ?? 0n, report: report?.gasUsed ?? 0n, settle: settle?.gasUsed ?? 0n };
}

await playRound(1n);
const gas = await playRound(2n);
console.log(`${POSITIONS} positions, the second round of a tournament`);
const all = { ...gas, "all in": gas.lock + gas.report + gas.settle };
printTable(
  ["step", "gas", "gas a position"],
  Object.entries(all).map(([step, used]) => [step, used.toLocaleString("en"), (Number(used) / POSITIONS).toFixed(1)]),
);
await d.connection.close();
