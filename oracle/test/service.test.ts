import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { InputError } from "../src/core/errors.ts";
import { type Feed, type FeedDetails, FeedUnavailable } from "../src/feeds/feed.ts";
import { feedReader } from "../src/service/feed-view.ts";
import type { Performer } from "../src/service/perform.ts";
import { reconciler } from "../src/service/reconciler.ts";
import { tickTable } from "../src/service/table.ts";
import type { Failure, Tick } from "../src/service/tick.ts";
import { batch, chain, feedFor, ME, offer, plan, round, SETTINGS, SHEET, START, TERMS } from "./plan-world.ts";
import { appAt, DOMAIN, operators, READINESS, tickAt } from "./service-world.ts";

async function ready(latest: Tick | null, readiness = READINESS): Promise<[number, string[]]> {
  const answer = await appAt(latest, readiness).inject("/readyz");
  const { obstacles } = answer.json<{ obstacles: { code: string; remedy: string }[] }>();
  for (const { remedy } of obstacles) expect(remedy).not.toBe("");
  return [answer.statusCode, obstacles.map(({ code }) => code)];
}

describe("/livez and /readyz", () => {
  const waiting = chain(START - 10, [round()]);

  it("lives whatever happens", async () => {
    expect((await appAt(null).inject("/livez")).statusCode).toBe(200);
  });

  it("is ready with a fresh turn and nothing in the way", async () => {
    expect(await ready(tickAt(waiting))).toEqual([200, []]);
  });

  it("isn't before the first turn, nor when turns stop coming", async () => {
    expect(await ready(null)).toEqual([503, ["starting"]]);
    expect(await ready(tickAt(waiting, { finishedAt: Date.now() - 61_000 }))).toEqual([503, ["tick_overdue"]]);
  });

  it("isn't while the chain can't be read, and is again at once", async () => {
    const failures: Failure[] = [{ action: null, code: "rpc_down", message: "gone" }];
    expect(await ready(tickAt(waiting, { failures }))).toEqual([503, ["rpc_down"]]);
    expect(await ready(tickAt(waiting))).toEqual([200, []]);
  });

  it("isn't behind a node whose blocks are old, where that matters", async () => {
    const old = chain(Math.round(Date.now() / 1_000) - 400, []);
    expect(await ready(tickAt(old), { ...READINESS, maxBlockAgeSeconds: 300 })).toEqual([503, ["rpc_stale"]]);
    expect(await ready(tickAt(old))).toEqual([200, []]);
  });

  it("isn't when something due has less than a quarter of its window left", async () => {
    expect(await ready(tickAt(chain(START + 450, [round()])))).toEqual([200, []]);
    expect(await ready(tickAt(chain(START + 451, [round()])))).toEqual([503, ["deadline_near"]]);
    const near = tickAt(chain(START + 451, [round()]));
    const done = near.plan.actions.map((action) => ({
      action,
      outcome: { kind: "already_done", message: "" } as const,
    }));
    expect(await ready({ ...near, done })).toEqual([200, []]);
  });

  it("isn't when a round that could long have been opened must be opened soon", async () => {
    const unopened = (now: number): Tick => {
      const facts = chain(now, []);
      const feed = feedFor(facts, [offer({ opensAt: START - 20_000 })]);
      return tickAt(facts, { plan: plan(facts, feed, SETTINGS) });
    };
    expect(await ready(unopened(START - 10_000))).toEqual([200, []]);
    expect(await ready(unopened(START - 5_000))).toEqual([503, ["deadline_near"]]);
  });

  it("tells the time to the nearest deadline", async () => {
    const answer = await appAt(tickAt(chain(START + 100, [round()]))).inject("/readyz");
    expect(answer.json()).toMatchObject({ slackSeconds: 500 });
  });

  it("isn't while the feed is refused, or the reserve lacks something", async () => {
    const poor = chain(START, [round()], { freeReserve: 0n });
    expect(await ready(tickAt(poor))).toEqual([503, ["lock_missing_reserve"]]);
    const down = plan(
      poor,
      { rounds: { ok: false, code: "feed_refused", message: "rounds: bad" }, refused: [], sheets: new Map() },
      SETTINGS,
    );
    expect(await ready(tickAt(poor, { plan: down }))).toEqual([503, ["feed_refused", "lock_missing_reserve"]]);
  });
});

