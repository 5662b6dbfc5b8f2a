import { isReported, isSignedByAny } from "@numeraire-staking/oracle/core/audit-batch";
import { isCut } from "@numeraire-staking/oracle/core/audit-payouts";
import { type Derivation, derivePayout } from "@numeraire-staking/oracle/core/derivation";
import type { Schedule } from "@numeraire-staking/oracle/core/facts";
import type {
  BatchHistory,
  ReportEvent,
  RoundHistory,
  SignedReport,
  Stamp,
  Totals,
} from "@numeraire-staking/oracle/core/history";
import { payoutFactorDown, payoutTowardZero, type Terms, totalAtRiskDown } from "@numeraire-staking/oracle/core/payout";
import {
  hashWords,
  LANES,
  POSITIONS_PER_BATCH,
  type Scores,
  unpackPayouts,
  unpackScores,
  unpackStakes,
} from "@numeraire-staking/oracle/core/words";
import type { Address, Hex } from "viem";

// What stands behind each tick, to be opened to the bytes. Amounts in nano-NMR, times in unix seconds.

/** An array of words as an event carried it, with its hash, and the places of the position's word and of its lane in that. */
export type Words = {
  readonly words: readonly bigint[];
  readonly hash: Hex;
  readonly word: number;
  readonly lane: number;
};

export type LockedValues = Words & {
  readonly batch: number;
  readonly stake: bigint;
  /** What the reporters signed; null: nothing yet, or it isn't shown. */
  readonly signedHash: Hex | null;
  /** What the contract keeps; null: nothing any more. */
  readonly keptHash: Hex | null;
  readonly at: Stamp;
};

export type ReportedValues = Words & {
  readonly batch: number;
  readonly scores: Scores;
  readonly attempt: number;
  readonly keptHash: Hex | null;
  /** Bit i: the event says that reporter i signed. */
  readonly signers: bigint;
  readonly reporters: readonly Address[];
  readonly quorum: number;
  /** What was signed, with each signature; null: the transaction doesn't show it. */
  readonly signed: SignedReport | null;
  /** How many of the signatures are true. */
  readonly trueSignatures: number;
  readonly at: Stamp;
  /** Earlier attempts, which were vetoed. */
  readonly vetoed: readonly ReportEvent[];
};

export type TimelyValues = {
  readonly schedule: Schedule;
  readonly locked: Stamp | null;
  readonly reported: readonly Stamp[];
  readonly vetoed: readonly Stamp[];
  readonly settled: Stamp | null;
};

/** `staked`, `atRisk` and `payoutFactor` (1e-18) are recomputed from all batches; the rest is what is said of them. */
export type TotalValues = {
  readonly batches: number;
  readonly terms: Terms;
  readonly staked: bigint;
  readonly atRisk: bigint;
  readonly payoutFactor: bigint;
  readonly event: Totals;
  readonly contract: Totals;
};

export type PaidValues = Words & {
  readonly batch: number;
  readonly stake: bigint;
  readonly scores: Scores;
  /** By the formula. */
  readonly due: bigint;
  readonly paid: bigint;
  /** What the position had left, where a burn was cut at it; null: it wasn't. */
  readonly cutAt: bigint | null;
  readonly derivation: Derivation;
  readonly batchTotals: Pick<Totals, "rewarded" | "burned">;
  readonly roundTotals: Pick<Totals, "rewarded" | "burned">;
  readonly at: Stamp;
};

/** A position in its round; null: not there, or not yet. */
export type Lane = {
  readonly stake: bigint;
  readonly scores: Scores | null;
  readonly due: bigint | null;
  readonly paid: bigint | null;
};

/** Where a position stands: its batch, and its lane of all the batch's. */
export function placeOf(position: number): { readonly batch: number; readonly lane: number } {
  return { batch: Math.floor(position / POSITIONS_PER_BATCH), lane: position % POSITIONS_PER_BATCH };
}

