import { afterEach, describe, expect, it, vi } from "vitest";
import type { ChainFacts } from "../src/core/facts.ts";
import { auditInThread } from "../src/service/audit-in-thread.ts";
import {
  AGAIN_MS,
  AUDITED_AT_START,
  auditor,
  type AuditorOptions,
  type Audits,
  FIRST_AUDIT_MS,
  MOST_TRIES,
} from "../src/service/auditor.ts";
import type { RoundAudit } from "../src/service/round-audit.ts";
import { chain, START } from "./plan-world.ts";
import { buildWorld, ROUND, type World } from "./reconciler-world.ts";
import { appAt, metricsOf, READINESS, scrape, tickAt } from "./service-world.ts";

const HOUR = 3_600;

/** A chain at a block, the one before it final, with rounds settled. */
function settled(block: bigint, ...rounds: readonly bigint[]): ChainFacts {
  const finished = new Map(rounds.map((round) => [round, "settled"] as const));
  return chain(START, [], { finished, block: { ...chain(START, []).block, number: block }, finalized: block - 1n });
}

const verdict = (round: bigint, changes: Partial<RoundAudit> = {}): RoundAudit => ({
  round,
  verdict: "clean",
  batches: 2,
  positions: 7,
  findings: [],
  ...changes,
});
const finding = {
  subject: "payout",
  batch: 0,
  position: 4,
  message: "position 4, payout: 1 NMR was settled, the formula gives 2",
} as const;
const differing = { verdict: "differs", findings: [{ verdict: "difference", ...finding }] } as const;
const unknown = { verdict: "unknown", findings: [{ verdict: "unknown", ...finding }] } as const;

/** An auditor past its first minute, on a clock of the test's. */
function auditing(audit: AuditorOptions["audit"]) {
  const clock = { now: 0 };
  const asked: bigint[][] = [];
  const told: RoundAudit[] = [];
  const audits = auditor({
    audit: (rounds) => {
      asked.push([...rounds]);
      return audit(rounds);
    },
    onAudit: (each) => void told.push(each),
    now: () => clock.now,
  });
  clock.now = FIRST_AUDIT_MS;
  /** Looks, and lets what was started end. */
  const look = async (facts: ChainFacts, isIdle = true): Promise<string[]> => {
    const codes = audits.look(facts, isIdle).map(({ code }) => code);
    await new Promise((resolve) => setImmediate(resolve));
    return codes;
  };
  return { audits, asked, told, clock, look };
}

const clean: AuditorOptions["audit"] = (rounds) => Promise.resolve(rounds.map((round) => verdict(round)));

