import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "@numeraire-staking/oracle/core/errors";
import type { PositionRound } from "../../src/core/rounds.ts";
import {
  cannotExceedStake,
  shareAtOnce,
  type Standing,
  worstCase,
  worstCaseOfSigning,
} from "../../src/core/worst-case.ts";
import { play, type Promised, type Story } from "./support/losses.ts";
import { modelWorld } from "./support/model-world.ts";
import { everybodysDeeds, limits, othersDeeds, ownDeed } from "./support/world.ts";

const NUMBERS: Promised[] = ["locked", "leaving", "known", "ever"];
const ONE = 10n ** 9n;
const NMR = 10n ** 18n;

const stories = fc.tuple(limits, fc.constantFrom<0 | 1>(0, 1)).chain(([of, batch]) =>
  fc
    .record<Story>({
      before: everybodysDeeds(of, 40),
      signed: ownDeed,
      meanwhile: othersDeeds(of, 10),
      after: othersDeeds(of, 40),
      atLast: othersDeeds(of, 20),
    })
    .map((story) => ({ of, batch, story })),
);

function round(changes: Partial<PositionRound> = {}): PositionRound {
  return {
    number: 1n,
    state: "locked",
    terms: { multipliers: [ONE, 0n], clip: ONE / 4n, stakeThreshold: 0n, exposure: ONE },
    schedule: { closesAt: 10, lockedBy: 20, resolvesAt: 30, settledBy: 10_000 },
    batches: 1,
    reportedBatches: 0,
    batch: "locked",
    lockedAt: { block: 1n, logIndex: 0 },
    stake: 100n * ONE,
    ...changes,
  };
}

const OPEN = round({ number: 2n, state: "open", batches: 0, batch: "none", lockedAt: null, stake: 0n });

function standing(changes: Partial<Standing> = {}): Standing {
  const limits = { maxClip: ONE, maxExposure: ONE, maxRoundsInFlight: 4 };
  const amounts = { active: 100n * NMR, pending: 0n };
  return { ...amounts, batch: 0, rounds: [round()], limits, now: 15, minedBy: 1_000, ...changes };
}

