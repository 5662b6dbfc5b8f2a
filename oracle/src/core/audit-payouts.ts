import { type AuditFinding, difference, unequal } from "./findings.ts";
import type { LockEvent, ReportEvent, RoundHistory, SettleEvent } from "./history.ts";
import { payoutFactorDown, payoutTowardZero, totalAtRiskDown } from "./payout.ts";
import { formatNmr } from "./units.ts";
import { POSITIONS_PER_BATCH, unpackPayouts, unpackScores, unpackStakes } from "./words.ts";

// What an audit says of the amounts of a round.

/** A batch from its lock to its settlement. */
export type Settled = {
  readonly index: number;
  readonly lock: LockEvent;
  readonly report: ReportEvent;
  readonly settlement: SettleEvent;
};

/** What the round has at risk follows from all that is locked, once everything is. */
export function totalFindings({ batches, totals, terms, contract }: RoundHistory): AuditFinding[] {
  const staked = sum(batches.flatMap(({ lock }) => unpackStakes(lock?.stakes ?? [])));
  const isLocked = contract.counts.all > 0 && contract.counts.locked === contract.counts.all;
  const atRisk = isLocked ? totalAtRiskDown(staked, terms) : 0n;
  const factor = isLocked ? payoutFactorDown(atRisk, terms) : 0n;
  return [
    ...unequal("total", null, "staked (NMR)", formatNmr(staked), formatNmr(contract.staked)),
    ...unequal("total", null, "total at risk (NMR)", formatNmr(atRisk), formatNmr(totals.atRisk)),
    ...unequal("total", null, "payout factor (1e-18)", factor.toString(), totals.payoutFactor.toString()),
  ];
}

/** What the round paid and burned is what its batches did. */
export function paidTotalFindings({ batches, totals }: RoundHistory): AuditFinding[] {
  const rewarded = sum(batches.map(({ settlement }) => settlement?.rewarded ?? 0n));
  const burned = sum(batches.map(({ settlement }) => settlement?.burned ?? 0n));
  return [
    ...unequal("payout", null, "rewarded (NMR)", formatNmr(rewarded), formatNmr(totals.rewarded)),
    ...unequal("payout", null, "burned (NMR)", formatNmr(burned), formatNmr(totals.burned)),
  ];
}

/** What the settlement was computed from must be what was locked and reported. */
export function broughtFindings({ index, lock, report, settlement }: Settled): AuditFinding[] {
  if (settlement.brought === null) return [];
  return [
    ...differingWords(index, "stakes", lock.stakes, settlement.brought.stakes),
    ...differingWords(index, "scores", report.scores, settlement.brought.scores),
  ];
}

function differingWords(
  batch: number,
  what: "stakes" | "scores",
  said: readonly bigint[],
  brought: readonly bigint[],
): AuditFinding[] {
  const words = Array.from({ length: Math.max(said.length, brought.length) }, (_, word) => word);
  const [event, subject] =
    what === "stakes" ? (["the lock's event", "lock"] as const) : (["the report's event", "report"] as const);
  return words
    .filter((word) => said[word] !== brought[word])
    .map((word) => {
      const values = `${hex(said[word])} in ${event}, ${hex(brought[word])} in the settlement`;
      return difference(subject, batch, `${what} word ${word}: ${values}`);
    });
}

export function payoutFindings({ index, lock, report, settlement }: Settled, round: RoundHistory): AuditFinding[] {
  const scores = unpackScores(report.scores);
  const paid = unpackPayouts(settlement.payouts);
  const lanes = unpackStakes(lock.stakes).map((stake, lane) => {
    const due = payoutTowardZero(stake, scores[lane] ?? [0n, 0n], round.totals.payoutFactor, round.terms);
    return paidFindings(index, lane, due, paid[lane] ?? 0n, settlement.balances[lane] ?? 0n);
  });
  const rewarded = sum(paid.filter(isReward));
  const burned = -sum(paid.filter((nano) => !isReward(nano)));
  return [
    ...lanes.flat(),
    ...unequal("payout", index, "payout lanes", String(lanes.length), String(paid.length)),
    ...unequal("payout", index, "rewarded (NMR)", formatNmr(rewarded), formatNmr(settlement.rewarded)),
    ...unequal("payout", index, "burned (NMR)", formatNmr(burned), formatNmr(settlement.burned)),
  ];
}

/** Whether a burn looks as if there was not enough left of the stake: what was left then decides. */
export function isCut(due: bigint, paid: bigint): boolean {
  return due < 0n && paid <= 0n && paid > due;
}

function paidFindings(batch: number, lane: number, due: bigint, paid: bigint, balance: bigint): AuditFinding[] {
  if (paid === due) return [];
  const position = batch * POSITIONS_PER_BATCH + lane;
  if (isCut(due, paid) && paid === -balance) {
    const message = `position ${position}: the burn of ${formatNmr(-due)} NMR was cut to the ${formatNmr(balance)} it had left`;
    return [{ verdict: "note", subject: "payout", batch, position, message }];
  }
  const message = `position ${position}, payout: ${formatNmr(paid)} NMR was settled, the formula gives ${formatNmr(due)}`;
  return [{ ...difference("payout", batch, message), position }];
}

function isReward(nano: bigint): boolean {
  return nano > 0n;
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}

function hex(word: bigint | undefined): string {
  return word === undefined ? "nothing" : `0x${word.toString(16)}`;
}
