import type { Chain, Provider } from "../chain/client.ts";
import type { callsOf } from "./build.ts";
import type { Event } from "./reduce.ts";
import type { Flow } from "./schema.ts";
import type { Keep } from "./store.ts";

/** Waits until the index has a block: the subgraph's client. */
export type Index = {
  reach(block: bigint, patience?: { timeoutMs?: number; signal?: AbortSignal }): Promise<unknown>;
};

/** What flows are worked with. */
export type Desk = {
  readonly chain: Chain;
  /** The wallet of the moment; null without one. */
  readonly wallet: () => Provider | null;
  /** Null where there is no subgraph. */
  readonly index: Index | null;
  readonly keep: Keep;
  /** Ids that sort by age. */
  readonly newId: () => string;
  readonly build: typeof callsOf;
  readonly pace: Pace;
};

export type Pace = {
  /** Between two looks at the chain. */
  readonly pollMs: number;
  /** After that many looks at which no node knew a transaction it counts as dropped. */
  readonly unseenLooks: number;
  /** Blocks, its own among them, after which a transaction counts. */
  readonly confirmations: number;
  readonly indexTimeoutMs: number;
  /** How long a permit may be used, counted from the block's time. */
  readonly permitSeconds: bigint;
};

export const PACE: Pace = {
  pollMs: 1_000,
  unseenLooks: 60,
  confirmations: 1,
  indexTimeoutMs: 60_000,
  permitSeconds: 1_800n,
};

/** A flow under work: what it is now, and the only way to change it. */
export type Run = {
  readonly flow: Flow;
  /** Keeps the change before it returns. */
  apply(event: Event): void;
  readonly signal: AbortSignal;
};
