import { type Address, isAddressEqual } from "viem";
import { type AuditFinding, difference, type Subject, unequal, unknown } from "./findings.ts";
import type { BatchHistory, ReportEvent, RoundHistory, SignedReport } from "./history.ts";
import { SETTLE_RESERVE } from "./steps/report.ts";
import { hashWords } from "./words.ts";

// What an audit says of a batch's lock, its reports and their times.

/** Every event that the contract has counted must be there, once for each batch. */
export function missingEvents({ batches, contract: { counts } }: RoundHistory): AuditFinding[] {
  const kinds: readonly [Subject, string, number, (batch: BatchHistory) => boolean][] = [
    ["lock", "lock", counts.locked, ({ lock }) => lock !== null],
    ["report", "report", counts.reported, isReported],
    ["payout", "settlement", counts.settled, ({ settlement }) => settlement !== null],
  ];
  return kinds.flatMap(([subject, what, counted, isThere]) => {
    const there = batches.filter(isThere).map(({ index }) => index);
    const absent = Array.from({ length: counts.all }, (_, index) => index).filter((index) => !there.includes(index));
    const named = counted === counts.all ? absent : [];
    const foreign = there.filter((index) => index >= counts.all);
    const isShort = named.length === 0 && foreign.length === 0 && there.length !== counted;
    return [
      ...named.map((index) => difference(subject, index, `the event of its ${what} is missing`)),
      ...foreign.map((index) => difference(subject, index, `has a ${what}, and the round has ${counts.all} batches`)),
      ...(isShort ? unequal(subject, null, `batches with a ${what}`, String(there.length), String(counted)) : []),
    ];
  });
}

/** Whether a report stands, or was settled. */
export function isReported({ reports, vetoes }: BatchHistory): boolean {
  return reports.length > vetoes.length;
}

/** Whether anybody's signature shows that this is what was signed. */
export function isSignedByAny(signed: SignedReport | null): signed is SignedReport {
  return signed?.signatures.some(({ isTrue }) => isTrue === true) ?? false;
}

/** The locked words must be those that the reporters signed for, and that the contract knows. */
export function lockFindings({ index, lock, reports, kept }: BatchHistory): AuditFinding[] {
  if (lock === null) return [];
  const hash = hashWords(lock.stakes);
  const signed = reports.flatMap((report) => (isSignedByAny(report.signed) ? [report.signed.report.stakesHash] : []));
  return [
    ...[...new Set(signed)].flatMap((other) => unequal("lock", index, "hash of the signed stakes", hash, other)),
    ...(kept === null ? [] : unequal("lock", index, "hash of the kept stakes", hash, kept.stakesHash)),
  ];
}

/** Windows include their first second and exclude their last. */
export function timeFindings(batch: BatchHistory, round: RoundHistory): AuditFinding[] {
  const { index, lock, reports, vetoes, settlement, kept } = batch;
  const { closesAt, lockedBy, resolvesAt, settledBy, disputeWindow } = round.schedule;
  const lastReport = settledBy - disputeWindow - SETTLE_RESERVE + 1;
  const disputed = (place: number): number => (reports[place]?.time ?? Infinity) + disputeWindow;
  const standing = isReported(batch) ? reports.at(-1) : undefined;
  return [
    ...(lock === null ? [] : within(index, "locked", lock.time, closesAt, lockedBy)),
    ...reports.flatMap(({ time }) => within(index, "reported", time, resolvesAt, lastReport)),
    ...vetoes.flatMap(({ time }, place) => within(index, "vetoed", time, resolvesAt, disputed(place))),
    ...(settlement === null ? [] : within(index, "settled", settlement.time, disputed(vetoes.length), settledBy)),
    ...(standing === undefined || kept === null
      ? []
      : unequal("time", index, "time of the report", String(standing.time), String(kept.reportedAt))),
  ];
}

function within(batch: number, what: string, time: number, from: number, until: number): AuditFinding[] {
  if (time >= from && time < until) return [];
  return [difference("time", batch, `${what} at ${time}, which is not from ${from} to before ${until}`)];
}

export function reportFindings(batch: BatchHistory, round: RoundHistory): AuditFinding[] {
  const { index, reports, vetoes, kept } = batch;
  const outOfTurn = (what: string, events: readonly { readonly attempt: number }[]): AuditFinding[] =>
    events
      .filter(({ attempt }, place) => attempt !== place)
      .map(({ attempt }) => difference("report", index, `attempt ${attempt} is ${what} out of turn`));
  const isUnanswered = !isReported(batch) && reports.length === vetoes.length;
  return [
    ...outOfTurn("reported", reports),
    ...outOfTurn("vetoed", vetoes),
    ...(isUnanswered && batch.settlement === null
      ? []
      : unequal("report", index, "vetoes before the last report", String(reports.length - 1), String(vetoes.length))),
    ...(kept === null ? [] : unequal("report", index, "vetoes", String(vetoes.length), String(kept.attempt))),
    ...reports.flatMap((report) => signatureFindings(index, report, round)),
    ...keptScores(batch),
  ];
}

function keptScores(batch: BatchHistory): AuditFinding[] {
  const { index, reports, kept } = batch;
  const standing = isReported(batch) ? reports.at(-1) : undefined;
  if (standing === undefined || kept === null) return [];
  return unequal("report", index, "hash of the kept scores", hashWords(standing.scores), kept.scoresHash);
}

function signatureFindings(
  batch: number,
  { attempt, scores, signers, signed, transaction }: ReportEvent,
  { reporters, quorum }: RoundHistory,
): AuditFinding[] {
  const what = `attempt ${attempt}`;
  if (signed === null) {
    return [unknown("report", batch, `${what}: transaction ${transaction} doesn't show the signatures of these words`)];
  }
  const { report, signatures } = signed;
  const verdictOf = (reporter: Address): boolean | null => {
    const shown = signatures.find((each) => isAddressEqual(each.reporter, reporter));
    return shown === undefined ? false : shown.isTrue;
  };
  const claimed = reporters.filter((_, place) => ((signers >> BigInt(place)) & 1n) === 1n);
  const untrue = claimed.filter((reporter) => verdictOf(reporter) === false);
  const untold = claimed.filter((reporter) => verdictOf(reporter) === null);
  const count = signatures.filter(({ isTrue }) => isTrue === true).length;
  return [
    ...untrue.map((reporter) => difference("report", batch, `${what}: ${reporter} did not sign these words`)),
    ...untold.map((reporter) =>
      unknown("report", batch, `${what}: what ${reporter} said of its signature can't be told`),
    ),
    ...(count + untold.length >= quorum
      ? []
      : [difference("report", batch, `${what}: has ${count} true signatures of ${quorum}`)]),
    ...unequal("report", batch, `${what}: signers`, hexOf(signed.signers), hexOf(signers)),
    ...(isSignedByAny(signed)
      ? [
          ...unequal("report", batch, `${what}: hash of the signed scores`, hashWords(scores), report.scoresHash),
          ...unequal("report", batch, `${what}: the attempt that was signed`, String(attempt), String(report.attempt)),
        ]
      : []),
  ];
}

function hexOf(bits: bigint): string {
  return `0x${bits.toString(16)}`;
}
