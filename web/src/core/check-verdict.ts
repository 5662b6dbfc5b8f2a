import { isReported, isSignedByAny } from "@numeraire-staking/oracle/core/audit-batch";
import type { AuditFinding, Subject } from "@numeraire-staking/oracle/core/findings";
import type { BatchHistory, RoundHistory } from "@numeraire-staking/oracle/core/history";
import { hashWords } from "@numeraire-staking/oracle/core/words";

/** What is checked, in this order: each is made from what stands before it. */
export const TICKS = ["locked", "reported", "timely", "total", "paid"] as const;
export type TickId = (typeof TICKS)[number];

export type Verdict = "true" | "false" | "unknown";

/**
 * Why a tick is unknown. "unproved": the node doesn't show what it takes; the findings say what. "follows": it differs, and
 * is made from what another tick found to be false.
 */
export type Why =
  | "unusable"
  | "never opened"
  | "no stake"
  | "not locked"
  | "not reported"
  | "vetoed"
  | "not settled"
  | "void"
  | "unproved"
  | "follows";

export type Judged = {
  readonly verdict: Verdict;
  /** null, where it is true or false. */
  readonly why: Why | null;
  /** All that an audit says of it. */
  readonly findings: readonly AuditFinding[];
};

const SUBJECTS: Readonly<Record<TickId, Subject>> = {
  locked: "lock",
  reported: "report",
  timely: "time",
  total: "total",
  paid: "payout",
};
const MADE_FROM: Readonly<Record<TickId, readonly TickId[]>> = {
  locked: [],
  reported: [],
  timely: [],
  total: ["locked"],
  paid: ["locked", "reported", "total"],
};

/** Judges a tick of a batch, or, with `position`, of one position of it. `findings` are those of the whole round. */
export function judge(
  id: TickId,
  batch: BatchHistory,
  round: RoundHistory,
  findings: readonly AuditFinding[],
  position: number | null = null,
): Judged {
  const own = findings.filter(
    (each) =>
      each.subject === SUBJECTS[id] &&
      (each.batch === null || each.batch === batch.index) &&
      (position === null || each.position === null || each.position === position),
  );
  if (own.some(({ verdict }) => verdict === "difference")) {
    return follows(id, batch.index, findings)
      ? unknown("follows", own)
      : { verdict: "false", why: null, findings: own };
  }
  const open = openStep(id, batch, round) ?? (own.some(({ verdict }) => verdict === "unknown") ? "unproved" : null);
  return open === null ? { verdict: "true", why: null, findings: own } : unknown(open, own);
}

export function unknown(why: Why, findings: readonly AuditFinding[] = []): Judged {
  return { verdict: "unknown", why, findings };
}

/** One verdict of many: false where one is, else unknown where one is. */
export function together(judged: readonly Judged[]): Judged {
  const worst =
    judged.find(({ verdict }) => verdict === "false") ?? judged.find(({ verdict }) => verdict === "unknown");
  return {
    verdict: worst?.verdict ?? "true",
    why: worst?.why ?? null,
    findings: [...new Set(judged.flatMap(({ findings }) => findings))],
  };
}

/** Whether something that the tick is made from differs; what a round has at risk is made from all its batches. */
function follows(id: TickId, batch: number, findings: readonly AuditFinding[]): boolean {
  const causes = MADE_FROM[id].map((cause) => SUBJECTS[cause]);
  return findings.some(
    ({ verdict, subject, batch: where }) =>
      verdict === "difference" && causes.includes(subject) && (id === "total" || where === null || where === batch),
  );
}

/** What hasn't happened that the tick is about; null: all of it has. */
function openStep(id: TickId, batch: BatchHistory, { state, contract: { counts } }: RoundHistory): Why | null {
  const late = (why: Why): Why => (state === "void" ? "void" : why);
  switch (id) {
    case "locked":
      if (batch.lock === null) return late("not locked");
      return isAnchored(batch) ? null : "unproved";
    case "reported":
      if (isReported(batch)) return null;
      return late(batch.reports.length === 0 ? "not reported" : "vetoed");
    case "total":
      return counts.all > 0 && counts.locked === counts.all ? null : late("not locked");
    case "timely":
    case "paid":
      return batch.settlement === null ? late("not settled") : null;
  }
}

/** Whether there is something beside the event that the locked words can be held against. */
function isAnchored({ kept, reports, lock, settlement }: BatchHistory): boolean {
  const brought = settlement?.brought ?? null;
  return (
    kept !== null ||
    reports.some(({ signed }) => isSignedByAny(signed)) ||
    (brought !== null && hashWords(brought.stakes) === hashWords(lock?.stakes ?? []))
  );
}
