import {
  type Address,
  type BaseError,
  type Hex,
  numberToHex,
  type PublicClient,
  type RpcLog,
  TimeoutError,
} from "viem";
import { type Entry, entryOf, type HashedWords, SELECTORS } from "./entries.ts";
import { ChainTrouble } from "./errors.ts";
import { isAnswer, whyIn } from "./logs.ts";

/** What the events of a tournament say up to a block. The words of finished rounds are forgotten. */
export type Journal = {
  /** Model of each position; has holes where events are missing. */
  readonly models: readonly Hex[];
  readonly positions: number;
  readonly latestRound: bigint;
  /** Rounds neither settled nor void, lowest number first. */
  readonly inFlight: readonly bigint[];
  readonly finished: ReadonlyMap<bigint, "settled" | "void">;
  stakes(round: bigint, batch: number): HashedWords | undefined;
  scores(round: bigint, batch: number, attempt: number): HashedWords | undefined;
};

/** Of a round in flight, by batch. */
type Words = {
  readonly locks: Map<number, Extract<Entry, { readonly kind: "lock" }>>;
  readonly reports: Map<number, readonly Extract<Entry, { readonly kind: "report" }>[]>;
};

/** Keeps a journal up to date. It is a cache: it may be lost at any time, and a reorganisation drops it. */
export type JournalReader = {
  /** The journal up to and including the block. */
  upTo(block: { number: bigint; hash: Hex }): Promise<Journal>;
  /** Positions of a staker, small letters, as the latest journal that was wholly read has them, lowest first. */
  positionsOf(staker: Hex): readonly number[];
  forget(): void;
};

export type JournalOptions = {
  readonly client: PublicClient;
  readonly contract: Address;
  readonly tournament: number;
  readonly deploymentBlock: bigint;
  /** Most blocks of one question; halved wherever the node refuses. */
  readonly range: bigint;
};

/** A node that is late again for half as much is slow or hangs: the next turn asks on from here, for less. */
const MOST_LATE_IN_A_ROW = 2;

export function journalReader(options: JournalOptions): JournalReader {
  let pages = new Pages();
  /** Stays while another one is read. */
  let whole = pages;
  let cursor: { number: bigint; hash: Hex } | null = null;
  // Outlives a turn that gave up: a node that needs a far smaller question would else never be asked it.
  let range = options.range;

  const forget = (): void => {
    pages = new Pages();
    cursor = null;
  };

  const upTo = async (block: { number: bigint; hash: Hex }): Promise<Journal> => {
    if (cursor !== null && !(await stands(options.client, cursor, block))) forget();
    let from: bigint = cursor === null ? options.deploymentBlock : cursor.number + 1n;
    let lateInARow = 0;
    while (from <= block.number) {
      const to: bigint = from + range > block.number ? block.number : from + range - 1n;
      const entries = await entriesOrRefusal(options, from, to);
      if (!Array.isArray(entries)) {
        lateInARow = isLate(entries) ? lateInARow + 1 : 0;
        // Of what was asked: half of a range that is larger than that would be the same question again.
        range = (to - from + 1n) / 2n;
        if (lateInARow >= MOST_LATE_IN_A_ROW) throw entries;
        continue;
      }
      lateInARow = 0;
      const hash = to === block.number ? block.hash : (await options.client.getBlock({ blockNumber: to })).hash;
      entries.forEach((entry) => {
        pages.add(entry);
      });
      cursor = { number: to, hash };
      from = to + 1n;
    }
    range = options.range;
    whole = pages;
    return pages;
  };

  return { upTo, positionsOf: (staker) => whole.positionsOf(staker), forget };
}

class Pages implements Journal {
  readonly models: Hex[] = [];
  readonly finished = new Map<bigint, "settled" | "void">();
  positions = 0;
  latestRound = 0n;
  readonly #words = new Map<bigint, Words>();
  readonly #positions = new Map<Hex, number[]>();

  get inFlight(): readonly bigint[] {
    return [...this.#words.keys()];
  }

  positionsOf(staker: Hex): readonly number[] {
    return this.#positions.get(staker) ?? [];
  }

  stakes(round: bigint, batch: number): HashedWords | undefined {
    return this.#words.get(round)?.locks.get(batch)?.stakes() ?? undefined;
  }

  scores(round: bigint, batch: number, attempt: number): HashedWords | undefined {
    const reports = this.#words.get(round)?.reports.get(batch) ?? [];
    return reports.map(({ report }) => report()).findLast((report) => report?.attempt === attempt) ?? undefined;
  }

  add(entry: Entry): void {
    switch (entry.kind) {
      case "position":
        this.models[entry.position] = entry.model;
        this.positions += 1;
        this.#ownedBy(entry.staker).push(entry.position);
        break;
      case "opened":
        this.#words.set(entry.round, { locks: new Map(), reports: new Map() });
        this.latestRound = entry.round;
        break;
      case "lock":
        this.#words.get(entry.round)?.locks.set(entry.batch, entry);
        break;
      case "report": {
        const reports = this.#words.get(entry.round)?.reports;
        reports?.set(entry.batch, [...(reports.get(entry.batch) ?? []), entry]);
        break;
      }
      default:
        this.#words.delete(entry.round);
        this.finished.set(entry.round, entry.kind);
    }
  }

  #ownedBy(staker: Hex): number[] {
    const own = this.#positions.get(staker) ?? [];
    this.#positions.set(staker, own);
    return own;
  }
}

async function stands(
  client: PublicClient,
  cursor: { number: bigint; hash: Hex },
  block: { number: bigint; hash: Hex },
) {
  if (cursor.number > block.number) return false;
  if (cursor.number === block.number) return cursor.hash === block.hash;
  return (await client.getBlock({ blockNumber: cursor.number })).hash === cursor.hash;
}

/** The entries of a range, or the node's refusal of so many blocks at once. */
async function entriesOrRefusal(options: JournalOptions, from: bigint, to: bigint): Promise<Entry[] | BaseError> {
  try {
    return await entriesBetween(options, from, to);
  } catch (error) {
    const cause = whyIn(error);
    if (to > from && isAnswer(cause)) return cause;
    throw error;
  }
}

async function entriesBetween({ client, contract, tournament }: JournalOptions, from: bigint, to: bigint) {
  const logs: readonly RpcLog[] | null = await client.request({
    method: "eth_getLogs",
    params: [
      {
        address: contract,
        topics: [SELECTORS, numberToHex(tournament, { size: 32 })],
        fromBlock: numberToHex(from),
        toBlock: numberToHex(to),
      },
    ],
  });
  if (logs === null) {
    throw new ChainTrouble("events_incomplete", "the node answered with nothing where it was asked for events");
  }
  if (logs.some(({ removed }) => removed)) {
    throw new ChainTrouble("chain_moved", "the node answered with events of a block that is no longer in the chain");
  }
  return logs.flatMap((log) => entryOf(log) ?? []);
}

function isLate(error: BaseError): boolean {
  return error.walk((cause) => cause instanceof TimeoutError) !== null;
}
