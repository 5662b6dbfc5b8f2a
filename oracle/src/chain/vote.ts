import { hexToBigInt, isHex, keccak256, numberToHex } from "viem";
import { type After, byTheClock, collect } from "./collect.ts";
import { elected, isContradiction } from "./ballot.ts";
import { type Cast, Endpoint, type EndpointOptions, type EndpointView } from "./endpoint.ts";
import { ChainRefusal } from "./errors.ts";
import { byFreshness, lowerMedian, MOST_BLOCKS_BEHIND, reachedByQuorum, type Trust } from "./heads.ts";
import { lost } from "./lost.ts";
import { type Question, sayQuestion } from "./question.ts";
import { meaningIn } from "./refusals.ts";

export type VoteOptions = {
  readonly endpoints: readonly EndpointOptions[];
  /** How many of them must say the same. */
  readonly quorum: number;
  readonly chainId: number;
  /** Called whenever an endpoint's state changes. */
  readonly onChange?: (view: EndpointView) => void;
  /** How time passes; by this machine's clock unless something else is given. */
  readonly after?: After;
};

type Block = { readonly number: bigint; readonly timestamp: bigint };
type HeadCast = Cast & { readonly head?: Block };

/** Where enough have answered, the others have so long to be counted too, milliseconds. */
const GRACE_MS = 500;

/**
 * Several nodes as one: every question goes to all at once, and the answer is what a quorum agrees on. Where it can't be
 * had, a ChainTrouble says whose answers are missing or differ. A node that hangs is waited for only where the others
 * don't suffice; one that is back is back with its next answer.
 */
export class Vote {
  readonly #endpoints: readonly Endpoint[];
  readonly #trust: Trust;
  readonly #chainId: number;
  readonly #after: After;
  /** Of the block that was agreed on last. */
  #height = 0n;

  constructor({ endpoints, quorum, chainId, onChange = () => undefined, after = byTheClock }: VoteOptions) {
    this.#endpoints = endpoints.map((options, index) => new Endpoint(index, options, onChange));
    this.#trust = { endpoints: endpoints.length, quorum };
    this.#chainId = chainId;
    this.#after = after;
  }

  get endpoints(): EndpointView[] {
    return this.#endpoints.map(({ view }) => view);
  }

  /** As a provider for viem. @throws ChainTrouble, ChainRefusal, or what a quorum refuses the question with */
  async request({ method, params }: Question): Promise<unknown> {
    switch (method) {
      case "eth_getBlockByNumber":
        return this.#block(params);
      case "eth_getTransactionReceipt":
        return this.#receipt(params);
      case "eth_estimateGas":
        return this.#amount(method, params, (all) => reachedByQuorum(all, (each) => each, this.#trust));
      case "eth_gasPrice":
      case "eth_maxPriorityFeePerGas":
        return this.#amount(method, params, lowerMedian);
      case "eth_sendRawTransaction":
        return this.#publish(params);
      default:
        return this.#agreed(method, params, this.#ask(method, params));
    }
  }

