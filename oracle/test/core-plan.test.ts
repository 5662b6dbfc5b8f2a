import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Action, ReasonCode } from "../src/core/actions.ts";
import type { BatchFacts, ChainFacts, FeedView, RoundFacts, Settings } from "../src/core/facts.ts";
import { earmarkDown } from "../src/core/payout.ts";
import { wantedSheets } from "../src/core/steps/report.ts";
import { hashWords, packStakes, unpackScores, unpackStakes } from "../src/core/words.ts";
import {
  apply,
  batch,
  chain,
  chains,
  feedFor,
  ME,
  offer,
  plan,
  REPORTERS,
  round,
  SETTINGS,
  SHEET,
  START,
  TERMS,
} from "./plan-world.ts";

const RUNS = { numRuns: 400 };

function key(action: Action): string {
  return `${action.kind} ${action.round.toString()} ${"batch" in action ? action.batch : ""}`;
}

function keys(facts: ChainFacts, feed: FeedView = feedFor(facts), settings: Settings = SETTINGS): string[] {
  return plan(facts, feed, settings).actions.map(key);
}

function codes(facts: ChainFacts, feed: FeedView = feedFor(facts), settings: Settings = SETTINGS): ReasonCode[] {
  return plan(facts, feed, settings).waiting.map(({ code }) => code);
}

/** What the contract would take at this moment, by the text of the protocol (its windows and edges), not by the plan. */
function allowed(facts: ChainFacts): string[] {
  const t = facts.block.timestamp;
  let free = facts.freeReserve;
  let inFlight = facts.roundsInFlight;
  return facts.rounds.flatMap((each) => {
    const { closesAt, lockedBy, resolvesAt, settledBy, disputeWindow } = each.schedule;
    const whole = each.batches.every(({ state }) => state !== "unlocked");
    if (t >= (whole ? settledBy : lockedBy)) return [`void ${each.number.toString()} `];
    const named = (kind: string, { index }: BatchFacts): string => `${kind} ${each.number.toString()} ${index}`;
    if (!whole) {
      if (t < closesAt || (each.state === "open" && inFlight >= facts.limits.maxRoundsInFlight)) return [];
      if (each.state === "open") inFlight += 1;
      return each.batches
        .filter(({ state }) => state === "unlocked")
        .flatMap((each_) => {
          const needed = earmarkDown(
            unpackStakes(each_.stakes).reduce((a, b) => a + b, 0n),
            each.terms,
          );
          if (needed > free) return [];
          free -= needed;
          return [named("lock", each_)];
        });
    }
    const missing = each.batches.filter(({ state }) => state === "locked");
    if (missing.length > 0) {
      return t >= resolvesAt && t + disputeWindow + 3_600 <= settledBy ? missing.map((b) => named("report", b)) : [];
    }
    return each.batches
      .filter(({ state, reportedAt }) => state === "reported" && t >= reportedAt + disputeWindow)
      .map((b) => named("settle", b));
  });
}

function roundOf(facts: ChainFacts, number: bigint): RoundFacts {
  const found = facts.rounds.find((each) => each.number === number);
  if (found === undefined) throw new Error(`no round ${number.toString()}`);
  return found;
}

