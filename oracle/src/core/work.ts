import type { Address, Hex } from "viem";
import {
  type Attestation,
  type Evidence,
  evidenceOf,
  isSameAttempt,
  isSameReport,
  localReporters,
  signedBy,
  type WantedReport,
} from "./attestation.ts";
import type { BatchFacts, ChainFacts, FeedView, ScoreSheet, Settings } from "./facts.ts";

/** What this node computed of a batch, and all that is needed to show how. */
export type Work = {
  readonly report: WantedReport;
  readonly stakes: readonly bigint[];
  readonly models: readonly Hex[];
  readonly sheet: ScoreSheet;
};

/** The latest work on each batch of the rounds that aren't over. */
export type Works = ReadonlyMap<string, Work>;

/** Adds what is computed now. What was signed stays as it was signed: others ask how it came about. */
export function worksAfter(
  works: Works,
  reports: readonly WantedReport[],
  facts: ChainFacts,
  feed: FeedView,
  attestations: readonly Attestation[],
  reporters: readonly Address[],
): Works {
  const next = new Map([...works].filter(([, { report }]) => !facts.finished.has(report.round)));
  for (const report of reports) {
    const key = keyOf(report);
    const earlier = next.get(key)?.report;
    if (earlier !== undefined && isSameAttempt(earlier, report)) {
      if (isSameReport(earlier, report) || isSigned(earlier, attestations, reporters)) continue;
    }
    const sheet = feed.sheets.get(report.round);
    const batch = batchOf(report, facts);
    if (sheet?.ok === true && batch !== undefined) {
      next.set(key, { report, stakes: batch.stakes, models: facts.models, sheet: sheet.value });
    }
  }
  return next;
}

/** The rounds with reports of others that this node, which may sign for them, hasn't compared with its own words yet. */
export function uncheckedRounds(works: Works, facts: ChainFacts, settings: Settings): bigint[] {
  const mine = facts.rounds.filter((round) => round.state === "locked" && localReporters(round, settings).length > 0);
  const unchecked = mine.filter(({ number, batches }) =>
    batches.some(({ index, state, attempt, stakesHash }) => {
      const report = works.get(keyOf({ round: number, batch: index }))?.report;
      const isChecked = report?.attempt === attempt && report.stakesHash === stakesHash;
      return state === "reported" && !isChecked;
    }),
  );
  return unchecked.map(({ number }) => number);
}

/** The works that somebody contradicts: a reporter, or the report that stands in the contract. */
export function contradicted(works: Works, facts: ChainFacts, attestations: readonly Attestation[]): Work[] {
  return [...works.values()].filter(({ report }) => {
    if (attestations.some((said) => isSameAttempt(said, report) && said.scoresHash !== report.scoresHash)) return true;
    const { attempt, stakesHash, scores = [] } = batchOf(report, facts) ?? {};
    if (scores.length === 0 || attempt !== report.attempt || stakesHash !== report.stakesHash) return false;
    return scores.length !== report.scores.length || scores.some((word, index) => word !== report.scores[index]);
  });
}

/** The work as others may see it. */
export function shownWork({ report, stakes, models, sheet }: Work): Evidence {
  return evidenceOf(report, stakes, models, sheet);
}

function keyOf({ round, batch }: Pick<WantedReport, "round" | "batch">): string {
  return `${round.toString()} ${batch}`;
}

function isSigned(report: WantedReport, attestations: readonly Attestation[], reporters: readonly Address[]): boolean {
  return reporters.some((reporter) =>
    signedBy(reporter, report, attestations).some((said) => said.scoresHash === report.scoresHash),
  );
}

function batchOf({ round, batch }: WantedReport, { rounds }: ChainFacts): BatchFacts | undefined {
  return rounds.find(({ number }) => number === round)?.batches.find(({ index }) => index === batch);
}