describe("/v1", () => {
  const asked: (bigint | null)[] = [];
  const app = appAt(null, READINESS, null, {
    attester: {
      ...operators(),
      attestations: (number) => {
        asked.push(number);
        return { ...DOMAIN, reporters: [ME], attestations: [] };
      },
    },
  });

  it("serves attestations of a round, or of all batches without a report", async () => {
    for (const query of ["", "?round=7"]) {
      const answer = await app.inject(`/v1/attestations${query}`);
      expect(answer.headers["content-type"]).toMatch(/^application\/json/);
      expect(answer.json()).toEqual({ ...DOMAIN, reporters: [ME], attestations: [] });
    }
    expect(asked).toEqual([null, 7n]);
  });

  it("serves evidence and disagreements, none where there is none", async () => {
    expect((await app.inject("/v1/rounds/7/evidence")).json()).toEqual({ ...DOMAIN, evidence: [] });
    expect((await app.inject("/v1/rounds/7/disagreement")).json()).toEqual({ round: "7", disagreements: [] });
  });

  it.each(["attestations?round=x", "attestations?round=0", "rounds/x/evidence", "rounds/-1/disagreement"])(
    "answers %s with 400",
    async (path) => {
      expect((await app.inject(`/v1/${path}`)).statusCode).toBe(400);
    },
  );
});

describe("/rounds", () => {
  const reported = batch(0, { state: "reported", reportedAt: START + 1_000 });
  const facts = chain(START + 1_050, [round({ state: "locked", batches: [reported, batch(1, { state: "locked" })] })], {
    finished: new Map([[0n, "void"]]),
    models: chain(START, []).models.slice(0, 1_024),
  });

  it("lists the rounds in flight and how others ended", async () => {
    const answer = await appAt(tickAt(facts)).inject("/rounds");
    expect(answer.json()).toMatchObject({
      tournament: 1,
      freeReserveNano: "1000000000000",
      rounds: [{ round: "1", state: "locked", batches: 2, locked: 1, reported: 1, settled: 0 }],
      finished: [{ round: "0", state: "void" }],
    });
  });

  it("tells a round's batches, what it waits for with the remedy, and its errors", async () => {
    const [action] = plan(chain(START, [round()]), feedFor(facts), SETTINGS).actions;
    if (action === undefined) throw new Error("nothing to do");
    const tick = tickAt(facts, { failures: [{ action, code: "funds_low", message: "no ether" }] });
    const answer = await appAt(tick).inject("/rounds/1");
    expect(answer.json()).toMatchObject({
      terms: { multipliersNano: TERMS.multipliers.map(String), clipNano: "50000000" },
      quorum: 2,
      each: [
        { batch: 0, state: "reported", reportedAt: START + 1_000, stakedNano: "8000" },
        { batch: 1, state: "locked", reportedAt: null },
      ],
      waiting: [{ code: "feed_refused" }, { code: "batches_unreported", until: START + 9_000 }],
      errors: [{ action: "lock round 1 batch 0", code: "funds_low", message: "no ether" }],
    });
    expect(answer.body).toContain("send ether");
  });

  it("tells what is still due", async () => {
    const answer = await appAt(tickAt(chain(START + 5, [round()]))).inject("/rounds/1");
    expect(answer.json()).toMatchObject({
      due: [{ action: "lock round 1 batch 0", eligibleAt: START, deadline: START + 600 }],
    });
  });

  it.each([
    ["/rounds/0", 400],
    ["/rounds/x", 400],
    ["/rounds/7", 404],
    ["/nothing", 404],
  ])("answers %s with %i", async (url, status) => {
    expect((await appAt(tickAt(facts)).inject(url)).statusCode).toBe(status);
  });

  it("knows how a finished round ended", async () => {
    const over = chain(START, [], { finished: new Map([[3n, "settled"]]) });
    expect((await appAt(tickAt(over)).inject("/rounds/3")).json()).toEqual({ round: "3", state: "settled" });
  });

  it("shows the last known state while the chain can't be read, and nothing before it was", async () => {
    const blind = tickAt(facts, { facts: null, plan: { actions: [], waiting: [], notes: [] } });
    expect((await appAt(blind, READINESS, tickAt(facts)).inject("/rounds/1")).statusCode).toBe(200);
    expect((await appAt(blind, READINESS, null).inject("/rounds")).statusCode).toBe(503);
  });
});