describe("settled rounds", () => {
  it("are proved once each, when final and when the turn has nothing else to do", async () => {
    const { asked, told, look, audits } = auditing(clean);
    await look(settled(10n));
    await look(settled(11n, 1n));
    expect(asked).toEqual([]);
    await look(settled(12n, 1n), false);
    expect(asked).toEqual([]);
    for (let block = 12n; block < 20n; block += 1n) expect(await look(settled(block, 1n))).toEqual([]);
    expect(asked).toEqual([[1n]]);
    await look(settled(20n, 1n, 3n, 2n));
    await look(settled(21n, 1n, 3n, 2n));
    expect(asked).toEqual([[1n], [3n, 2n]]);
    expect(told.map(({ round }) => round)).toEqual([1n, 3n, 2n]);
    expect(audits.latest.map(({ round }) => round)).toEqual([2n, 3n, 1n]);
  });

  it("of earlier lives are proved again up to a bound, not in a life's first minute, and void ones never", async () => {
    const many = Array.from({ length: 40 }, (_, index) => BigInt(40 - index));
    const { asked, clock, look } = auditing(clean);
    clock.now = FIRST_AUDIT_MS - 1;
    const facts = (block: bigint) => {
      const { finished, ...rest } = settled(block, ...many);
      return { ...rest, finished: new Map([...finished, [41n, "void"] as const]) };
    };
    await look(facts(10n));
    await look(facts(11n));
    expect(asked).toEqual([]);
    clock.now = FIRST_AUDIT_MS;
    for (let block = 12n; block < 20n; block += 1n) await look(facts(block));
    expect(asked.flat().toSorted()).toEqual([38n, 39n, 40n]);
    expect(asked.flat()).toHaveLength(AUDITED_AT_START);
  });

  it("that a reorganisation takes back are not proved before they are final again", async () => {
    const { asked, look } = auditing(clean);
    await look(settled(10n));
    await look(settled(11n, 1n));
    await look(settled(12n));
    await look(settled(13n, 1n));
    expect(asked).toEqual([]);
    await look(settled(14n, 1n));
    expect(asked).toEqual([[1n]]);
  });

  it("wait for an audit under way, however long it takes, and hold up no turn", async () => {
    const { asked, look } = auditing(() => new Promise(() => undefined));
    await look(settled(10n));
    await look(settled(11n, 1n));
    for (let block = 12n; block < 20n; block += 1n) expect(await look(settled(block, 1n, 2n))).toEqual([]);
    expect(asked).toEqual([[1n]]);
  });

  it("that differ are told once, with the first difference", async () => {
    const { audits, look, told } = auditing(([round = 0n]) => Promise.resolve([verdict(round, differing)]));
    await look(settled(10n));
    await look(settled(11n, 1n));
    await look(settled(12n, 1n));
    const failures = audits.look(settled(13n, 1n), true);
    expect(failures).toMatchObject([{ action: null, code: "audit_mismatch" }]);
    expect(failures[0]?.message).toMatch(/^difference: round 1 batch 0 position 4, payout: .*; 0 more like it$/);
    expect(audits.look(settled(14n, 1n), true)).toEqual([]);
    expect(told).toHaveLength(1);
  });

  it.each<[string, AuditorOptions["audit"]]>([
    ["can't be proved", ([round = 0n]) => Promise.resolve([verdict(round, unknown)])],
    [
      "are no longer settled for the node that is asked",
      ([round = 0n]) => Promise.resolve([verdict(round, { verdict: "open" })]),
    ],
    ["lose their audit", () => Promise.reject(new Error("gone at https://node/secret-canary"))],
  ])("that %s are tried again later, a few times, and then told", async (_, audit) => {
    const { asked, clock, look, audits, told } = auditing(audit);
    await look(settled(10n));
    for (let block = 11n; block < 60n; block += 1n) {
      const codes = await look(settled(block, 1n));
      if (asked.length < MOST_TRIES || codes.length > 0) clock.now += AGAIN_MS / 4;
      if (codes.length > 0) expect(codes).toEqual(["audit_unproved"]);
    }
    expect(asked).toEqual(Array.from({ length: MOST_TRIES }, () => [1n]));
    expect(told).toHaveLength(1);
    expect(audits.latest).toHaveLength(1);
    expect(JSON.stringify(told.map(({ findings }) => findings))).not.toContain("canary");
  });

  it("are counted, and shown by the page's answer and by GraphQL", async () => {
    const metrics = metricsOf();
    const latest = [verdict(8n, differing), verdict(7n)];
    for (const each of [...latest.toReversed(), verdict(9n, unknown)]) metrics.onAudit(each);
    const series = await scrape(metrics);
    const value = (name: string, result?: string) =>
      series.find((each) => each.name === name && each.labels["result"] === result)?.value;
    expect(value("oracle_audit_mismatch_total")).toBe(1);
    for (const result of ["clean", "differs", "unknown"]) expect(value("oracle_audit_batches_total", result)).toBe(2);
    expect(value("oracle_audit_last_round")).toBe(9);
    const tick = tickAt();
    const app = appAt(tick, READINESS, tick, { audits: { latest } });
    const text = "difference: round 8 batch 0 position 4, payout: 1 NMR was settled, the formula gives 2";
    const shown = { round: "8", verdict: "differs", batches: 2, positions: 7, differences: 1, findings: [text] };
    expect((await app.inject("/status")).json()).toMatchObject({ audits: [shown, { round: "7", verdict: "clean" }] });
    const query = "{ audits(first: 1) { round verdict batches positions differences findings } }";
    expect((await app.inject({ method: "POST", url: "/graphql", payload: { query } })).json()).toEqual({
      data: { audits: [shown] },
    });
    const tooMany = await app.inject({
      method: "POST",
      url: "/graphql",
      payload: { query: "{ audits(first: 65) { round } }" },
    });
    expect(tooMany.body).toContain("must be from 1 to 64");
  });
});

