import { readFileSync } from "node:fs";
import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { InputError } from "../src/core/errors.ts";
import type { RoundFacts } from "../src/core/facts.ts";
import { FeedUnavailable } from "../src/feeds/feed.ts";
import { SignerTrouble } from "../src/signers/errors.ts";
import { hashWords, packScores } from "../src/core/words.ts";
import { metricsDocument } from "../src/service/metrics/document.ts";
import { watchedFeed, watchedSigner } from "../src/service/watched.ts";
import { batch, chain, feedFor, ME, offer, plan, REPORTERS, round, SETTINGS, START } from "./plan-world.ts";
import { account, attestation, metricsOf, operators, scrape, type Series, tickAt } from "./service-world.ts";
import { report } from "./signers-values.ts";

function find(series: readonly Series[], name: string, labels: Readonly<Record<string, string>> = {}): number[] {
  const fits = (each: Series) => Object.entries(labels).every(([key, value]) => each.labels[key] === value);
  return series.filter((each) => each.name === name && fits(each)).map(({ value }) => value);
}

const HEART = { version: "1.2.3", clockOffset: 1, block: 1n, beating: [], silent: [ME], fault: null };

const locked = (number = 1n): RoundFacts =>
  round({ number, state: "locked", batches: [batch(0, { state: "locked" }), batch(1, { state: "locked" })] });

