// What the events have come to so far. Amounts are nano-NMR.
import type { Hex } from "viem";
import type { At, Schedule } from "./events.ts";
import { earmark, sum, type Terms } from "./protocol.ts";

export interface ReporterSet {
  id: string;
  number: number;
  reporters: string[];
  quorum: number;
  at: At;
}

export interface ReserveChange {
  kind: "FUNDED" | "WITHDRAWN";
  amount: bigint;
  reserve: bigint;
  account: string;
  at: At;
}

export interface Tournament {
  id: string;
  number: number;
  name: string;
  organizer: string;
  pendingOrganizer: string;
  guardian: string;
  registrar: string;
  minStake: bigint;
  limits: Record<string, bigint | number>;
  reporterSets: ReporterSet[];
  positions: Position[];
  rounds: Map<bigint, Round>;
  /** By the range of positions that its batches are of: settled batches, in the order of their settlement. */
  settled: Map<number, Batch[]>;
  reserveChanges: ReserveChange[];
  reserve: bigint;
  /** Active and pending together, by staker; only of those who have something. */
  holdings: Map<string, bigint>;
  at: At;
}

export interface Act {
  kind: "OPENED" | "INCREASED" | "WITHDRAWAL_REQUESTED" | "WITHDRAWAL_CANCELLED" | "WITHDRAWN";
  amount: bigint;
  active: bigint;
  pending: bigint;
  to: string | null;
  at: At;
}

export interface Position {
  id: string;
  tournament: Tournament;
  number: number;
  staker: string;
  model: Hex;
  active: bigint;
  pending: bigint;
  /** Of the latest request. */
  heldBy: Round[];
  requestedAt: bigint;
  rewarded: bigint;
  burned: bigint;
  acts: Act[];
  at: At;
}

export interface Round {
  id: string;
  tournament: Tournament;
  number: bigint;
  terms: Terms;
  schedule: Schedule;
  guardian: string;
  reporterSet: ReporterSet;
  /** How many batches it is to have: known from its first lock on. */
  size: number;
  batches: Map<number, Batch>;
  lockedAt?: At;
  settledAt?: At;
  voidedAt?: At;
  at: At;
}

export interface Report {
  id: string;
  attempt: number;
  signerBits: bigint;
  words: readonly bigint[];
  relayer: string;
  veto?: At;
  at: At;
}

export interface Batch {
  id: string;
  round: Round;
  number: number;
  words: readonly bigint[];
  /** By lane, nano-NMR. */
  stakes: BigUint64Array;
  staked: bigint;
  reports: Report[];
  settlement?: { words: readonly bigint[]; payouts: BigInt64Array; at: At };
  at: At;
}

/** What a tournament has after an event that changed it; rewarded and burned by that event. All nano-NMR, but atRisk: wei. */
export interface Point {
  id: bigint;
  tournament: Tournament;
  staked: bigint;
  atRisk: bigint;
  reserve: bigint;
  rewarded: bigint;
  burned: bigint;
  stakers: number;
  at: At;
}

export const stateOf = (round: Round): string =>
  round.voidedAt
    ? "VOID"
    : round.settledAt
      ? "SETTLED"
      : round.lockedAt
        ? "LOCKED"
        : round.size > 0
          ? "LOCKING"
          : "OPEN";

export const inFlight = (round: Round): boolean => round.size > 0 && !round.settledAt && !round.voidedAt;

/** The batches that are locked and not settled, while the round is neither settled nor void. */
export const unsettled = (round: Round): Batch[] =>
  inFlight(round) ? [...round.batches.values()].filter(({ settlement }) => !settlement) : [];

export const standingReport = (batch: Batch): Report | undefined => batch.reports.find(({ veto }) => !veto);

/** Of a round's stakes, wei. */
export const atRiskOf = (round: Round): bigint =>
  sum(unsettled(round).map(({ staked }) => staked)) * round.terms.exposure;

export const earmarkedOf = (round: Round): bigint =>
  sum(unsettled(round).map(({ staked }) => earmark(round.terms, staked)));
