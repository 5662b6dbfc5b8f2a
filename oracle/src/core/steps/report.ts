import type { Reason, ReasonCode } from "../actions.ts";
import { localReporters, type WantedReport } from "../attestation.ts";
import { InputError } from "../errors.ts";
import type {
  BatchFacts,
  ChainFacts,
  FeedList,
  FeedView,
  OfferedRound,
  Reading,
  RoundFacts,
  ScoreSheet,
  Settings,
} from "../facts.ts";
import { batchScores, byModel, type UnlistedStake } from "../scores.ts";
import { hashWords } from "../words.ts";
import { reason } from "./step.ts";

/** Fixed in the contract: a report leaves this long after its dispute window, so that it can still be settled, seconds. */
export const SETTLE_RESERVE = 3_600;

/** What this node would sign of a round, and why not more. */
export type RoundReports = {
  readonly reports: readonly WantedReport[];
  /** What it would have signed of batches that others reported: not to be signed any more, but to be compared. */
  readonly checks: readonly WantedReport[];
  readonly waiting: readonly Reason[];
  readonly notes: readonly Reason[];
};

/** What this node would sign, round by round: of every batch without a standing report, once the feed's scores are final. */
export function wantedReports(
  facts: ChainFacts,
  feed: FeedView,
  settings: Settings,
): ReadonlyMap<bigint, RoundReports> {
  const locked = facts.rounds.filter(({ state }) => state === "locked");
  return new Map(locked.map((round) => [round.number, roundReports(round, facts, feed, settings)]));
}

const NOTHING: RoundReports = { reports: [], checks: [], waiting: [], notes: [] };

/** The rounds whose scores the plan will look at. */
export function wantedSheets(facts: ChainFacts, list: FeedList, settings: Settings): bigint[] {
  return reportableRounds(facts)
    .filter((round) => !("code" in reportableOffer(round, facts, list, settings)))
    .map(({ number }) => number);
}

/** The rounds whose reports are due, whoever makes them. */
export function reportableRounds(facts: ChainFacts): RoundFacts[] {
  return facts.rounds.filter((round) => isReportable(round, facts));
}

/** Whether a batch of the round lacks a report that the contract would take now. */
export function isReportable(round: RoundFacts, { block }: ChainFacts): boolean {
  return (
    round.state === "locked" &&
    unreported(round).length > 0 &&
    block.timestamp >= round.schedule.resolvesAt &&
    block.timestamp < reportDeadline(round)
  );
}

function roundReports(round: RoundFacts, facts: ChainFacts, feed: FeedView, settings: Settings): RoundReports {
  const batches = unreported(round);
  if (batches.length === 0) return { ...NOTHING, checks: checksOf(round, facts, feed, settings) };
  const { resolvesAt } = round.schedule;
  if (facts.block.timestamp < resolvesAt) {
    return because(reason(round, null, "round_running", "resolves later", resolvesAt));
  }
  const offer = reportableOffer(round, facts, feed, settings);
  if ("code" in offer) return because(offer);
  const sheet = usableSheet(round, feed.sheets.get(round.number));
  if ("code" in sheet) return because(sheet);
  try {
    return withScores(round, batches, sheet, facts, settings, offer);
  } catch (error) {
    if (error instanceof InputError) return because(wait(round, "feed_refused", error.message));
    throw error;
  }
}

