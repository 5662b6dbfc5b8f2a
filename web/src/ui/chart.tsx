// Two kinds of picture, drawn here: a library for them takes 21 kB of the 180 that the whole app may have, and its canvas
// knows neither the theme nor a screen reader.
import type { ReactNode } from "react";
import { copy } from "../copy/en.ts";
import { dayTicks, ticks } from "../core/ticks.ts";

type Colour = "ink" | "link" | "gain" | "burn";
type Line = { readonly name: string; readonly colour: Colour; readonly values: readonly number[] };

type ChartProps = {
  readonly title: string;
  readonly unit: string;
  /** Unix seconds of a time axis, or the middle of each bar. */
  readonly x: readonly number[];
  readonly lines: readonly Line[];
  readonly kind: "steps" | "bars";
  readonly time?: boolean;
  /** Words for a place on an axis that isn't a time. */
  readonly xText?: (value: number) => string;
  /** The same as a table. */
  readonly table: ReactNode;
};

/** The drawing's own units; it stretches to the place it has. */
const WIDTH = 1_000;
const HEIGHT = 200;
/** Between the outermost value and the edge. */
const ROOM = 1.05;
/** Of the place that a bar has. */
const BAR = 0.8;

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** A picture of numbers; the same numbers as a table stand below it, closed. */
export function Chart(props: ChartProps) {
  const { title, unit, lines, table, kind, x } = props;
  const scale = scaleOf(props);
  return (
    <figure className="chart">
      <figcaption className="chart-head">
        <h3>{title}</h3>
        <span className="quiet small">{unit}</span>
      </figcaption>
      <div className="plot" aria-hidden="true">
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
          {scale.yTicks.map((value) => (
            <line
              key={value}
              className={value === 0 ? "axis" : "grid"}
              x1="0"
              x2={WIDTH}
              y1={scale.y(value)}
              y2={scale.y(value)}
            />
          ))}
          {lines.map(({ name, colour, values }) =>
            kind === "bars" ? (
              <path key={name} className={`bar ${colour}`} d={bars(x, values, scale)} />
            ) : (
              <path key={name} className={`line ${colour}`} d={steps(x, values, scale)} />
            ),
          )}
          <Pointed {...props} scale={scale} />
        </svg>
        {scale.yTicks.map((value) => (
          <span key={value} className="y-tick" style={{ top: `${(scale.y(value) / HEIGHT) * 100}%` }}>
            {compact.format(value)}
          </span>
        ))}
        {scale.xTicks.map((value) => (
          <span key={value} className="x-tick" style={{ left: `${(scale.x(value) / WIDTH) * 100}%` }}>
            {textOf(value, props)}
          </span>
        ))}
      </div>
      {lines.length > 1 && (
        <ul className="legend" aria-hidden="true">
          {lines.map(({ name, colour }) => (
            <li key={name}>
              <span className={`swatch ${colour}`} />
              {name}
            </li>
          ))}
        </ul>
      )}
      <details>
        <summary>{copy.chart.asTable}</summary>
        {table}
      </details>
    </figure>
  );
}

type Scale = ReturnType<typeof scaleOf>;

function scaleOf({ x, lines, kind, time = false }: ChartProps) {
  const values = lines.flatMap((line) => line.values);
  const low = values.reduce((least, value) => Math.min(least, value), 0) * ROOM;
  const high = values.reduce((most, value) => Math.max(most, value), 0) * ROOM;
  const [first = 0, last = 1] = [x[0], x.at(-1)];
  // A bar is as wide as the least distance between two.
  const gap = x.slice(1).reduce((least, value, at) => Math.min(least, value - (x[at] ?? value)), Infinity);
  const step = kind === "steps" ? 0 : Number.isFinite(gap) ? gap : 1;
  const [from, to] = [first - step / 2, last + step / 2];
  const across = to > from ? WIDTH / (to - from) : 0;
  const up = high > low ? HEIGHT / (high - low) : 0;
  return {
    x: (value: number): number => (value - from) * across,
    y: (value: number): number => HEIGHT - (value - low) * up,
    bar: step * across * BAR,
    yTicks: ticks(low, high),
    xTicks: time ? dayTicks(from, to) : ticks(from, to),
  };
}

const textOf = (value: number, { time = false, xText }: ChartProps): string =>
  time ? day.format(value * 1_000) : (xText ?? String)(value);

function steps(x: readonly number[], values: readonly number[], scale: Scale): string {
  return values
    .map((value, at) => {
      const [px, py] = [scale.x(x[at] ?? 0), scale.y(value)];
      return at === 0 ? `M${px} ${py}` : `H${px}V${py}`;
    })
    .join("");
}

function bars(x: readonly number[], values: readonly number[], scale: Scale): string {
  const width = scale.bar;
  return values
    .map((value, at) => {
      if (value === 0) return "";
      const left = scale.x(x[at] ?? 0) - width / 2;
      return `M${left} ${scale.y(0)}V${scale.y(value)}h${width}V${scale.y(0)}Z`;
    })
    .join("");
}

/** What is pointed at says its numbers. */
function Pointed({ scale, ...props }: ChartProps & { scale: Scale }) {
  const { x, lines } = props;
  return x.map((value, at) => {
    const [left, right] = [x[at - 1] ?? value, x[at + 1] ?? value].map((next) => scale.x((value + next) / 2));
    const words = lines.map(({ name, values }) => `${name} ${compact.format(values[at] ?? 0)}`);
    const half = scale.bar / 2;
    const from = Math.max(0, Math.min(left ?? 0, scale.x(value) - half));
    return (
      <rect
        key={value}
        className="hit"
        x={from}
        y="0"
        width={Math.max(1, (right ?? 0) - from, half * 2)}
        height={HEIGHT}
      >
        <title>{[textOf(value, props), ...words].join(", ")}</title>
      </rect>
    );
  });
}
