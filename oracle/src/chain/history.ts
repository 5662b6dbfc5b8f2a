import { type Address, BaseError, type Hex, numberToHex, type PublicClient } from "viem";
import type { BatchHistory, Opening, ReportEvent, RoundHistory, SettleEvent, Stamp, Totals } from "../core/history.ts";
import { nanoFromWei } from "../core/units.ts";
import { hashWords } from "../core/words.ts";
import { settlesIn } from "./calldata.ts";
import { ChainTrouble, sayWhy } from "./errors.ts";
import { ROUND_STATES } from "./rounds.ts";
import { signersIn } from "./signed.ts";
import { type Logs, type Place, type Tape, type TapedBatch, type TapedRound, tapeOf } from "./tape.ts";
import { read } from "./view.ts";

export type HistoryOptions = {
  readonly client: PublicClient;
  readonly chainId: number;
  readonly contract: Address;
  readonly tournament: number;
  readonly deploymentBlock: bigint;
  /** Most blocks of one question for events. */
  readonly range: bigint;
};

/** A tournament's past up to the latest block, whose time is unix seconds. */
export type History = {
  readonly time: number;
  /** Model of each position. */
  readonly models: readonly Hex[];
  /** Numbers of all rounds that were ever opened, lowest first. */
  readonly rounds: readonly bigint[];
  /** One of them, with its transactions. @throws ChainTrouble */
  round(number: bigint): Promise<RoundHistory | null>;
};

/**
 * Reads every event of the tournament. What is true of a round is then looked up in its transactions, round by round.
 * @throws ChainTrouble where the node can't be asked
 */
export async function readHistory(options: HistoryOptions, say: (progress: string) => void): Promise<History> {
  return reading(async () => {
    const { number: latest, timestamp } = await options.client.getBlock();
    const tape = tapeOf(await allEvents(options, latest, say));
    return {
      time: Number(timestamp),
      models: tape.models,
      rounds: [...tape.rounds.keys()],
      round: (number) => reading(async () => roundOf(number, tape, options)),
    };
  });
}

async function reading<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    throw new ChainTrouble("rpc_down", `the chain can't be read: ${sayWhy(error)}`, { cause: error });
  }
}

/** A range that the node refuses is halved, until it is a single block. */
async function allEvents(options: HistoryOptions, latest: bigint, say: (progress: string) => void): Promise<Logs> {
  const { client, contract, tournament, deploymentBlock } = options;
  const logs: Logs[number][] = [];
  let { range } = options;
  for (let from = deploymentBlock; from <= latest;) {
    const to = from + range > latest ? latest : from + range - 1n;
    say(`events up to block ${to.toString()} of ${latest.toString()}`);
    try {
      const topics = [null, numberToHex(tournament, { size: 32 })];
      const span = { fromBlock: numberToHex(from), toBlock: numberToHex(to) };
      const page = await client.request({ method: "eth_getLogs", params: [{ address: contract, topics, ...span }] });
      logs.push(...page);
      from = to + 1n;
      range = options.range;
    } catch (error) {
      if (to === from) throw error;
      range = (to - from + 1n) / 2n;
    }
  }
  return logs;
}

async function roundOf(number: bigint, { rounds }: Tape, options: HistoryOptions): Promise<RoundHistory | null> {
  const taped = rounds.get(number);
  if (taped === undefined) return null;
  const stamp = stamper(options.client);
  const batches = [...taped.batches.values()].toSorted((a, b) => a.index - b.index);
  const { state, totals, terms, schedule, reporters, quorum } = taped;
  return {
    number,
    state,
    totals,
    terms,
    schedule,
    reporters,
    quorum,
    opened: await stamp(taped.opened),
    batches: await Promise.all(batches.map((batch) => batchOf(batch, taped, stamp, options))),
    contract: await contractsWord(number, options),
  };
}

type Stamper = <T extends Place>(event: T) => Promise<T & Stamp>;

function stamper(client: PublicClient): Stamper {
  const times = new Map<bigint, Promise<number>>();
  const timeOf = async (blockNumber: bigint): Promise<number> =>
    Number((await client.getBlock({ blockNumber })).timestamp);
  return async (event) => {
    const time = times.get(event.block) ?? timeOf(event.block);
    times.set(event.block, time);
    return { ...event, time: await time };
  };
}

async function batchOf(
  batch: TapedBatch,
  round: TapedRound,
  stamp: Stamper,
  options: HistoryOptions,
): Promise<BatchHistory> {
  const { index, lock, reports, vetoes, settlement } = batch;
  return {
    index,
    lock: lock && (await stamp(lock)),
    reports: await Promise.all(reports.map((report) => reportOf(report, batch, round, stamp, options))),
    vetoes: await Promise.all(vetoes.map(stamp)),
    settlement: settlement && (await settlementOf(settlement, index, round.number, stamp, options)),
  };
}

async function reportOf(
  report: TapedBatch["reports"][number],
  { index, lock }: TapedBatch,
  { number, reporters }: TapedRound,
  stamp: Stamper,
  { client, chainId, contract, tournament }: HistoryOptions,
): Promise<ReportEvent> {
  const input = await dataOf(report.transaction, client);
  const { attempt, scores } = report;
  const hashes = { stakesHash: hashWords(lock?.stakes ?? []), scoresHash: hashWords(scores) };
  const words = { report: { tournament, round: number, batch: index, attempt, ...hashes }, scores, reporters };
  const domain = { chainId, verifyingContract: contract };
  return { ...(await stamp(report)), signed: await signersIn(input, words, domain, client) };
}

async function settlementOf(
  settlement: NonNullable<TapedBatch["settlement"]>,
  index: number,
  number: bigint,
  stamp: Stamper,
  { client, tournament }: HistoryOptions,
): Promise<SettleEvent> {
  const input = await dataOf(settlement.transaction, client);
  const call = settlesIn(input).find((args) => args[0] === tournament && args[1] === number && args[2] === index);
  const brought = call === undefined ? null : { stakes: call[3], scores: call[4] };
  return { ...(await stamp(settlement)), brought };
}

/** What a transaction carries; of all else that a node says of it nothing is needed, and nodes say it differently. */
async function dataOf(hash: Hex, client: PublicClient): Promise<Hex> {
  const transaction = await client.request({ method: "eth_getTransactionByHash", params: [hash] });
  if (transaction !== null) return transaction.input;
  throw new ChainTrouble("events_incomplete", `the node doesn't have transaction ${hash}, though it has its events`);
}

async function contractsWord(number: bigint, options: HistoryOptions): Promise<RoundHistory["contract"]> {
  const { tournament, client } = options;
  const pin = { blockNumber: (await client.getBlock()).number };
  const round = await read(options, pin, "roundOf", [tournament, number]);
  const [reporters, quorum] = await read(options, pin, "reportersOf", [tournament, round.reporterSet]);
  const totals: Totals = {
    atRisk: nanoFromWei(round.atRisk, "atRisk"),
    payoutFactor: round.payoutFactor,
    rewarded: nanoFromWei(round.rewarded, "rewarded"),
    burned: nanoFromWei(round.burned, "burned"),
  };
  const opening: Opening = { terms: round.terms, schedule: round.schedule, reporters, quorum };
  return { ...opening, state: ROUND_STATES[round.state] ?? "none", totals };
}