/** The same as would be signed; of a feed that has nothing usable, nothing. */
function checksOf(round: RoundFacts, facts: ChainFacts, feed: FeedView, settings: Settings): readonly WantedReport[] {
  const sheet = feed.sheets.get(round.number);
  const reported = round.batches.filter(({ state }) => state === "reported");
  if (sheet?.ok !== true || !sheet.value.resolved || reported.length === 0) return [];
  try {
    const compared = { ...settings, repeatVetoed: true };
    return withScores(round, reported, sheet.value, facts, compared, undefined).reports;
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}

/** How the feed lists the round; or why no report of it can be made now, whatever its scores are. */
function reportableOffer(
  round: RoundFacts,
  facts: ChainFacts,
  list: FeedList,
  settings: Settings,
): OfferedRound | Reason {
  return unsignable(round, facts, settings) ?? resolvedOffer(round, list);
}

/** Why none of the local keys may sign for the round now, whatever the feed says. */
export function unsignable(round: RoundFacts, facts: ChainFacts, settings: Settings): Reason | null {
  const { settledBy } = round.schedule;
  if (facts.block.timestamp >= reportDeadline(round)) {
    return reason(round, null, "deadline_missed", "was not reported in time and can only be voided", settledBy);
  }
  if (localReporters(round, settings).length === 0) {
    return wait(round, "not_a_reporter", "must be signed by reporters, none of them here");
  }
  return unfinalized(round, facts);
}

/** A signature outlives the block that it was made for: a lock that may still go away is not signed for. */
function unfinalized(round: RoundFacts, { finalized }: ChainFacts): Reason | null {
  const early = unreported(round).find(({ lockedAtBlock }) => lockedAtBlock === null || lockedAtBlock > finalized);
  if (early === undefined) return null;
  const where = `${String(early.lockedAtBlock)}, the latest final one is ${finalized.toString()}`;
  return wait(
    round,
    "lock_unfinalized",
    `waits until the lock of batch ${early.index} is final: it is in block ${where}`,
  );
}

function resolvedOffer(round: RoundFacts, { rounds, refused }: FeedList): OfferedRound | Reason {
  if (!rounds.ok) return wait(round, rounds.code, `waits for the feed: ${rounds.message}`);
  const refusal = refused.find(({ number }) => number === round.number);
  if (refusal !== undefined) return wait(round, "feed_refused", `waits for the feed: ${refusal.message}`);
  const offer = rounds.value.find(({ number }) => number === round.number);
  if (offer === undefined) return wait(round, "feed_missing", "is not in the feed");
  return offer.resolved ? offer : wait(round, "feed_unsettled", "has no final scores in the feed yet");
}

function usableSheet(round: RoundFacts, reading: Reading<ScoreSheet> | undefined): ScoreSheet | Reason {
  if (reading === undefined) return wait(round, "feed_down", "waits for its scores, which were not read this time");
  if (!reading.ok) return wait(round, reading.code, `waits for its scores: ${reading.message}`);
  return reading.value.resolved ? reading.value : wait(round, "feed_unsettled", "has no final scores in the feed yet");
}

/** All batches or none: a sheet with a fault in one of them isn't trusted for the others. */
function withScores(
  round: RoundFacts,
  batches: readonly BatchFacts[],
  sheet: ScoreSheet,
  facts: ChainFacts,
  settings: Settings,
  offer: OfferedRound | undefined,
): RoundReports {
  const models = byModel(sheet);
  const scored = batches.map((batch) => ({
    batch,
    ...batchScores(models, { ...facts, batch: batch.index, stakes: batch.stakes }),
  }));
  const steps = scored.map(({ batch, words }) => reportOf(round, batch, words, sheet, facts, settings));
  const unknown = scored.flatMap(({ unknown }) => unknown);
  return {
    reports: steps.filter((step) => "scores" in step),
    checks: [],
    waiting: steps.filter((step) => "code" in step),
    notes: [...unknownModels(round, unknown), ...differingTerms(round, offer)],
  };
}

function reportOf(
  round: RoundFacts,
  { index, attempt, stakesHash, vetoedHash }: BatchFacts,
  scores: readonly bigint[],
  sheet: ScoreSheet,
  { tournament }: ChainFacts,
  settings: Settings,
): WantedReport | Reason {
  const scoresHash = hashWords(scores);
  if (scoresHash === vetoedHash && !settings.repeatVetoed) {
    const message = "has scores that the guardian vetoed, and the feed still gives the same";
    return reason(round, index, "vetoed", message, reportDeadline(round));
  }
  return {
    tournament,
    round: round.number,
    batch: index,
    attempt,
    stakesHash,
    scoresHash,
    scores,
    feedDigest: sheet.digest,
    readAt: sheet.readAt,
    eligibleAt: round.schedule.resolvesAt,
    deadline: reportDeadline(round),
  };
}

/** The first second at which the contract refuses a report. */
export function reportDeadline({ schedule }: RoundFacts): number {
  return schedule.settledBy - schedule.disputeWindow - SETTLE_RESERVE + 1;
}

/** The batches that lack a standing report. */
export function unreported(round: RoundFacts): BatchFacts[] {
  return round.batches.filter(({ state }) => state === "locked");
}

function unknownModels(round: RoundFacts, unknown: readonly UnlistedStake[]): Reason[] {
  if (unknown.length === 0) return [];
  const list = unknown.map(({ position, model }) => `${position} (${model})`).join(", ");
  const message = `scores these positions 0, because the feed doesn't list their models: ${list}`;
  return [wait(round, "unknown_model", message)];
}

function differingTerms(round: RoundFacts, offer: OfferedRound | undefined): Reason[] {
  if (offer?.terms.multipliers.every((value, index) => value === round.terms.multipliers[index]) !== false) return [];
  return [wait(round, "terms_differ", "was opened with other multipliers than the feed gives now")];
}

function because(reason: Reason): RoundReports {
  return { ...NOTHING, waiting: [reason] };
}

function wait(round: RoundFacts, code: ReasonCode, message: string): Reason {
  return reason(round, null, code, message, reportDeadline(round));
}
