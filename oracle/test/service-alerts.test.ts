import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { pageOf, REASONS, reasonCodes } from "../src/service/reasons.ts";
import { alertRules, codesIn, evaluator, type Firing, grammarFaults, metricsIn, seconds } from "./alert-rules.ts";
import { chain, round, START } from "./plan-world.ts";
import { metricsOf, scrape, type Series, tickAt } from "./service-world.ts";

const RULES = alertRules();
const RUNBOOK = readFileSync(new URL("../../docs/runbook.md", import.meta.url), "utf8");
const SECTIONS = RUNBOOK.split(/^### /m).slice(1);
const ANCHORS = SECTIONS.map((text) => text.split("\n")[0] ?? "");
const UNREADY = reasonCodes().filter((code) => REASONS[code].unready);
const PAGES = [
  "DeadlineNear",
  "DeadlineMissed",
  "QuorumUnreachable",
  "Disagreement",
  "ForeignTransaction",
  "AuditMismatch",
];

const sample = (name: string, value: number, labels: Record<string, string> = {}): Series => ({ name, value, labels });
const ALIVE = sample("oracle_build_info", 1);

/** What fires at every 15 s of a time in which the given series hold. */
function firing(series: (at: number) => readonly Series[], duration: number): (Firing & { at: number })[] {
  const evaluate = evaluator(RULES);
  const times = Array.from({ length: duration / 15 + 1 }, (_, step) => step * 15);
  return times.flatMap((at) => evaluate({ at, series: series(at) }).map((each) => ({ ...each, at })));
}

describe("the rules", () => {
  it("are in Prometheus' own grammar, each on a metric that exists", () => {
    const known = metricsOf().entries.map(({ name }) => name);
    for (const { alert, expr } of RULES) {
      expect(grammarFaults(expr), alert).toEqual([]);
      expect(metricsIn(expr).length, alert).toBeGreaterThan(0);
      for (const name of metricsIn(expr)) expect(known, alert).toContain(name);
    }
    expect(grammarFaults("oracle_readyz{code=} == 1")).not.toEqual([]);
  });

  it("are told apart by name, and page only where somebody must get up", () => {
    expect(new Set(RULES.map(({ alert }) => alert)).size).toBe(RULES.length);
    expect(RULES.filter(({ labels }) => labels.severity === "page").map(({ alert }) => alert)).toEqual(PAGES);
  });

  it("cover each code that makes the node unready once, and no other", () => {
    const covered = RULES.flatMap(({ expr }) => codesIn(expr));
    expect(covered.toSorted()).toEqual(UNREADY.toSorted());
  });
});

describe("the runbook", () => {
  it("has a section for every reason code and every alert, and none that is left over", () => {
    expect(ANCHORS.toSorted()).toEqual([...reasonCodes(), "oracle-absent"].toSorted());
  });

  it("says in each what the node does, what to do and when it is over", () => {
    for (const section of SECTIONS) {
      for (const part of ["- The node: ", "- You: ", "- Over when: "])
        expect(section, section.slice(0, 40)).toContain(part);
    }
  });

  it("is where readiness and the rules point", () => {
    const pages = [...reasonCodes().map(pageOf), ...RULES.map(({ annotations }) => annotations.page)];
    for (const page of pages.filter((each) => !each.includes("{{"))) {
      const [file, anchor] = page.split("#");
      expect(file).toBe("docs/runbook.md");
      expect(ANCHORS).toContain(anchor);
    }
  });

  it("lists every alert with its severity, its codes and when it fires", () => {
    for (const { alert, labels, expr, for: patience } of RULES) {
      const row = RUNBOOK.split("\n").find((line) => line.startsWith(`| ${alert} `)) ?? "";
      expect(row, alert).toContain(`| ${labels.severity} `);
      expect(row, alert).toContain(`| ${patience ?? "at once"} `);
      for (const code of codesIn(expr)) expect(row, alert).toContain(`[${code}](#${code})`);
    }
  });
});

describe("failures", () => {
  it.each(UNREADY)("%s gives exactly its alert with its page, in time, and ends with its cause", async (code) => {
    const metrics = metricsOf();
    const bad = async () => {
      if (code === "deadline_near") metrics.onTick(tickAt(chain(START + 500, [round()])));
      else metrics.onTick(tickAt(chain(START - 10, [round()]), { failures: [{ action: null, code, message: "" }] }));
      return scrape(metrics);
    };
    // These two are told by what is missing: turns at all, and new ones.
    const broken =
      code === "starting" || code === "tick_overdue" ? [ALIVE, sample("oracle_readyz", 1, { code })] : await bad();
    metrics.onTick(tickAt(chain(START - 10, [round()])));
    const healed = await scrape(metrics);
    const [rule] = RULES.filter(({ expr }) => codesIn(expr).includes(code));
    const patience = seconds(rule?.for);
    const fired = firing((at) => (at <= patience + 60 ? broken : healed), patience + 300);
    expect(new Set(fired.map(({ alert, page }) => `${alert} ${page}`))).toEqual(
      new Set([`${rule?.alert ?? ""} ${pageOf(code)}`]),
    );
    expect(fired[0]?.at).toBeLessThanOrEqual(105);
    expect(fired.at(-1)?.at).toBeLessThanOrEqual(patience + 60);
  });

  it.each([
    ["DeadlineMissed", "oracle_deadlines_missed_total", { step: "report" }],
    ["ForeignTransaction", "oracle_tx_foreign_total", { key: "relayer" }],
    ["AuditMismatch", "oracle_audit_mismatch_total", {}],
  ])("%s fires once a counter rises, not where one has been high since before", (alert, name, labels) => {
    const rising = firing((at) => [ALIVE, sample(name, at < 60 ? 0 : 1, labels)], 300);
    expect(rising[0]).toMatchObject({ alert, severity: "page", at: 60 });
    expect(firing(() => [ALIVE, sample(name, 3, labels)], 300)).toEqual([]);
    // A restart starts the count anew.
    expect(firing((at) => [ALIVE, sample(name, at < 60 ? 3 : 0, labels)], 300)).toEqual([]);
  });

  it("of an absent node, of other scores and of a low balance are heard", () => {
    const alerts = (series: readonly Series[]) => [...new Set(firing(() => series, 120).map(({ alert }) => alert))];
    expect(alerts([])).toEqual(["OracleAbsent"]);
    expect(alerts([ALIVE, sample("oracle_disagreements", 1, { round: "4" })])).toEqual(["Disagreement"]);
    expect(alerts([ALIVE, sample("oracle_balance_rounds_left", 29, { key: "relayer" })])).toEqual(["FundsLow"]);
    expect(alerts([ALIVE, sample("oracle_balance_rounds_left", 30, { key: "relayer" })])).toEqual([]);
  });

  it("that last shorter than a rule's patience fire nothing", () => {
    const blink = (at: number) => [ALIVE, sample("oracle_readyz", at % 60 === 0 ? 0 : 1, { code: "rpc_down" })];
    expect(firing(blink, 1_200)).toEqual([]);
  });
});
