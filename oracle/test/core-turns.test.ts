import fc from "fast-check";
import { type Address, keccak256, numberToHex } from "viem";
import { describe, expect, it } from "vitest";
import type { Action } from "../src/core/actions.ts";
import type { ChainFacts, RoundFacts, Settings } from "../src/core/facts.ts";
import { inTurn } from "../src/core/steps/turn.ts";
import { turnOrder, turnSeed, waitsUntil } from "../src/core/turns.ts";
import { batch, chain, feedFor, plan, round, SETTINGS, START } from "./plan-world.ts";

const TURN = 36;
const OUTSIDER: Address = numberToHex(4_242, { size: 20 });

const reporters = (count: number): Address[] =>
  Array.from({ length: count }, (_, index) => numberToHex(index + 1, { size: 20 }));
const seeds = fc.nat().map((n) => keccak256(numberToHex(n)));
const places = fc.integer({ min: 2, max: 65 });

type Case = { readonly action: Action; readonly facts: RoundFacts; readonly operators: readonly Settings[] };

/** Any action of a round, and one operator a reporter, with one who has no reporter's key as the last. */
const cases: fc.Arbitrary<Case> = fc
  .record({
    count: fc.integer({ min: 1, max: 12 }),
    number: fc.bigInt(1n, 10_000n),
    kind: fc.constantFrom("lock", "report", "settle", "void"),
    attempt: fc.nat(3),
    length: fc.integer({ min: 600, max: 100_000 }),
  })
  .map(({ count, number, kind, attempt, length }) => {
    const timed = { round: number, eligibleAt: START, deadline: kind === "void" ? null : START + length };
    const action = { ...timed, kind, batch: 0, attempt } as Action;
    const facts = round({ number, reporters: reporters(count) });
    const keys = [...facts.reporters, OUTSIDER];
    const operators = keys.map((key) => ({ ...SETTINGS, turnSeconds: TURN, reporters: [key] }));
    return { action, facts, operators };
  });

function at(time: number, facts: RoundFacts): ChainFacts {
  return chain(time, [facts]);
}

function whose({ action, facts, operators }: Case, time: number): number[] {
  return operators.flatMap((settings, place) =>
    waitsUntil(action, facts, at(time, facts), settings) === null ? place : [],
  );
}

function openTo({ eligibleAt, deadline }: Action): number {
  return deadline === null ? Infinity : deadline - Math.floor((deadline - eligibleAt) / 5);
}

