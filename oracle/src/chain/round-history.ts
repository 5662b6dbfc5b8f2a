import { type Address, type Client, type Hex, hexToNumber, isHash, isHex, numberToHex, zeroHash } from "viem";
import type {
  BatchHistory,
  ContractsWord,
  KeptBatch,
  ReportEvent,
  RoundHistory,
  SettleEvent,
  Stamp,
} from "../core/history.ts";
import { nanoFromWei } from "../core/units.ts";
import { hashWords, POSITIONS_PER_BATCH } from "../core/words.ts";
import { settlesIn } from "./calldata.ts";
import { ChainTrouble, ownErrorIn, sayWhy } from "./errors.ts";
import { ROUND_STATES } from "./rounds.ts";
import { askingAt, signedIn } from "./signed.ts";
import type { Place, TapedBatch, TapedRound } from "./tape.ts";
import { read } from "./view.ts";

/** A tournament of a contract, through whatever can ask a node. */
export type Tournament = {
  readonly client: Client;
  readonly chainId: number;
  readonly contract: Address;
  readonly tournament: number;
};

const MOST_BATCHES = 2 ** 32 / POSITIONS_PER_BATCH;

/** Asks. What can't be used as an answer is told with the question. @throws ChainTrouble */
export async function asking<T>(question: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw ownErrorIn(error) ?? new ChainTrouble("rpc_down", `${question}: ${sayWhy(error)}`, { cause: error });
  }
}

/**
 * A round as its events tell it, with the blocks and transactions that they name, beside what the contract says at a block.
 * @throws ChainTrouble
 */
export async function historyOf(
  taped: TapedRound,
  word: ContractsWord,
  at: bigint,
  options: Tournament,
): Promise<RoundHistory> {
  const asked = memory(options.client);
  const batches = [...taped.batches.values()].toSorted((a, b) => a.index - b.index);
  const { number, state, totals, terms, schedule, reporters, quorum, opened } = taped;
  return {
    ...{ number, state, totals, terms, schedule, reporters, quorum, contract: word },
    opened: await asked.stamp(opened),
    batches: await Promise.all(batches.map((batch) => batchOf(batch, taped, at, { ...options, ...asked }))),
  };
}

type Memory = ReturnType<typeof memory>;

/** Asks of each block and each transaction once. */
function memory(client: Client) {
  const once = <T>(act: (key: Hex, of: Place) => Promise<T>, keyOf: (of: Place) => Hex) => {
    const known = new Map<Hex, Promise<T>>();
    return (of: Place): Promise<T> => {
      const key = keyOf(of);
      const answer = known.get(key) ?? act(key, of);
      known.set(key, answer);
      return answer;
    };
  };
  const blockOf = once(
    (_, place) => readBlock(place, client),
    ({ block, blockHash }) => `0x${block.toString(16)}${blockHash}`,
  );
  return {
    data: once(
      (hash) => dataOf(hash, client),
      ({ transaction }) => transaction,
    ),
    stamp: async <T extends Place>({ blockHash, ...event }: T): Promise<Omit<T, "blockHash"> & Stamp> => {
      const { block, transaction } = event;
      const { time, transactions } = await blockOf({ block, blockHash, transaction });
      if (transactions?.includes(transaction) ?? true) return { ...event, time };
      throw new ChainTrouble("events_incomplete", `block ${block.toString()} has no transaction ${transaction}`);
    },
  };
}

function readBlock({ block, blockHash }: Place, client: Client) {
  return asking(`eth_getBlockByNumber ${block.toString()}`, async () => {
    const found = await client.request({ method: "eth_getBlockByNumber", params: [numberToHex(block), false] });
    if (found?.hash === blockHash) {
      // Where several nodes vote, they vote on the events; of a block they say no more than when it was.
      const transactions: unknown = found.transactions;
      return { time: hexToNumber(found.timestamp), transactions: Array.isArray(transactions) ? transactions : null };
    }
    const instead = found === null ? "no such block" : String(found.hash);
    throw new ChainTrouble("chain_moved", `block ${block.toString()} was ${blockHash}, and is ${instead}`);
  });
}

/** What a transaction carries; of all else that a node says of it nothing is needed, and nodes say it differently. */
function dataOf(hash: Hex, client: Client): Promise<Hex> {
  return asking(`eth_getTransactionByHash ${hash}`, async () => {
    const transaction = await client.request({ method: "eth_getTransactionByHash", params: [hash] });
    // Nodes forget transactions that are long ago: then it shows nothing.
    if (transaction === null) return "0x";
    if (isHex(transaction.input)) return transaction.input;
    throw new ChainTrouble("events_incomplete", `transaction ${hash}: ${String(transaction.input)} is no data`);
  });
}

