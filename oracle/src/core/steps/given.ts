import { zeroHash } from "viem";
import { isSameAttempt, type WantedReport } from "../attestation.ts";
import type { ChainFacts, Settings } from "../facts.ts";
import type { Report } from "../report.ts";
import { reportDeadline, unsignable } from "./report.ts";

/** A report that somebody else has worked out, as one that may be signed now; or why it may not. */
export function givenReport(report: Report, facts: ChainFacts, settings: Settings): WantedReport | string {
  const round = facts.rounds.find(({ number }) => number === report.round);
  const batch = round?.batches.find(({ index }) => index === report.batch);
  const where = `round ${report.round.toString()} batch ${report.batch}`;
  if (round === undefined || batch === undefined) return `${where} is not in flight`;
  if (batch.state !== "locked") return `${where} is ${batch.state}, not locked`;
  const { attempt, stakesHash } = batch;
  if (!isSameAttempt(report, { ...report, tournament: facts.tournament, attempt, stakesHash })) {
    return `${where} is at attempt ${attempt} on the stakes ${stakesHash}`;
  }
  const { resolvesAt } = round.schedule;
  if (facts.block.timestamp < resolvesAt) return `${where} resolves later`;
  const reason = unsignable(round, facts, settings);
  if (reason !== null) return reason.message;
  // Of no feed.
  const unread = { scores: [], feedDigest: zeroHash, readAt: facts.block.timestamp };
  return { ...report, ...unread, eligibleAt: resolvesAt, deadline: reportDeadline(round) };
}
