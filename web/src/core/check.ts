import { auditEvents } from "@numeraire-staking/oracle/core/audit";
import type { BatchHistory, RoundHistory } from "@numeraire-staking/oracle/core/history";
import { LANES, POSITIONS_PER_BATCH } from "@numeraire-staking/oracle/core/words";
import {
  type Lane,
  lanesOf,
  type LockedValues,
  lockedValues,
  type PaidValues,
  paidValues,
  placeOf,
  type ReportedValues,
  reportedValues,
  type TimelyValues,
  timelyValues,
  type TotalValues,
  totalValues,
} from "./check-values.ts";
import { judge, type Judged, type TickId, TICKS, together, unknown, type Verdict, type Why } from "./check-verdict.ts";

/** What was read of a round. "unusable": an answer of the node's that can't be used; `reason` names the question. */
export type Evidence =
  | { readonly kind: "read"; readonly round: RoundHistory }
  | { readonly kind: "never opened" }
  | { readonly kind: "unusable"; readonly reason: string };

/** What stands behind the ticks, for a page to open. */
type ValuesOf = {
  readonly locked: LockedValues;
  readonly reported: ReportedValues;
  readonly timely: TimelyValues;
  readonly total: TotalValues;
  readonly paid: PaidValues;
};

/** `values` are null where it hasn't happened. */
export type TickOf<Id extends TickId> = Judged & { readonly id: Id; readonly values: ValuesOf[Id] | null };
export type Tick = { readonly [Id in TickId]: TickOf<Id> }[TickId];

/** A tick of all batches of a round together, and of each. */
export type RoundTick = Judged & {
  readonly id: TickId;
  readonly batches: readonly (Judged & { readonly batch: number })[];
};

export type PositionCheck = Lane & { readonly position: number; readonly verdict: Verdict };

/** `positions` are those with a stake; `differing` those of them that were paid something else than the formula's. */
export type RoundCheck = {
  readonly verdict: Verdict;
  readonly ticks: readonly RoundTick[];
  readonly positions: readonly PositionCheck[];
  readonly differing: readonly PositionCheck[];
};

/** Proves what a position was paid in a round. Throws nothing: what can't be told is unknown, with the reason. */
export function checkPayout(evidence: Evidence, position: number): Tick[] {
  if (evidence.kind !== "read") {
    return TICKS.map((id) => ({ id, ...unknown(evidence.kind), values: null }));
  }
  const { round } = evidence;
  const { batch: index, lane } = placeOf(position);
  const findings = auditEvents(round);
  const batch = batchAt(index, round);
  const isAbsent = isWithout(lane, batch, round);
  return TICKS.map((id) => {
    const judged = judge(id, batch, round, findings, position);
    const isMissed = isAbsent && id !== "total" && judged.verdict !== "false";
    return withValues(id, isMissed ? unknown("no stake", judged.findings) : judged, batch, round, lane);
  });
}

/** Proves a whole round, with every position in it. Throws nothing. */
export function checkRound(evidence: Evidence): RoundCheck {
  if (evidence.kind !== "read") {
    const ticks = TICKS.map((id) => ({ id, ...unknown(evidence.kind), batches: [] }));
    return { verdict: "unknown", ticks, positions: [], differing: [] };
  }
  const { round } = evidence;
  const findings = auditEvents(round);
  const batches = batchesOf(round);
  const ticks = TICKS.map((id): RoundTick => {
    const each = batches.map((batch) => ({ batch: batch.index, ...judge(id, batch, round, findings) }));
    return { id, ...together(each), batches: each };
  });
  const wrong = new Set(findings.flatMap(({ verdict, position }) => (verdict === "difference" ? [position] : [])));
  const paid = ticks.flatMap(({ id, batches: each }) => (id === "paid" ? each : []));
  const positions = batches.flatMap((batch) => {
    return positionsOf(batch, round, wrong, paid.find((each) => each.batch === batch.index)?.why ?? null);
  });
  const differing = positions.filter(({ position }) => wrong.has(position));
  return { verdict: together(ticks).verdict, ticks, positions, differing };
}

/** A batch as the events tell it; where they tell nothing, one to which nothing happened. */
function batchAt(index: number, { batches }: RoundHistory): BatchHistory {
  const nothing = { kept: null, lock: null, reports: [], vetoes: [], settlement: null };
  return batches.find((batch) => batch.index === index) ?? { index, ...nothing };
}

/** All that the contract counts, and what else the events tell of; at least one. */
function batchesOf(round: RoundHistory): BatchHistory[] {
  const counted = Array.from({ length: Math.max(round.contract.counts.all, 1) }, (_, index) => index);
  const told = round.batches.map(({ index }) => index);
  return [...new Set([...counted, ...told])].map((index) => batchAt(index, round));
}

/** Whether the position can't be in the round. */
function isWithout(lane: number, { index, lock }: BatchHistory, { contract: { counts } }: RoundHistory): boolean {
  if (lock !== null) return lane >= LANES * lock.stakes.length;
  return counts.all > 0 && index >= counts.all;
}

function withValues(id: TickId, judged: Judged, batch: BatchHistory, round: RoundHistory, lane: number): Tick {
  switch (id) {
    case "locked":
      return { id, ...judged, values: lockedValues(batch, lane) };
    case "reported":
      return { id, ...judged, values: reportedValues(batch, round, lane) };
    case "timely":
      return { id, ...judged, values: timelyValues(batch, round) };
    case "total":
      return { id, ...judged, values: totalValues(round) };
    case "paid":
      return { id, ...judged, values: paidValues(batch, round, lane) };
  }
}

function positionsOf(
  batch: BatchHistory,
  round: RoundHistory,
  wrong: ReadonlySet<number | null>,
  why: Why | null,
): PositionCheck[] {
  const first = batch.index * POSITIONS_PER_BATCH;
  return lanesOf(batch, round).flatMap((lane, place) => {
    const position = first + place;
    if (lane.stake === 0n && !wrong.has(position)) return [];
    const settled = wrong.has(position) ? "false" : "true";
    return [{ position, ...lane, verdict: why === null ? settled : "unknown" }];
  });
}
