import type { Hex } from "viem";
import { canonicalText } from "./canonical.ts";
import type { ScoreSheet } from "./facts.ts";
import type { BatchHistory, LockEvent, ReportEvent, RoundHistory, SettleEvent } from "./history.ts";
import { payoutFactorDown, payoutTowardZero, totalAtRiskDown } from "./payout.ts";
import { scoreFindings } from "./score-audit.ts";
import { SETTLE_RESERVE } from "./steps/report.ts";
import { formatNmr } from "./units.ts";
import { POSITIONS_PER_BATCH, unpackPayouts, unpackScores, unpackStakes } from "./words.ts";

/**
 * What an audit says of a round. "difference": something is not as it must be. "unknown": it can't be proved from here.
 * "note": it is as it must be, and looks odd.
 */
export type AuditFinding = {
  readonly verdict: "difference" | "unknown" | "note";
  readonly batch: number | null;
  readonly position: number | null;
  readonly message: string;
};

/** What an audit is made from; `sheet` is null where the feed couldn't be asked. */
export type Audited = {
  readonly round: RoundHistory;
  readonly models: readonly Hex[];
  readonly sheet: ScoreSheet | null;
};

/** A batch from its lock to its settlement. */
type Settled = {
  readonly index: number;
  readonly lock: LockEvent;
  readonly report: ReportEvent;
  readonly settlement: SettleEvent;
};

/** Proves a settled round again, from the chain's past and the feed. */
export function auditRound({ round, models, sheet }: Audited): AuditFinding[] {
  const settled = round.batches.flatMap(wholly);
  const missing = round.batches.filter((batch) => wholly(batch).length === 0);
  return [
    ...missing.map(({ index }) => difference(index, null, "the events of its lock, report or settlement are missing")),
    ...contradictions(round),
    ...totals(round, settled),
    ...round.batches.flatMap((batch) => [...times(batch, round), ...signatures(batch, round)]),
    ...settled.flatMap((batch) => [...broughtWords(batch), ...payouts(batch, round)]),
    ...settled.flatMap(({ index, lock, report }) =>
      sheet === null ? [] : scoreFindings({ index, stakes: lock.stakes, scores: report.scores, models, sheet }),
    ),
  ];
}

function difference(batch: number | null, position: number | null, message: string): AuditFinding {
  return { verdict: "difference", batch, position, message };
}

function wholly({ index, lock, reports, settlement }: BatchHistory): Settled[] {
  const report = reports.at(-1);
  return lock === null || report === undefined || settlement === null ? [] : [{ index, lock, report, settlement }];
}

/** Events and contract must say the same. */
function contradictions({ contract, ...events }: RoundHistory): AuditFinding[] {
  const fields = ["state", "terms", "schedule", "reporters", "quorum", "totals"] as const;
  return fields
    .filter((field) => canonicalText(events[field]) !== canonicalText(contract[field]))
    .map((field) => {
      const [said, says] = [canonicalText(events[field]), canonicalText(contract[field])];
      return difference(null, null, `${field}: the events say ${said}, the contract says ${says}`);
    });
}

function totals({ totals: said, terms }: RoundHistory, settled: readonly Settled[]): AuditFinding[] {
  const staked = sum(settled.flatMap(({ lock }) => unpackStakes(lock.stakes)));
  const atRisk = totalAtRiskDown(staked, terms);
  const rewarded = sum(settled.map(({ settlement }) => settlement.rewarded));
  const burned = sum(settled.map(({ settlement }) => settlement.burned));
  return [
    ...unequal(null, "total at risk (NMR)", formatNmr(atRisk), formatNmr(said.atRisk)),
    ...unequal(null, "payout factor (1e-18)", payoutFactorDown(atRisk, terms).toString(), said.payoutFactor.toString()),
    ...unequal(null, "rewarded (NMR)", formatNmr(rewarded), formatNmr(said.rewarded)),
    ...unequal(null, "burned (NMR)", formatNmr(burned), formatNmr(said.burned)),
  ];
}

