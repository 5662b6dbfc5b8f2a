import { TimeoutError } from "viem";
import type { EndpointOptions } from "../../src/chain/endpoint.ts";
import { Vote } from "../../src/chain/vote.ts";
import type { Chance } from "./chance.ts";
import type { Block } from "./chain.ts";
import type { Effects } from "./effects.ts";
import { type Fault, FAULTS } from "./faults.ts";
import type { Knobs } from "./knobs.ts";
import { lied } from "./lies.ts";
import { DOMAIN } from "./script.ts";

export type Request = { readonly method: string; readonly params?: unknown };

/** What the endpoints need of the world. */
export type Surroundings = {
  readonly effects: Effects;
  /** The latest block. */
  readonly head: () => Block;
  /** What an honest node says that has come to the given block. */
  readonly answer: (request: Request, head: Block) => unknown;
};

/** Of three no two may fail at once: so long one lies, and so long the other hangs, in turn. */
const SPELL_BLOCKS = 8n;
const LATE = 0.1;
const MOST_LATE = 2;
const MOST_PAST = 10;

/** The nodes that an operator asks, of which one lies and one hangs, and the others may be some blocks late. */
export class Endpoints {
  lies = 0;
  hangs = 0;
  readonly #place: number;
  readonly #count: number;
  readonly #around: Surroundings;
  readonly #chance: Chance;
  readonly #fault: Knobs["fault"];
  readonly #liar: number;
  readonly #hanging: number;
  readonly #late = new Map<number, { readonly at: bigint; readonly blocks: number }>();
  #waiting: { readonly since: bigint; readonly giveUp: () => void }[] = [];

  constructor(place: number, { endpoints, fault }: Knobs, around: Surroundings, chance: Chance) {
    this.#place = place;
    this.#count = endpoints;
    this.#fault = fault;
    this.#around = around;
    this.#chance = chance;
    this.#liar = place % endpoints;
    this.#hanging = (place + 1) % endpoints;
  }

  /** As a life of the node sees them. */
  vote(): Vote {
    const indices = Array.from({ length: this.#count }, (_, index) => index);
    const endpoints = indices.map((index): EndpointOptions => ({
      host: `rpc-${index}`,
      ask: (method, params) => this.#ask(index, { method, params }),
    }));
    // Of four the default is three, which two that fail would take away.
    const quorum = this.#count === 4 ? 2 : Math.floor(this.#count / 2) + 1;
    return new Vote({ endpoints, quorum, chainId: DOMAIN.chainId, after: (act) => this.#after(act) });
  }

  /** Five seconds are over for whatever was asked before this block. */
  giveUp(): void {
    const { number } = this.#around.head();
    const over = this.#waiting.filter(({ since }) => since < number);
    this.#waiting = this.#waiting.filter(({ since }) => since >= number);
    for (const { giveUp } of over) giveUp();
  }

  /** Nothing that a life asked comes to anything in the next one. */
  kill(): void {
    const over = this.#waiting;
    this.#waiting = [];
    for (const { giveUp } of over) giveUp();
  }

  #ask(index: number, request: Request): Promise<unknown> {
    const fault = this.#fault?.at === index ? FAULTS[this.#fault.name] : undefined;
    if (fault === "never" || this.#isAtFault(index, this.#hanging, 1n)) return this.#never(request);
    const name = `${request.method} at rpc-${index}`;
    return this.#around.effects.of(
      this.#place,
      name,
      () => this.#answer(index, request, fault),
      () => null,
    );
  }

  #answer(index: number, request: Request, fault: Fault | undefined): unknown {
    const truth = (): unknown => this.#around.answer(request, this.#behind(this.#lateness(index)));
    const past = (): unknown => this.#around.answer(request, this.#behind(MOST_PAST));
    if (fault !== undefined) return fault({ method: request.method, truth, past, chance: this.#chance });
    if (!this.#isAtFault(index, this.#liar, 0n)) return truth();
    this.lies += 1;
    return lied(this.#chance, truth, past);
  }

  #never({ method }: Request): Promise<unknown> {
    this.hangs += 1;
    return new Promise((_, reject) => {
      const giveUp = (): void => {
        reject(new TimeoutError({ body: { method }, url: "http://node" }));
      };
      this.#waiting.push({ since: this.#around.head().number, giveUp });
    });
  }

  #isAtFault(index: number, which: number, phase: bigint): boolean {
    if (index !== which || this.#fault !== null) return false;
    return this.#count > 3 || (this.#around.head().number / SPELL_BLOCKS) % 2n === phase;
  }

  /** The same for all questions in a block. */
  #lateness(index: number): number {
    if (this.#fault !== null) return 0;
    const { number } = this.#around.head();
    const known = this.#late.get(index);
    if (known?.at === number) return known.blocks;
    const blocks = this.#chance.is(LATE) ? this.#chance.within(1, MOST_LATE) : 0;
    this.#late.set(index, { at: number, blocks });
    return blocks;
  }

  #behind(blocks: number): Block {
    let block = this.#around.head();
    for (let left = blocks; left > 0 && block.parent !== null; left -= 1) block = block.parent;
    return block;
  }

  #after(act: () => void): () => void {
    const wait = this.#around.effects.of(this.#place, "wait for the late", act, () => null);
    wait.catch(() => undefined);
    return () => undefined;
  }
}