describe("turns", () => {
  it("order all places, each once, whatever the hash", () => {
    fc.assert(
      fc.property(seeds, places, (seed, count) => {
        expect(turnOrder(seed, count).toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n));
      }),
    );
  });

  it("are fair: over many keys each place comes first about equally often", () => {
    const count = 5;
    const keys = 5_000;
    const first = Array.from({ length: count }, () => 0);
    for (let key = 0; key < keys; key += 1) {
      const place = turnOrder(keccak256(numberToHex(key)), count)[0] ?? -1;
      first[place] = (first[place] ?? 0) + 1;
    }
    // Expected are 1,000 each; five standard deviations are 141.
    for (const times of first) expect(Math.abs(times - keys / count)).toBeLessThan(141);
  });

  it("belong to exactly one operator at every second before the last fifth", () => {
    fc.assert(
      fc.property(cases, fc.nat(80_000), (each, later) => {
        const time = START + later;
        fc.pre(time < openTo(each.action));
        expect(whose(each, time)).toHaveLength(1);
      }),
    );
  });

  it("are everybody's in the last fifth", () => {
    fc.assert(
      fc.property(cases, fc.nat(20_000), (each, later) => {
        const { action, operators } = each;
        if (action.deadline === null) return;
        const time = openTo(action) + (later % (action.deadline - openTo(action)));
        expect(whose(each, time)).toHaveLength(operators.length);
      }),
    );
  });

  it("say truly until when somebody waits: its turn comes then, and not a second before", () => {
    fc.assert(
      fc.property(cases, fc.nat(80_000), fc.nat(), (each, later, pick) => {
        const { action, facts, operators } = each;
        const mine = operators[pick % operators.length] ?? SETTINGS;
        const until = waitsUntil(action, facts, at(START + later, facts), mine);
        if (until === null) return;
        expect(until).toBeGreaterThan(START + later);
        expect(waitsUntil(action, facts, at(until, facts), mine)).toBeNull();
        expect(waitsUntil(action, facts, at(until - 1, facts), mine)).toBe(until);
      }),
    );
  });

  it("cost no more than its own slots where an operator is dead: the next one's follows at once", () => {
    fc.assert(
      fc.property(cases, fc.nat(), (each, pick) => {
        const { action, operators } = each;
        const dead = pick % operators.length;
        const acted = (time: number): boolean => whose(each, time).some((place) => place !== dead);
        const end = Math.min(openTo(action), START + 15 * TURN);
        const waits = Array.from({ length: Math.floor((end - START) / TURN) }, (_, slot) => acted(START + slot * TURN));
        // Never two slots on end: an order has each place once.
        waits.forEach((live, slot) => expect(live || waits[slot + 1] !== false).toBe(true));
        expect(waits.filter((live) => !live).length).toBeLessThanOrEqual(Math.ceil(waits.length / operators.length));
      }),
    );
  });

  it("are the same for all batches of a round, and others for another step, attempt, round, contract or chain", () => {
    const report = { kind: "report", round: 1n, batch: 0, attempt: 0 } as Action;
    const facts = at(START, round());
    const seed = turnSeed(report, facts);
    expect(turnSeed({ ...report, batch: 7 } as Action, facts)).toBe(seed);
    const others = [
      turnSeed({ ...report, attempt: 1 } as Action, facts),
      turnSeed({ ...report, round: 2n }, facts),
      turnSeed({ ...report, kind: "settle" } as Action, facts),
      turnSeed(report, { ...facts, chainId: 2 }),
      turnSeed(report, { ...facts, contract: OUTSIDER }),
      turnSeed(report, { ...facts, tournament: 2 }),
    ];
    expect(new Set([seed, ...others]).size).toBe(7);
  });

  it("give an operator with several reporters' keys each one's turns", () => {
    fc.assert(
      fc.property(cases, fc.nat(5_000), (each, later) => {
        const { action, facts, operators } = each;
        fc.pre(operators.length > 2 && START + later < openTo(action));
        const [first, second] = facts.reporters;
        const both = { ...SETTINGS, turnSeconds: TURN, reporters: [first ?? OUTSIDER, second ?? OUTSIDER] };
        const acts = waitsUntil(action, facts, at(START + later, facts), both) === null;
        expect(acts).toBe(whose(each, START + later).some((place) => place < 2));
      }),
    );
  });
});

describe("turns in a plan", () => {
  const locks = round({ batches: [batch(0), batch(1)] });
  const mine = (reporter: Address, time: number, turnSeconds = TURN) => {
    const facts = chain(time, [locks]);
    return plan(facts, feedFor(facts), { ...SETTINGS, reporters: [reporter], turnSeconds });
  };
  const everyone = [...locks.reporters, OUTSIDER];

  it("leave an action to one, and tell the others until when they wait", () => {
    const plans = everyone.map((each) => mine(each, START));
    const acting = plans.filter(({ actions }) => actions.length > 0);
    expect(acting.map(({ actions }) => actions.map(({ kind }) => kind))).toEqual([["lock", "lock"]]);
    for (const { actions, waiting } of plans) {
      if (actions.length > 0) continue;
      expect(waiting.map(({ code }) => code)).toEqual(["not_my_turn", "not_my_turn"]);
      expect(waiting[0]?.message).toBe("lock round 1 batch 0: due, and another operator's turn to send it");
      expect(((waiting[0]?.until ?? 0) - START) % TURN).toBe(0);
    }
  });

  it("are taken for the end of a round that missed its deadline, too", () => {
    const waiting = everyone.flatMap((each) => mine(each, START + 600).waiting);
    expect(waiting.length).toBe(everyone.length - 1);
    for (const { batch: index, message } of waiting) {
      expect([index, message]).toEqual([null, "void round 1: due, and another operator's turn to send it"]);
    }
  });

  it("hold nothing up that is of no round they know", () => {
    const lock: Action = { kind: "lock", round: 9n, batch: 0, eligibleAt: START, deadline: START + 600 };
    const { actions } = inTurn([lock], chain(START, [locks]), {
      ...SETTINGS,
      reporters: [OUTSIDER],
      turnSeconds: TURN,
    });
    expect(actions).toEqual([lock]);
  });

  it("don't exist where they are switched off", () => {
    for (const each of everyone) expect(mine(each, START, 0).actions).toHaveLength(2);
  });
});