describe("plan", () => {
  it("wants exactly what the contract would take, at, before and after every edge", () => {
    fc.assert(
      fc.property(chains, (facts) => {
        expect(keys(facts).toSorted()).toEqual(allowed(facts).toSorted());
      }),
      RUNS,
    );
  });

  it("never wants the same action twice, and never one again that was carried out", () => {
    fc.assert(
      fc.property(chains, (start) => {
        const seen = new Set<string>();
        let facts = start;
        // A void may make room for a lock; nothing else follows at the same moment but a settlement without a window.
        for (let turn = 0; turn < 4; turn += 1) {
          const { actions } = plan(facts, feedFor(facts), SETTINGS);
          for (const action of actions) {
            expect(seen).not.toContain(key(action));
            seen.add(key(action));
            facts = apply(facts, action);
          }
        }
        expect(keys(facts)).toEqual([]);
      }),
      RUNS,
    );
  });

  it("gives the same plan for the same facts", () => {
    fc.assert(
      fc.property(chains, (facts) => {
        expect(plan(facts, feedFor(facts), SETTINGS)).toEqual(plan(structuredClone(facts), feedFor(facts), SETTINGS));
      }),
      RUNS,
    );
  });

  it("wants everything inside its window, most urgent first", () => {
    fc.assert(
      fc.property(chains, (facts) => {
        const { actions } = plan(facts, feedFor(facts), SETTINGS);
        for (const { eligibleAt, deadline } of actions) {
          expect(eligibleAt).toBeLessThanOrEqual(facts.block.timestamp);
          expect(deadline ?? Infinity).toBeGreaterThan(facts.block.timestamp);
        }
        const deadlines = actions.map(({ deadline }) => deadline ?? Infinity);
        expect(deadlines).toEqual(deadlines.toSorted((a, b) => (a === b ? 0 : a - b)));
      }),
      RUNS,
    );
  });

  it("opens rounds in the order of their numbers, in whatever order the feed lists them", () => {
    const numbers = fc.uniqueArray(fc.bigInt(1n, 50n), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(numbers, (listed) => {
        const facts = chain(START - 10_000, []);
        const feed = feedFor(
          facts,
          listed.map((number) => offer({ number })),
        );
        const opened = listed.toSorted((a, b) => Number(a - b)).map((number) => `open ${number.toString()} `);
        expect(keys(facts, feed)).toEqual(opened);
      }),
    );
  });

  it("explains every round in flight for which it wants nothing", () => {
    fc.assert(
      fc.property(chains, (facts) => {
        const { actions, waiting } = plan(facts, feedFor(facts), SETTINGS);
        for (const { number } of facts.rounds) {
          const said = [...actions, ...waiting].filter((each) => each.round === number);
          expect(said.length).toBeGreaterThan(0);
        }
      }),
      RUNS,
    );
  });

  it("carries a round through its life, one window after the other", () => {
    let facts = chain(START - 10_000, []);
    const offers = [offer({ closesAt: START, resolvesAt: START + 1_000 })];
    const at = (timestamp: number): string[] => {
      facts = { ...facts, block: { ...facts.block, timestamp } };
      const { actions } = plan(facts, feedFor(facts, facts.latestRound === 0n ? offers : []), SETTINGS);
      facts = actions.reduce(apply, facts);
      return actions.map(key);
    };
    expect(at(START - 10_000)).toEqual(["open 1 "]);
    expect(at(START - 1)).toEqual([]);
    expect(at(START)).toEqual(["lock 1 0"]);
    expect(at(START + 999)).toEqual([]);
    expect(at(START + 1_000)).toEqual(["report 1 0"]);
    expect(at(START + 1_099)).toEqual([]);
    expect(at(START + 1_100)).toEqual(["settle 1 0"]);
    expect(facts.finished).toEqual(new Map([[1n, "settled"]]));
  });
});

describe("plan: opening", () => {
  const early = chain(START - 10_000, []);

  it("opens what the feed offers, lowest number first, with the feed's terms and the operator's windows", () => {
    const feed = feedFor(early, [offer({ number: 3n }), offer({ number: 2n, closesAt: START - 500 })]);
    const { actions } = plan(early, feed, SETTINGS);
    expect(actions.map(key)).toEqual(["open 2 ", "open 3 "]);
    expect(actions[1]).toMatchObject({
      terms: TERMS,
      schedule: {
        closesAt: START,
        lockedBy: START + 600,
        resolvesAt: START + 1_000,
        settledBy: START + 21_000,
        disputeWindow: 100,
      },
    });
  });

  it.each([
    [START - 3_600 - 60, ["open 1 "]],
    [START - 3_600 - 59, []],
  ])("leaves an hour's notice and the margin: at %i it wants %j", (now, wanted) => {
    const facts = chain(now, []);
    expect(keys(facts, feedFor(facts, [offer()]))).toEqual(wanted);
  });

  it("leaves alone what is open already, what is older, and what has closed", () => {
    const facts = chain(START - 10_000, [], { latestRound: 5n });
    const past = offer({ number: 9n, closesAt: START - 10_000 });
    expect(plan(facts, feedFor(facts, [offer({ number: 5n }), offer({ number: 4n }), past]), SETTINGS)).toEqual({
      actions: [],
      waiting: [],
      notes: [],
    });
  });

  it.each<[string, Partial<Settings>, Partial<ChainFacts>, ReasonCode]>([
    ["no organizer key", { organizer: null }, {}, "not_organizer"],
    ["another's key", { organizer: REPORTERS[0] ?? ME }, {}, "not_organizer"],
    ["a lock window beyond the resolution", { lockWindow: 1_001 }, {}, "schedule_impossible"],
    ["a clip above the limit", {}, { limits: { ...early.limits, maxClip: TERMS.clip - 1n } }, "terms_out_of_limits"],
    [
      "an exposure above the limit",
      {},
      { limits: { ...early.limits, maxExposure: TERMS.exposure - 1n } },
      "terms_out_of_limits",
    ],
    ["a round longer than the limit", {}, { limits: { ...early.limits, maxDuration: 20_999 } }, "terms_out_of_limits"],
    [
      "a dispute window below the limit",
      {},
      { limits: { ...early.limits, minDisputeWindow: 101 } },
      "terms_out_of_limits",
    ],
  ])("doesn't open with %s", (_, settings, changes, code) => {
    const facts = { ...early, ...changes };
    const { actions, waiting } = plan(facts, feedFor(facts, [offer()]), { ...SETTINGS, ...settings });
    expect(actions).toEqual([]);
    expect(waiting.map((reason) => reason.code)).toEqual([code]);
  });
});

