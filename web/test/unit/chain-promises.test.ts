import fc from "fast-check";
import type { Hex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NMR, type OwnChain, startChain } from "../../../subgraph/test/chain.ts";
import { packScores } from "@numeraire-staking/oracle/core/words";
import { exactNmr } from "../../src/core/amounts.ts";
import { canExit, exitCalls, exitIfRequested, exitOf } from "../../src/core/exit.ts";
import { explainPayout } from "../../src/core/explanation.ts";
import { chainWorld, type ChainWorld } from "./support/chain-world.ts";
import { play, type Promised } from "./support/losses.ts";
import { type Deed, everybodysDeeds, limits, othersDeeds, ownDeed } from "./support/world.ts";

// What the app promises before somebody signs, on the real contracts.
const RUNS = Number(process.env.WEB_HISTORIES ?? 6);
const ONE = 10n ** 9n;

let chain: OwnChain;
beforeAll(async () => {
  chain = await startChain();
  await chain.provide(chain.accounts[1] as Hex, 100_000n * NMR);
});
afterAll(() => chain.stop());

describe("the most that can be lost, on the contracts", { timeout: 600_000 }, () => {
  it.each<Promised>(["locked", "leaving", "known", "ever"])("%s is never below what really is", async (promised) => {
    const stories = limits.chain((of) =>
      fc.record({
        of: fc.constant(of),
        before: everybodysDeeds(of, 20),
        signed: ownDeed,
        meanwhile: othersDeeds(of, 5),
        after: othersDeeds(of, 20),
        atLast: othersDeeds(of, 8),
      }),
    );
    await fc.assert(
      fc.asyncProperty(stories, async ({ of, ...story }) => {
        const { shown, lost } = await play(await chainWorld(chain, of), promised, story);
        expect(lost <= shown, `shown ${shown.toString()}, lost ${lost.toString()}`).toBe(true);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});

describe("the date of an exit, on the contracts", { timeout: 600_000 }, () => {
  it("holds: from then on the calls that are shown go through, and pay everything", async () => {
    const histories = limits.chain((of) => fc.tuple(fc.constant(of), everybodysDeeds(of, 25)));
    await fc.assert(
      fc.asyncProperty(histories, async ([of, deeds]) => {
        const world = await chainWorld(chain, of);
        for (const deed of deeds) await world.act(deed);
        await requestAll(world);
        await leave(world);
      }),
      { numRuns: 2 * RUNS, endOnFailure: true },
    );
  });

  it("is no later than the one that was shown before the request", async () => {
    const histories = limits.chain((of) => fc.tuple(fc.constant(of), everybodysDeeds(of, 20), othersDeeds(of, 6)));
    await fc.assert(
      fc.asyncProperty(histories, async ([of, deeds, meanwhile]) => {
        const world = await chainWorld(chain, of);
        for (const deed of deeds) await world.act(deed);
        const { batch, rounds, now, minedBy } = await world.standing();
        const shown = exitIfRequested(batch, rounds, now, minedBy);
        for (const deed of meanwhile) await world.act(deed, minedBy - 3);
        await requestAll(world);
        const { holding, outBy } = exitOf(await world.leaving());
        const promisedRounds = shown.holding.map(({ number }) => number);
        expect(promisedRounds).toEqual(expect.arrayContaining(holding.map(({ number }) => number)));
        if (holding.length > 0) expect(outBy).toBeLessThanOrEqual(shown.outBy);
        await leave(world);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});

describe("a withdrawal that is free and left lying, on the contracts", () => {
  it("can be burned by rounds that come after one another, though all at once can't burn more than they locked", async () => {
    const of = { maxClip: ONE, maxExposure: ONE / 2n, maxRoundsInFlight: 2 };
    const world = await chainWorld(chain, of);
    const terms = { multipliers: [ONE, 0n] as const, clip: ONE, stakeThreshold: 0n, exposure: ONE / 2n };
    const open: Deed = { kind: "open", terms, gaps: [1, 50_000, 1, 500_000] };
    const lock: Deed = { kind: "lock", round: 0, batches: [0] };
    const burn = (round: number): Deed => ({ kind: "settle", round, batches: [0], scores: [-ONE, 0n], others: 0n });
    await world.act({ kind: "add", amount: 130n * ONE });
    await world.act({ kind: "request", amount: 30n * ONE });
    expect((await world.leaving()).rounds).toEqual([]);
    for (const deed of [open, lock, open, lock, burn(1), open, lock, burn(1)]) await world.act(deed);
    expect(exitOf(await world.leaving()).free).toBe(30n * NMR);
    await world.act(burn(0));
    expect(exitOf(await world.leaving()).free).toBe(5n * NMR);
  });
});

describe("an explanation, on the contracts", () => {
  it("names the payout that the contract computes", async () => {
    const score = fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n });
    const amount = fc.bigInt({ min: 1n, max: 10n ** 16n });
    const share = fc.bigInt({ min: 0n, max: ONE });
    const terms = fc.record({
      multipliers: fc.tuple(score, score),
      ...{ clip: share, exposure: share, stakeThreshold: fc.bigInt({ min: 0n, max: 10n ** 16n }) },
    });
    await fc.assert(
      fc.asyncProperty(terms, amount, amount, fc.tuple(score, score), async (of, stake, total, scores) => {
        const [lane = 0n] = packScores([scores]);
        const payout = await chain.read<bigint>("previewPayout", of, total, stake, lane);
        const { sentence, formula } = explainPayout({ stake, scores, terms: of, total, applied: payout }, null);
        expect(formula.endsWith(`= ${exactNmr(payout * ONE)}`)).toBe(true);
        expect(sentence).toContain(
          payout === 0n ? "was paid nothing" : exactNmr((payout < 0n ? -payout : payout) * ONE),
        );
      }),
      { numRuns: 100 },
    );
  });
});

async function requestAll(world: ChainWorld): Promise<void> {
  const { active } = await world.standing();
  await world.act({ kind: "request", amount: active / ONE });
}

/** Nobody does anything any more, but for the calls that are shown. */
async function leave(world: ChainWorld): Promise<void> {
  const leaving = await world.leaving();
  const exit = exitOf(leaving);
  const staker = chain.accounts[1] as Hex;
  expect(await chain.read("withdrawable", world.tournament, 0)).toBe(exit.free);
  if (leaving.pending === 0n) return;
  if (exit.outBy > leaving.now) {
    expect(canExit(exit, leaving.now)).toBe(false);
    await chain.travelTo(exit.outBy);
  }
  for (const step of exitCalls(exit)) {
    if (step.call === "voidRound") await chain.send(staker, "voidRound", world.tournament, step.round);
    else {
      const events = await chain.send(staker, "withdraw", world.tournament, 0, staker);
      expect(events.map(({ args }) => args.amount)).toEqual([leaving.pending]);
    }
  }
}
