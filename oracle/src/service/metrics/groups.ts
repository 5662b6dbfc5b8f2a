import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Tick } from "../tick.ts";

// What every group of metrics is made of: names with one prefix, and gauges that are worked out when somebody asks.

/** The latest turn, and the latest that could read the chain. */
export type Latest = { any: Tick | null; withFacts: Tick | null };

/** A metric as the documentation lists it. */
export type Entry = Shape<string> & { readonly type: "counter" | "gauge" | "histogram" };

/** Where metrics are registered, and what they are. */
export type Catalogue = { readonly registry: Registry; readonly entries: Entry[] };

export type Shape<L extends string> = { readonly name: string; readonly help: string; readonly labels: readonly L[] };

type Sample<L extends string> = { readonly labels: Readonly<Record<L, string>>; readonly value: number };

const PREFIX = "oracle_";

export function counter<L extends string>(catalogue: Catalogue, shape: Shape<L>): Counter<L> {
  return new Counter(settings(catalogue, shape, "counter"));
}

/** Says at every scrape what is the case then; what isn't said any more is gone. */
export function gauge<L extends string>(
  catalogue: Catalogue,
  shape: Shape<L>,
  samples: () => readonly Sample<L>[],
): void {
  new Gauge({
    ...settings(catalogue, shape, "gauge"),
    collect() {
      this.reset();
      for (const { labels, value } of samples()) this.set(labels, value);
    },
  });
}

export function histogram(
  catalogue: Catalogue,
  { name, help }: Omit<Shape<never>, "labels">,
  buckets: readonly number[],
): Histogram {
  return new Histogram({ ...settings(catalogue, { name, help, labels: [] }, "histogram"), buckets: [...buckets] });
}

/** A gauge without labels; null: nothing to say. */
export function single(catalogue: Catalogue, name: string, help: string, value: () => number | null): void {
  gauge(catalogue, { name, help, labels: [] }, () => {
    const now = value();
    return now === null ? [] : [{ labels: {}, value: now }];
  });
}

function settings<L extends string>({ registry, entries }: Catalogue, shape: Shape<L>, type: Entry["type"]) {
  const name = PREFIX + shape.name;
  entries.push({ ...shape, name, type });
  return { name, help: shape.help, labelNames: shape.labels, registers: [registry] };
}