describe("metrics", () => {
  it("stand in docs/metrics.md as they are registered", async () => {
    const written = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");
    const made = await format(metricsDocument(metricsOf().entries), { parser: "markdown", printWidth: 120 });
    expect(written).toBe(made);
  });

  it("have names with one prefix, a meaning and few labels", () => {
    for (const { name, help, labels } of metricsOf().entries) {
      expect(name).toMatch(/^oracle_[a-z_]+$/);
      expect(help).not.toBe("");
      expect(labels.length).toBeLessThanOrEqual(4);
    }
  });

  it("tell the slack to each round's next deadline, and lose it with the round", async () => {
    const metrics = metricsOf();
    metrics.onTick(tickAt(chain(START + 100, [round(), locked(2n)])));
    const before = await scrape(metrics);
    expect(find(before, "oracle_deadline_slack_seconds", { round: "1", step: "lock" })).toEqual([500]);
    expect(find(before, "oracle_deadline_slack_seconds", { round: "2", step: "report" })).toEqual([
      9_000 - 100 - 3_600 + 1 - 100,
    ]);
    expect(find(before, "oracle_round_step", { round: "2", step: "report" })).toEqual([2]);
    metrics.onTick(tickAt(chain(START + 101, [locked(2n)], { finished: new Map([[1n, "settled"]]) })));
    const after = await scrape(metrics);
    expect(find(after, "oracle_deadline_slack_seconds", { round: "1" })).toEqual([]);
    expect(find(after, "oracle_deadline_slack_seconds", { round: "2" })).toHaveLength(1);
    expect(find(after, "oracle_deadlines_missed_total").reduce((a, b) => a + b)).toBe(0);
  });

  it("keep the last known slack while the chain can't be read", async () => {
    const metrics = metricsOf();
    metrics.onTick(tickAt(chain(START + 100, [round()])));
    const failures = [
      { action: null, code: "rpc_down", message: "gone" } as const,
      { action: null, unsigned: report, code: "signer_down", message: "gone" } as const,
    ];
    metrics.onTick(tickAt(undefined, { facts: null, plan: { actions: [], waiting: [], notes: [] }, failures }));
    const series = await scrape(metrics);
    expect(find(series, "oracle_deadline_slack_seconds", { round: "1" })).toEqual([500]);
    expect(find(series, "oracle_readyz", { code: "rpc_down" })).toEqual([1]);
    expect(find(series, "oracle_tick_total", { result: "failed" })).toEqual([1]);
    expect(find(series, "oracle_failed_steps_total", { step: "read", reason: "rpc_down" })).toEqual([1]);
    expect(find(series, "oracle_failed_steps_total", { step: "sign", reason: "signer_down" })).toEqual([1]);
  });

  it("count a missed step once, however long it is late and when its round becomes void", async () => {
    const metrics = metricsOf();
    const missed = async (step: string) => find(await scrape(metrics), "oracle_deadlines_missed_total", { step })[0];
    metrics.onTick(tickAt(chain(START + 5_000, [locked()])));
    expect(await missed("report")).toBe(0);
    for (const now of [START + 5_400, START + 5_401]) metrics.onTick(tickAt(chain(now, [locked()])));
    expect(await missed("report")).toBe(1);
    metrics.onTick(tickAt(chain(START + 9_000, [], { finished: new Map([[1n, "void"]]) })));
    expect([await missed("report"), await missed("settle")]).toEqual([1, 0]);
  });

  it("count a round that became void between two turns", async () => {
    const metrics = metricsOf();
    metrics.onTick(tickAt(chain(START + 1, [round()])));
    metrics.onTick(tickAt(chain(START + 700, [], { finished: new Map([[1n, "void"]]) })));
    metrics.onTick(tickAt(chain(START + 701, [], { finished: new Map([[1n, "void"]]) })));
    expect(find(await scrape(metrics), "oracle_deadlines_missed_total", { step: "lock" })).toEqual([1]);
  });

  it("count an opening that was missed here, not one that was too late at the start", async () => {
    const metrics = metricsOf();
    const open = (now: number, rounds = [offer({ number: 3n })]) => {
      const facts = chain(now, []);
      return tickAt(facts, { plan: plan(facts, feedFor(facts, rounds), SETTINGS) });
    };
    const missed = async () => find(await scrape(metrics), "oracle_deadlines_missed_total", { step: "open" })[0];
    metrics.onTick(open(START - 3_000));
    expect(await missed()).toBe(0);
    metrics.onTick(open(START - 3_000, [offer({ number: 3n }), offer({ number: 4n, closesAt: START + 9_000 })]));
    metrics.onTick(open(START + 5_500, [offer({ number: 4n, closesAt: START + 9_000 })]));
    metrics.onTick(open(START + 5_501, [offer({ number: 4n, closesAt: START + 9_000 })]));
    expect(await missed()).toBe(1);
  });

  it("tell who has signed of what is to be reported", async () => {
    const [first, second] = REPORTERS;
    if (first === undefined || second === undefined) throw new Error("no reporters");
    const said = [attestation(1n, 0, first), attestation(1n, 1, first), attestation(1n, 1, second)];
    const metrics = metricsOf({
      attester: operators(said, [
        { host: "a:1", reporters: [], fault: null },
        { host: "b:2", reporters: null, fault: "gone" },
      ]),
    });
    metrics.onTick(tickAt(chain(START + 1_000, [locked()])));
    const series = await scrape(metrics);
    expect(find(series, "oracle_signatures")).toEqual([3]);
    expect(find(series, "oracle_signatures_missing", { operator: second })).toEqual([1]);
    expect(find(series, "oracle_operator_up", { operator: "b:2" })).toEqual([0]);
    metrics.onTick(tickAt(chain(START + 999, [locked()])));
    expect(find(await scrape(metrics), "oracle_signatures_missing")).toEqual([]);
  });

  it("tell who had signed what is reported, once a batch, by the words that the contract holds", async () => {
    const [first, second, third] = REPORTERS;
    if (first === undefined || second === undefined || third === undefined) throw new Error("no reporters");
    const scores = packScores([[1n, 1n]]);
    const said = [
      { ...attestation(1n, 0, first), scoresHash: hashWords(scores) },
      attestation(1n, 0, second),
      { ...attestation(1n, 1, third), scoresHash: hashWords(scores) },
    ];
    const metrics = metricsOf({ attester: operators(said) });
    const reported = batch(0, { state: "reported", reportedAt: START + 1_000, scores });
    const after = round({ state: "locked", batches: [reported, batch(1, { state: "locked" })] });
    metrics.onTick(tickAt(chain(START + 1_000, [locked()])));
    for (let turn = 0; turn < 3; turn += 1) metrics.onTick(tickAt(chain(START + 1_012, [after])));
    const series = await scrape(metrics);
    const missing = [first, second, third].map((operator) =>
      find(series, "oracle_participation_missing_total", { operator }),
    );
    expect(missing).toEqual([[0], [1], [1]]);
    expect(find(series, "oracle_participation_batches_total")).toEqual([1]);
    // What was reported before this life is nobody's missing signature.
    const late = metricsOf({ attester: operators(said) });
    late.onTick(tickAt(chain(START + 1_012, [after])));
    expect(find(await scrape(late), "oracle_participation_missing_total")).toEqual([]);
  });

  it("tell the rung of what is due and late, and none where nothing is", async () => {
    const metrics = metricsOf();
    metrics.onTick(tickAt(chain(START - 10, [round()])));
    expect(find(await scrape(metrics), "oracle_tx_rung")).toEqual([]);
    metrics.onTick(tickAt(chain(START + 35, [round()])));
    expect(find(await scrape(metrics), "oracle_tx_rung", { step: "lock" })).toEqual([0]);
    const late = tickAt(chain(START + 36 * 4, [round()]));
    metrics.onTick(late);
    expect(find(await scrape(metrics), "oracle_tx_rung", { step: "lock" })).toEqual([4]);
    const outcome = { kind: "already_done", message: "" } as const;
    metrics.onTick({ ...late, done: late.plan.actions.map((action) => ({ action, outcome })) });
    expect(find(await scrape(metrics), "oracle_tx_rung")).toEqual([]);
  });

  it("count what came of transactions, and their gas", async () => {
    const metrics = metricsOf();
    const tick = tickAt(chain(START + 1, [round()]));
    const [action] = tick.plan.actions;
    if (action === undefined) throw new Error("nothing to do");
    const hash = `0x${"1".repeat(64)}` as const;
    metrics.onTick({ ...tick, done: [{ action, outcome: { kind: "done", hash, gasUsed: 700n } }] });
    metrics.onTick({ ...tick, failures: [{ action, code: "funds_low", message: "" }] });
    const series = await scrape(metrics);
    expect(find(series, "oracle_tx_published_total", { step: "lock", outcome: "done" })).toEqual([1]);
    expect(find(series, "oracle_tx_published_total", { step: "lock", outcome: "funds_low" })).toEqual([1]);
    expect(find(series, "oracle_tx_gas_used_total", { step: "lock" })).toEqual([700]);
    expect(find(series, "oracle_tick_total", { result: "partly" })).toEqual([1]);
  });

  it("tell the accounts, and foreign transactions once", async () => {
    let now = [account()];
    const metrics = metricsOf({ accounts: () => now });
    metrics.onTick(tickAt());
    expect(find(await scrape(metrics), "oracle_tx_foreign_total", { key: "relayer" })).toEqual([0]);
    now = [account({ foreign: 2 })];
    for (let turn = 0; turn < 3; turn += 1) metrics.onTick(tickAt());
    const series = await scrape(metrics);
    expect(find(series, "oracle_tx_foreign_total", { key: "relayer" })).toEqual([2]);
    expect(find(series, "oracle_balance_rounds_left")).toEqual([40]);
  });

  it("count the feed's answers, and the fields that it breaks without their places", async () => {
    const metrics = metricsOf();
    const answers = [
      () => Promise.resolve({ rounds: [], refused: [] }),
      () => Promise.reject(new InputError("models[17].mmc", "bad")),
      () => Promise.reject(new FeedUnavailable("gone")),
      () => Promise.reject(new TypeError("our fault")),
    ];
    for (const rounds of answers) {
      const feed = watchedFeed({ rounds, details: () => Promise.reject(new Error()) }, metrics.onFeed);
      await feed.rounds().catch(() => undefined);
    }
    for (let field = 0; field < 40; field += 1) metrics.onFeed({ outcome: "refused", field: `f${field}`, ms: 1 });
    const series = await scrape(metrics);
    for (const outcome of ["answered", "down", "failed"])
      expect(find(series, "oracle_feed_requests_total", { outcome })).toEqual([1]);
    expect(find(series, "oracle_feed_refused_total", { field: "models[].mmc" })).toEqual([1]);
    expect(find(series, "oracle_feed_refused_total", { field: "other" })).toEqual([11]);
  });

  it("tell each node's state, counts and lag, and nothing of its URL", async () => {
    const node = { host: "node.example", answered: 7, refused: 2, failed: 1, disagreements: 3 };
    const endpoints = [
      { ...node, index: 0, state: "alive", head: 90n },
      { ...node, index: 1, state: "out_of_sync", head: 80n },
      { ...node, index: 2, state: "unreachable", head: null },
    ];
    const series = await scrape(metricsOf({ endpoints: () => endpoints }));
    expect(find(series, "oracle_rpc_state", { endpoint: "1", state: "out_of_sync" })).toEqual([1]);
    expect(find(series, "oracle_rpc_state")).toHaveLength(3);
    expect(find(series, "oracle_rpc_lag_blocks")).toEqual([0, 10]);
    expect(find(series, "oracle_rpc_requests_total", { endpoint: "2", outcome: "failed" })).toEqual([1]);
    expect(find(series, "oracle_rpc_disagreements_total", { endpoint: "0" })).toEqual([3]);
  });

  it("count signatures that could not be had", async () => {
    const metrics = metricsOf();
    const signer = watchedSigner(
      { address: ME, sign: () => Promise.reject(new SignerTrouble("gone")) },
      metrics.onSigner,
    );
    await expect(signer.sign({ chainId: 1, verifyingContract: ME }, attestation(1n, 0, ME))).rejects.toThrow("gone");
    const series = await scrape(metrics);
    expect(find(series, "oracle_signer_errors_total", { class: "signer_down" })).toEqual([1]);
    expect(find(series, "oracle_signer_duration_seconds_count")).toEqual([1]);
  });

  it("are at most 500 series with 64 rounds in flight, 64 reporters, and everything that can be wrong", async () => {
    const reporters = Array.from({ length: 64 }, (_, n) => `0x${(n + 1).toString(16).padStart(40, "0")}` as const);
    const rounds = Array.from({ length: 64 }, (_, n) => ({ ...locked(BigInt(n + 1)), reporters }));
    const peers = reporters.slice(1).map((_, n) => ({ host: `peer${n}`, reporters: null, fault: "gone" }));
    const metrics = metricsOf({
      attester: operators([], peers),
      accounts: () => [account(), account({ key: "organizer" })],
      hearts: () => peers.map(({ host }) => ({ ...HEART, host })),
    });
    const reported = rounds.map((each) => ({
      ...each,
      batches: each.batches.map((one) => batch(one.index, { state: "reported", reportedAt: START })),
    }));
    for (let turn = 0; turn < 10; turn += 1) metrics.onTick(tickAt(chain(START + 1_000 + turn, rounds)));
    metrics.onTick(tickAt(chain(START + 1_012, reported)));
    metrics.onTick(tickAt(chain(START + 1_013, rounds)));
    for (let field = 0; field < 100; field += 1) metrics.onFeed({ outcome: "refused", field: `f${field}`, ms: 1 });
    const series = await scrape(metrics);
    expect(find(series, "oracle_deadline_slack_seconds")).toHaveLength(64);
    expect(find(series, "oracle_participation_missing_total")).toHaveLength(64);
    expect(series.length).toBeLessThanOrEqual(500);
  });
});
