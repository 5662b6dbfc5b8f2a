import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accountWatch } from "../src/service/accounts.ts";
import type { Done, Failure } from "../src/service/tick.ts";
import { chain, ME, plan, feedFor, round, SETTINGS, START } from "./plan-world.ts";

const FACTS = chain(START, [round()]);
const [ACTION] = plan(FACTS, feedFor(FACTS), SETTINGS).actions;
if (ACTION === undefined) throw new Error("nothing to do");
const action = ACTION;
const sender = { address: ME, signTransaction: () => Promise.reject(new Error("not asked")) };

function done(hash: number): Done {
  return { action, outcome: { kind: "done", hash: `0x${hash.toString(16).padStart(64, "0")}`, gasUsed: 1n } };
}
const UNMINED: Failure = { action, code: "tx_unmined", message: "" };

function watching(start = 40) {
  const state = { nonce: start, balance: 10n ** 18n, gasPrice: 10n ** 9n };
  const watch = accountWatch({
    keys: { relayer: sender, organizer: null },
    balanceOf: () => Promise.resolve(state.balance),
    nonceOf: () => (state.nonce < 0 ? Promise.reject(new Error("gone")) : Promise.resolve(state.nonce)),
    gasPrice: () => Promise.resolve(state.gasPrice),
  });
  const look = async (dones: readonly Done[] = [], failures: readonly Failure[] = []) =>
    (await watch.look(FACTS, dones, failures)).map(({ code, message }) => `${code} ${message.split(" ")[0] ?? ""}`);
  return { state, watch, look };
}

describe("foreign transactions", () => {
  it("are those that nobody here sent, told once each, with the account", async () => {
    const { state, watch, look } = watching();
    expect(await look()).toEqual([]);
    state.nonce += 1;
    expect(await look([done(1)])).toEqual([]);
    state.nonce += 2;
    expect(await look()).toEqual(["foreign_transaction 2"]);
    expect(await look()).toEqual([]);
    expect(watch.latest).toMatchObject([{ key: "relayer", nonce: 43, foreign: 2 }]);
  });

  it("are none before the first look: an earlier life may have sent them", async () => {
    const { look } = watching(900);
    expect(await look()).toEqual([]);
  });

  it("aren't what was sent and mined later, nor what is found a second time", async () => {
    const { state, look } = watching();
    await look();
    expect(await look([], [UNMINED])).toEqual([]);
    state.nonce += 1;
    expect(await look([], [UNMINED])).toEqual([]);
    expect(await look([done(5)])).toEqual([]);
    expect(await look([done(5)])).toEqual([]);
    state.nonce += 1;
    expect(await look([done(5)])).toEqual(["foreign_transaction 1"]);
  });

  it("can't be told while the chain can't be read, and are told after", async () => {
    const { state, look } = watching();
    await look();
    state.nonce = -1;
    expect(await look()).toEqual([]);
    state.nonce = 41;
    expect(await look()).toEqual(["foreign_transaction 1"]);
  });

  it("are counted to the one, whatever this process does between, with nodes that lag and blocks that go away", async () => {
    const step = fc.record({ own: fc.nat(2), foreign: fc.nat(2), lag: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { state, watch, look } = watching();
        await look();
        let [truth, hash, foreign] = [40, 0, 0];
        for (const each of steps) {
          const own = Array.from({ length: each.own }, () => done((hash += 1)));
          foreign += each.foreign;
          truth += each.own + each.foreign;
          state.nonce = Math.max(40, truth - each.lag);
          await look(own);
          expect(watch.latest[0]?.foreign ?? 0).toBeLessThanOrEqual(foreign);
        }
        state.nonce = truth;
        await look();
        expect(watch.latest[0]?.foreign).toBe(foreign);
      }),
    );
  });
});

it("a balance is told in rounds of today's size, at five times today's price", async () => {
  const { state, watch, look } = watching();
  const gas = 3_072n * 3_000n + 3n * 300_000n;
  state.balance = gas * 10n ** 9n * 5n * 30n;
  await look();
  expect(watch.latest[0]?.roundsLeft).toBe(30);
  state.balance -= 1n;
  await look();
  expect(watch.latest[0]?.roundsLeft).toBe(29);
  state.gasPrice = 0n;
  await look();
  expect(watch.latest[0]?.roundsLeft).toBe(Number.MAX_SAFE_INTEGER);
});
