import {
  type Address,
  BaseError,
  getAbiItem,
  type Hex,
  HttpRequestError,
  numberToHex,
  parseEventLogs,
  type PublicClient,
  ResponseBodyTooLargeError,
  RpcRequestError,
  TimeoutError,
  toEventSelector,
} from "viem";
import { hashWords } from "../core/words.ts";
import { ChainTrouble, ownErrorIn } from "./errors.ts";
import { numeraireStakingAbi } from "./generated/abi.ts";

/** Words as an event carried them, their hash, which is what the contract keeps, and the event's block. */
export type HashedWords = { readonly words: readonly bigint[]; readonly hash: Hex; readonly block: bigint };

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

/** Keeps a journal up to date. It is a cache: it may be lost at any time, and a reorganisation drops it. */
export type JournalReader = {
  /** The journal up to and including the block. */
  upTo(block: { number: bigint; hash: Hex }): Promise<Journal>;
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

const EVENTS = [
  "PositionOpened",
  "RoundOpened",
  "BatchLocked",
  "ScoresReported",
  "RoundSettled",
  "RoundVoided",
] as const;
const SELECTORS = EVENTS.map((name) => toEventSelector(getAbiItem({ abi: numeraireStakingAbi, name })));

/** A node that is late again for half as much is slow or hangs: the next turn asks on from here, for less. */
const MOST_LATE_IN_A_ROW = 2;

type Entry = ReturnType<typeof parseEntries>[number];

export function journalReader(options: JournalOptions): JournalReader {
  let pages = new Pages();
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
    return pages;
  };

  return { upTo, forget };
}

class Pages implements Journal {
  readonly models: Hex[] = [];
  readonly finished = new Map<bigint, "settled" | "void">();
  positions = 0;
  latestRound = 0n;
  readonly #words = new Map<bigint, Map<string, HashedWords>>();

  get inFlight(): readonly bigint[] {
    return [...this.#words.keys()];
  }

  stakes(round: bigint, batch: number): HashedWords | undefined {
    return this.#words.get(round)?.get(stakesKey(batch));
  }

  scores(round: bigint, batch: number, attempt: number): HashedWords | undefined {
    return this.#words.get(round)?.get(scoresKey(batch, attempt));
  }

  add({ eventName, args, blockNumber }: Entry): void {
    switch (eventName) {
      case "PositionOpened":
        this.models[args.position] = args.model;
        this.positions += 1;
        break;
      case "RoundOpened":
        this.#words.set(args.round, new Map());
        this.latestRound = args.round;
        break;
      case "BatchLocked":
        this.#keep(args.round, stakesKey(args.batch), args.stakes, blockNumber);
        break;
      case "ScoresReported":
        this.#keep(args.round, scoresKey(args.batch, args.attempt), args.scores, blockNumber);
        break;
      case "RoundSettled":
        this.#finish(args.round, "settled");
        break;
      case "RoundVoided":
        this.#finish(args.round, "void");
        break;
      default:
    }
  }

  #keep(round: bigint, key: string, words: readonly bigint[], block: bigint): void {
    this.#words.get(round)?.set(key, { words, hash: hashWords(words), block });
  }

  #finish(round: bigint, how: "settled" | "void"): void {
    this.#words.delete(round);
    this.finished.set(round, how);
  }
}

function stakesKey(batch: number): string {
  return `stakes ${batch}`;
}

function scoresKey(batch: number, attempt: number): string {
  return `scores ${batch} ${attempt}`;
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
  const logs = await client.request({
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
  if (logs.some(({ removed }) => removed)) {
    throw new ChainTrouble("chain_moved", "the node answered with events of a block that is no longer in the chain");
  }
  return parseEntries(logs);
}

function parseEntries(logs: Parameters<typeof parseEventLogs>[0]["logs"]) {
  return parseEventLogs({ abi: numeraireStakingAbi, logs });
}

/** Where not enough nodes could answer: why one of them couldn't. */
function whyIn(error: unknown): unknown {
  const own = ownErrorIn(error);
  return own === null ? error : own.cause;
}

/** Whether the node was there and said no, said too much, or took too long: a smaller question may do. */
function isAnswer(error: unknown): error is BaseError {
  if (!(error instanceof BaseError)) return false;
  const answer = error.walk(
    (cause) =>
      cause instanceof RpcRequestError ||
      cause instanceof TimeoutError ||
      cause instanceof ResponseBodyTooLargeError ||
      (cause instanceof HttpRequestError && cause.status !== undefined),
  );
  return answer !== null;
}

function isLate(error: BaseError): boolean {
  return error.walk((cause) => cause instanceof TimeoutError) !== null;
}
