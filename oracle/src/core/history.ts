import type { Address, Hex } from "viem";
import type { Schedule } from "./facts.ts";
import type { Terms } from "./payout.ts";

// What happened to a round, as the chain's events and transactions tell it; the contract itself forgets the words.

/** Where and when something happened; `time` is the block's, unix seconds. */
export type Stamp = { readonly block: bigint; readonly time: number; readonly transaction: Hex };

export type LockEvent = Stamp & { readonly stakes: readonly bigint[] };

export type ReportEvent = Stamp & {
  readonly attempt: number;
  readonly scores: readonly bigint[];
  /** Bit i: the event says that reporter i of the round's set signed. */
  readonly signers: bigint;
  /** Who in fact signed these words for that lock and attempt; null: the transaction doesn't show the signatures. */
  readonly signed: readonly Address[] | null;
};

export type SettleEvent = Stamp & {
  /** Nano-NMR. */
  readonly rewarded: bigint;
  readonly burned: bigint;
  readonly payouts: readonly bigint[];
  /** What each lane's position had in that moment, active and pending together, nano-NMR. */
  readonly balances: readonly bigint[];
  /** The words that the transaction settled with; null: it doesn't show them. */
  readonly brought: { readonly stakes: readonly bigint[]; readonly scores: readonly bigint[] } | null;
};

export type BatchHistory = {
  readonly index: number;
  readonly lock: LockEvent | null;
  readonly reports: readonly ReportEvent[];
  readonly vetoes: readonly (Stamp & { readonly attempt: number })[];
  readonly settlement: SettleEvent | null;
};

/** Totals of a round, nano-NMR; the factor in 1e-18. */
export type Totals = {
  readonly atRisk: bigint;
  readonly payoutFactor: bigint;
  readonly rewarded: bigint;
  readonly burned: bigint;
};

/** What is fixed at a round's opening. */
export type Opening = {
  readonly terms: Terms;
  readonly schedule: Schedule;
  readonly reporters: readonly Address[];
  readonly quorum: number;
};

export type RoundState = "open" | "locking" | "locked" | "settled" | "void";

/** `contract`: what the contract itself says now, beside what its events say. */
export type RoundHistory = Opening & {
  readonly number: bigint;
  readonly state: RoundState;
  readonly opened: Stamp;
  readonly batches: readonly BatchHistory[];
  readonly totals: Totals;
  readonly contract: Opening & { readonly state: RoundState | "none"; readonly totals: Totals };
};
