import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWalletClient, encodeFunctionData, http, numberToHex } from "viem";
import { gasOf } from "../src/chain/bundles.ts";
import { httpEndpoint } from "../src/chain/client.ts";
import { numeraireStakingAbi as abi } from "../src/chain/generated/abi.ts";
import { VIEW_GAS } from "../src/chain/packing.ts";
import type { Oracle } from "../src/service/oracle.ts";
import { buildWorld, ROUND, type World } from "./reconciler-world.ts";

const POSITIONS = 1_024;
const DAY = 86_400;
const HOUR = 3_600;
const DAYS = 5;
const MOST_REPORTERS = 64;
const TRANSACTION_GAS = 21_000;
/** Of protocol.md §12: a report, a settlement and a lock a day, in one transaction. */
const MOST_GAS_PER_POSITION = 2_500;

/** What is due on the first day, on the second, and on every later one. */
const DUE = [["lock"], ["report", "lock"], ["report", "settle", "lock"]];

type Models = readonly Record<string, unknown>[];

/** A round a day, each in a file of the feed; no score is zero, of either sign. */
function writeDays(world: World): void {
  const first = JSON.parse(readFileSync(join(world.folder, "round-5.json"), "utf8")) as {
    round: object;
    roundDetails: { models: Models };
  };
  for (let day = 0; day <= DAYS; day += 1) {
    const number = Number(ROUND) + day;
    const closes = world.times.closesAt + day * DAY;
    const iso = (time: number): string => new Date(time * 1_000).toISOString();
    const times = { openTime: iso(closes - DAY), closeTime: iso(closes), closeStakingTime: iso(closes) };
    const models = first.roundDetails.models.map((model, position) => ({
      ...model,
      v2Corr20: scoreOf(position, 104_729_003, 30_000_001),
      mmc: scoreOf(position, 86_028_121, 20_000_003),
    }));
    const file = {
      round: { ...first.round, ...times, number, resolveTime: iso(closes + DAY) },
      roundDetails: { ...first.roundDetails, ...times, roundNumber: number, models },
    };
    writeFileSync(join(world.folder, `round-${number}.json`), JSON.stringify(file));
  }
}

function scoreOf(position: number, step: number, width: number): number {
  return (((position * step + 13) % (2 * width + 1)) - width) / 1e9;
}

describe("a keeper's day", { timeout: 120_000 }, () => {
  let world: World;
  let oracle: Oracle;
  beforeAll(async () => {
    world = await buildWorld({ positions: POSITIONS });
    writeDays(world);
    oracle = world.oracle({
      opening: {
        lockWindowSeconds: HOUR,
        settleWindowSeconds: 5 * DAY,
        disputeWindowSeconds: 20 * HOUR,
        marginSeconds: 60,
      },
    });
  }, 60_000);
  afterAll(() => world.close());

  it("is one transaction of a report, a settlement and a lock, within the protocol's figure", async () => {
    const gasUsed: bigint[] = [];
    for (let day = 0; day <= DAYS; day += 1) {
      if (day > 0) await world.moveTo(world.times.closesAt + day * DAY - 6 * HOUR);
      expect((await oracle.reconciler.tick()).failures).toEqual([]);
      await world.moveTo(world.times.closesAt + day * DAY);
      const { done, failures } = await oracle.reconciler.tick();
      expect(failures).toEqual([]);
      const hashes = new Set(done.map(({ outcome }) => (outcome.kind === "done" ? outcome.hash : "")));
      expect(hashes.size).toBe(1);
      const kinds = done.map(({ action }) => action.kind);
      expect(kinds).toEqual(DUE[Math.min(day, 2)]);
      const [first] = done;
      if (first?.outcome.kind !== "done") throw new Error("nothing done");
      gasUsed.push(first.outcome.gasUsed);
      expect(first.outcome.gasUsed).toBeLessThan(gasOf(done.map(({ action }) => action)));
    }
    const perPosition = Number(gasUsed.at(-1)) / POSITIONS;
    console.log(`a keeper's day, gas a position: ${perPosition.toFixed(0)} (at most ${MOST_GAS_PER_POSITION})`);
    expect(perPosition).toBeLessThanOrEqual(MOST_GAS_PER_POSITION);
    expect(await world.nonce()).toBe(DAYS + 1);
  });

  it("can be looked at for no more gas than is reckoned, all at once as one by one", async () => {
    const { chain, contract, staking, url } = world;
    const { organizer } = await chain.readContract({ ...staking, functionName: "tournamentOf", args: [1] });
    const reporters = Array.from({ length: MOST_REPORTERS }, (_, index) => numberToHex(index + 1, { size: 20 }));
    const data = encodeFunctionData({ abi, functionName: "setReporters", args: [1, reporters, MOST_REPORTERS] });
    await chain.impersonateAccount({ address: organizer });
    await createWalletClient({ account: organizer, transport: http(url) }).sendTransaction({
      to: contract,
      data,
      chain: null,
    });
    const { reporterSet } = await chain.readContract({ ...staking, functionName: "tournamentOf", args: [1] });
    const viewsOf = (functionName: keyof typeof VIEW_GAS, ...all: readonly unknown[][]) =>
      all.map((args) => {
        const call = { abi, functionName, args } as Parameters<typeof encodeFunctionData>[0];
        return { functionName, data: encodeFunctionData(call) };
      });
    const rounds = Array.from({ length: DAYS + 1 }, (_, day) => [1, ROUND + BigInt(day)]);
    const calls = [
      ...viewsOf("tournamentOf", [1]),
      ...viewsOf("reserveOf", [1]),
      ...viewsOf("reportersOf", [1, 1], [1, reporterSet]),
      ...viewsOf("roundOf", ...rounds),
      ...viewsOf("batchOf", ...rounds.map((round) => [...round, 0])),
      ...viewsOf("stakesOf", [1, 0]),
    ];
    for (const { functionName, data } of calls) {
      const gas = Number(await chain.estimateGas({ to: contract, data })) - TRANSACTION_GAS;
      expect(gas).toBeLessThan(VIEW_GAS[functionName]);
    }
    const { ask } = httpEndpoint(url, 5_000);
    const answers = await Promise.all(calls.map(({ data }) => ask("eth_call", [{ to: contract, data }, "latest"])));
    const alone = await Promise.all(calls.map(({ data }) => chain.call({ to: contract, data })));
    expect(answers).toEqual(alone.map((answer) => answer.data));
  });
});