describe("reading the feed", () => {
  const locked = chain(START + 1_000, [round({ state: "locked", batches: [batch(0, { state: "locked" })] })]);
  const details = (digest: string): FeedDetails => ({
    tournament: 8,
    number: 1n,
    resolved: true,
    digest: `0x${digest}`,
    models: SHEET.models.map((model) => ({ ...model, id: model.name, stake: 0n, raw: {}, settled: null })),
  });
  const rounds = () =>
    Promise.resolve({
      rounds: [{ ...offer(), tournament: 8, status: "resolved", scoreNames: ["a", "b"] } as const],
      refused: [],
    });
  const answering = (...answers: (() => Promise<FeedDetails>)[]): Feed => ({
    rounds,
    details: () => answers.shift()?.() ?? Promise.reject(new Error("asked too often")),
  });
  const reader = (feed: Feed, settleSeconds = 0, now?: () => number) =>
    feedReader({ feed, settings: SETTINGS, timeoutMs: 50, settleSeconds, ...(now && { now }) });
  const view = (feed: Feed, facts = locked) => reader(feed)(facts, () => false);
  const same = () => Promise.resolve(details("01"));

  it("reads scores twice", async () => {
    const { sheets } = await view(answering(same, same));
    expect(sheets.get(1n)).toMatchObject({ ok: true });
  });

  it("refuses scores that change between the readings", async () => {
    const { sheets } = await view(answering(same, () => Promise.resolve(details("02"))));
    expect(sheets.get(1n)).toMatchObject({
      ok: false,
      code: "feed_changed",
      message: "two readings differ: 0x01, then 0x02",
    });
  });

  describe("at a distance", () => {
    let clock = 0;
    const seen = async (read: ReturnType<typeof reader>, seconds: number, facts = locked) => {
      clock = seconds * 1_000;
      const sheet = (await read(facts, () => false)).sheets.get(1n);
      return sheet?.ok === true ? sheet.value.readAt : sheet?.code;
    };
    const far = (...answers: (() => Promise<FeedDetails>)[]) => reader(answering(...answers), 60, () => clock);
    const other = () => Promise.resolve(details("02"));
    const down = () => Promise.reject(new FeedUnavailable("HTTP 502"));

    it("confirms what it read once by a later turn, not before", async () => {
      const read = far(same, same, same, same);
      expect(await seen(read, 100)).toBe("feed_confirming");
      expect(await seen(read, 159)).toBe("feed_confirming");
      expect(await seen(read, 160)).toBe(160);
      expect(await seen(read, 161)).toBe(161);
    });

    it("waits anew for another answer, before and after a confirmation", async () => {
      const read = far(same, other, other, other, same, same, same);
      expect(await seen(read, 0)).toBe("feed_confirming");
      expect(await seen(read, 30)).toBe("feed_changed");
      expect(await seen(read, 89)).toBe("feed_confirming");
      expect(await seen(read, 90)).toBe(90);
      expect(await seen(read, 91)).toBe("feed_changed");
      expect(await seen(read, 150)).toBe("feed_confirming");
      expect(await seen(read, 151)).toBe(151);
    });

    it("never confirms a value that flips from turn to turn", async () => {
      const read = far(...Array.from({ length: 20 }, (_, turn) => (turn % 2 === 0 ? same : other)));
      const codes = [];
      for (let turn = 0; turn < 20; turn += 1) codes.push(await seen(read, turn * 100));
      expect(codes).toEqual(["feed_confirming", ...Array.from({ length: 19 }, () => "feed_changed")]);
    });

    it("is not set back by an outage between, and a restart forgets", async () => {
      const read = far(same, down, same);
      expect(await seen(read, 0)).toBe("feed_confirming");
      expect(await seen(read, 30)).toBe("feed_down");
      expect(await seen(read, 60)).toBe(60);
      expect(await seen(far(same), 61)).toBe("feed_confirming");
    });

    it("doesn't count the time before the scores are final, nor that of an earlier attempt", async () => {
      const open = () => Promise.resolve({ ...details("01"), resolved: false });
      const read = far(open, same, same);
      expect(await seen(read, 0)).toBe(0);
      expect(await seen(read, 60)).toBe("feed_confirming");
      await seen(
        read,
        61,
        chain(START + 1_000, [round({ state: "locked", batches: [batch(0, { state: "reported" })] })]),
      );
      expect(await seen(read, 200)).toBe("feed_confirming");
    });
  });

  it("doesn't ask for scores that nothing is due for", async () => {
    expect((await view(answering(), chain(START, [round()]))).sheets.size).toBe(0);
  });

  it.each<[string, () => Promise<FeedDetails>, string, RegExp]>([
    ["a hanging feed", () => new Promise(() => undefined), "feed_down", /no answer in 0\.05 s/],
    ["a feed that is down", () => Promise.reject(new FeedUnavailable("HTTP 502")), "feed_down", /HTTP 502/],
    [
      "a bad field",
      () => Promise.reject(new InputError("models[3].mmc", "bad")),
      "feed_refused",
      /models\[3\]\.mmc: bad/,
    ],
  ])("turns %s into a reason", async (_, answer, code, message) => {
    for (const feed of [answering(answer), answering(same, answer)]) {
      const sheet = (await view(feed)).sheets.get(1n);
      expect(sheet).toMatchObject({ ok: false, code });
      expect(sheet?.ok === false && sheet.message).toMatch(message);
    }
  });

  it("stops asking when its time is spent", async () => {
    const { sheets } = await reader(answering())(locked, () => true);
    expect(sheets.size).toBe(0);
  });
});

