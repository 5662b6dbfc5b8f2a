// The time series: a point for each event that changed a tournament's totals, and what an hour or a day of them comes to.
import { WEI_PER_NANO } from "./protocol.ts";
import type { Row, Rows, Value } from "./row.ts";
import type { Entity } from "./schema.ts";
import type { Point } from "./state.ts";

const SECONDS: Record<string, bigint> = { hour: 3_600n, day: 86_400n };
const MICROSECONDS = 10n ** 6n;

export function pointRows(points: readonly Point[]): Rows {
  return new Map(points.map((point) => [String(point.id), () => pointRow(point)]));
}

function pointRow({ tournament, staked, atRisk, reserve, rewarded, burned, stakers, at }: Point): Row {
  return {
    ...{ timestamp: at.timestamp * MICROSECONDS, tournament: tournament.id, stakers, atRiskWei: atRisk },
    ...{ stakedWei: staked * WEI_PER_NANO, reserveWei: reserve * WEI_PER_NANO },
    ...{ rewardedWei: rewarded * WEI_PER_NANO, burnedWei: burned * WEI_PER_NANO },
  };
}

/**
 * The rows of an aggregation by hour or day. graph-node gives a row the id of its last point.
 * @param now Time of the latest event.
 * @returns The rows, and the ids of those whose hour or day was not over then.
 */
export function statsRows(
  points: readonly Point[],
  { fields }: Entity,
  interval: string,
  now: bigint,
): { rows: Rows; unfinished: Set<string> } {
  const length = SECONDS[interval];
  if (length === undefined) throw new Error(`interval ${interval} is not known to the check`);
  const groups = new Map<string, Point[]>();
  for (const point of points) {
    const key = `${point.at.timestamp / length} ${point.tournament.id}`;
    const group = groups.get(key);
    if (group) group.push(point);
    else groups.set(key, [point]);
  }

  const rows: Rows = new Map();
  const unfinished = new Set<string>();
  for (const group of groups.values()) {
    const last = group.at(-1);
    if (!last) continue;
    const start = (last.at.timestamp / length) * length;
    const id = String(last.id);
    if (start + length > now) unfinished.add(id);
    rows.set(id, () => {
      const all = group.map(pointRow);
      const row: Row = { timestamp: start * MICROSECONDS, tournament: last.tournament.id };
      for (const { name, aggregate } of fields) if (aggregate) row[name] = aggregated(all, aggregate);
      return row;
    });
  }
  return { rows, unfinished };
}

function aggregated(all: readonly Row[], { fn, arg }: { fn: string; arg: string }): Value {
  // A decimal is made of the same points as the integer beside it.
  const values = all.map((row) => row[arg] ?? row[arg.replace(/Nmr$/, "Wei")] ?? 0n);
  if (fn === "count") return all.length;
  if (fn === "last") return values.at(-1) ?? null;
  if (fn === "sum") return values.reduce((total: bigint, value) => total + (value as bigint), 0n);
  throw new Error(`aggregate ${fn} is not known to the check`);
}
