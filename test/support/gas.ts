import { packScores, POSITIONS_PER_BATCH, type Scores } from "../../oracle/src/core/words.ts";
import { mined } from "../../scripts/support/mined.ts";
import { present } from "../../scripts/support/present.ts";
import type { Say } from "../../scripts/support/terminal.ts";
import * as support from "./staking.ts";

/** One full batch. */
export const POSITIONS = POSITIONS_PER_BATCH;
/** What one transaction may use (EIP-7825). */
export const TRANSACTION_GAS = 16_777_216n;

/** In the order in which the keeper's transaction has them. */
export const STEPS = ["report", "settle", "lock"] as const;
export type Step = (typeof STEPS)[number];

/** `keeper`: all three in one transaction. `keeperBytes`: its calldata. */
export type RoundGas = Record<Step | "keeper" | "keeperBytes", bigint>;

/** `watch`: sees each step's own transactions, by hash, while they stand. */
type RoundOptions = { positions?: number; say?: Say; watch?: (step: Step, hash: string) => Promise<void> };

type Sent = { readonly hash: string; readonly gas: bigint; readonly bytes: bigint };

/** The batches' calls that are due on a day, by step. */
type Due = Record<Step, string[]>;

/** A tournament with a round a day, all of the same scores. `locked`: stakes words by round and batch. */
type Daily = support.Deployment & {
  readonly tournament: bigint;
  readonly firstClose: bigint;
  readonly scores: readonly bigint[][];
  readonly locked: Map<bigint, bigint[][]>;
};

/** So many stakes, nano-NMR, 1 to 68 NMR. */
export function stakesOf(positions: number): bigint[] {
  return Array.from({ length: positions }, (_, index) => 1_000_000_007n + BigInt(index % POSITIONS) * 65_537_123n);
}

/** A position's scores, 1e-9: up to ±0.03 and ±0.02, none zero. On the classic terms one payout in a hundred is clipped. */
export function scoresOf(position: number): Scores {
  const spread = (step: number, width: number): bigint =>
    BigInt((position * step + 13) % (2 * width + 1)) - BigInt(width);
  return [spread(104_729_003, 30_000_001), spread(86_028_121, 20_000_003)];
}

/** What a transaction used. */
export async function gasOf(sending: Parameters<typeof mined>[0]): Promise<bigint> {
  return (await mined(sending)).gasUsed;
}

/**
 * Gas of a round a day, once no slot is new any more, summed over its batches: every step in transactions of its own, and
 * the way a keeper does it: yesterday's round reported, the one before settled, today's locked, in one transaction.
 */
export async function measureRound(
  connection: support.Connection,
  { positions = POSITIONS, say = () => undefined, watch }: RoundOptions = {},
): Promise<RoundGas> {
  const daily = await start(connection, positions, say);
  for (let round = 1n; round < 5n; ++round) {
    say(`day ${round.toString()} of 5`);
    await send(daily, round, all(await nextDay(daily, round)));
  }
  say("day 5 of 5");
  const due = await nextDay(daily, 5n);
  const snapshot = await daily.networkHelpers.takeSnapshot();
  const gas = { report: 0n, settle: 0n, lock: 0n };
  for (const step of STEPS) {
    for (const call of due[step]) {
      const sent = await send(daily, 5n, [call]);
      gas[step] += sent.gas;
      await watch?.(step, sent.hash);
    }
  }
  await snapshot.restore();
  const keeper = await send(daily, 5n, all(due));
  return { ...gas, keeper: keeper.gas, keeperBytes: keeper.bytes };
}

function all(due: Due): string[] {
  return STEPS.flatMap((step) => due[step]);
}

async function start(connection: support.Connection, positions: number, say: Say): Promise<Daily> {
  const d = await support.deployStaking("Numeraire", connection);
  const tournament = await support.createTournament(d);
  const stakes = stakesOf(positions);
  const share = Math.ceil(positions / 3);
  for (const [index, staker] of [d.alice, d.bob, d.carol].entries()) {
    say(`${index * share} of ${positions} positions opened`);
    await support.openPositions(d, staker, tournament, stakes.slice(index * share, (index + 1) * share));
  }
  const scores: bigint[][] = [];
  for (let first = 0; first < positions; first += POSITIONS) {
    const count = Math.min(POSITIONS, positions - first);
    scores.push(packScores(Array.from({ length: count }, (_, index) => scoresOf(first + index))));
  }
  const firstClose = BigInt(await d.networkHelpers.time.latest()) + support.DAY;
  return { ...d, tournament, firstClose, scores, locked: new Map() };
}

/** Opens the round of a day and goes on to its close. */
async function nextDay(daily: Daily, round: bigint): Promise<Due> {
  const { staking, tournament, scores } = daily;
  const closesAt = daily.firstClose + round * support.DAY;
  const resolvesAt = closesAt + support.DAY;
  const times = await support.schedule(daily, { closesAt, resolvesAt, disputeWindow: 20n * support.HOUR });
  await mined(staking.openRound(tournament, round, support.CLASSIC_TERMS, times));
  await daily.networkHelpers.time.increaseTo(closesAt);

  const due: Due = { report: [], settle: [], lock: [] };
  const { interface: abi } = staking;
  for (const [batch, words] of scores.entries()) {
    if (daily.locked.has(round - 1n)) {
      const signatures = await support.signReport(daily, tournament, round - 1n, BigInt(batch), words);
      due.report.push(abi.encodeFunctionData("report", [tournament, round - 1n, batch, words, 0b011n, signatures]));
    }
    const stakes = daily.locked.get(round - 2n)?.[batch];
    if (stakes !== undefined) {
      due.settle.push(abi.encodeFunctionData("settle", [tournament, round - 2n, batch, stakes, words]));
    }
    due.lock.push(abi.encodeFunctionData("lock", [tournament, round, batch]));
  }
  return due;
}

/** Sends calls, several in one transaction, and notes the stakes that the round's locks saw. */
async function send(daily: Daily, round: bigint, calls: readonly string[]): Promise<Sent> {
  const { staking, relayer, tournament } = daily;
  const data =
    calls.length === 1 ? present(calls[0], "call") : staking.interface.encodeFunctionData("multicall", [[...calls]]);
  const to = await staking.getAddress();
  const sent = await relayer.sendTransaction({ to, data, gasLimit: TRANSACTION_GAS });
  const { gasUsed } = present(await sent.wait(), "receipt");
  const locked: bigint[][] = [];
  for (const batch of daily.scores.keys()) locked.push([...(await staking.stakesOf(tournament, batch))]);
  daily.locked.set(round, locked);
  return { hash: sent.hash, gas: gasUsed, bytes: BigInt(data.length / 2 - 1) };
}
