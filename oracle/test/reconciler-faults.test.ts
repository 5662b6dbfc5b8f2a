import { parseTransaction } from "viem";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { modelId } from "../src/core/models.ts";
import type { Code } from "../src/service/reasons.ts";
import type { Tick } from "../src/service/tick.ts";
import { type Answer, proxyOf, type Proxy } from "./reconciler-proxy.ts";
import { buildWorld, uuid, type World } from "./reconciler-world.ts";

const HOUR = 3_600;

function codesOf({ failures, plan }: Tick): Code[] {
  return [...failures, ...plan.waiting].map(({ code }) => code);
}

describe("a feed with a fault", { timeout: 60_000 }, () => {
  let world: World;
  let clean: `0x${string}`;
  beforeAll(async () => {
    world = await buildWorld({ positions: 4, registrar: true });
    await world.oracle().reconciler.tick();
    await world.moveTo(world.times.closesAt);
    await world.oracle().reconciler.tick();
    await world.moveTo(world.times.resolvesAt);
    expect((await world.round()).state).toBe(3);
    clean = await world.chain.snapshot();
  }, 60_000);
  afterEach(async () => {
    await world.chain.revert({ id: clean });
    clean = await world.chain.snapshot();
  });
  afterAll(() => world.close());

  type Change = Parameters<World["writeRound"]>[0];
  const inModels =
    (change: (model: Record<string, unknown>, index: number) => unknown): Change =>
    (file) => ({
      ...file,
      roundDetails: {
        ...file.roundDetails,
        models: file.roundDetails.models.flatMap((model, index) => change(model as Record<string, unknown>, index)),
      },
    });

  it.each<[string, Change, string]>([
    [
      "a missing score",
      inModels((model, index) => (index === 2 ? { ...model, mmc: undefined } : model)),
      "roundDetails.models[2].mmc",
    ],
    [
      "a missing id",
      inModels((model, index) => (index === 1 ? { ...model, id: undefined } : model)),
      "roundDetails.models[1].id",
    ],
    ["a score that is NaN", (file) => JSON.stringify(file).replace(/"mmc":[^}]*/, '"mmc":NaN'), "NaN"],
    [
      "a score that is text",
      inModels((model, index) => (index === 0 ? { ...model, v2Corr20: "0.1" } : model)),
      "roundDetails.models[0].v2Corr20",
    ],
    [
      "a model listed twice",
      inModels((model, index) => (index === 3 ? [model, model] : model)),
      "roundDetails.models[4].id",
    ],
    [
      "a score out of range",
      inModels((model, index) => (index === 3 ? { ...model, mmc: 2.2 } : model)),
      "roundDetails.models[3].mmc",
    ],
    ["no model that the registrar granted", inModels((model, index) => (index === 1 ? [] : model)), "position 1"],
    [
      "no list of models",
      (file) => ({ ...file, roundDetails: { ...file.roundDetails, models: null } }),
      "roundDetails.models",
    ],
    [
      "another round",
      (file) => ({ ...file, roundDetails: { ...file.roundDetails, roundNumber: 6 } }),
      "roundDetails.roundNumber",
    ],
    ["half a file", (file) => JSON.stringify(file).slice(0, 500), ""],
  ])("with %s is refused by name, and nothing is sent", async (_, change, field) => {
    world.writeRound(change);
    const nonce = await world.nonce();
    const tick = await world.oracle().reconciler.tick();
    expect(tick.plan.actions).toEqual([]);
    expect(tick.failures).toEqual([]);
    expect(new Set(codesOf(tick))).toEqual(new Set(["feed_refused"]));
    expect(tick.plan.waiting.map(({ message }) => message).join("\n")).toContain(field);
    expect(await world.nonce()).toBe(nonce);

    world.writeRound();
    const mended = await world.oracle().reconciler.tick();
    expect(mended.done.map(({ action }) => action.kind)).toEqual(["report"]);
  });

  it("that isn't there is refused, and nothing is sent", async () => {
    const nonce = await world.nonce();
    const tick = await world.oracle({ feed: { kind: "folder", path: "nowhere" } }).reconciler.tick();
    expect(new Set(codesOf(tick))).toEqual(new Set(["feed_refused"]));
    expect(await world.nonce()).toBe(nonce);
  });

  it("that can't be reached is asked again, and nothing is sent", async () => {
    const nonce = await world.nonce();
    const tick = await world
      .oracle({ feed: { kind: "numerai", url: "http://127.0.0.1:9", tournament: 8 } })
      .reconciler.tick();
    expect(new Set(codesOf(tick))).toEqual(new Set(["feed_down"]));
    expect(await world.nonce()).toBe(nonce);
  });

  it("that doesn't list the model of a granted position names it by position", async () => {
    world.writeRound(inModels((model) => (model["id"] === uuid(3) ? [] : model)));
    const { plan } = await world.oracle().reconciler.tick();
    expect(plan.waiting.map(({ message }) => message).join()).toContain(`model ${modelId(uuid(3))} of position 3`);
  });
});

