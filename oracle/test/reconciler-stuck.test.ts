import { keccak256, parseGwei, toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { proxyOf, type Proxy } from "./reconciler-proxy.ts";
import { buildWorld, type World } from "./reconciler-world.ts";

const LOCKED = 3;

describe("a transaction of an earlier life that is stuck", { timeout: 120_000 }, () => {
  let world: World;
  let clean: `0x${string}`;
  let proxy: Proxy;
  beforeAll(async () => {
    world = await buildWorld({ positions: 4 });
    await world.oracle().reconciler.tick();
    await world.moveTo(world.times.closesAt);
    await world.chain.setAutomine(false);
  }, 60_000);
  beforeEach(async () => {
    clean = await world.chain.snapshot();
    proxy = await proxyOf(world.url);
  });
  afterEach(async () => {
    proxy.close();
    await world.chain.revert({ id: clean });
  });
  afterAll(() => world.close());

  /** Leaves one at the relayer's confirmed nonce, so many percent of the market's price. */
  const stick = async (percent: bigint, nonce = 0): Promise<void> => {
    const { baseFeePerGas } = await world.chain.getBlock();
    const tip = (parseGwei("1") * percent) / 100n;
    const serializedTransaction = await privateKeyToAccount(keccak256(toHex("relayer"))).signTransaction({
      type: "eip1559",
      chainId: world.configuration.chainId,
      to: world.guardian.account.address,
      nonce,
      gas: 21_000n,
      maxPriorityFeePerGas: tip,
      maxFeePerGas: (2n * (baseFeePerGas ?? 0n) * percent) / 100n + tip,
    });
    await world.chain.sendRawTransaction({ serializedTransaction });
  };
  const sends = (): number => proxy.asked.filter((method) => method === "eth_sendRawTransaction").length;

  it.each([
    [60n, 1],
    [100n, 2],
    [125n, 4],
  ])("at %i %% of the market's price is replaced in the first turn, at the try number %i", async (percent, tries) => {
    await stick(percent);
    const tick = await world.oracle({ rpcUrls: [proxy.url], receiptTimeoutMs: 100 }).reconciler.tick();
    expect(tick.failures.map(({ code }) => code)).toEqual(["tx_unmined"]);
    expect(sends()).toBe(tries);
    await world.chain.mine({ blocks: 1 });
    expect((await world.round()).state).toBe(LOCKED);
    expect(await world.nonce()).toBe(1);
  });

  it("beyond three rungs is left until the chain's time lifts the fee above it", async () => {
    await stick(170n);
    const subject = world.oracle({ rpcUrls: [proxy.url], receiptTimeoutMs: 100 });
    expect((await subject.reconciler.tick()).failures.map(({ code }) => code)).toEqual(["tx_pending"]);
    expect(sends()).toBe(4);
    // Three rungs later the same three climbs reach it. The node tells the time alone: nothing is mined.
    proxy.fault = ({ method }, answer) => {
      if (method !== "eth_getBlockByNumber" || !("result" in answer)) return undefined;
      const head = answer.result as { timestamp: string };
      return { result: { ...head, timestamp: `0x${(Number(head.timestamp) + 108).toString(16)}` } };
    };
    expect((await subject.reconciler.tick()).failures.map(({ code }) => code)).toEqual(["tx_unmined"]);
    await world.chain.mine({ blocks: 1 });
    expect((await world.round()).state).toBe(LOCKED);
  });

  it("behind a gap holds up nothing: what is due goes to the confirmed nonce", async () => {
    await stick(100n, 1);
    await world.oracle({ receiptTimeoutMs: 100 }).reconciler.tick();
    await world.chain.mine({ blocks: 1 });
    expect((await world.round()).state).toBe(LOCKED);
    expect(await world.nonce()).toBe(2);
  });
});
