import { type Hex, numberToHex } from "viem";
import type { ChainFacts } from "../../src/core/facts.ts";
import { type Chance } from "./chance.ts";
import type { Knobs } from "./knobs.ts";
import { carriedOut, type ModelCall, type ModelState, type Moment, Refusal } from "./contract.ts";

// A chain in memory: blocks on a virtual clock, a pool with nonces and replacement, reorganisations.

export type Transaction = {
  readonly hash: Hex;
  readonly from: string;
  readonly nonce: number;
  readonly maxFee: bigint;
  readonly tip: bigint;
  readonly calls: readonly ModelCall[];
};

export type Block = {
  readonly number: bigint;
  readonly hash: Hex;
  readonly parent: Block | null;
  readonly time: number;
  readonly baseFee: bigint;
  readonly state: ModelState;
  readonly nonces: ReadonlyMap<string, number>;
  /** Whether each transaction of the block did what it was to. */
  readonly receipts: ReadonlyMap<Hex, { readonly transaction: Transaction; readonly refusal: string | null }>;
  /** What stakers did until then; a lock takes other stakes on another branch. */
  readonly salt: number;
  /** What nodes read there, once somebody has asked. */
  facts: ChainFacts | null;
};

export type Rules = Omit<Moment, "time" | "block" | "stakes"> & {
  readonly stakes: (batch: number, salt: number) => readonly bigint[];
};

export const FIRST_BLOCK = 100n;
export const BASE_FEE = 10n ** 9n;
const SECONDS_PER_BLOCK = 12;
const INCLUDED = 0.85;
/** Nodes replace a transaction for this much more, in percent. */
const REPLACEMENT = 110n;

/** The block itself, or the one before it that has the number. */
export function ancestorOf(head: Block, number: bigint): Block | null {
  let block: Block | null = head;
  while (block !== null && block.number > number) block = block.parent;
  return block;
}

export class Chain {
  head: Block;
  finalized: bigint;
  /** The latest time ever seen: a reorganisation doesn't turn back clocks. */
  now: number;
  baseFee = BASE_FEE;
  readonly pool: Transaction[] = [];
  readonly #byHash = new Map<Hex, Block>();
  readonly #rules: Rules;
  readonly #finality: bigint;
  readonly #isFull: boolean;
  readonly #chance: Chance;
  #salt = 0;

