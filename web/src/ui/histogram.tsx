import { useMemo } from "react";
import { copy } from "../copy/en.ts";
import { type Bin, histogram } from "../core/histogram.ts";
import { Chart } from "./chart.tsx";
import { Table } from "./table.tsx";

/** How values are spread; `show` writes a place on the axis. */
export function Histogram({
  title,
  values,
  show,
}: {
  title: string;
  values: readonly number[];
  show: (value: number) => string;
}) {
  const bins = useMemo(() => histogram(values), [values]);
  const x = useMemo(() => bins.map(({ from, to }) => (from + to) / 2), [bins]);
  const lines = useMemo(() => {
    const side = (positive: boolean): number[] => bins.map(({ from, count }) => (from >= 0 === positive ? count : 0));
    return [
      { name: copy.chart.above, colour: "gain", values: side(true) } as const,
      { name: copy.chart.below, colour: "burn", values: side(false) } as const,
    ];
  }, [bins]);
  return (
    <Chart
      title={title}
      unit={copy.chart.count}
      x={x}
      kind="bars"
      lines={lines}
      xText={show}
      table={<Bins title={title} bins={bins} show={show} />}
    />
  );
}

function Bins({ title, bins, show }: { title: string; bins: readonly Bin[]; show: (value: number) => string }) {
  return (
    <Table
      caption={title}
      rows={bins.filter(({ count }) => count > 0)}
      columns={[
        { name: copy.chart.from, right: true, show: ({ from }) => show(from), sortBy: ({ from }) => from },
        { name: copy.chart.to, right: true, show: ({ to }) => show(to) },
        {
          name: copy.chart.count,
          right: true,
          show: ({ count }) => count.toLocaleString("en"),
          sortBy: ({ count }) => count,
        },
      ]}
    />
  );
}
