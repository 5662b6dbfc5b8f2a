import { type Address, isAddressEqual } from "viem";
import type { Plan, Reason, ReportAction, Signature } from "../actions.ts";
import {
  type Attestation,
  type Evidence,
  includes,
  isHeard,
  isSameAttempt,
  isSameReport,
  localReporters,
  type Testimony,
  type WantedReport,
} from "../attestation.ts";
import type { BatchFacts, ChainFacts, RoundFacts, Settings } from "../facts.ts";
import { isReportable, reportDeadline, type RoundReports, unreported } from "./report.ts";
import { collect, reason, type Step } from "./step.ts";

type Words = Pick<WantedReport, "scoresHash" | "scores">;

/**
 * Reports the batches of a locked round that a quorum has signed. A reporter relays only what it computes itself, or has
 * signed: where the feed says something else since, or nothing, those signatures are all that the attempt will ever have.
 * Who is none of the round's reporters takes the words that a quorum signed from the nodes that show them.
 */
export function reportSteps(
  round: RoundFacts,
  facts: ChainFacts,
  own: RoundReports | undefined,
  testimony: Testimony,
  settings: Settings,
): Plan {
  if (own === undefined) return collect([]);
  const isStranger = own.waiting.some(({ code }) => code === "not_a_reporter");
  const steps = own.reports.map((report): Step => {
    const agreeing = signaturesFor(round, report, testimony.attestations);
    return agreeing.length >= round.quorum
      ? reportAction(round, report, report, agreeing)
      : missing(round, report, agreeing, testimony, settings);
  });
  const due = steps.filter((step) => "kind" in step);
  const words = isStranger ? testimony.others : vouchedWords(round, testimony, settings);
  const open = isReportable(round, facts) ? unreported(round) : [];
  const lacking = open.filter(({ index }) => !due.some((step) => step.kind === "report" && step.batch === index));
  const signed = lacking.flatMap((batch) => relayed(round, batch, facts, words, testimony.attestations));
  const isDone = ({ batch }: Reason): boolean => signed.some((action) => action.batch === batch);
  const waiting = steps.filter((step) => "code" in step).filter((step) => !isDone(step));
  const why = signed.length > 0 && signed.length === lacking.length ? [] : own.waiting;
  return collect([...why, ...waiting, ...due, ...signed], own.notes);
}

/** The words that were shown and that a reporter whose key is here has signed. */
function vouchedWords(round: RoundFacts, { own, others, attestations }: Testimony, settings: Settings): Evidence[] {
  const mine = localReporters(round, settings);
  return [...own, ...others].filter((shown) =>
    attestations.some((each) => includes(mine, each.reporter) && isSameReport(each, shown)),
  );
}

/** What a quorum signed for the batch, if its words are at hand. At most one such hash exists while most are honest. */
function relayed(
  round: RoundFacts,
  batch: BatchFacts,
  { tournament }: ChainFacts,
  words: readonly Evidence[],
  attestations: readonly Attestation[],
): ReportAction[] {
  const { number } = round;
  const shown = words.filter((each) => each.tournament === tournament && each.round === number && isOf(batch, each));
  const signed = shown
    .map((each) => ({ words: each, agreeing: signaturesFor(round, each, attestations) }))
    .find(({ agreeing }) => agreeing.length >= round.quorum);
  if (signed === undefined) return [];
  return [reportAction(round, { ...batch, batch: batch.index }, signed.words, signed.agreeing)];
}

function isOf({ index, attempt, stakesHash }: BatchFacts, said: Evidence): boolean {
  return said.batch === index && said.attempt === attempt && said.stakesHash === stakesHash;
}

function reportAction(
  round: RoundFacts,
  { batch, attempt, stakesHash }: Pick<WantedReport, "batch" | "attempt" | "stakesHash">,
  { scoresHash, scores }: Words,
  agreeing: readonly Signature[],
): ReportAction {
  return {
    kind: "report",
    round: round.number,
    batch,
    attempt,
    stakesHash,
    scoresHash,
    scores,
    signatures: agreeing.slice(0, round.quorum),
    eligibleAt: round.schedule.resolvesAt,
    deadline: reportDeadline(round),
  };
}

/** The signatures under exactly these words, lowest place first. */
function signaturesFor(
  { reporters }: RoundFacts,
  report: Parameters<typeof isSameReport>[0],
  attestations: readonly Attestation[],
): Signature[] {
  const same = attestations.filter((each) => isSameReport(each, report));
  return reporters.flatMap((address, index) => {
    const found = same.find(({ reporter }) => isAddressEqual(reporter, address));
    return found === undefined ? [] : [{ index, address, signature: found.signature }];
  });
}

function missing(
  round: RoundFacts,
  report: WantedReport,
  agreeing: readonly Signature[],
  testimony: Testimony,
  settings: Settings,
): Reason {
  const { quorum, reporters } = round;
  const lacking = reporters.filter((address) => !agreeing.some((signed) => signed.address === address));
  const have = `has ${agreeing.length} of the ${quorum} signatures that it needs, none of ${lacking.join(", ")}`;
  const reachable = reachableReporters(round, report, testimony, settings).length;
  if (testimony.peers.length > 0 && reachable < quorum) {
    const held = isHeard(testimony)
      ? ""
      : "; nothing new is signed before a peer answers or the last fifth of the window";
    const message = `${have}; only ${reachable} of its reporters can be reached${held}`;
    return reason(round, report.batch, "quorum_unreachable", message, report.deadline);
  }
  return reason(round, report.batch, "signatures_missing", have, report.deadline);
}

/** Who is here, whose node answers, or who has spoken already. */
function reachableReporters(
  round: RoundFacts,
  report: WantedReport,
  { peers, attestations }: Testimony,
  settings: Settings,
): Address[] {
  const claimed = peers.flatMap(({ reporters }) => reporters ?? []);
  const heard = attestations.filter((each) => isSameAttempt(each, report)).map(({ reporter }) => reporter);
  const known = [...localReporters(round, settings), ...claimed, ...heard];
  return round.reporters.filter((address) => includes(known, address));
}
