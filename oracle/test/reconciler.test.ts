import { privateKeyToAccount } from "viem/accounts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { previewPayout } from "../src/core/payout.ts";
import { unpackPayouts, unpackStakes } from "../src/core/words.ts";
import type { Oracle } from "../src/service/oracle.ts";
import { buildWorld, KEYS, ROUND, score, type World } from "./reconciler-world.ts";

const SETTLED = 4;
const VOID = 5;
const HOUR = 3_600;

async function did(oracle: Oracle): Promise<string[]> {
  const { done, failures } = await oracle.reconciler.tick();
  expect(failures).toEqual([]);
  return done.map(({ action, outcome }) => `${action.kind} ${outcome.kind}`);
}

describe("reconciler on a real chain", { timeout: 60_000 }, () => {
  let world: World;
  afterEach(() => world.close());

  describe("with two batches", () => {
    beforeEach(async () => {
      world = await buildWorld({ positions: 1_030 });
    }, 60_000);

    it("takes a round from its opening to its settlement, each step once, and pays what the core says", async () => {
      const oracle = world.oracle();
      expect(await did(oracle)).toEqual(["open done"]);
      expect(await did(oracle)).toEqual([]);
      await world.moveTo(world.times.closesAt);
      expect(await did(oracle)).toEqual(["lock done", "lock done"]);
      expect(await did(world.oracle())).toEqual([]);
      await world.moveTo(world.times.resolvesAt);
      expect(await did(world.oracle())).toEqual(["report done", "report done"]);
      // Another process with the same key has sent something, and that is said once.
      const { done, failures } = await oracle.reconciler.tick();
      expect([done, failures.map(({ code }) => code)]).toEqual([[], ["foreign_transaction"]]);
      expect(await did(oracle)).toEqual([]);
      await world.moveTo(world.times.resolvesAt + HOUR + 60);
      expect(await did(oracle)).toEqual(["settle done", "settle done"]);
      expect(await did(oracle)).toEqual([]);

      const staker = privateKeyToAccount(KEYS.staker).address;
      expect(oracle.positionsOf(staker)).toEqual(Array.from({ length: 1_030 }, (_, position) => position));
      expect(oracle.positionsOf(world.relayer)).toEqual([]);
      const { state, terms, staked } = await world.round();
      expect(state).toBe(SETTLED);
      const total = staked / 10n ** 9n;
      const payouts = (await world.payouts()).flatMap(unpackPayouts);
      const expected = payouts.map((_, position) => {
        if (position >= 1_030) return 0n;
        const first = BigInt(
          score(position)
            .replace(".", "")
            .replace(/^(-?)0+(?=\d)/, "$1"),
        );
        return previewPayout(terms, total, 10n ** 9n, [first, first / 10n]);
      });
      expect(payouts).toEqual(expected);
      expect(new Set(payouts.map((payout) => (payout > 0n ? 1 : payout < 0n ? -1 : 0)))).toEqual(new Set([1, -1, 0]));
      expect(unpackStakes((await world.stakes()).flat()).slice(0, 3)).toEqual(
        expected.slice(0, 3).map((payout) => 10n ** 9n + payout),
      );
    });
  });

  describe("with one batch", () => {
    beforeEach(async () => {
      world = await buildWorld({ positions: 5 });
    }, 60_000);

    const reported = async (): Promise<void> => {
      await did(world.oracle());
      await world.moveTo(world.times.closesAt);
      await did(world.oracle());
      await world.moveTo(world.times.resolvesAt);
      await did(world.oracle());
      expect((await world.batch(0)).attempt).toBe(0);
    };

    it("reports other scores after a veto, and not the vetoed ones again", async () => {
      await reported();
      await world.veto(0);
      const oracle = world.oracle();
      const held = await oracle.reconciler.tick();
      expect(held.done).toEqual([]);
      expect(held.plan.waiting.map(({ code }) => code)).toEqual(["vetoed"]);
      world.writeRound((file) => ({
        ...file,
        roundDetails: {
          ...file.roundDetails,
          models: file.roundDetails.models.map((model) => ({ ...model, mmc: 0.5 })),
        },
      }));
      expect(await did(oracle)).toEqual(["report done"]);
      expect(await world.batch(0)).toMatchObject({ state: 2, attempt: 1 });
    });

    it("reports the same scores again where the operator insists", async () => {
      await reported();
      await world.veto(0);
      expect(await did(world.oracle({ repeatVetoed: true }))).toEqual(["report done"]);
      expect(await world.batch(0)).toMatchObject({ state: 2, attempt: 1 });
    });

    it("voids a round that nobody locked", async () => {
      await did(world.oracle());
      await world.moveTo(world.times.closesAt + HOUR);
      expect(await did(world.oracle())).toEqual(["void done"]);
      expect((await world.round()).state).toBe(VOID);
      expect(await did(world.oracle())).toEqual([]);
    });

    it("voids a round that was not reported in time, and says so before", async () => {
      await did(world.oracle());
      await world.moveTo(world.times.closesAt);
      await did(world.oracle());
      const { settledBy } = (await world.round()).schedule;
      await world.moveTo(settledBy - 2 * HOUR + 1);
      const late = await world.oracle().reconciler.tick();
      expect(late.plan.waiting.map(({ code, until }) => [code, until])).toEqual([["deadline_missed", settledBy]]);
      expect(late.done).toEqual([]);
      await world.moveTo(settledBy);
      expect(await did(world.oracle())).toEqual(["void done"]);
      expect((await world.round()).state).toBe(VOID);
    });

    it("does no harm as two at once with the same keys", async () => {
      const two = [world.oracle(), world.oracle()];
      const expected = ["tx_pending", "chain_moved", "foreign_transaction"];
      for (const time of [null, world.times.closesAt, world.times.resolvesAt, world.times.resolvesAt + 2 * HOUR]) {
        if (time !== null) await world.moveTo(time);
        const ticks = await Promise.all(two.map(({ reconciler }) => reconciler.tick()));
        const codes = ticks.flatMap(({ failures }) => failures.map(({ code }) => code));
        expect(codes.filter((code) => !expected.includes(code))).toEqual([]);
        expect(
          ticks.flatMap(({ done }) => done).filter(({ outcome }) => outcome.kind === "done").length,
        ).toBeGreaterThan(0);
      }
      const events = await world.events();
      for (const once of ["RoundOpened", "BatchLocked 0", "ScoresReported 0", "BatchSettled 0", "RoundSettled"]) {
        expect(events.filter((event) => event === once)).toEqual([once]);
      }
    });

    it("sees its round again after a reorganisation took it away", async () => {
      const oracle = world.oracle();
      const before = await world.chain.snapshot();
      expect(await did(oracle)).toEqual(["open done"]);
      expect((await oracle.readFacts()).rounds.map(({ number }) => number)).toEqual([ROUND]);
      await world.chain.revert({ id: before });
      await world.chain.mine({ blocks: 3 });
      expect((await oracle.readFacts()).rounds).toEqual([]);
      expect(await did(oracle)).toEqual(["open done"]);
      expect((await world.round()).state).toBe(1);
    });

    it("relays nothing and opens nothing without the keys, and says whose they are", async () => {
      const { done, plan } = await world
        .oracle({ keys: { ...world.configuration.keys, organizer: undefined } })
        .reconciler.tick();
      expect(done).toEqual([]);
      expect(plan.waiting.map(({ code }) => code)).toEqual(["not_organizer"]);
      await did(world.oracle());
      await world.moveTo(world.times.closesAt);
      const idle = await world.oracle({ keys: { ...world.configuration.keys, relayer: undefined } }).reconciler.tick();
      expect(idle.done).toEqual([]);
      expect(idle.plan.waiting.map(({ code, round }) => [code, round])).toEqual([["no_relayer", ROUND]]);
      expect(await world.nonce()).toBe(0);
    });
  });
});