/** Windows include their first second and exclude their last. */
function times({ index, lock, reports, vetoes, settlement }: BatchHistory, round: RoundHistory): AuditFinding[] {
  const { closesAt, lockedBy, resolvesAt, settledBy, disputeWindow } = round.schedule;
  const lastReport = settledBy - disputeWindow - SETTLE_RESERVE + 1;
  const disputed = (attempt: number): number =>
    (reports.find((report) => report.attempt === attempt)?.time ?? Infinity) + disputeWindow;
  return [
    ...(lock === null ? [] : within(index, "locked", lock.time, closesAt, lockedBy)),
    ...reports.flatMap(({ time }) => within(index, "reported", time, resolvesAt, lastReport)),
    ...vetoes.flatMap(({ time, attempt }) => within(index, "vetoed", time, resolvesAt, disputed(attempt))),
    ...(settlement === null ? [] : within(index, "settled", settlement.time, disputed(vetoes.length), settledBy)),
  ];
}

function within(batch: number, what: string, time: number, from: number, until: number): AuditFinding[] {
  if (time >= from && time < until) return [];
  return [difference(batch, null, `${what} at ${time}, which is not from ${from} to before ${until}`)];
}

function signatures({ index, reports, vetoes }: BatchHistory, { reporters, quorum }: RoundHistory): AuditFinding[] {
  const wrongAttempts = reports.filter(({ attempt }, place) => attempt !== place);
  return [
    ...wrongAttempts.map(({ attempt }) => difference(index, null, `attempt ${attempt} is reported out of turn`)),
    ...unequal(index, "vetoes before the last report", String(reports.length - 1), String(vetoes.length)),
    ...reports.flatMap(({ attempt, signers, signed, transaction }): AuditFinding[] => {
      const what = `attempt ${attempt}`;
      if (signed === null) {
        const message = `${what}: transaction ${transaction} doesn't show the signatures of these words`;
        return [{ verdict: "unknown", batch: index, position: null, message }];
      }
      const claimed = reporters.filter((_, place) => ((signers >> BigInt(place)) & 1n) === 1n);
      const untrue = claimed.filter((reporter) => !signed.includes(reporter));
      const enough = signed.length >= quorum ? [] : [`has ${signed.length} true signatures of ${quorum}`];
      return [...untrue.map((reporter) => `${reporter} did not sign these words`), ...enough].map((message) =>
        difference(index, null, `${what}: ${message}`),
      );
    }),
  ];
}

/** What the settlement was computed from must be what was locked and reported. */
function broughtWords({ index, lock, report, settlement }: Settled): AuditFinding[] {
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
  const event = what === "stakes" ? "the lock's event" : "the report's event";
  return words
    .filter((word) => said[word] !== brought[word])
    .map((word) => {
      const values = `${hex(said[word])} in ${event}, ${hex(brought[word])} in the settlement`;
      return difference(batch, null, `${what} word ${word}: ${values}`);
    });
}

function payouts({ index, lock, report, settlement }: Settled, round: RoundHistory): AuditFinding[] {
  const scores = unpackScores(report.scores);
  const paid = unpackPayouts(settlement.payouts);
  const lanes = unpackStakes(lock.stakes).map((stake, lane) => {
    const due = payoutTowardZero(stake, scores[lane] ?? [0n, 0n], round.totals.payoutFactor, round.terms);
    return paidFindings(index, lane, due, paid[lane] ?? 0n, settlement.balances[lane] ?? 0n);
  });
  return [
    ...lanes.flat(),
    ...unequal(index, "payout lanes", String(lanes.length), String(paid.length)),
    ...unequal(index, "rewarded (NMR)", formatNmr(sum(paid.filter(isReward))), formatNmr(settlement.rewarded)),
    ...unequal(
      index,
      "burned (NMR)",
      formatNmr(-sum(paid.filter((nano) => !isReward(nano)))),
      formatNmr(settlement.burned),
    ),
  ];
}

function paidFindings(batch: number, lane: number, due: bigint, paid: bigint, balance: bigint): AuditFinding[] {
  if (paid === due) return [];
  const position = batch * POSITIONS_PER_BATCH + lane;
  if (due < 0n && paid === -balance && paid > due) {
    const message = `position ${position}: the burn of ${formatNmr(-due)} NMR was cut to the ${formatNmr(balance)} it had left`;
    return [{ verdict: "note", batch, position, message }];
  }
  const message = `position ${position}, payout: ${formatNmr(paid)} NMR was settled, the formula gives ${formatNmr(due)}`;
  return [difference(batch, position, message)];
}

function unequal(batch: number | null, what: string, expected: string, found: string): AuditFinding[] {
  return expected === found ? [] : [difference(batch, null, `${what}: ${found} on chain, recomputed ${expected}`)];
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