/** All lanes of a batch, as far as it came. */
export function lanesOf(batch: BatchHistory, { terms, totals }: RoundHistory): Lane[] {
  const scores = unpackScores(standing(batch)?.scores ?? []);
  const paid = unpackPayouts(batch.settlement?.payouts ?? []);
  return unpackStakes(batch.lock?.stakes ?? []).map((stake, lane) => {
    const own = scores[lane] ?? null;
    const due = own === null ? null : payoutTowardZero(stake, own, totals.payoutFactor, terms);
    return { stake, scores: own, due, paid: paid[lane] ?? null };
  });
}

export function lockedValues({ index, lock, reports, kept }: BatchHistory, lane: number): LockedValues | null {
  if (lock === null) return null;
  const signed = reports.flatMap((each) => (isSignedByAny(each.signed) ? [each.signed.report.stakesHash] : []));
  return {
    ...wordsOf(lock.stakes, lane),
    batch: index,
    stake: unpackStakes(lock.stakes)[lane] ?? 0n,
    signedHash: signed.at(-1) ?? null,
    keptHash: kept?.stakesHash ?? null,
    at: stampOf(lock),
  };
}

export function reportedValues(batch: BatchHistory, round: RoundHistory, lane: number): ReportedValues | null {
  const report = standing(batch);
  if (report === undefined) return null;
  const { scores, attempt, signers, signed } = report;
  const { reporters, quorum } = round;
  return {
    ...wordsOf(scores, lane),
    ...{ attempt, signers, signed, reporters, quorum },
    batch: batch.index,
    scores: unpackScores(scores)[lane] ?? [0n, 0n],
    keptHash: batch.kept?.scoresHash ?? null,
    trueSignatures: signed?.signatures.filter(({ isTrue }) => isTrue === true).length ?? 0,
    at: stampOf(report),
    vetoed: batch.reports.slice(0, batch.vetoes.length),
  };
}

export function timelyValues(batch: BatchHistory, { schedule }: RoundHistory): TimelyValues {
  const { lock, reports, vetoes, settlement } = batch;
  return {
    schedule,
    locked: lock && stampOf(lock),
    reported: reports.map(stampOf),
    vetoed: vetoes.map(stampOf),
    settled: settlement && stampOf(settlement),
  };
}

export function totalValues({ batches, terms, totals, contract }: RoundHistory): TotalValues {
  const staked = batches.flatMap(({ lock }) => unpackStakes(lock?.stakes ?? [])).reduce((sum, each) => sum + each, 0n);
  const atRisk = totalAtRiskDown(staked, terms);
  return {
    ...{ batches: contract.counts.all, terms, staked, atRisk, payoutFactor: payoutFactorDown(atRisk, terms) },
    event: totals,
    contract: contract.totals,
  };
}

export function paidValues(batch: BatchHistory, round: RoundHistory, lane: number): PaidValues | null {
  const { index, settlement } = batch;
  const { stake, scores, due, paid } = lanesOf(batch, round)[lane] ?? NOWHERE;
  if (settlement === null || scores === null || due === null || paid === null) return null;
  const { terms, totals } = round;
  const { rewarded, burned, payouts, balances } = settlement;
  return {
    ...wordsOf(payouts, lane),
    ...{ batch: index, stake, scores, due, paid },
    cutAt: isCut(due, paid) && -paid === balances[lane] ? -paid : null,
    derivation: derivePayout({ stake, scores, terms, total: totals.atRisk, applied: paid }),
    batchTotals: { rewarded, burned },
    roundTotals: { rewarded: totals.rewarded, burned: totals.burned },
    at: stampOf(settlement),
  };
}

const NOWHERE: Lane = { stake: 0n, scores: null, due: null, paid: null };

/** The report that stands or was settled. */
function standing(batch: BatchHistory): ReportEvent | undefined {
  return isReported(batch) ? batch.reports.at(-1) : undefined;
}

function wordsOf(words: readonly bigint[], lane: number): Words {
  return { words, hash: hashWords(words), word: Math.floor(lane / LANES), lane: lane % LANES };
}

function stampOf({ block, time, transaction }: Stamp): Stamp {
  return { block, time, transaction };
}
