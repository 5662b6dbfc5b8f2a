import type { Hex } from "viem";
import { lockFindings, missingEvents, reportFindings, timeFindings } from "./audit-batch.ts";
import { broughtFindings, paidTotalFindings, payoutFindings, type Settled, totalFindings } from "./audit-payouts.ts";
import { canonicalText } from "./canonical.ts";
import type { ScoreSheet } from "./facts.ts";
import { type AuditFinding, difference, type Subject } from "./findings.ts";
import type { BatchHistory, RoundHistory } from "./history.ts";
import { scoreFindings } from "./score-audit.ts";

/** What an audit is made from; `sheet` is null where the feed couldn't be asked. */
export type Audited = {
  readonly round: RoundHistory;
  readonly models: readonly Hex[];
  readonly sheet: ScoreSheet | null;
};

/** Both are said by the events and by the contract. */
const SAID_TWICE = [
  ["state", "payout"],
  ["terms", "total"],
  ["schedule", "time"],
  ["reporters", "report"],
  ["quorum", "report"],
] as const satisfies readonly (readonly [keyof RoundHistory, Subject])[];
const TOTALS = [
  ["atRisk", "total"],
  ["payoutFactor", "total"],
  ["rewarded", "payout"],
  ["burned", "payout"],
] as const;

/** Proves a round again as far as it came, from the chain's past and the feed. */
export function auditRound({ round, models, sheet }: Audited): AuditFinding[] {
  const settled = round.batches.flatMap(wholly).filter(({ index }) => index < round.contract.counts.all);
  const ofFeed = settled.flatMap(({ index, lock, report }) =>
    sheet === null ? [] : scoreFindings({ index, stakes: lock.stakes, scores: report.scores, models, sheet }),
  );
  return [...auditEvents(round), ...ofFeed];
}

/** The same from the chain's past alone. */
export function auditEvents(round: RoundHistory): AuditFinding[] {
  return [
    ...missingEvents(round),
    ...contradictions(round),
    ...totalFindings(round),
    ...paidTotalFindings(round),
    ...round.batches.flatMap((batch) => [
      ...lockFindings(batch),
      ...timeFindings(batch, round),
      ...reportFindings(batch, round),
    ]),
    ...round.batches.flatMap(wholly).flatMap((batch) => [...broughtFindings(batch), ...payoutFindings(batch, round)]),
  ];
}

function wholly({ index, lock, reports, settlement }: BatchHistory): Settled[] {
  const report = reports.at(-1);
  return lock === null || report === undefined || settlement === null ? [] : [{ index, lock, report, settlement }];
}

/** Events and contract must say the same. */
function contradictions({ contract, ...events }: RoundHistory): AuditFinding[] {
  return [
    ...SAID_TWICE.flatMap(([field, subject]) => contradiction(subject, field, events[field], contract[field])),
    ...TOTALS.flatMap(([field, subject]) => {
      return contradiction(subject, `totals.${field}`, events.totals[field], contract.totals[field]);
    }),
  ];
}

function contradiction(subject: Subject, field: string, event: unknown, contract: unknown): AuditFinding[] {
  const [said, says] = [canonicalText(event), canonicalText(contract)];
  return said === says
    ? []
    : [difference(subject, null, `${field}: the events say ${said}, the contract says ${says}`)];
}