type Asked = Tournament & Memory;

async function batchOf(batch: TapedBatch, round: TapedRound, at: bigint, asked: Asked): Promise<BatchHistory> {
  const { index, lock, reports, vetoes, settlement } = batch;
  const kept = await keptOf(index, round.number, at, asked);
  const settled = settlement && (await settlementOf(settlement, index, round.number, asked));
  const stakes = [lock?.stakes ?? [], settled?.brought?.stakes ?? []].filter(({ length }) => length > 0);
  const stakesHashes = [...stakes.map(hashWords), ...(kept === null ? [] : [kept.stakesHash])];
  return {
    index,
    kept,
    lock: lock && (await asked.stamp(lock)),
    reports: await Promise.all(
      reports.map((report, place) => reportOf(report, { ...batch, place, stakesHashes }, round, asked)),
    ),
    vetoes: await Promise.all(vetoes.map((veto) => asked.stamp(veto))),
    settlement: settled,
  };
}

type ReportedBatch = { readonly index: number; readonly place: number; readonly stakesHashes: readonly Hex[] };

async function reportOf(
  report: TapedBatch["reports"][number],
  { index: batch, place, stakesHashes }: ReportedBatch,
  { number: round, reporters }: TapedRound,
  { client, chainId, contract, tournament, data, stamp }: Asked,
): Promise<ReportEvent> {
  const { attempt, scores, block } = report;
  const named = { tournament, round, batch, attempts: [attempt, place], stakesHashes, reporters };
  const domain = { chainId, verifyingContract: contract };
  const input = await data(report);
  const signed = await signedIn(input, { ...named, scoresHash: hashWords(scores) }, domain, askingAt(client, block));
  return { ...(await stamp(report)), signed };
}

async function settlementOf(
  settlement: NonNullable<TapedBatch["settlement"]>,
  index: number,
  number: bigint,
  { tournament, data, stamp }: Asked,
): Promise<SettleEvent> {
  const input = await data(settlement);
  const call = settlesIn(input).find((args) => args[0] === tournament && args[1] === number && args[2] === index);
  const brought = call === undefined ? null : { stakes: call[3], scores: call[4] };
  return { ...(await stamp(settlement)), brought };
}

function keptOf(index: number, number: bigint, blockNumber: bigint, site: Tournament): Promise<KeptBatch | null> {
  return asking(`batchOf ${index} of round ${number.toString()}`, async () => {
    const { attempt, reportedAt, stakesHash, scoresHash } = await read(site, { blockNumber }, "batchOf", [
      site.tournament,
      number,
      index,
    ]);
    return stakesHash === zeroHash ? null : { attempt, reportedAt, stakesHash, scoresHash };
  });
}

/** What the contract says of a round at a block, and the number of the round's reporter set. */
export function contractsWord(
  number: bigint,
  blockNumber: bigint,
  site: Tournament,
): Promise<ContractsWord & { readonly reporterSet: number }> {
  return asking(`roundOf ${number.toString()}`, async () => {
    const pin = { blockNumber };
    const { terms, schedule, reporterSet, state, ...round } = await read(site, pin, "roundOf", [
      site.tournament,
      number,
    ]);
    const [reporters, quorum] = await read(site, pin, "reportersOf", [site.tournament, reporterSet]);
    const inNano = (field: "atRisk" | "rewarded" | "burned" | "staked"): bigint => nanoFromWei(round[field], field);
    // Positions are counted in 32 bits.
    if (round.batches > MOST_BATCHES) throw new ChainTrouble("rpc_down", `no round has ${round.batches} batches`);
    const { payoutFactor, batches: all, lockedBatches: locked, reportedBatches: reported } = round;
    return {
      ...{ terms, schedule, reporters, quorum, reporterSet },
      state: ROUND_STATES[state] ?? "none",
      totals: { atRisk: inNano("atRisk"), payoutFactor, rewarded: inNano("rewarded"), burned: inNano("burned") },
      staked: inNano("staked"),
      counts: { all, locked, reported, settled: round.settledBatches },
    };
  });
}

/** The latest block's number and time, unix seconds. */
export function latestBlock(client: Client): Promise<{ readonly number: bigint; readonly time: number }> {
  return asking("eth_getBlockByNumber latest", async () => {
    const block = await client.request({ method: "eth_getBlockByNumber", params: ["latest", false] });
    if (block !== null && isHash(String(block.hash))) {
      return { number: BigInt(String(block.number)), time: hexToNumber(block.timestamp) };
    }
    throw new ChainTrouble("rpc_down", "the node has no latest block");
  });
}
