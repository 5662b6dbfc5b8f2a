import { type Ballot, errorBallot, valueBallot } from "./ballot.ts";
import { sayWhy } from "./errors.ts";

export type EndpointState = "alive" | "out_of_sync" | "unreachable" | "wrong_chain" | "rate_limited" | "disagreeing";

/** An endpoint for people and metrics, without its URL, which may carry a key. `since`: milliseconds. */
export type EndpointView = {
  readonly index: number;
  readonly host: string;
  readonly state: EndpointState;
  readonly since: number;
  /** What brought it there; empty where nothing is wrong. */
  readonly why: string;
  readonly head: bigint | null;
  readonly answered: number;
  readonly refused: number;
  readonly failed: number;
  readonly disagreements: number;
};

export type EndpointOptions = {
  readonly host: string;
  /** One request, with a timeout of its own. Rejects with viem's errors. */
  readonly ask: (method: string, params: unknown) => Promise<unknown>;
};

export type Cast = Ballot & { readonly from: Endpoint };

/** A lie is remembered so long, for those who look; it costs no vote. */
const DISAGREEING_MS = 60_000;

/** One of several nodes: what it answers as ballots, and how it is doing. Nothing bad about it outlives its next answer. */
export class Endpoint {
  readonly index: number;
  readonly host: string;
  readonly #ask: EndpointOptions["ask"];
  readonly #onChange: (view: EndpointView) => void;
  readonly #counts = { answered: 0, refused: 0, failed: 0, disagreements: 0 };
  #state: EndpointState = "alive";
  #since = Date.now();
  #why = "";
  #head: bigint | null = null;
  #isOut = false;

  constructor(index: number, { host, ask }: EndpointOptions, onChange: (view: EndpointView) => void) {
    this.index = index;
    this.host = host;
    this.#ask = ask;
    this.#onChange = onChange;
  }

  get name(): string {
    return `rpc ${this.index} (${this.host})`;
  }

  /** Whether the latest look at its head leaves it a vote. */
  get hasVote(): boolean {
    return !this.#isOut;
  }

  get view(): EndpointView {
    const { index, host } = this;
    return { index, host, state: this.#state, since: this.#since, why: this.#why, head: this.#head, ...this.#counts };
  }

  /** Never rejects. A refusal is an answer: it changes nothing about the endpoint's health. */
  async ballot(method: string, params: unknown): Promise<Cast> {
    const ballot = await this.#answer(method, params);
    if (ballot.kind === "failure") {
      this.#counts.failed += 1;
      this.#note(ballot.isLimited ? "rate_limited" : "unreachable", sayWhy(ballot.error));
    } else {
      this.#counts[ballot.kind === "value" ? "answered" : "refused"] += 1;
      this.#recover();
    }
    return { ...ballot, from: this };
  }

  /** It follows the chain, and has come so far. */
  follows(head: bigint): void {
    this.#head = head;
    this.#isOut = false;
    this.#recover();
  }

  /** It has no vote until its head is looked at again. */
  isOut(state: "out_of_sync" | "wrong_chain", why: string, head: bigint | null): void {
    this.#head = head;
    this.#isOut = true;
    this.#note(state, why);
  }

  /** It said something else than a quorum, of what it must know. */
  disagrees(about: string): void {
    this.#counts.disagreements += 1;
    this.#note("disagreeing", about);
  }

  async #answer(method: string, params: unknown): Promise<Ballot> {
    try {
      return valueBallot(method, await this.#ask(method, params));
    } catch (error) {
      return errorBallot(error);
    }
  }

  #recover(): void {
    const isHeld = this.#state === "disagreeing" && Date.now() - this.#since < DISAGREEING_MS;
    if (!this.#isOut && !isHeld) this.#note("alive", "");
  }

  #note(state: EndpointState, why: string): void {
    this.#why = why;
    if (this.#state === state) return;
    this.#state = state;
    this.#since = Date.now();
    this.#onChange(this.view);
  }
}
