import { readFileSync } from "node:fs";
import { parser } from "@prometheus-io/lezer-promql";
import { parse } from "yaml";
import { z } from "zod";
import type { Series } from "./service-world.ts";

// As much of Prometheus as the rules of alerts/oracle.yml use. What they say beyond it is refused, not ignored.

const rule = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(["page", "warn"]) }),
  annotations: z.strictObject({ summary: z.string().min(1), page: z.string() }),
});
const file = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), interval: z.string(), rules: z.array(rule) })).length(1),
});

export type Rule = z.output<typeof rule>;

/** Seconds since some start, and what a scrape gave then. */
export type Scrape = { readonly at: number; readonly series: readonly Series[] };

export function alertRules(): Rule[] {
  const text = readFileSync(new URL("../alerts/oracle.yml", import.meta.url), "utf8");
  return file.parse(parse(text)).groups.flatMap(({ rules }) => rules);
}

/** What Prometheus' own grammar finds wrong with an expression, by place. */
export function grammarFaults(expr: string): number[] {
  const faults: number[] = [];
  parser.parse(expr).iterate({
    enter: (node) => {
      if (node.type.isError) faults.push(node.from);
    },
  });
  return faults;
}

/** The names of the metrics in an expression. */
export function metricsIn(expr: string): string[] {
  return [...expr.matchAll(/oracle_\w+/g)].map(([name]) => name);
}

/** The values of `code` that an expression asks for. */
export function codesIn(expr: string): string[] {
  return [...expr.matchAll(/code=~?"([^"]*)"/g)].flatMap(([, codes = ""]) => codes.split("|"));
}

export function seconds(duration = "0s"): number {
  const [, count, unit = ""] = /^(\d+)(s|m|h)$/.exec(duration) ?? [];
  if (count === undefined) throw new Error(`duration ${duration} is not in s, m or h`);
  return Number(count) * { s: 1, m: 60, h: 3_600 }[unit as "s" | "m" | "h"];
}

/** One alert with its labels: Prometheus tells them apart by these. */
export type Firing = { readonly alert: string; readonly severity: string; readonly page: string };

/** Evaluates the rules at every scrape it is given, in order, and answers what fires after it. */
export function evaluator(rules: readonly Rule[]): (scrape: Scrape) => Firing[] {
  const history: Scrape[] = [];
  const since = new Map<string, number>();
  return (scrape) => {
    history.push(scrape);
    while ((history[0]?.at ?? 0) < scrape.at - 3_600) history.shift();
    return rules.flatMap((each): Firing[] => {
      const active = each.expr.split(" or ").flatMap((term) => evaluate(term, history));
      const keys = new Map(active.map((labels) => [`${each.alert} ${JSON.stringify(labels)}`, labels]));
      for (const key of since.keys()) if (key.startsWith(`${each.alert} `) && !keys.has(key)) since.delete(key);
      return [...keys].flatMap(([key, labels]): Firing[] => {
        const start = since.get(key) ?? scrape.at;
        since.set(key, start);
        if (scrape.at - start < seconds(each.for)) return [];
        const page = each.annotations.page.replace("{{ $labels.code }}", labels["code"] ?? "");
        return [{ alert: each.alert, severity: each.labels.severity, page }];
      });
    });
  };
}

type Labels = Readonly<Record<string, string>>;

/** The labels of every series for which the term is true. */
function evaluate(term: string, history: readonly Scrape[]): Labels[] {
  const now = history.at(-1);
  if (now === undefined) return [];
  const absent = /^absent\((\w+)\)$/.exec(term);
  if (absent !== null) return now.series.some(({ name }) => name === absent[1]) ? [] : [{}];
  const increase = /^increase\((\w+)\[(\w+)\]\) > 0$/.exec(term);
  if (increase !== null) {
    const [, name = "", range] = increase;
    const seen = history.filter(({ at }) => at >= now.at - seconds(range));
    return select(now.series, name, "")
      .filter(({ labels }) => rise(seen, name, labels) > 0)
      .map(({ labels }) => labels);
  }
  const comparison = /^(\w+)(?:\{(.*)\})? (==|>|<) (\d+)$/.exec(term);
  if (comparison === null) throw new Error(`no test can evaluate ${term}`);
  const [, name = "", matchers = "", operator = "", bound] = comparison;
  const holds = (value: number): boolean =>
    operator === "==" ? value === Number(bound) : operator === ">" ? value > Number(bound) : value < Number(bound);
  return select(now.series, name, matchers)
    .filter(({ value }) => holds(value))
    .map(({ labels }) => labels);
}

function select(series: readonly Series[], name: string, matchers: string): Series[] {
  const tests = [...matchers.matchAll(/(\w+)(=~?)"([^"]*)"/g)].map(([, label = "", operator, text = ""]) => {
    const pattern = operator === "=~" ? new RegExp(`^(?:${text})$`) : null;
    return ({ labels }: Series) => (pattern === null ? labels[label] === text : pattern.test(labels[label] ?? ""));
  });
  return series.filter((each) => each.name === name && tests.every((fits) => fits(each)));
}

/** As increase() without its extrapolation: a series that wasn't there before has not risen. */
function rise(history: readonly Scrape[], name: string, labels: Labels): number {
  const key = JSON.stringify(labels);
  const values = history.flatMap(({ series }) =>
    series.filter((each) => each.name === name && JSON.stringify(each.labels) === key).map(({ value }) => value),
  );
  return values.reduce((sum, value, index) => {
    const before = values[index - 1];
    return before === undefined ? sum : sum + (value < before ? value : value - before);
  }, 0);
}
