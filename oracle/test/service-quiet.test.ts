import { afterEach, expect, it, vi } from "vitest";
import type { ChainFacts, OfferedRound } from "../src/core/facts.ts";
import type { Tick } from "../src/service/tick.ts";
import { alertRules, evaluator } from "./alert-rules.ts";
import { apply, chain, feedFor, offer, plan, SETTINGS, START } from "./plan-world.ts";
import { account, metricsOf, scrape } from "./service-world.ts";

afterEach(() => vi.useRealTimers());

const DAY = 86_400;
const TURN = 12;
const NOISE = ["rpc_timeout", "feed_timeout", "lag", "reorg", "fee"] as const;
type Noise = (typeof NOISE)[number] | null;

/** A round a day: five hours to stake, four hours to lock, scores a day later, six hours to report and settle. */
function offers(days: number): OfferedRound[] {
  return Array.from({ length: days }, (_, day) => {
    const closesAt = START + day * DAY + 18_000;
    return offer({ number: BigInt(day + 1), opensAt: START + day * DAY, closesAt, resolvesAt: closesAt + DAY });
  });
}

/** Numbers that look random and are the same in every run. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

it("thirty quiet days with small noise give no page and at most two warnings a day", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const days = 30;
  const rounds = offers(days + 1);
  const random = dice(7);
  const metrics = metricsOf({ accounts: () => [account()] });
  const evaluate = evaluator(alertRules());
  let facts: ChainFacts = chain(START, []);
  let settled = 0;
  const fired = new Map<string, Set<number>>();
  const noises = new Map<Noise, number>();
  // Turn by turn around every hour's noise, and every five minutes between.
  for (let now = START; now < START + days * DAY; now = next(now)) {
    const isNoisy = now % 3_600 < TURN && random() < 0.3;
    const noise: Noise = isNoisy ? (NOISE[Math.floor(random() * NOISE.length)] ?? null) : null;
    noises.set(noise, (noises.get(noise) ?? 0) + 1);
    const seen = { ...facts, block: { ...facts.block, timestamp: noise === "lag" ? now - TURN : now } };
    vi.setSystemTime(now * 1_000);
    const tick = turn(seen, rounds, noise, now);
    metrics.onTick(tick);
    facts = tick.done.reduce((after, { action }) => apply(after, action), facts);
    settled = [...facts.finished.values()].filter((how) => how === "settled").length;
    for (const { alert, severity } of evaluate({ at: now, series: await scrape(metrics) })) {
      const key = `${severity} ${alert}`;
      fired.set(key, (fired.get(key) ?? new Set()).add(Math.floor((now - START) / DAY)));
    }
  }
  for (const noise of NOISE) expect(noises.get(noise), noise).toBeGreaterThan(days / 2);
  expect(settled).toBeGreaterThanOrEqual(days - 2);
  expect([...facts.finished.values()]).not.toContain("void");
  expect([...fired.keys()].filter((key) => key.startsWith("page"))).toEqual([]);
  const warnings = [...fired.values()].reduce((sum, on) => sum + on.size, 0);
  expect(warnings).toBeLessThanOrEqual(2 * days);
});

/** Every hour begins with turns as they are, which the noise falls on. */
function next(now: number): number {
  const since = now % 3_600;
  return since < 180 ? now + TURN : Math.min(now + 300, now - since + 3_600);
}

function turn(facts: ChainFacts, rounds: readonly OfferedRound[], noise: Noise, now: number): Tick {
  const times = { startedAt: now * 1_000 - 900, finishedAt: now * 1_000 };
  if (noise === "rpc_timeout") {
    const failures = [{ action: null, code: "rpc_down", message: "timeout" } as const];
    return { ...times, facts: null, plan: { actions: [], waiting: [], notes: [] }, done: [], failures };
  }
  const known = rounds
    .filter(({ opensAt }) => opensAt <= now)
    .map((each) => ({ ...each, resolved: each.resolvesAt <= now }));
  const down = { ok: false, code: "feed_down", message: "timeout" } as const;
  const feed = { ...feedFor(facts), rounds: noise === "feed_timeout" ? down : ({ ok: true, value: known } as const) };
  const wanted = plan(facts, feed, { ...SETTINGS, lockWindow: 14_400, settleWindow: 21_600 });
  const [first] = wanted.actions;
  const fault = noise === "reorg" ? "chain_moved" : noise === "fee" ? "tx_pending" : null;
  if (fault !== null && first !== undefined) {
    return { ...times, facts, plan: wanted, done: [], failures: [{ action: first, code: fault, message: "" }] };
  }
  const done = wanted.actions.map((action) => ({ action, outcome: { kind: "already_done", message: "" } as const }));
  return { ...times, facts, plan: wanted, done, failures: [] };
}
