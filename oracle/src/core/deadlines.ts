import type { RoundFacts } from "./facts.ts";
import { reportDeadline, unreported } from "./steps/report.ts";

/** What a round in flight needs next, of how many of its batches, and when. Times are unix seconds. */
export type Deadline = {
  readonly round: bigint;
  readonly step: "lock" | "report" | "settle";
  readonly eligibleAt: number;
  /** The first second at which the step may no longer happen. */
  readonly deadline: number;
  readonly batches: number;
};

/** The next deadline of a round, whoever is to meet it; null for a round without a position, which is voided. */
export function nextDeadline(round: RoundFacts): Deadline | null {
  const { number, schedule, batches } = round;
  const { closesAt, lockedBy, resolvesAt, settledBy, disputeWindow } = schedule;
  if (batches.length === 0) return null;
  if (round.state !== "locked") {
    const unlocked = batches.filter(({ state }) => state === "unlocked").length;
    return { round: number, step: "lock", eligibleAt: closesAt, deadline: lockedBy, batches: unlocked };
  }
  const missing = unreported(round).length;
  if (missing > 0) {
    const deadline = reportDeadline(round);
    return { round: number, step: "report", eligibleAt: resolvesAt, deadline, batches: missing };
  }
  const reported = batches.filter(({ state }) => state === "reported");
  const undisputedAt = Math.max(...reported.map(({ reportedAt }) => reportedAt)) + disputeWindow;
  // No batch settles before all are reported, and one that has settled may have been the last.
  const eligibleAt = Math.max(undisputedAt, ...batches.map(({ reportedAt }) => reportedAt));
  return { round: number, step: "settle", eligibleAt, deadline: settledBy, batches: reported.length };
}