describe("plan: locking", () => {
  it("says what the reserve lacks", () => {
    const facts = chain(START, [round()], { freeReserve: 399n });
    const { actions, waiting } = plan(facts, feedFor(facts), SETTINGS);
    expect(actions).toEqual([]);
    expect(waiting).toMatchObject([{ code: "lock_missing_reserve", until: START + 600 }]);
    expect(waiting[0]?.message).toContain("0.000000001 NMR");
    expect(keys(chain(START, [round()], { freeReserve: 400n }))).toEqual(["lock 1 0"]);
  });

  it("waits while the limit of rounds in flight is reached, but goes on with a round that is begun", () => {
    const full = { roundsInFlight: 8 };
    expect(codes(chain(START, [round()], full))).toEqual(["too_many_in_flight"]);
    const begun = round({ state: "locking", batches: [batch(0, { state: "locked" }), batch(1)] });
    expect(keys(chain(START, [begun], full))).toEqual(["lock 1 1"]);
  });

  it("gives what one batch or round takes to no other", () => {
    const two = round({ batches: [batch(0), batch(1)] });
    expect(keys(chain(START, [two], { freeReserve: 799n }))).toEqual(["lock 1 0"]);
    expect(keys(chain(START, [two], { freeReserve: 800n }))).toEqual(["lock 1 0", "lock 1 1"]);
    const rounds = [round(), round({ number: 2n })];
    expect(keys(chain(START, rounds, { roundsInFlight: 7 }))).toEqual(["lock 1 0"]);
    expect(keys(chain(START, rounds, { roundsInFlight: 6 }))).toEqual(["lock 1 0", "lock 2 0"]);
  });

  it("waits for a round without positions until it can be voided", () => {
    const empty = round({ batches: [] });
    expect(codes(chain(START, [empty]))).toEqual(["no_positions"]);
    expect(keys(chain(START + 600, [empty]))).toEqual(["void 1 "]);
  });
});

