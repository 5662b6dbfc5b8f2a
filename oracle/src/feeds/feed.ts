import type { Hex } from "viem";
import type { InputError } from "../core/errors.ts";
import type { Terms } from "../core/payout.ts";
import type { Scores } from "../core/words.ts";

/** A round as the feed announces it. Times are unix seconds. */
export type FeedRound = {
  readonly tournament: number;
  readonly number: bigint;
  readonly opensAt: number;
  /** When stakes stop counting for the round. */
  readonly closesAt: number;
  readonly resolvesAt: number;
  readonly status: "upcoming" | "open" | "resolving" | "resolved";
  /** Whether its payouts are final. Only then may its scores be reported. */
  readonly resolved: boolean;
  readonly terms: Terms;
  /** What score 0 and score 1 are called; an empty name where the round pays on one score alone. */
  readonly scoreNames: readonly [string, string];
};

/** A round that can't be used as the feed announces it; `number` is null where even that can't be read. */
export type RefusedRound = { readonly number: bigint | null; readonly fault: InputError };

/** The rounds that the feed knows, lowest number first, and those that are refused. */
export type FeedRounds = { readonly rounds: readonly FeedRound[]; readonly refused: readonly RefusedRound[] };

/** A model in a round. */
export type FeedModel = {
  /** Its UUID as the feed writes it. */
  readonly id: string;
  readonly name: string;
  /** Its id on chain. */
  readonly model: Hex;
  /** What the feed saw staked on it, nano-NMR, rounded down. */
  readonly stake: bigint;
  /** null: it has no score, so it is not at risk. */
  readonly scores: Scores | null;
  /** As the feed wrote them, the fields that the scores come from: two operators who disagree are shown both texts. */
  readonly raw: Readonly<Record<string, string | null>>;
  /** What the feed's owner paid, signed nano-NMR, rounded toward zero; null: nothing known. */
  readonly settled: bigint | null;
};

/** A round with all its models. */
export type FeedDetails = {
  readonly tournament: number;
  readonly number: bigint;
  readonly resolved: boolean;
  readonly models: readonly FeedModel[];
  /** keccak256 of what was read, canonically written: two readings of the same values have the same digest. */
  readonly digest: Hex;
};

/** Where rounds and scores come from. */
export interface Feed {
  /**
   * The rounds that the feed knows. A fault in one of them is that round's alone.
   * @throws FeedUnavailable; InputError where the list as a whole can't be used
   */
  rounds(): Promise<FeedRounds>;
  /**
   * A round with its models, final or not: look at `resolved`.
   * @throws FeedUnavailable, InputError
   */
  details(round: bigint): Promise<FeedDetails>;
}

/** The feed could not be read now: network, timeout, a server error. Worth asking again; an `InputError` is not. */
export class FeedUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "FeedUnavailable";
  }
}
