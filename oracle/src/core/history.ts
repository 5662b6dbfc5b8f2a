import type { Address, Hex } from "viem";
import type { Schedule } from "./facts.ts";
import type { Terms } from "./payout.ts";
import type { Report } from "./report.ts";

// What happened to a round, as the chain's events and transactions tell it; the contract itself forgets the words.

/** Where and when something happened; `time` is the block's, unix seconds. */
export type Stamp = { readonly block: bigint; readonly time: number; readonly transaction: Hex };

export type LockEvent = Stamp & { readonly stakes: readonly bigint[] };

/** A signature as the report's transaction carried it. */
export type ShownSignature = {
  /** Whose it is said to be. */
  readonly reporter: Address;
  readonly signature: Hex;
  /** Whose key made it; null: it is not one of a key. */
  readonly recovered: Address | null;
  /** Whether the reporter signed, with its key or, as a contract, by ERC-1271; null: what the contract said then can't be told. */
  readonly isTrue: boolean | null;
};

/** What was signed, as the report's transaction shows it; where no signature is true, what should have been. */
export type SignedReport = {
  readonly report: Report;
  readonly digest: Hex;
  /** Bit i: the transaction brought a signature of reporter i. */
  readonly signers: bigint;
  readonly signatures: readonly ShownSignature[];
};

export type ReportEvent = Stamp & {
  readonly attempt: number;
  readonly scores: readonly bigint[];
  /** Bit i: the event says that reporter i of the round's set signed. */
  readonly signers: bigint;
  /** null: the transaction doesn't show the signatures. */
  readonly signed: SignedReport | null;
};

export type SettleEvent = Stamp & {
  /** Nano-NMR. */
  readonly rewarded: bigint;
  readonly burned: bigint;
  readonly payouts: readonly bigint[];
  /**
   * What each lane's position had in that moment, active and pending together, nano-NMR. Of a round that was read alone only
   * where the burn is less than the formula's; else 0.
   */
  readonly balances: readonly bigint[];
  /** The words that the transaction settled with; null: it doesn't show them. */
  readonly brought: { readonly stakes: readonly bigint[]; readonly scores: readonly bigint[] } | null;
};

/** What the contract knows of a batch while the round is in flight, and for a while after. */
export type KeptBatch = {
  readonly attempt: number;
  /** Unix seconds; 0 without a standing report, as the hash of its scores is. */
  readonly reportedAt: number;
  readonly stakesHash: Hex;
  readonly scoresHash: Hex;
};

export type BatchHistory = {
  readonly index: number;
  /** null: the contract has forgotten the batch. */
  readonly kept: KeptBatch | null;
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

/** How many batches a round has, and how many of them came how far; the settled ones count as reported. */
export type Counts = {
  readonly all: number;
  readonly locked: number;
  readonly reported: number;
  readonly settled: number;
};

/** What the contract says of a round now. `staked`: Σ of the stakes locked so far, nano-NMR. */
export type ContractsWord = Opening & {
  readonly state: RoundState | "none";
  readonly totals: Totals;
  readonly staked: bigint;
  readonly counts: Counts;
};

export type RoundState = "open" | "locking" | "locked" | "settled" | "void";

/** `contract`: what the contract itself says now, beside what its events say. */
export type RoundHistory = Opening & {
  readonly number: bigint;
  readonly state: RoundState;
  readonly opened: Stamp;
  readonly batches: readonly BatchHistory[];
  readonly totals: Totals;
  readonly contract: ContractsWord;
};