describe("plan: reporting", () => {
  const stakes = packStakes([1_000n, 0n, 3_000n, 4_000n]);
  const locked = round({
    state: "locked",
    batches: [batch(0, { state: "locked", stakes, stakesHash: hashWords(stakes) })],
  });
  const facts = chain(START + 1_000, [locked]);
  const refused = (feed: FeedView): [ReasonCode[], string[]] => [codes(facts, feed), keys(facts, feed)];
  const sheet = (models: typeof SHEET.models, resolved = true): FeedView => ({
    ...feedFor(facts),
    sheets: new Map([[1n, { ok: true, value: { ...SHEET, resolved, models } }]]),
  });
  const onlyReport = (feed: FeedView, changes: Partial<ChainFacts> = {}) => {
    const { actions } = plan({ ...facts, ...changes }, feed, SETTINGS);
    const [action] = actions;
    if (action?.kind !== "report") throw new Error(`not a report: ${JSON.stringify(actions.map(key))}`);
    return action;
  };

  it("gives each staked position its model's scores, and zeros to a lane without a stake", () => {
    const report = onlyReport(feedFor(facts));
    expect(unpackScores(report.scores)).toEqual([
      [0n, -1n],
      [0n, 0n],
      [2n, -1n],
      [3n, -1n],
    ]);
    expect(report.scoresHash).toBe(hashWords(report.scores));
    expect(report.signatures).toMatchObject([
      { index: 0, address: REPORTERS[0] },
      { index: 1, address: REPORTERS[1] },
    ]);
  });

  it.each<[bigint | null, ReasonCode[], string[]]>([
    [4n, [], ["report 1 0", "report 1 1"]],
    [5n, ["lock_unfinalized"], []],
    [null, ["lock_unfinalized"], []],
  ])("signs for a lock in block %s, 4 being the latest final one: waits for %j", (lockedAtBlock, reasons, wanted) => {
    const later = batch(1, { state: "locked", stakes, stakesHash: hashWords(stakes), lockedAtBlock });
    const both = chain(START + 1_000, [{ ...locked, batches: [...locked.batches, later] }], { finalized: 4n });
    expect([codes(both), keys(both)]).toEqual([reasons, wanted]);
    expect(wantedSheets(both, feedFor(both), SETTINGS)).toEqual(wanted.length > 0 ? [1n] : []);
  });

  it("names the batch and both blocks that it waits for", () => {
    const { waiting } = plan({ ...facts, finalized: 2n }, feedFor(facts), SETTINGS);
    expect(waiting[0]?.message).toMatch(/lock of batch 0 is final: it is in block 3, the latest final one is 2/);
  });

  it("settles what is reported whether or not its lock is final: nothing is signed for it", () => {
    const reported = batch(0, { state: "reported", stakes, reportedAt: START + 1_000, lockedAtBlock: 9n });
    expect(keys(chain(START + 1_100, [round({ state: "locked", batches: [reported] })]))).toEqual(["settle 1 0"]);
  });

  it("gives zeros to a model without a score", () => {
    const models = SHEET.models.map((each, index) => (index === 2 ? { ...each, scores: null } : each));
    expect(unpackScores(onlyReport(sheet(models as typeof SHEET.models)).scores)[2]).toEqual([0n, 0n]);
  });

  it("reads the scores of a later batch from its own positions", () => {
    const two = round({
      ...locked,
      batches: [...locked.batches, batch(1, { state: "locked", stakes, stakesHash: hashWords(stakes) })],
    });
    const both = chain(START + 1_000, [two]);
    const [, second] = plan(both, feedFor(both), SETTINGS).actions;
    // Position 1,024 is the second model of seven.
    expect(second?.kind === "report" && unpackScores(second.scores)[0]).toEqual([2n, -1n]);
  });

  it("refuses a sheet without a model that the registrar granted, and names it", () => {
    const { actions, waiting } = plan(facts, sheet(SHEET.models.toSpliced(2, 1)), SETTINGS);
    expect(actions).toEqual([]);
    expect(waiting.map(({ code }) => code)).toEqual(["feed_refused"]);
    expect(waiting[0]?.message).toContain(SHEET.models[2]?.model);
    expect(waiting[0]?.message).toContain("position 2");
  });

  it("scores an unlisted model 0 in a tournament open to anyone, and notes it", () => {
    const open = { ...facts, hasRegistrar: false };
    const { actions, notes } = plan(open, sheet(SHEET.models.toSpliced(2, 1)), SETTINGS);
    expect(actions.map(key)).toEqual(["report 1 0"]);
    expect(notes.map(({ code }) => code)).toEqual(["unknown_model"]);
    expect(notes[0]?.message).toContain(`2 (${SHEET.models[2]?.model ?? ""})`);
  });

  it("doesn't mind an unlisted model without a stake", () => {
    expect(onlyReport(sheet(SHEET.models.toSpliced(1, 1))).batch).toBe(0);
  });

  it("refuses a model listed twice", () => {
    expect(refused(sheet([...SHEET.models, ...SHEET.models.slice(0, 1)]))).toEqual([["feed_refused"], []]);
  });

  it("doesn't take a fault of its own for one of the feed", () => {
    expect(() => refused(sheet(null as never))).toThrow(TypeError);
  });

  it("reports no batch of a round where one of them is refused", () => {
    const broken = batch(1, { state: "locked", stakes, stakesHash: hashWords(stakes) });
    const two = chain(START + 1_000, [round({ ...locked, batches: [...locked.batches, broken] })], {
      models: facts.models.slice(0, 1_024),
    });
    expect(codes(two)).toEqual(["feed_refused"]);
    expect(keys(two)).toEqual([]);
  });

  it.each<[string, FeedView, ReasonCode]>([
    [
      "a feed that is down",
      { rounds: { ok: false, code: "feed_down", message: "" }, refused: [], sheets: new Map() },
      "feed_down",
    ],
    ["a feed without the round", { rounds: { ok: true, value: [] }, refused: [], sheets: new Map() }, "feed_missing"],
    [
      "a round that isn't final",
      { rounds: { ok: true, value: [offer({ resolved: false })] }, refused: [], sheets: new Map() },
      "feed_unsettled",
    ],
    ["a sheet that isn't final", sheet(SHEET.models, false), "feed_unsettled"],
    ["a sheet that wasn't read", { ...feedFor(facts), sheets: new Map() }, "feed_down"],
    [
      "a sheet that was refused",
      { ...feedFor(facts), sheets: new Map([[1n, { ok: false, code: "feed_refused", message: "" }]]) },
      "feed_refused",
    ],
    [
      "two readings that differ",
      { ...feedFor(facts), sheets: new Map([[1n, { ok: false, code: "feed_changed", message: "" }]]) },
      "feed_changed",
    ],
    [
      "a round that the feed's list has wrong, though its scores are there",
      {
        ...feedFor(facts),
        rounds: { ok: true, value: [] },
        refused: [{ number: 1n, message: "rounds[0].resolveTime: bad" }],
      },
      "feed_refused",
    ],
  ])("waits for %s", (_, feed, code) => {
    const [reasons, actions] = refused(feed);
    expect(reasons).toContain(code);
    expect(actions).toEqual([]);
  });

  it("needs a quorum of keys, whichever of the reporters they are", () => {
    const [first, second, third] = REPORTERS;
    if (first === undefined || second === undefined || third === undefined) throw new Error("no reporters");
    const having = (...reporters: Settings["reporters"][number][]) =>
      plan(facts, feedFor(facts), { ...SETTINGS, reporters });
    expect(having().waiting.map(({ code }) => code)).toEqual(["not_a_reporter"]);
    expect(having(ME).waiting.map(({ code }) => code)).toEqual(["not_a_reporter"]);
    expect(having(second).waiting.map(({ code }) => code)).toEqual(["signatures_missing"]);
    expect(having(third, first).actions).toMatchObject([
      {
        signatures: [
          { index: 0, address: first },
          { index: 2, address: third },
        ],
      },
    ]);
  });

  it("reports again after a veto with the next attempt, but not the very scores that were vetoed", () => {
    const { scoresHash } = onlyReport(feedFor(facts));
    const vetoed = (hash: typeof scoresHash): ChainFacts =>
      chain(START + 1_000, [
        round({ ...locked, batches: [batch(0, { state: "locked", stakes, attempt: 1, vetoedHash: hash })] }),
      ]);
    expect(codes(vetoed(scoresHash))).toEqual(["vetoed"]);
    expect(keys(vetoed(scoresHash))).toEqual([]);
    expect(plan(vetoed(hashWords([1n])), feedFor(facts), SETTINGS).actions).toMatchObject([{ attempt: 1 }]);
    expect(plan(vetoed(scoresHash), feedFor(facts), { ...SETTINGS, repeatVetoed: true }).actions).toMatchObject([
      { attempt: 1 },
    ]);
  });

  it("notes that the feed has other multipliers than the round", () => {
    const feed = {
      ...feedFor(facts),
      rounds: { ok: true, value: [offer({ terms: { ...TERMS, multipliers: [1n, 2n] } })] },
    } as const;
    expect(plan(facts, feed, SETTINGS).notes.map(({ code }) => code)).toEqual(["terms_differ"]);
    expect(plan(facts, feedFor(facts), SETTINGS).notes).toEqual([]);
  });

  it("says who could relay where there is no relayer key", () => {
    const alone = { ...SETTINGS, relayer: null };
    expect(keys(facts, feedFor(facts), alone)).toEqual([]);
    expect(codes(facts, feedFor(facts), alone)).toEqual(["no_relayer"]);
  });
});

