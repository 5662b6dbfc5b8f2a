import type { Plan } from "../actions.ts";
import type { BatchFacts, ChainFacts, RoundFacts } from "../facts.ts";
import { collect, reason, type Step } from "./step.ts";

/** Settles the reported batches of a round, each once its dispute window is over, when none lacks a report. */
export function settleSteps(round: RoundFacts, facts: ChainFacts): Plan {
  const reported = round.batches.filter(({ state }) => state === "reported");
  const missing = round.batches.filter(({ state }) => state === "locked").length;
  if (reported.length > 0 && missing > 0) {
    const message = `can't be settled while ${missing} of its ${round.batches.length} batches have no report`;
    return collect([reason(round, null, "batches_unreported", message, round.schedule.settledBy)]);
  }
  const allReportedAt = Math.max(...round.batches.map(({ reportedAt }) => reportedAt));
  return collect(reported.map((batch) => settleStep(round, batch, allReportedAt, facts.block.timestamp)));
}

function settleStep(round: RoundFacts, batch: BatchFacts, allReportedAt: number, now: number): Step {
  const { index, reportedAt, stakes, scores } = batch;
  const { disputeWindow, settledBy } = round.schedule;
  const undisputedAt = reportedAt + disputeWindow;
  if (now < undisputedAt) {
    return reason(round, index, "dispute_window", "may still be vetoed by the guardian", undisputedAt);
  }
  const eligibleAt = Math.max(undisputedAt, allReportedAt);
  return { kind: "settle", round: round.number, batch: index, stakes, scores, eligibleAt, deadline: settledBy };
}
