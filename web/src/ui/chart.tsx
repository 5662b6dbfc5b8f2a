import "uplot/dist/uPlot.min.css";
import { type ReactNode, useEffect, useRef } from "react";
import uPlot from "uplot";
import { copy } from "../copy/en.ts";

type Line = {
  readonly name: string;
  readonly colour: "ink" | "link" | "gain" | "burn";
  readonly values: readonly number[];
};

type ChartProps = {
  readonly title: string;
  readonly unit: string;
  /** Unix seconds of a time axis, or the middle of each bar. */
  readonly x: readonly number[];
  readonly lines: readonly Line[];
  readonly kind: "lines" | "steps" | "bars";
  readonly time?: boolean;
  /** Words for a place on the axis that isn't a time. */
  readonly xText?: (value: number) => string;
  /** The same as a table. */
  readonly table: ReactNode;
};

const HEIGHT = 200;
/** Between the outermost value and the edge. */
const ROOM = 1.05;

/** A picture of numbers; the same numbers as a table stand below it, closed. */
export function Chart(props: ChartProps) {
  const { title, unit, table } = props;
  const place = useRef<HTMLDivElement>(null);
  usePlot(place, props);
  return (
    <figure className="chart">
      <figcaption className="chart-head">
        <h3>{title}</h3>
        <span className="quiet small">{unit}</span>
      </figcaption>
      <div className="plot" ref={place} aria-hidden="true" />
      <details>
        <summary>{copy.chart.asTable}</summary>
        {table}
      </details>
    </figure>
  );
}

/** Draws anew as data, width or colours change. */
function usePlot(place: { readonly current: HTMLDivElement | null }, props: ChartProps): void {
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    let plot: uPlot | undefined;
    const draw = (): void => {
      plot?.destroy();
      const width = element.clientWidth;
      if (width > 0)
        plot = new uPlot(
          optionsOf(props, width),
          [[...props.x], ...props.lines.map(({ values }) => [...values])],
          element,
        );
    };
    draw();
    const sizes = new ResizeObserver(draw);
    sizes.observe(element);
    const themes = new MutationObserver(draw);
    themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", draw);
    return () => {
      sizes.disconnect();
      themes.disconnect();
      system.removeEventListener("change", draw);
      plot?.destroy();
    };
  }, [place, props]);
}

function optionsOf({ lines, kind, time = false, xText }: ChartProps, width: number): uPlot.Options {
  const secondary = colourOf("secondary");
  const axis = {
    stroke: secondary,
    grid: { stroke: colourOf("line"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui",
  };
  const paths =
    kind === "bars"
      ? uPlot.paths.bars?.({ size: [0.9] })
      : kind === "steps"
        ? uPlot.paths.stepped?.({ align: 1 })
        : undefined;
  return {
    width,
    height: HEIGHT,
    legend: { show: lines.length > 1, live: true },
    cursor: { drag: { x: false, y: false } },
    scales: {
      x: { time },
      y: { range: (_, low, high) => [Math.min(0, low * ROOM), high === low ? low + 1 : Math.max(0, high * ROOM)] },
    },
    axes: [
      { ...axis, grid: { show: false }, ...(xText ? { values: (_, values) => values.map(xText) } : {}) },
      { ...axis, size: 56, values: (_, values) => values.map((value) => compact.format(value)) },
    ],
    series: [
      {},
      ...lines.map(({ name, colour }) => ({
        label: name,
        stroke: colourOf(colour),
        width: kind === "bars" ? 0 : 2,
        points: { show: false },
        ...(kind === "bars" ? { fill: colourOf(colour) } : {}),
        ...(paths ? { paths } : {}),
        value: (_: uPlot, value: number | null) => (value === null ? "" : compact.format(value)),
      })),
    ],
  };
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

/** A token's colour in the theme that is in force: a canvas knows no style sheet. */
function colourOf(token: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${token})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
