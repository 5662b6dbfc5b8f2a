import { useMemo } from "react";
import { copy } from "../copy/en.ts";
import type { Day } from "../core/series.ts";
import { Amount } from "./amount.tsx";
import { Chart } from "./chart.tsx";
import { Table } from "./table.tsx";
import { Time } from "./time.tsx";

const text = copy.overview;
const NMR = 1e18;
/** A picture needs no more digits than a float has; the table has them all. */
const pixels = (wei: bigint): number => Number(wei) / NMR;

/** Staked and at risk, rewarded and burned, day by day. */
export function TotalsOverTime({ days }: { days: readonly Day[] }) {
  const charts = useMemo(() => {
    const x = days.map(({ day }) => day);
    const of = (pick: (day: Day) => bigint): number[] => days.map((day) => pixels(pick(day)));
    return {
      x,
      staked: of((day) => day.staked),
      atRisk: of((day) => day.atRisk),
      rewarded: of((day) => day.rewarded),
      burned: of((day) => -day.burned),
    };
  }, [days]);
  const levels = useMemo(
    () => [
      { name: text.staked, colour: "ink", values: charts.staked } as const,
      { name: text.atRisk, colour: "link", values: charts.atRisk } as const,
    ],
    [charts],
  );
  const flows = useMemo(
    () => [
      { name: text.rewarded, colour: "gain", values: charts.rewarded } as const,
      { name: text.burned, colour: "burn", values: charts.burned } as const,
    ],
    [charts],
  );
  return (
    <div className="columns">
      <Chart
        title={text.stakedChart}
        unit={copy.units.nmr}
        x={charts.x}
        time
        kind="steps"
        lines={levels}
        table={<Days days={days} names={[text.staked, text.atRisk]} pick={(day) => [day.staked, day.atRisk]} />}
      />
      <Chart
        title={text.paidChart}
        unit={copy.chart.perDay}
        x={charts.x}
        time
        kind="bars"
        lines={flows}
        table={<Days days={days} names={[text.rewarded, text.burned]} pick={(day) => [day.rewarded, day.burned]} />}
      />
    </div>
  );
}

function Days({
  days,
  names,
  pick,
}: {
  days: readonly Day[];
  names: readonly [string, string];
  pick: (day: Day) => [bigint, bigint];
}) {
  return (
    <Table
      caption={names.join(", ")}
      rows={days}
      columns={[
        { name: copy.chart.day, show: ({ day }) => <Time at={day} />, sortBy: ({ day }) => day },
        ...names.map((name, at) => ({
          name,
          right: true,
          show: (day: Day) => <Amount wei={pick(day)[at] ?? 0n} />,
          sortBy: (day: Day) => pick(day)[at] ?? 0n,
        })),
      ]}
    />
  );
}
