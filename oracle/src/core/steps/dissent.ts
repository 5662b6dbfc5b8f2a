import type { Action, Plan, Reason, ReasonCode } from "../actions.ts";
import { localReporters, signedBy, type Testimony, type WantedReport } from "../attestation.ts";
import { disagreements, sayDisagreement } from "../disagreement.ts";
import type { ChainFacts, RoundFacts, Settings } from "../facts.ts";
import type { RoundReports } from "./report.ts";
import { reason } from "./step.ts";

/** Where reporters, this one's earlier self among them, say something else: in the way unless a quorum agrees here. */
export function dissentSteps(
  facts: ChainFacts,
  reports: ReadonlyMap<bigint, RoundReports>,
  testimony: Testimony,
  settings: Settings,
  due: readonly Action[],
): Plan {
  const reasons = facts.rounds.flatMap((round) => [
    ...guards(round, reports.get(round.number)?.reports ?? [], testimony, settings),
    ...differing(round, facts, testimony),
  ]);
  const blocks = ({ round: number, batch: index }: Reason): boolean => {
    const batch = facts.rounds.find((round) => round.number === number)?.batches.find((each) => each.index === index);
    const isDue = due.some((action) => action.kind === "report" && action.round === number && action.batch === index);
    return batch?.state === "locked" && !isDue;
  };
  return { actions: [], waiting: reasons.filter(blocks), notes: reasons.filter((each) => !blocks(each)) };
}

/** What was said of the peers themselves, in one note a kind. */
export function peerNotes({ peers }: Testimony): Reason[] {
  const silent = peers.filter(({ reporters }) => reporters === null);
  const refused = peers.filter(({ reporters, fault }) => reporters !== null && fault !== null);
  return [
    ...note("peer_down", `${silent.length} of ${peers.length} peers can't be asked`, silent),
    ...note("peer_refused", `${refused.length} of ${peers.length} peers serve what is refused`, refused),
  ];
}

function guards(
  round: RoundFacts,
  reports: readonly WantedReport[],
  { attestations }: Testimony,
  settings: Settings,
): Reason[] {
  return reports.flatMap((report) =>
    localReporters(round, settings).flatMap((reporter) => {
      const other = signedBy(reporter, report, attestations).find((each) => each.scoresHash !== report.scoresHash);
      if (other === undefined) return [];
      const before = `${reporter} has signed ${other.scoresHash} from feed digest ${other.feedDigest}`;
      const now = `the feed now gives ${report.scoresHash} with digest ${report.feedDigest}`;
      const message = `isn't signed a second time: ${before}, and ${now}`;
      return [reason(round, report.batch, "equivocation_guard", message, report.deadline)];
    }),
  );
}

function differing(round: RoundFacts, facts: ChainFacts, testimony: Testimony): Reason[] {
  const own = testimony.own.filter((each) => each.round === round.number);
  return disagreements(facts, { ...testimony, own }).map((each) =>
    reason(round, each.mine.batch, "disagreement", sayDisagreement(each), round.schedule.settledBy),
  );
}

function note(code: ReasonCode, what: string, peers: Testimony["peers"]): Reason[] {
  if (peers.length === 0) return [];
  const list = peers.map(({ host, fault }) => `${host} (${fault ?? "no answer"})`).join(", ");
  return [{ code, round: null, batch: null, until: null, message: `${what}: ${list}` }];
}
