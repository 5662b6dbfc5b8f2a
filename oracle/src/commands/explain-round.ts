import type { Plan, Reason } from "../core/actions.ts";
import { describe } from "../core/actions.ts";
import { type Attestation, includes } from "../core/attestation.ts";
import type { BatchFacts, RoundFacts, Schedule } from "../core/facts.ts";
import type { BatchHistory, RoundHistory, SignedReport } from "../core/history.ts";
import { reportDeadline } from "../core/steps/report.ts";
import { formatNmr } from "../core/units.ts";
import { REASONS } from "../service/reasons.ts";
import { instant } from "../service/table.ts";
import type { Look } from "./look.ts";

/** A round for people, and the same for machines. */
export type Page = {
  readonly round: bigint;
  readonly state: string;
  readonly signatures: readonly Signed[];
  readonly waiting: readonly { readonly code: string; readonly message: string; readonly remedy: string }[];
  readonly lines: readonly string[];
};

type Signed = {
  readonly batch: number;
  readonly attempt: number;
  readonly scoresHash: string;
  readonly reporters: readonly string[];
  readonly missing: readonly string[];
};

/** A round that is neither settled nor void. */
export function explainFlight(round: RoundFacts, { facts, plan }: Look, said: readonly Attestation[]): Page {
  const { number, state, schedule, quorum, batches } = round;
  const name = number.toString();
  const count = (of: BatchFacts["state"]): number => batches.filter((batch) => batch.state === of).length;
  const signatures = batches.flatMap((batch) => signaturesOf(round, batch, said));
  const [due, waiting] = [plan.actions.filter((each) => each.round === number), reasonsOf(plan, number)];
  const signed = signatures.map(({ batch, attempt, scoresHash, reporters, missing }) => {
    const who = `signed by ${reporters.join(", ")}; not by ${missing.join(", ") || "nobody else"}`;
    return `  batch ${batch} attempt ${attempt}: ${reporters.length} of ${quorum} needed, scores ${scoresHash}, ${who}`;
  });
  return {
    round: number,
    state,
    signatures,
    waiting: waiting.map(forMachines),
    lines: [
      `Round ${name} is ${state}, as of ${instant(facts.block.timestamp)}.`,
      `  ${batches.length} batches: ${count("unlocked")} unlocked, ${count("locked")} locked, ${count("reported")} reported, ${count("settled")} settled`,
      ...scheduleLines(schedule),
      `Reporters, ${quorum} of ${round.reporters.length} must sign: ${round.reporters.join(", ")}`,
      ...(signed.length === 0
        ? ["Nobody has signed anything of it that is known here."]
        : ["Signed so far:", ...signed]),
      ...due.map((action) => `Due now: ${describe(action)}${until(action.deadline)}; send it with: oracle tick`),
      ...(waiting.length === 0 ? [] : ["Waited for:", ...waiting.map(sayReason)]),
      ifNot(round),
      `See also: oracle preview ${name} (what it would pay), oracle bundle ${name} --out FILE (to replay it elsewhere)`,
    ],
  };
}

/** A round that isn't opened yet; null where nothing is known of it. */
export function explainOffer(round: bigint, plan: Plan): Page | null {
  const due = plan.actions.filter((each) => each.round === round);
  const waiting = reasonsOf(plan, round);
  if (due.length + waiting.length === 0) return null;
  return {
    round,
    state: "announced",
    signatures: [],
    waiting: waiting.map(forMachines),
    lines: [
      `Round ${round.toString()} is not opened yet; the feed announces it.`,
      ...due.map((action) => `Due now: ${describe(action)}${until(action.deadline)}; send it with: oracle tick`),
      ...waiting.map(sayReason),
      "If it isn't opened in time: it never will be, and nothing of it is at risk.",
    ],
  };
}

