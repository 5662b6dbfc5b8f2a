import { type Hex, keccak256, numberToHex, toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Question } from "../src/chain/question.ts";
import type { Metrics } from "../src/service/metrics/metrics.ts";
import { type ChainSeen, watchedChain } from "../src/service/watched-chain.ts";
import { buildWorld, type World } from "./reconciler-world.ts";
import { scrape } from "./service-world.ts";

const GWEI = 10n ** 9n;
const SENDER = privateKeyToAccount(keccak256(toHex("relayer")));
const hashAt = (number: number, branch = 0): Hex => keccak256(toHex(`block ${number} ${branch}`));

/** A chain of one's own making behind a watch; `branch` tells the blocks' hashes from a number on. */
function watching() {
  const state = { head: 100, branch: 0, forkAt: 0, receipts: new Map<Hex, object>(), baseFee: 3n * GWEI };
  const seen: ChainSeen[] = [];
  const asked: string[] = [];
  const block = (number: number) => ({
    number: numberToHex(number),
    hash: hashAt(number, number > state.forkAt ? state.branch : 0),
    timestamp: "0x1",
    baseFeePerGas: numberToHex(state.baseFee),
  });
  const node = ({ method, params }: Question): Promise<unknown> => {
    asked.push(method);
    const [first] = params as [Hex];
    if (method === "eth_getBlockByNumber")
      return Promise.resolve(block(first.startsWith("latest") ? state.head : Number(first)));
    if (method === "eth_getTransactionReceipt") return Promise.resolve(state.receipts.get(first) ?? null);
    return method === "eth_fails" ? Promise.reject(new Error("gone")) : Promise.resolve("0x1");
  };
  const ask = watchedChain(node, (each) => void seen.push(each));
  const settle = () => new Promise((resolve) => setTimeout(resolve, 30));
  const latest = async (head: number) => {
    state.head = head;
    await ask({ method: "eth_getBlockByNumber", params: ["latest", false] });
    await settle();
  };
  const of = <K extends ChainSeen["kind"]>(kind: K) =>
    seen.filter((each): each is Extract<ChainSeen, { kind: K }> => each.kind === kind);
  const publish = async (nonce: number, maxFee: bigint): Promise<Hex> => {
    const raw = await SENDER.signTransaction({
      type: "eip1559",
      chainId: 1,
      to: SENDER.address,
      nonce,
      gas: 21_000n,
      maxFeePerGas: maxFee,
      maxPriorityFeePerGas: GWEI,
    });
    await ask({ method: "eth_sendRawTransaction", params: [raw] });
    await settle();
    return keccak256(raw);
  };
  const land = async (hash: Hex, blockNumber: number, status = "0x1") => {
    state.receipts.set(hash, { blockNumber: numberToHex(blockNumber), gasUsed: numberToHex(50_000), status });
    await ask({ method: "eth_getTransactionReceipt", params: [hash] });
    await settle();
  };
  return { state, asked, ask, latest, of, publish, land };
}

describe("what goes by", () => {
  it("leaves every answer as it is, failures among them, and tells how long each took", async () => {
    const { ask, of } = watching();
    expect(await ask({ method: "eth_chainId", params: [] })).toBe("0x1");
    await expect(ask({ method: "eth_fails", params: [] })).rejects.toThrow("gone");
    await ask({ method: "eth_sendRawTransaction", params: ["0x12"] });
    expect(of("asked")).toHaveLength(3);
  });

  it("tells of a landing once: blocks since its nonce was first offered, what it paid, and whether it was refused", async () => {
    const { latest, publish, land, of } = watching();
    await latest(100);
    await publish(7, 9n * GWEI);
    await latest(103);
    const dearer = await publish(7, 10n * GWEI);
    await land(dearer, 105);
    await land(dearer, 105);
    // Twice the base fee would be more than it offered: it pays what it offered.
    const capped = await publish(8, 2n * GWEI);
    await land(capped, 106, "0x0");
    expect(of("landed")).toEqual([
      { kind: "landed", blocks: 5, feeWei: 50_000n * 4n * GWEI, isReverted: false },
      { kind: "landed", blocks: 3, feeWei: 50_000n * 2n * GWEI, isReverted: true },
    ]);
  });

  it("says nothing of transactions that aren't this process's, nor of one that isn't in a block", async () => {
    const { latest, publish, land, ask, of } = watching();
    await latest(100);
    await land(hashAt(1), 101);
    await ask({ method: "eth_getTransactionReceipt", params: [await publish(1, GWEI)] });
    expect(of("landed")).toEqual([]);
  });

  it.each([1, 2, 7, 40])(
    "tells of a reorganisation %i blocks deep once it is seen, and asks nothing while there is none",
    async (depth) => {
      const { state, asked, latest, of } = watching();
      for (let number = 100; number <= 150; number += 1) await latest(number);
      expect(asked).toHaveLength(51);
      Object.assign(state, { branch: 1, forkAt: 150 - depth });
      await latest(151);
      expect(of("reorganised")).toEqual([]);
      await latest(150);
      expect(of("reorganised")).toEqual([{ kind: "reorganised", depth }]);
      await latest(152);
      expect(of("reorganised")).toHaveLength(1);
    },
    20_000,
  );
});

describe("on a real chain", { timeout: 60_000 }, () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld({ positions: 3 });
  }, 60_000);
  afterAll(() => world.close());

  const value = async (metrics: Metrics, name: string): Promise<number> =>
    (await scrape(metrics)).find((each) => each.name === name)?.value ?? NaN;

  it("the fees told are the ether that is gone, and a reorganisation is measured", async () => {
    const oracle = world.oracle();
    await oracle.reconciler.tick();
    const before = await world.chain.getBalance({ address: world.relayer });
    await world.moveTo(world.times.closesAt);
    await oracle.reconciler.tick();
    const spent = before - (await world.chain.getBalance({ address: world.relayer }));
    expect(spent).toBeGreaterThan(0n);
    const { organizer } = oracle.keys;
    const opened = 1_000n * 10n ** 18n - (await world.chain.getBalance({ address: organizer?.address ?? "0x" }));
    await vi.waitUntil(async () => (await value(oracle.metrics, "oracle_tx_landed_blocks_count")) === 2);
    const told = await value(oracle.metrics, "oracle_tx_fee_spent_wei_total");
    expect(told).toBeGreaterThanOrEqual(Number(spent));
    expect(told).toBeLessThanOrEqual(Number(spent + opened));
    expect(await value(oracle.metrics, "oracle_tx_reverted_total")).toBe(0);
    expect(await value(oracle.metrics, "oracle_rpc_duration_seconds_count")).toBeGreaterThan(10);
    await oracle.reconciler.tick();
    const clean = await world.chain.snapshot();
    await world.chain.mine({ blocks: 1 });
    await oracle.reconciler.tick();
    await world.chain.revert({ id: clean });
    await world.moveTo(Number((await world.chain.getBlock()).timestamp) + 7);
    await oracle.reconciler.tick();
    await vi.waitUntil(async () => (await value(oracle.metrics, "oracle_reorg_depth_count")) === 1);
    expect(await value(oracle.metrics, "oracle_reorg_depth_sum")).toBe(1);
  });
});