describe("on a real chain", { timeout: 120_000 }, () => {
  let world: World;
  afterEach(() => {
    vi.useRealTimers();
    return world.close();
  });

  /** Looks until an audit has come to its end. */
  async function ended(audits: Audits, facts: ChainFacts): Promise<string[]> {
    for (let looks = 0; looks < 600; looks += 1) {
      const codes = audits.look(facts, true).map(({ code }) => code);
      if (audits.latest.length > 0) return [...codes, ...audits.look(facts, true).map(({ code }) => code)];
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("the audit doesn't end");
  }

  it("a settled round is proved in a thread beside the turns, and a feed that says something else since is found out", async () => {
    world = await buildWorld({ positions: 5 });
    const turn = async (at?: number) => {
      if (at !== undefined) await world.moveTo(at);
      expect((await world.oracle().reconciler.tick()).failures).toEqual([]);
    };
    await turn();
    await turn(world.times.closesAt);
    await turn(world.times.resolvesAt);
    await turn(world.times.resolvesAt + HOUR + 60);
    const facts = await world.oracle().readFacts();
    expect(facts.finished).toEqual(new Map([[ROUND, "settled"]]));
    const fresh = () => {
      let now = 0;
      const metrics = metricsOf();
      const audits = auditor({
        audit: auditInThread(world.config()),
        onAudit: metrics.onAudit,
        now: () => (now += FIRST_AUDIT_MS),
      });
      return { audits, metrics };
    };
    const good = fresh();
    expect(await ended(good.audits, facts)).toEqual([]);
    expect(good.audits.latest).toMatchObject([
      { round: ROUND, verdict: "clean", batches: 1, positions: 5, findings: [] },
    ]);
    world.writeRound((file) => ({
      ...file,
      roundDetails: {
        ...file.roundDetails,
        models: file.roundDetails.models.map((model, index) => (index === 2 ? { ...model, mmc: 0.5 } : model)),
      },
    }));
    const bad = fresh();
    expect(await ended(bad.audits, facts)).toEqual(["audit_mismatch"]);
    expect(bad.audits.latest[0]?.findings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^position 2, model m2 .* was reported, the feed gives 0\.5$/),
    ]);
    const series = await scrape(bad.metrics);
    expect(series.find(({ name }) => name === "oracle_audit_mismatch_total")?.value).toBe(1);
  });

  it("a running service does so by itself once a minute is over, and not before", async () => {
    world = await buildWorld({ positions: 3 });
    vi.useFakeTimers({ toFake: ["Date"] });
    const oracle = world.oracle();
    const turn = async (at?: number) => {
      if (at !== undefined) await world.moveTo(at);
      return oracle.reconciler.tick();
    };
    for (const at of [undefined, world.times.closesAt, world.times.resolvesAt, world.times.resolvesAt + HOUR + 60])
      await turn(at);
    await turn();
    expect(oracle.audits.latest).toEqual([]);
    vi.setSystemTime(Date.now() + FIRST_AUDIT_MS);
    await turn();
    for (let wait = 0; wait < 600 && oracle.audits.latest.length === 0; wait += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(oracle.audits.latest).toMatchObject([{ round: ROUND, verdict: "clean" }]);
  });
});
