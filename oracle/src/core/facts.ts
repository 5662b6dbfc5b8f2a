import type { Address, Hex } from "viem";
import type { Terms } from "./payout.ts";
import type { Scores } from "./words.ts";

// What a plan is made from. Times are unix seconds, words as in protocol: four 64-bit lanes each.

/** When a round's steps may happen; windows include their first second and exclude their last. */
export type Schedule = {
  readonly closesAt: number;
  readonly lockedBy: number;
  readonly resolvesAt: number;
  readonly settledBy: number;
  readonly disputeWindow: number;
};

/** What no round of the tournament may exceed; clip and exposure in 1e-9, times in seconds. */
export type Limits = {
  readonly maxClip: bigint;
  readonly maxExposure: bigint;
  readonly maxRoundsInFlight: number;
  readonly maxDuration: number;
  readonly minDisputeWindow: number;
};

/** A batch of a round in flight. */
export type BatchFacts = {
  readonly index: number;
  readonly state: "unlocked" | "locked" | "reported" | "settled";
  /** Number of vetoes so far. */
  readonly attempt: number;
  /** 0 without a standing report. */
  readonly reportedAt: number;
  /** Words of the lock; of a batch that may be locked now, the words that a lock would take. */
  readonly stakes: readonly bigint[];
  readonly stakesHash: Hex;
  /** Block of the lock; null without one. */
  readonly lockedAtBlock: bigint | null;
  /** Words of the standing report; empty without one. */
  readonly scores: readonly bigint[];
  /** Hash of the scores that the latest veto discarded; null where there was none. */
  readonly vetoedHash: Hex | null;
};

/** A round that is neither settled nor void. */
export type RoundFacts = {
  readonly number: bigint;
  readonly state: "open" | "locking" | "locked";
  readonly terms: Terms;
  readonly schedule: Schedule;
  readonly reporters: readonly Address[];
  readonly quorum: number;
  /** Every batch that the round has; before its first lock, those that it would get now. */
  readonly batches: readonly BatchFacts[];
};

/** The chain, as it stands at one block. */
export type ChainFacts = {
  readonly chainId: number;
  readonly contract: Address;
  /** The block; its time is the clock of every decision, so that a decision can be made again later. */
  readonly block: { readonly number: bigint; readonly hash: Hex; readonly timestamp: number };
  /** Number of the latest block that counts as final; what happened after it may still go away. */
  readonly finalized: bigint;
  readonly tournament: number;
  readonly organizer: Address;
  /** Whether each model of a position was granted by a registrar. */
  readonly hasRegistrar: boolean;
  readonly limits: Limits;
  readonly latestRound: bigint;
  readonly roundsInFlight: number;
  /** Part of the reserve that no round holds back, nano-NMR, rounded down. */
  readonly freeReserve: bigint;
  /** Model of each position, in order. */
  readonly models: readonly Hex[];
  /** Lowest number first. */
  readonly rounds: readonly RoundFacts[];
  /** How the rounds ended that are over. */
  readonly finished: ReadonlyMap<bigint, "settled" | "void">;
};

/** A round as a feed announces it. */
export type OfferedRound = {
  readonly number: bigint;
  readonly opensAt: number;
  readonly closesAt: number;
  readonly resolvesAt: number;
  /** Whether its scores are final. */
  readonly resolved: boolean;
  readonly terms: Terms;
};

/** A round that can't be used as the feed announces it, and why; `number` is null where even that is unknown. */
export type RefusedOffer = { readonly number: bigint | null; readonly message: string };

/** The scores of a round, model by model. */
export type ScoreSheet = {
  readonly resolved: boolean;
  readonly models: readonly ScoredModel[];
  /** Two readings of the same values have the same digest. */
  readonly digest: Hex;
  readonly readAt: number;
};

/** `raw`: the texts that the scores were read from, by field. */
export type ScoredModel = {
  readonly name: string;
  readonly model: Hex;
  readonly scores: Scores | null;
  readonly raw: Readonly<Record<string, string | null>>;
};

/** Something that was read from the feed, or why it could not be. */
export type Reading<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: FeedFault; readonly message: string };

export type FeedFault = "feed_down" | "feed_refused" | "feed_changed" | "feed_confirming";

/** What the feed lists. */
export type FeedList = Pick<FeedView, "rounds" | "refused">;

/** The feed, as far as the plan needs it; `sheets` holds the rounds that `wantedSheets` asked for. */
export type FeedView = {
  readonly rounds: Reading<readonly OfferedRound[]>;
  readonly refused: readonly RefusedOffer[];
  readonly sheets: ReadonlyMap<bigint, Reading<ScoreSheet>>;
};

/** What this operator may do and wants. Durations in seconds. */
export type Settings = {
  /** Reporters whose keys are at hand. */
  readonly reporters: readonly Address[];
  readonly relayer: Address | null;
  readonly organizer: Address | null;
  readonly lockWindow: number;
  readonly settleWindow: number;
  readonly disputeWindow: number;
  /** How much earlier than the last moment a round must be opened. */
  readonly openMargin: number;
  /** Report again the very scores that a guardian has vetoed. */
  readonly repeatVetoed: boolean;
  /** How long one operator relays before the next one may; 0: whoever is there relays. */
  readonly turnSeconds: number;
};