  #ask(method: string, params: unknown): Promise<Cast>[] {
    return this.#endpoints.filter(({ hasVote }) => hasVote).map((endpoint) => endpoint.ballot(method, params));
  }

  async #agreed(method: string, params: unknown, asked: readonly Promise<Cast>[]): Promise<unknown> {
    const cast = await collect(asked, (some) => this.#elected(some) !== null, 0);
    const winner = this.#elected(cast);
    if (winner === null) throw this.#lost(method, cast);
    if (winner.kind !== "value") throw winner.error;
    for (const each of asked) void each.then((ballot) => this.#compare(ballot, winner.key, method, params));
    return winner.value;
  }

  #elected(cast: readonly Cast[]): Cast | null {
    return elected(cast, this.#trust.quorum);
  }

  /** Names those who contradict a quorum about blocks that they have. */
  #compare(ballot: Cast, key: string, method: string, params: unknown): void {
    if (ballot.kind !== "value" || ballot.value === null || ballot.key === key) return;
    const { head } = ballot.from.view;
    if (head === null || head < this.#height) return;
    ballot.from.disagrees(sayQuestion({ method, params }));
  }

  #block(params: unknown): Promise<unknown> {
    const tag: unknown = Array.isArray(params) ? params[0] : undefined;
    if (tag === "latest") return this.#latest();
    if (tag === "finalized" || tag === "safe") return this.#reached(params);
    return this.#agreed("eth_getBlockByNumber", params, this.#ask("eth_getBlockByNumber", params));
  }

  /** The highest block that a quorum of those holds who follow the chain. */
  async #latest(): Promise<unknown> {
    const asked = this.#endpoints.map((endpoint) => this.#head(endpoint));
    const { quorum } = this.#trust;
    // Late ones are judged too: one that is slow has its vote all the same.
    void Promise.all(asked).then((cast) => this.#judged(headsIn(cast)));
    for (const enough of [(some: readonly HeadCast[]) => headsIn(some).length >= quorum, () => false]) {
      const cast = await collect(asked, enough, GRACE_MS, this.#after);
      const block = await this.#highestHeld(headsIn(cast));
      if (block !== null) return block;
      if (cast.length === asked.length) {
        const many = byFreshness(headsIn(cast), this.#trust).fresh.length >= quorum;
        throw this.#lost("the latest block", cast, many);
      }
    }
    throw new Error("the latest block: neither agreed on nor lost");
  }

  /** An endpoint's latest block; a failure where it serves another chain. */
  async #head(endpoint: Endpoint): Promise<HeadCast> {
    const asked = [endpoint.ballot("eth_chainId", []), endpoint.ballot("eth_getBlockByNumber", ["latest", false])];
    const [chain, latest] = (await Promise.all(asked)) as [Cast, Cast];
    if (chain.kind !== "value") return chain;
    const served = numberIn(chain.value);
    if (served === null) return noAnswer(endpoint, "its chain's number is none");
    if (served !== BigInt(this.#chainId)) {
      const why = `serves chain ${served.toString()}, config.chainId is ${this.#chainId}`;
      endpoint.isOut("wrong_chain", why, null);
      const error = new ChainRefusal("rpc_wrong_chain", `${endpoint.name} ${why}`);
      return { kind: "failure", error, isLimited: false, from: endpoint };
    }
    if (latest.kind !== "value") return latest;
    const head = blockIn(latest.value);
    if (head !== null) return { ...latest, head };
    return noAnswer(endpoint, "its latest block is none");
  }

  async #highestHeld(heads: readonly (Cast & Block)[]): Promise<unknown> {
    const fresh = this.#judged(heads);
    const highest = reachedByQuorum(fresh, ({ number }) => number, this.#trust)?.number;
    if (highest === undefined) return null;
    for (let height = highest; height >= 0n && height >= highest - MOST_BLOCKS_BEHIND; height -= 1n) {
      const winner = this.#elected(await this.#holders(fresh, height));
      if (winner?.kind !== "value" || winner.value === null) continue;
      this.#height = height;
      return winner.value;
    }
    return null;
  }

  /** Those who follow the chain; the others have no vote until they are looked at again. */
  #judged(heads: readonly (Cast & Block)[]): (Cast & Block)[] {
    const { fresh, stale } = byFreshness(heads, this.#trust);
    for (const { from, number } of fresh) from.follows(number);
    for (const { from, number } of stale) from.isOut("out_of_sync", `its latest block is ${number.toString()}`, number);
    return fresh;
  }

  /** What those who have come so far hold at a height. */
  #holders(heads: readonly (Cast & Block)[], height: bigint): Promise<Cast[]> {
    const asked = heads
      .filter(({ number }) => number >= height)
      .map((head) =>
        head.number === height
          ? Promise.resolve<Cast>(head)
          : head.from.ballot("eth_getBlockByNumber", [numberToHex(height), false]),
      );
    return collect(asked, (some) => this.#elected(some) !== null, 0);
  }

  /** The number of a block that a quorum has at least come to: nothing else of it is agreed on. */
  async #reached(params: unknown): Promise<unknown> {
    const { quorum } = this.#trust;
    const blocks = (some: readonly Cast[]) =>
      some.flatMap((each) => (each.kind === "value" ? (blockIn(each.value) ?? []) : []));
    const asked = this.#ask("eth_getBlockByNumber", params);
    const cast = await collect(asked, (some) => blocks(some).length >= quorum, GRACE_MS, this.#after);
    const reached = reachedByQuorum(blocks(cast), ({ number }) => number, this.#trust);
    if (reached !== undefined) return { number: numberToHex(reached.number) };
    const refused = this.#elected(cast);
    if (refused?.kind === "value") return refused.value;
    throw refused?.kind === "refusal" ? refused.error : this.#lost("the final block", cast);
  }

  /** One that not enough have yet is not there yet: only the contract's state tells that a step was taken. */
  async #receipt(params: unknown): Promise<unknown> {
    const method = "eth_getTransactionReceipt";
    const cast = await collect(this.#ask(method, params), (some) => this.#elected(some) !== null, 0);
    const winner = this.#elected(cast);
    return winner?.kind === "value" ? winner.value : null;
  }

  /** Amounts differ from node to node; a quorum must have one, and no single node can move what is chosen far. */
  async #amount(method: string, params: unknown, choose: (all: readonly bigint[]) => bigint | undefined) {
    const { quorum } = this.#trust;
    const amounts = (some: readonly Cast[]): bigint[] =>
      some.flatMap((each) => (each.kind === "value" ? (numberIn(each.value) ?? []) : []));
    const cast = await collect(
      this.#ask(method, params),
      (some) => amounts(some).length >= quorum,
      GRACE_MS,
      this.#after,
    );
    const chosen = amounts(cast).length >= quorum ? choose(amounts(cast)) : undefined;
    if (chosen !== undefined) return numberToHex(chosen);
    const refused = this.#elected(cast);
    throw refused?.kind === "refusal" ? refused.error : this.#lost(method, cast);
  }

  /** To all, even those without a vote: whoever takes it spreads it. Only a quorum's refusal outweighs one who took it. */
  async #publish(params: unknown): Promise<unknown> {
    const method = "eth_sendRawTransaction";
    const asked = this.#endpoints.map(async (endpoint) => asTaken(await endpoint.ballot(method, params)));
    // Where it is mined at once, those who come later find its nonce used: that contradicts nobody.
    const settled = (some: readonly Cast[]): Cast | null => {
      const winner = this.#elected(some);
      return winner?.kind === "refusal" && meaningIn(winner.error) === "nonce_low" ? null : winner;
    };
    const cast = await collect(asked, (some) => settled(some) !== null, 0);
    const winner = settled(cast) ?? cast.find(({ kind }) => kind === "value") ?? firstRefusal(cast);
    if (winner?.kind === "value") return hashOf(params);
    throw winner?.kind === "refusal" ? winner.error : this.#lost(method, cast);
  }

  #lost(what: string, cast: readonly Cast[], isContradictory = isContradiction(cast)): Error {
    return lost(what, cast, this.#endpoints, this.#trust, isContradictory);
  }
}