describe("a node with a fault", { timeout: 60_000 }, () => {
  let world: World;
  let proxy: Proxy;
  let clean: `0x${string}`;
  beforeAll(async () => {
    world = await buildWorld({ positions: 4 });
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

  const oracle = (changes: object = {}) => world.oracle({ rpcUrls: [proxy.url], ...changes });

  it("is told of without its URL, and forgotten once it answers again", async () => {
    proxy.line = "refused";
    const patient = oracle();
    const failed = await patient.reconciler.tick();
    expect(codesOf(failed)).toEqual(["rpc_down"]);
    expect(JSON.stringify(failed.failures.map(({ message }) => message))).not.toContain("127.0.0.1");
    expect(failed.facts).toBeNull();
    proxy.line = null;
    expect((await patient.reconciler.tick()).done.map(({ action }) => action.kind)).toEqual(["open"]);
  });

  it("of another chain is refused before anything is signed", async () => {
    proxy.fault = ({ method }) => (method === "eth_chainId" ? { result: "0x1" } : undefined);
    expect(codesOf(await oracle().reconciler.tick())).toEqual(["rpc_wrong_chain"]);
    expect(proxy.asked).not.toContain("eth_sendRawTransaction");
  });

  it.each([0, 2, 3, 4, 5])("that hides event %i of six is found out by the contract's own counters", async (hidden) => {
    await world.oracle().reconciler.tick();
    await world.moveTo(world.times.closesAt);
    await world.oracle().reconciler.tick();
    proxy.fault = ({ method }, answer) =>
      method === "eth_getLogs" && "result" in answer && Array.isArray(answer.result)
        ? { result: answer.result.toSpliced(hidden, 1) }
        : undefined;
    const misled = oracle();
    expect(codesOf(await misled.reconciler.tick())).toEqual(["events_incomplete"]);
    proxy.fault = null;
    expect((await misled.reconciler.tick()).failures).toEqual([]);
  });

  it("that alters words is found out by their hash", async () => {
    await world.oracle().reconciler.tick();
    await world.moveTo(world.times.closesAt);
    await world.oracle().reconciler.tick();
    proxy.fault = ({ method }, answer) =>
      method === "eth_getLogs"
        ? (JSON.parse(JSON.stringify(answer).replaceAll("000000003b9aca00", "000000003b9aca01")) as typeof answer)
        : undefined;
    const tick = await oracle().reconciler.tick();
    expect(codesOf(tick)).toEqual(["events_incomplete"]);
    expect(tick.failures[0]?.message).toContain("stakes of round 5 batch 0");
  });

  it("that takes no block hashes is asked by number", async () => {
    proxy.fault = ({ params }) =>
      params?.some((param) => typeof param === "object" && param !== null && "blockHash" in param) === true
        ? { error: { code: -32602, message: "invalid argument 1: hex string expected" } }
        : undefined;
    expect((await oracle().reconciler.tick()).done.map(({ action }) => action.kind)).toEqual(["open"]);
  });

  it.each<[string, Answer]>([
    ["takes only few blocks at once", { error: { code: -32005, message: "query returned more than 3 blocks" } }],
    ["says more of many blocks than is taken", { result: "x".repeat(11_000_000) }],
  ])("that %s is asked for few", async (_, refusal) => {
    proxy.fault = ({ method, params }) => {
      if (method !== "eth_getLogs") return undefined;
      const { fromBlock, toBlock } = params?.[0] as { fromBlock: string; toBlock: string };
      return Number(toBlock) - Number(fromBlock) >= 3 ? refusal : undefined;
    };
    const tick = await oracle().reconciler.tick();
    expect(tick.failures).toEqual([]);
    expect(tick.facts?.models).toHaveLength(4);
  });

  it("whose latest block is replaced while it is read makes the turn wait", async () => {
    let blocks = 0;
    proxy.fault = ({ method }, answer) => {
      if (method !== "eth_getBlockByNumber" || !("result" in answer)) return undefined;
      blocks += 1;
      return blocks === 1 ? undefined : { result: { ...(answer.result as object), hash: `0x${"ab".repeat(32)}` } };
    };
    expect(codesOf(await oracle().reconciler.tick())).toEqual(["chain_moved"]);
  });

  it("that drops a transaction is sent it again", async () => {
    let dropped = 0;
    proxy.fault = ({ method }) =>
      method === "eth_getTransactionReceipt" && (dropped += 1) > 0 ? { result: null } : undefined;
    const hasty = oracle({ receiptTimeoutMs: 200 });
    expect(codesOf(await hasty.reconciler.tick())).toEqual(["tx_unmined"]);
    expect(dropped).toBeGreaterThan(0);
    proxy.fault = null;
    const after = await hasty.reconciler.tick();
    expect([after.done, after.failures]).toEqual([[], []]);
  });

  it("whose base fee is above the limit is sent nothing dearer, and that is said", async () => {
    await world.chain.setNextBlockBaseFeePerGas({ baseFeePerGas: 10n ** 12n });
    await world.chain.mine({ blocks: 1 });
    const sent: string[] = [];
    proxy.fault = ({ method, params }) => {
      if (method === "eth_sendRawTransaction") sent.push(String(params?.[0]));
      return undefined;
    };
    const { failures } = await oracle({ receiptTimeoutMs: 200 }).reconciler.tick();
    expect(failures.map(({ code }) => code)).toEqual(["tx_fee_capped"]);
    expect(failures[0]?.message).toMatch(/its fee is at the limit of 500 gwei; raise config\.maxFeePerGasGwei/);
    const fees = sent.map((raw) => parseTransaction(raw as `0x${string}`).maxFeePerGas);
    expect(fees).toEqual([500n * 10n ** 9n]);
  });

  it("where the contract or the tournament is missing says so", async () => {
    expect(codesOf(await oracle({ contract: `0x${"12".repeat(20)}` }).reconciler.tick())).toEqual(["contract_missing"]);
    const tick = await oracle({ tournament: 7 }).reconciler.tick();
    expect(codesOf(tick)).toEqual(["tournament_missing"]);
    expect(tick.failures[0]?.message).toContain("has 1 tournaments, so none with number 7");
  });

  it("says what the contract answers, with its values, where a round can't be locked any more", async () => {
    await world.oracle().reconciler.tick();
    await world.moveTo(world.times.closesAt + HOUR - 2);
    proxy.fault = ({ method }, answer) => {
      if (method !== "eth_getBlockByNumber" || !("result" in answer)) return undefined;
      const block = answer.result as { timestamp: string };
      return { result: { ...block, timestamp: `0x${(Number(block.timestamp) - HOUR / 2).toString(16)}` } };
    };
    await world.moveTo(world.times.closesAt + HOUR + 60);
    const { failures } = await oracle().reconciler.tick();
    expect(failures.map(({ code }) => code)).toEqual(["chain_moved"]);
    expect(failures[0]?.message).toMatch(/WindowClosed\(closedAt: \d+, time: \d+\)/);
  });

  it("tells a sender without ether from a node that is down", async () => {
    const { organizer } = world.oracle().keys;
    if (organizer === null) throw new Error("no organizer");
    await world.chain.setBalance({ address: organizer.address, value: 1n });
    const { failures } = await oracle().reconciler.tick();
    expect(failures.map(({ code }) => code)).toEqual(["funds_low"]);
  });
});