describe("a turn", () => {
  const facts = chain(START, [round(), round({ number: 2n })]);
  const feed: Feed = {
    rounds: () => Promise.resolve({ rounds: [], refused: [] }),
    details: () => Promise.reject(new Error("not asked")),
  };
  const lines: { level: number; code?: string; remedy?: string; msg: string }[] = [];
  const log = pino(
    { level: "debug" },
    { write: (line: string) => lines.push(JSON.parse(line) as (typeof lines)[number]) },
  );
  const readFeed = feedReader({ feed, settings: SETTINGS, timeoutMs: 100, settleSeconds: 0 });
  const options = { readFeed, attester: operators(), settings: SETTINGS, log, pollIntervalMs: 10, tickBudgetMs: 1_000 };
  const hash = `0x${"1".repeat(64)}` as const;

  it("goes on after an action that failed", async () => {
    const perform: Performer = ([first, second]) =>
      Promise.resolve([
        ...(first === undefined ? [] : [{ action: first, error: new Error("boom at https://node/secret-canary") }]),
        ...(second === undefined ? [] : [{ action: second, outcome: { kind: "done", hash, gasUsed: 1n } as const }]),
      ]);
    const { done, failures } = await reconciler({
      ...options,
      readFacts: () => Promise.resolve(facts),
      perform,
    }).tick();
    expect(done.map(({ action }) => action.round)).toEqual([2n]);
    expect(failures).toMatchObject([{ code: "bug" }]);
    expect(failures[0]?.message).toContain("boom");
    expect(failures[0]?.message).not.toContain("secret-canary");
  });

  it("never ends for an error, and logs each only once, with a remedy where somebody must act", async () => {
    lines.length = 0;
    const stop = new AbortController();
    let turns = 0;
    const readFacts = () => {
      turns += 1;
      if (turns === 4) stop.abort();
      return Promise.reject(new TypeError("nobody thought of this"));
    };
    await reconciler({ ...options, readFacts, perform: () => Promise.reject(new Error("unused")) }).run(stop.signal);
    expect(turns).toBe(4);
    const errors = lines.filter(({ level }) => level >= 50);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code: "bug" });
    expect(errors[0]?.remedy).toBeTruthy();
  });

  it("says until when something may be started, and takes what was not for still due", async () => {
    let until = 0;
    const turn = await reconciler({
      ...options,
      tickBudgetMs: 30,
      readFacts: () => Promise.resolve(facts),
      perform: (actions, end) => {
        until = end;
        return Promise.resolve(
          actions.slice(0, 1).map((action) => ({ action, outcome: { kind: "done", hash, gasUsed: 1n } })),
        );
      },
    }).tick();
    expect(until).toBe(turn.startedAt + 30);
    expect(turn.plan.actions).toHaveLength(2);
    expect(turn.done).toHaveLength(1);
    expect(turn.failures).toEqual([]);
  });

  it("is told to people line by line", () => {
    const table = tickTable(
      tickAt(
        chain(START + 5, [round(), round({ number: 2n, schedule: { ...round().schedule, closesAt: START + 60 } })]),
      ),
    );
    expect(table).toContain("block 5 at 1970-01-12T13:46:45Z");
    expect(table).toContain("waits  round_open  round 2 takes stakes until it closes (until 1970-01-12T13:47:40Z)");
  });
});

describe("a failure in the table", () => {
  it.each(["The request timed out.", "The request timed out"])("ends its message %j once", (message) => {
    const table = tickTable(tickAt(chain(START, []), { failures: [{ action: null, code: "rpc_down", message }] }));
    expect(table).toContain("rpc_down: The request timed out. check the node");
  });
});
