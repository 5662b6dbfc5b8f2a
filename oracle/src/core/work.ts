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

/**
 * The latest work on each attempt at each lock of the rounds that aren't over. A reorganisation may take a veto back, and
 * with it an attempt, of which nothing but what was signed then can ever be reported.
 */
export type Works = ReadonlyMap<string, Work>;

/** In which block each round that is over was first seen to be. */
export type Ends = ReadonlyMap<bigint, bigint>;

export function endsAfter(ends: Ends, { finished, block }: ChainFacts): Ends {
  return new Map([...finished.keys()].map((round) => [round, ends.get(round) ?? block.number]));
}

/**
 * The facts with only those rounds over whose end is final. A reorganisation may take an end back, and the reports before
 * it: who had forgotten by then what it signed would sign again.
 */
export function withFinalEnds(facts: ChainFacts, ends: Ends): ChainFacts {
  const isFinal = (round: bigint): boolean => {
    const seen = ends.get(round);
    return seen !== undefined && seen <= facts.finalized;
  };
  return { ...facts, finished: new Map([...facts.finished].filter(([round]) => isFinal(round))) };
}

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
    if (earlier !== undefined && (isSameReport(earlier, report) || isSigned(earlier, attestations, reporters)))
      continue;
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
    batches.some(
      ({ index, state, attempt, stakesHash }) =>
        state === "reported" && !works.has(keyOf({ round: number, batch: index, attempt, stakesHash })),
    ),
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

/** The works that were signed and that the feed, as it is now, gives no more: what is due is something else, or nothing. */
export function outdated(
  works: Works,
  due: readonly WantedReport[],
  facts: ChainFacts,
  attestations: readonly Attestation[],
  reporters: readonly Address[],
): Work[] {
  return [...works.values()].filter(
    ({ report }) =>
      batchOf(report, facts)?.state === "locked" &&
      isOfBatch(report, batchOf(report, facts)) &&
      !due.some((each) => isSameReport(each, report)) &&
      isSigned(report, attestations, reporters),
  );
}

/** The works on a round's batches as they stand. */
export function worksOf(round: bigint, works: Works, facts: ChainFacts): Work[] {
  return [...works.values()].filter(
    ({ report }) => report.round === round && isOfBatch(report, batchOf(report, facts)),
  );
}

/** The work as others may see it. */
export function shownWork({ report, stakes, models, sheet }: Work): Evidence {
  return evidenceOf(report, stakes, models, sheet);
}

/** Whether it speaks of the batch as it stands: this lock, this attempt. */
function isOfBatch({ attempt, stakesHash }: WantedReport, batch: BatchFacts | undefined): boolean {
  return batch?.attempt === attempt && batch.stakesHash === stakesHash;
}

function keyOf({
  round,
  batch,
  attempt,
  stakesHash,
}: Pick<WantedReport, "round" | "batch" | "attempt" | "stakesHash">): string {
  return `${round.toString()} ${batch} ${attempt} ${stakesHash}`;
}

function isSigned(report: WantedReport, attestations: readonly Attestation[], reporters: readonly Address[]): boolean {
  return reporters.some((reporter) =>
    signedBy(reporter, report, attestations).some((said) => said.scoresHash === report.scoresHash),
  );
}

function batchOf({ round, batch }: WantedReport, { rounds }: ChainFacts): BatchFacts | undefined {
  return rounds.find(({ number }) => number === round)?.batches.find(({ index }) => index === batch);
}
