import { type Address, isAddressEqual } from "viem";
import type { Plan, Reason, ReportAction, Signature } from "../actions.ts";
import {
  type Attestation,
  includes,
  isHeard,
  isSameAttempt,
  isSameReport,
  localReporters,
  type Testimony,
  type WantedReport,
} from "../attestation.ts";
import type { BatchFacts, ChainFacts, RoundFacts, Settings } from "../facts.ts";
import { reportDeadline, type RoundReports, unreported } from "./report.ts";
import { collect, reason, type Step } from "./step.ts";

type Words = Pick<WantedReport, "scoresHash" | "scores">;

/**
 * Reports the batches of a locked round that a quorum has signed. A reporter relays only what it computed itself; who is
 * none of the round's reporters takes the words that a quorum signed from the nodes that show them.
 */
export function reportSteps(
  round: RoundFacts,
  facts: ChainFacts,
  own: RoundReports | undefined,
  testimony: Testimony,
  settings: Settings,
): Plan {
  if (own === undefined) return collect([]);
  if (own.waiting.some(({ code }) => code === "not_a_reporter")) return relaySteps(round, facts, own, testimony);
  const steps = own.reports.map((report): Step => {
    const agreeing = signaturesFor(round, report, testimony.attestations);
    return agreeing.length >= round.quorum
      ? reportAction(round, report, report, agreeing)
      : missing(round, report, agreeing, testimony, settings);
  });
  return collect([...own.waiting, ...steps], own.notes);
}

function relaySteps(round: RoundFacts, facts: ChainFacts, own: RoundReports, testimony: Testimony): Plan {
  const batches = unreported(round);
  const actions = batches.flatMap((batch) => relayed(round, batch, facts, testimony));
  return collect([...(actions.length === batches.length ? [] : own.waiting), ...actions]);
}

/** What a quorum signed for the batch, if its words are at hand. At most one such hash exists while most are honest. */
function relayed(round: RoundFacts, batch: BatchFacts, facts: ChainFacts, testimony: Testimony): ReportAction[] {
  const { number } = round;
  const shown = testimony.others.filter(
    (each) => each.tournament === facts.tournament && each.round === number && isOf(batch, each),
  );
  const signed = shown
    .map((words) => ({ words, agreeing: signaturesFor(round, words, testimony.attestations) }))
    .find(({ agreeing }) => agreeing.length >= round.quorum);
  if (signed === undefined) return [];
  return [reportAction(round, { ...batch, batch: batch.index }, signed.words, signed.agreeing)];
}

function isOf({ index, attempt, stakesHash }: BatchFacts, said: Testimony["others"][number]): boolean {
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