/** A round that is over. */
export function explainPast(round: RoundHistory): Page {
  const { number, state, totals, schedule, quorum, reporters, batches } = round;
  const name = number.toString();
  const money = `rewarded ${formatNmr(totals.rewarded)} NMR, burned ${formatNmr(totals.burned)} NMR`;
  return {
    round: number,
    state,
    signatures: [],
    waiting: [],
    lines: [
      `Round ${name} is ${state}${state === "settled" ? `: ${money}` : ": nothing more of it is paid or burned, its stakes are free"}.`,
      ...scheduleLines(schedule),
      `Reporters, ${quorum} of ${reporters.length} had to sign: ${reporters.join(", ")}`,
      ...batches.flatMap(pastOf),
      ...(state === "settled" ? [`Prove it again: oracle audit ${name}`] : []),
    ],
  };
}

function signersOf({ signatures }: SignedReport): string[] {
  return signatures.flatMap(({ reporter, isTrue }) => (isTrue === true ? [reporter] : []));
}

function pastOf({ index, lock, reports, vetoes, settlement }: BatchHistory): string[] {
  const at = (event: { readonly time: number; readonly transaction: string }): string =>
    `at ${instant(event.time)} in ${event.transaction}`;
  return [
    ...(lock === null ? [] : [`batch ${index} was locked ${at(lock)}`]),
    ...reports.map((report) => {
      const who =
        report.signed === null
          ? "signatures not shown by the transaction"
          : `signed by ${signersOf(report.signed).join(", ")}`;
      return `batch ${index} was reported ${at(report)}, attempt ${report.attempt}, ${who}`;
    }),
    ...vetoes.map((veto) => `batch ${index} was vetoed ${at(veto)}, attempt ${veto.attempt}`),
    ...(settlement === null ? [] : [`batch ${index} was settled ${at(settlement)}`]),
  ];
}

function signaturesOf({ number, reporters }: RoundFacts, batch: BatchFacts, said: readonly Attestation[]): Signed[] {
  const { index, attempt, stakesHash } = batch;
  const about = said.filter(
    (each) =>
      each.round === number && each.batch === index && each.attempt === attempt && each.stakesHash === stakesHash,
  );
  return [...new Set(about.map(({ scoresHash }) => scoresHash))].map((scoresHash) => {
    const who = about.filter((each) => each.scoresHash === scoresHash).map(({ reporter }) => reporter);
    return {
      batch: index,
      attempt,
      scoresHash,
      reporters: reporters.filter((reporter) => includes(who, reporter)),
      missing: reporters.filter((reporter) => !includes(who, reporter)),
    };
  });
}

function ifNot(round: RoundFacts): string {
  const { state, schedule } = round;
  const end = "anybody may void it: nothing is paid or burned, and its stakes are free";
  if (state !== "locked") return `If it isn't locked by ${instant(schedule.lockedBy)}: ${end}.`;
  const report = `reported by ${instant(reportDeadline(round))} and settled by ${instant(schedule.settledBy)}`;
  return `If it isn't ${report}: ${end}.`;
}

function scheduleLines({ closesAt, lockedBy, resolvesAt, settledBy, disputeWindow }: Schedule): string[] {
  return [
    `  closes ${instant(closesAt)}, locked by ${instant(lockedBy)}`,
    `  resolves ${instant(resolvesAt)}, settled by ${instant(settledBy)}, a report may be vetoed for ${disputeWindow} s`,
  ];
}

function reasonsOf({ waiting, notes }: Plan, round: bigint): Reason[] {
  return [...waiting, ...notes].filter((each) => each.round === round);
}

function forMachines({ code, message }: Reason) {
  return { code, message, remedy: REASONS[code].remedy };
}

function sayReason(reason: Reason): string {
  return `  ${reason.code}: ${reason.message}${until(reason.until)}; ${REASONS[reason.code].remedy}`;
}

function until(time: number | null): string {
  return time === null ? "" : ` (until ${instant(time)})`;
}