describe("plan: a round that stays unopened", () => {
  const opensAt = START - 10_000;
  const openAt = (now: number, since = opensAt) => {
    const facts = chain(now, []);
    const [action] = plan(facts, feedFor(facts, [offer({ opensAt: since })]), SETTINGS).actions;
    if (action === undefined) throw new Error("nothing to open");
    return action;
  };

  it("is due since the feed opened it, at every later time", () => {
    expect([0, 100, 5_000].map((later) => openAt(opensAt + later).eligibleAt)).toEqual([opensAt, opensAt, opensAt]);
  });

  it("is due at once where the feed opens it later", () => {
    expect(openAt(opensAt - 1).eligibleAt).toBe(opensAt - 1);
  });

  it("is due since an hour before its deadline where the feed opens it later than that", () => {
    const deadline = START - 3_600 - SETTINGS.openMargin + 1;
    const times = [deadline - 3_000, deadline - 1].map((now) => openAt(now, START - 3_600));
    expect(times.map(({ eligibleAt }) => eligibleAt)).toEqual([deadline - 3_600, deadline - 3_600]);
  });
});

describe("plan: a feed with odd rounds", () => {
  const early = chain(START - 10_000, [round({ number: 3n })]);
  const odd = (...numbers: (bigint | null)[]): FeedView => ({
    ...feedFor(early, [offer({ number: 5n })]),
    refused: numbers.map((number) => ({ number, message: "rounds[0].resolveTime: null is not text" })),
  });
  const refusals = (feed: FeedView, settings = SETTINGS) =>
    plan(early, feed, settings)
      .waiting.filter(({ round: number }) => number !== 3n)
      .map(({ code, round: number, message }) => [code, number, message]);

  it("opens the others, and says what is wrong with one that is still to open", () => {
    expect(keys(early, odd(4n, 6n))).toEqual(["open 5 "]);
    expect(refusals(odd(4n))).toEqual([
      ["feed_refused", 4n, "round 4 can't be opened: rounds[0].resolveTime: null is not text"],
    ]);
    expect(refusals(odd(null))).toEqual([
      ["feed_refused", null, "a round without a number can't be opened: rounds[0].resolveTime: null is not text"],
    ]);
  });

  it("is silent of old ones that are over or were never opened, and of one that needs nothing of the feed", () => {
    expect(refusals(odd(1n, 2n, 3n))).toEqual([]);
    expect(codes(early, odd(1n, 2n, 3n))).toEqual(["round_open"]);
  });

  it("leaves one that is still to open to its organizer", () => {
    expect(refusals(odd(4n), { ...SETTINGS, organizer: null })).toContainEqual([
      "not_organizer",
      4n,
      `round 4 must be opened by the organizer ${ME}, whose key is not here`,
    ]);
  });

  it("reports the others", () => {
    const stakes = packStakes([1_000n]);
    const locked = batch(0, { state: "locked", stakes, stakesHash: hashWords(stakes) });
    const two = chain(START + 1_000, [
      round({ state: "locked", batches: [locked] }),
      round({ number: 2n, state: "locked", batches: [locked] }),
    ]);
    const feed = feedFor(two);
    if (!feed.rounds.ok) throw new Error("no rounds");
    const rounds = { ok: true, value: feed.rounds.value.filter(({ number }) => number !== 1n) } as const;
    const view = { ...feed, rounds, refused: [{ number: 1n, message: "rounds[0].resolveTime: bad" }] };
    expect(keys(two, view)).toEqual(["report 2 0"]);
    expect(plan(two, view, SETTINGS).waiting).toMatchObject([
      { code: "feed_refused", round: 1n, message: "round 1 waits for the feed: rounds[0].resolveTime: bad" },
    ]);
  });
});

