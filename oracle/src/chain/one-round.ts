import { getAbiItem, type Hex, numberToHex, type RpcLog, toEventSelector } from "viem";
import { auditEvents } from "../core/audit.ts";
import { isCut } from "../core/audit-payouts.ts";
import type { ContractsWord, RoundHistory } from "../core/history.ts";
import { payoutTowardZero } from "../core/payout.ts";
import { POSITIONS_PER_BATCH, unpackPayouts, unpackScores, unpackStakes } from "../core/words.ts";
import { ChainTrouble } from "./errors.ts";
import { numeraireStakingAbi as abi } from "./generated/abi.ts";
import type { History } from "./history.ts";
import { logsBetween, type LogQuery, type Span } from "./logs.ts";
import { asking, contractsWord, historyOf, latestBlock, type Tournament } from "./round-history.ts";
import { tapeOf } from "./tape.ts";

// One round alone, by the topics of its events: what a browser reads, and an audit that need not know the rest.

export type RoundOptions = Tournament & {
  readonly deploymentBlock: bigint;
  /** Most blocks of one question for events; without it, all of them, until the node refuses. */
  readonly range?: bigint;
};

const OF_ROUNDS = [
  "RoundOpened",
  "BatchLocked",
  "RoundLocked",
  "ScoresReported",
  "ScoresVetoed",
  "BatchSettled",
  "RoundSettled",
  "RoundVoided",
] as const;

/**
 * Reads one round as it is at the latest block; null: it was never opened. `hint`: blocks that should hold all its events,
 * as an index says; where they don't, it is read as if there were none.
 * @throws ChainTrouble, which names the question that wasn't answered
 */
export async function readRound(number: bigint, options: RoundOptions, hint?: Span): Promise<RoundHistory | null> {
  const { number: at } = await latestBlock(options.client);
  const word = await contractsWord(number, at, options);
  if (word.state === "none") return null;
  if (hint !== undefined) {
    const read = await readWithin({ from: hint.from, to: hint.to < at ? hint.to : at }, number, word, at, options);
    const findings = read === null ? null : auditEvents(read);
    if (findings?.every(({ verdict }) => verdict !== "difference") === true) return read;
  }
  const read = await readWithin({ from: options.deploymentBlock, to: at }, number, word, at, options);
  if (read !== null) return read;
  const message = `the event that opened round ${number.toString()} is missing in the node's events`;
  throw new ChainTrouble("events_incomplete", message);
}

/** The same, round by round, with the models of all positions: what an audit needs. @throws ChainTrouble */
export async function roundsOf(options: RoundOptions): Promise<Pick<History, "time" | "models" | "round">> {
  const { number: to, time } = await latestBlock(options.client);
  const logs = await events([selector("PositionOpened")], { from: options.deploymentBlock, to }, options);
  return { time, models: tapeOf(logs).models, round: (number) => readRound(number, options) };
}

type Read = ContractsWord & { readonly reporterSet: number };

async function readWithin(
  span: Span,
  number: bigint,
  { reporterSet, ...word }: Read,
  at: bigint,
  options: RoundOptions,
): Promise<RoundHistory | null> {
  const names = [...OF_ROUNDS.map(selector), selector("ReportersSet")];
  const keys = [numberToHex(number, { size: 32 }), numberToHex(reporterSet, { size: 32 })];
  const taped = tapeOf(await events(names, span, options, keys)).rounds.get(number);
  if (taped === undefined) return null;
  // The set may have been named long before; its number is never given twice.
  const { reporters, quorum } = taped.reporters.length === 0 ? word : taped;
  const round = await historyOf({ ...taped, reporters, quorum }, word, at, options);
  const cut = round.batches.flatMap((batch) => cutPositions(batch, round));
  return cut.length === 0 ? round : withBalances(round, cut, options);
}

/** The positions that burned less than the formula's. */
function cutPositions({ index, lock, reports, settlement }: RoundHistory["batches"][number], round: RoundHistory) {
  const scores = unpackScores(reports.at(-1)?.scores ?? []);
  const paid = unpackPayouts(settlement?.payouts ?? []);
  return unpackStakes(lock?.stakes ?? []).flatMap((stake, lane) => {
    const due = payoutTowardZero(stake, scores[lane] ?? [0n, 0n], round.totals.payoutFactor, round.terms);
    return settlement !== null && isCut(due, paid[lane] ?? 0n) ? [index * POSITIONS_PER_BATCH + lane] : [];
  });
}

/** Plays what was put in, taken out, paid and burned of these positions, to tell what was left for the round to burn. */
async function withBalances(round: RoundHistory, cut: readonly number[], options: RoundOptions): Promise<RoundHistory> {
  const blocks = round.batches.flatMap(({ settlement }) => settlement?.block ?? []);
  const span = { from: options.deploymentBlock, to: blocks.reduce((a, b) => (a > b ? a : b), 0n) };
  const topic = (key: number): Hex => numberToHex(key, { size: 32 });
  const batches = new Set(cut.map((position) => Math.floor(position / POSITIONS_PER_BATCH)));
  const logs = await Promise.all([
    events([selector("StakeIncreased"), selector("Withdrawn")], span, options, cut.map(topic)),
    events([selector("RoundOpened")], span, options),
    events([selector("BatchSettled")], span, options, null, [...batches].map(topic)),
  ]);
  const past = tapeOf(logs.flat().toSorted(byPlace)).rounds.get(round.number);
  return {
    ...round,
    batches: round.batches.map(({ settlement, ...batch }) => {
      const all = past?.batches.get(batch.index)?.settlement?.balances ?? [];
      const balances = all.map((nano, lane) => (cut.includes(batch.index * POSITIONS_PER_BATCH + lane) ? nano : 0n));
      return { ...batch, settlement: settlement && { ...settlement, balances } };
    }),
  };
}

function byPlace(a: RpcLog, b: RpcLog): number {
  return Number(a.blockNumber) - Number(b.blockNumber) || Number(a.logIndex) - Number(b.logIndex);
}

function events(
  names: readonly Hex[],
  span: Span,
  options: RoundOptions,
  ...more: LogQuery["topics"]
): Promise<RpcLog[]> {
  const topics = [names, numberToHex(options.tournament, { size: 32 }), ...more];
  const question = `eth_getLogs of blocks ${span.from.toString()} to ${span.to.toString()}`;
  return asking(question, () => logsBetween({ ...options, topics }, span, options.range ?? span.to - span.from + 1n));
}

function selector(
  name: (typeof OF_ROUNDS)[number] | "ReportersSet" | "PositionOpened" | "StakeIncreased" | "Withdrawn",
) {
  return toEventSelector(getAbiItem({ abi, name }));
}