function noAnswer(from: Endpoint, why: string): Cast {
  return { kind: "failure", error: new Error(why), isLimited: false, from };
}

function headsIn(cast: readonly HeadCast[]): (Cast & Block)[] {
  return cast.flatMap((each) => (each.head === undefined ? [] : { ...each, ...each.head }));
}

/** Of a signed transaction: nobody needs to be asked for it. */
function hashOf(params: unknown): unknown {
  const raw: unknown = Array.isArray(params) ? params[0] : undefined;
  return isHex(raw) ? keccak256(raw) : null;
}

/** A node that has the transaction already has taken it, and the hash that it names is of no use. */
function asTaken(cast: Cast): Cast {
  const isTaken = cast.kind === "value" || (cast.kind === "refusal" && meaningIn(cast.error) === "known");
  return isTaken ? { kind: "value", key: "taken", value: null, from: cast.from } : cast;
}

function firstRefusal(cast: readonly Cast[]): Cast | undefined {
  return cast.find(({ kind }) => kind === "refusal");
}

function blockIn(value: unknown): Block | null {
  if (typeof value !== "object" || value === null || !("number" in value) || !("timestamp" in value)) return null;
  const [number, timestamp] = [numberIn(value.number), numberIn(value.timestamp)];
  return number === null || timestamp === null ? null : { number, timestamp };
}

function numberIn(value: unknown): bigint | null {
  return isHex(value) && value.length > 2 && value.length <= 66 ? hexToBigInt(value) : null;
}