  constructor(state: ModelState, time: number, { finality, fullBlocks }: Knobs, rules: Rules, chance: Chance) {
    this.#rules = rules;
    this.#finality = BigInt(finality);
    this.#isFull = fullBlocks;
    this.#chance = chance;
    this.now = time;
    this.finalized = FIRST_BLOCK;
    const nothing = { nonces: new Map(), receipts: new Map(), salt: 0, facts: null };
    this.head = this.#known({
      number: FIRST_BLOCK,
      hash: this.#nextHash(),
      parent: null,
      time,
      baseFee: BASE_FEE,
      state,
      ...nothing,
    });
  }

  blockAt(hash: Hex): Block | undefined {
    return this.#byHash.get(hash);
  }

  /** A block of the branch that counts, by its number. */
  blockNumbered(number: bigint): Block | null {
    return ancestorOf(this.head, number);
  }

  /** Takes a transaction into the pool. @returns what a node answers instead, null where it takes it */
  offer(transaction: Transaction): string | null {
    const { from, nonce, hash } = transaction;
    if (nonce < (this.head.nonces.get(from) ?? 0)) return "nonce too low";
    const place = this.pool.findIndex((each) => each.from === from && each.nonce === nonce);
    const old = this.pool[place];
    if (old?.hash === hash) return "already known";
    if (old !== undefined) {
      const isDearer = (price: bigint, than: bigint): boolean => price * 100n >= than * REPLACEMENT;
      if (!isDearer(transaction.maxFee, old.maxFee) || !isDearer(transaction.tip, old.tip)) {
        return "replacement transaction underpriced";
      }
      this.pool.splice(place, 1);
    }
    this.pool.push(transaction);
    return null;
  }

  /** What waits for a number that nobody published, or that was lost; one that is there and too cheap for now is neither. */
  behindGaps(): Transaction[] {
    return this.pool.filter(({ from, nonce }) => {
      const confirmed = this.head.nonces.get(from) ?? 0;
      const isBefore = (each: Transaction): boolean => each.from === from && each.nonce < nonce;
      return this.pool.filter((each) => isBefore(each) && each.nonce >= confirmed).length < nonce - confirmed;
    });
  }

  /** The next block; without a time, one slot later. */
  mine(time = this.head.time + SECONDS_PER_BLOCK): Block {
    const parent = this.head;
    const number = parent.number + 1n;
    const nonces = new Map(parent.nonces);
    const receipts = new Map<Hex, { transaction: Transaction; refusal: string | null }>();
    let { state } = parent;
    for (const transaction of this.#chosen(nonces)) {
      const result = this.tried(state, transaction.calls, { number, time, salt: this.#salt });
      if (!(result instanceof Refusal)) state = result;
      receipts.set(transaction.hash, { transaction, refusal: result instanceof Refusal ? result.message : null });
    }
    const { baseFee } = this;
    const salt = this.#salt;
    const hash = this.#nextHash();
    this.head = this.#known({ number, hash, parent, time, baseFee, state, nonces, receipts, salt, facts: null });
    this.now = Math.max(this.now, time);
    if (number - this.#finality > this.finalized) this.finalized = number - this.#finality;
    return this.head;
  }

  /** Another branch takes over, a block longer. What the old one held is in the pool again, or lost. */
  reorganise(depth: number, isLossy: boolean): void {
    const times: number[] = [];
    const orphaned: Transaction[] = [];
    for (let left = depth; left > 0 && this.head.parent !== null; left -= 1) {
      times.unshift(this.head.time);
      orphaned.unshift(...[...this.head.receipts.values()].map(({ transaction }) => transaction));
      this.head = this.head.parent;
    }
    if (this.#chance.is(0.5)) this.#salt += 1;
    for (const transaction of orphaned) if (!isLossy || this.#chance.is(0.5)) this.offer(transaction);
    for (const time of times) this.mine(time);
    this.mine();
  }

  /** The state after all calls, or why one of them is refused. */
  tried(
    state: ModelState,
    calls: readonly ModelCall[],
    { number, time, salt }: Pick<Block, "number" | "time" | "salt">,
  ): ModelState | Refusal {
    const { isSigned } = this.#rules;
    const moment: Moment = { time, block: number, isSigned, stakes: (batch) => this.#rules.stakes(batch, salt) };
    try {
      return calls.reduce((after, call) => carriedOut(after, call, moment), state);
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
  }

  /** What the block takes from the pool: each sender's in the order of its nonces, dearest sender first or not. */
  #chosen(nonces: Map<string, number>): Transaction[] {
    const chosen: Transaction[] = [];
    const senders = new Set(this.pool.map(({ from }) => from));
    const order = this.#chance.is(0.5) ? [...senders] : [...senders].toReversed();
    for (const from of order) {
      for (;;) {
        const nonce = nonces.get(from) ?? 0;
        const place = this.pool.findIndex((each) => each.from === from && each.nonce === nonce);
        const found = this.pool[place];
        if (found === undefined || found.maxFee < this.baseFee || !this.#isIncluded()) break;
        this.pool.splice(place, 1);
        nonces.set(from, nonce + 1);
        chosen.push(found);
      }
    }
    for (let place = this.pool.length - 1; place >= 0; place -= 1) {
      const each = this.pool[place];
      if (each !== undefined && each.nonce < (nonces.get(each.from) ?? 0)) this.pool.splice(place, 1);
    }
    return chosen;
  }

  #isIncluded(): boolean {
    return !this.#isFull || this.#chance.is(INCLUDED);
  }

  #nextHash(): Hex {
    return numberToHex(this.#byHash.size + 1, { size: 32 });
  }

  #known(block: Block): Block {
    this.#byHash.set(block.hash, block);
    return block;
  }
}