describe("the most that can be lost, on random histories", () => {
  it.each(NUMBERS)("%s is never below what really is", async (promised) => {
    await fc.assert(
      fc.asyncProperty(stories, async ({ of, batch, story }) => {
        const { shown, lost } = await play(modelWorld(of, batch), promised, story);
        expect(lost <= shown, `shown ${shown.toString()}, lost ${lost.toString()}`).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it("is in order, and never above what there is", () => {
    return fc.assert(
      fc.asyncProperty(stories, async ({ of, batch, story }) => {
        const world = modelWorld(of, batch);
        for (const deed of story.before) await world.act(deed);
        const { locked, leaving, known, ever, all } = worstCase(await world.standing());
        expect(locked <= leaving && leaving <= known && ever <= all && known <= all).toBe(true);
      }),
    );
  });

  it("plays histories that lose, and some that lose all that was shown", async () => {
    const seen = { losses: 0, exact: 0 };
    await fc.assert(
      fc.asyncProperty(stories, async ({ of, batch, story }) => {
        const { shown, lost } = await play(modelWorld(of, batch), "known", story);
        if (lost > 0n) seen.losses++;
        if (lost > 0n && lost === shown) seen.exact++;
      }),
      { numRuns: 2_000, seed: 1 },
    );
    expect(seen.losses).toBeGreaterThan(100);
    expect(seen.exact).toBeGreaterThan(2);
  });
});

describe("the most that can be lost, by hand", () => {
  it("is the clip of what rounds locked, whatever is active now", () => {
    expect(worstCase(standing()).locked).toBe(25n * NMR);
    expect(worstCase(standing({ active: 0n, pending: 10n * NMR })).locked).toBe(10n * NMR);
  });

  it("counts only what may still be settled", () => {
    const settled = round({ batch: "settled" });
    const late = round({ schedule: { ...round().schedule, settledBy: 15 } });
    const neverLocked = round({ state: "locking", schedule: { ...round().schedule, lockedBy: 15 } });
    expect(worstCase(standing({ rounds: [settled, late, neverLocked] })).locked).toBe(0n);
    expect(worstCase(standing({ rounds: [round({ state: "locking" })] })).locked).toBe(25n * NMR);
  });

  it("knows which rounds may lock before the transaction is mined, and which only later", () => {
    const later = round({
      ...OPEN,
      number: 3n,
      schedule: { closesAt: 2_000, lockedBy: 3_000, resolvesAt: 3_000, settledBy: 9_000 },
    });
    const rounds = [round(), OPEN, later];
    expect(worstCase(standing({ rounds }))).toEqual({
      ...{ locked: 25n * NMR, leaving: 50n * NMR, known: 75n * NMR, ever: 100n * NMR, all: 100n * NMR },
    });
    const half = worstCaseOfSigning(standing({ rounds }), { kind: "request", amount: 50n * NMR });
    expect([half.leaving, half.known]).toEqual([50n * NMR, (625n * NMR) / 10n]);
  });

  it("is all where rounds that are still to lock can burn more than one stake: a reward before makes them lock more", () => {
    const wild = { ...OPEN, terms: { ...OPEN.terms, clip: ONE } };
    const rounds = [wild, { ...wild, number: 3n }];
    expect(worstCase(standing({ active: NMR, pending: 9n * NMR, rounds })).known).toBe(10n * NMR);
    expect(worstCase(standing({ active: NMR, pending: 9n * NMR, rounds: [wild] })).known).toBe(NMR);
  });

  it("is rounded up: a reward before the locks can lift each of them to its next nano-NMR", () => {
    const tenth = { ...OPEN, terms: { ...OPEN.terms, clip: ONE / 10n } };
    const rounds = Array.from({ length: 10 }, (_, place) => ({ ...tenth, number: BigInt(place + 2) }));
    expect(worstCase(standing({ active: 9n * ONE, rounds })).known).toBe(9n * ONE);
    expect(worstCase(standing({ active: 9n * ONE, rounds: rounds.slice(0, 2) })).known).toBe(2n * ONE);
  });

  it("of a withdrawal counts it until it is out: a burn may come before", () => {
    const amounts = { active: 10n * NMR, pending: 20n * NMR };
    expect(worstCaseOfSigning(standing(amounts), { kind: "withdraw" })).toMatchObject({
      locked: 25n * NMR,
      all: 30n * NMR,
    });
    expect(worstCaseOfSigning(standing(amounts), { kind: "cancel" })).toMatchObject({
      locked: 25n * NMR,
      all: 30n * NMR,
    });
  });

  it("counts a round to its last second, and from its first", () => {
    const locked = (now: number, changes: Partial<PositionRound> = {}): bigint =>
      worstCase(standing({ rounds: [round(changes)], now, minedBy: now })).locked / NMR;
    const soon = (now: number, minedBy: number): bigint =>
      worstCase(standing({ rounds: [OPEN], now, minedBy })).leaving / NMR;
    expect([locked(9_999), locked(10_000)]).toEqual([25n, 0n]);
    expect([locked(19, { state: "locking" }), locked(20, { state: "locking" })]).toEqual([25n, 0n]);
    expect([soon(5, 9), soon(5, 10), soon(19, 30), soon(20, 30)]).toEqual([0n, 25n, 25n, 0n]);
  });

  it("leaves out rounds whose batches were fixed without the position's", () => {
    const rounds = [round({ ...OPEN, state: "locking", batches: 1 })];
    expect(worstCase(standing({ batch: 1, rounds })).known).toBe(0n);
    expect(worstCase(standing({ batch: 0, rounds })).known).toBe(25n * NMR);
  });

  it("refuses a transaction that rounds not open yet could come before, and more than there is", () => {
    expect(() => worstCase(standing({ minedBy: 15 + 3_600 }))).toThrow(InputError);
    expect(() => worstCase(standing({ minedBy: 14 }))).toThrow(InputError);
    expect(() => worstCase(standing({ active: 1n }))).toThrow(InputError);
    expect(() => worstCaseOfSigning(standing(), { kind: "request", amount: 101n * NMR })).toThrow(InputError);
  });

  it("of all rounds at once is clip × exposure × rounds, at most the stake", () => {
    const of = (maxClip: bigint, maxExposure: bigint, maxRoundsInFlight: number) => ({
      maxClip,
      maxExposure,
      maxRoundsInFlight,
    });
    expect(shareAtOnce(of(ONE / 20n, ONE, 4))).toBe(2n * 10n ** 17n);
    expect(shareAtOnce(of(ONE, ONE / 2n, 3))).toBe(10n ** 18n);
    expect([cannotExceedStake(of(ONE, ONE / 64n, 64)), cannotExceedStake(of(ONE, ONE / 64n + 1n, 64))]).toEqual([
      true,
      false,
    ]);
  });

  it("is nothing by limits that allow nothing", () => {
    const limits = { maxClip: 0n, maxExposure: ONE, maxRoundsInFlight: 4 };
    const harmless = round({ terms: { ...round().terms, clip: 0n } });
    expect(worstCase(standing({ limits, rounds: [harmless] })).ever).toBe(0n);
  });
});
