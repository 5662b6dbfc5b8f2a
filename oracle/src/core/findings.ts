/** What a finding is about: a batch's lock or report, the times of its steps, what the round has at risk, what it paid, the feed. */
export type Subject = "lock" | "report" | "time" | "total" | "payout" | "feed";

/**
 * What an audit says of a round. "difference": something is not as it must be. "unknown": it can't be proved from here.
 * "note": it is as it must be, and looks odd.
 */
export type AuditFinding = {
  readonly verdict: "difference" | "unknown" | "note";
  readonly subject: Subject;
  readonly batch: number | null;
  readonly position: number | null;
  readonly message: string;
};

export function difference(subject: Subject, batch: number | null, message: string): AuditFinding {
  return { verdict: "difference", subject, batch, position: null, message };
}

export function unknown(subject: Subject, batch: number | null, message: string): AuditFinding {
  return { verdict: "unknown", subject, batch, position: null, message };
}

/** Nothing, where both are the same. */
export function unequal(
  subject: Subject,
  batch: number | null,
  what: string,
  expected: string,
  found: string,
): AuditFinding[] {
  return expected === found ? [] : [difference(subject, batch, `${what}: ${found} on chain, recomputed ${expected}`)];
}