describe("plan: settling", () => {
  it("settles nothing while a batch of the round has no report", () => {
    const one = batch(0, { state: "reported", reportedAt: START + 1_000 });
    const half = round({ state: "locked", batches: [one, batch(1, { state: "locked" })] });
    const facts = chain(START + 2_000, [half]);
    expect(keys(facts)).toEqual(["report 1 1"]);
    expect(codes(facts)).toEqual(["batches_unreported"]);
    expect(roundOf(facts, 1n).batches).toHaveLength(2);
  });

  it("brings the words of the lock and of the report", () => {
    const reported = batch(0, { state: "reported", reportedAt: START + 1_000, scores: [42n] });
    const facts = chain(START + 1_100, [round({ state: "locked", batches: [reported] })]);
    expect(plan(facts, feedFor(facts), SETTINGS).actions).toMatchObject([
      { kind: "settle", stakes: reported.stakes, scores: [42n] },
    ]);
  });

  it("settles whatever state the feed is in", () => {
    const reported = batch(0, { state: "reported", reportedAt: START + 1_000, scores: [42n] });
    const facts = chain(START + 1_100, [round({ state: "locked", batches: [reported] })]);
    const down: FeedView = {
      rounds: { ok: false, code: "feed_down", message: "gone" },
      refused: [],
      sheets: new Map(),
    };
    expect(keys(facts, down)).toEqual(["settle 1 0"]);
  });
});
