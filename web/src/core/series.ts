/** A tournament's totals on a day, as the index has them; `timestamp` in unix microseconds. */
export type DayRow = {
  readonly timestamp: string;
  readonly stakedWei: string;
  readonly atRiskWei: string;
  readonly rewardedWei: string;
  readonly burnedWei: string;
  readonly tournament?: { readonly id: string };
};

/** All tournaments' totals on a day, wei; `day` in unix seconds. Levels at its end, flows within it. */
export type Day = {
  readonly day: number;
  readonly staked: bigint;
  readonly atRisk: bigint;
  readonly rewarded: bigint;
  readonly burned: bigint;
};

const MICRO = 1_000_000;

/** Adds tournaments up by day, first to last. A day without a row of a tournament has the levels of the one before. */
export function byDay(rows: readonly DayRow[]): Day[] {
  const levels = new Map<string, { staked: bigint; atRisk: bigint }>();
  const days = new Map<number, { rewarded: bigint; burned: bigint }>();
  const result: Day[] = [];
  const ordered = rows.toSorted((a, b) => Number(a.timestamp) - Number(b.timestamp));
  for (const row of ordered) {
    const day = Number(row.timestamp) / MICRO;
    levels.set(row.tournament?.id ?? "", { staked: BigInt(row.stakedWei), atRisk: BigInt(row.atRiskWei) });
    const flows = days.get(day) ?? { rewarded: 0n, burned: 0n };
    flows.rewarded += BigInt(row.rewardedWei);
    flows.burned += BigInt(row.burnedWei);
    days.set(day, flows);
    const total = [...levels.values()].reduce((sum, each) => ({
      staked: sum.staked + each.staked,
      atRisk: sum.atRisk + each.atRisk,
    }));
    if (result.at(-1)?.day === day) result.pop();
    result.push({ day, ...total, ...flows });
  }
  return result;
}
