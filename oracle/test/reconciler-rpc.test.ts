import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { EndpointState } from "../src/chain/endpoint.ts";
import type { Oracle } from "../src/service/oracle.ts";
import { type Answer, type Proxy, proxyOf } from "./reconciler-proxy.ts";
import { buildWorld, type World } from "./reconciler-world.ts";

const HOUR = 3_600;
const STALE_BLOCKS = 10;
const OPEN = 1;
const LOCKED = 3;
const SETTLED = 4;

type Hex = `0x${string}`;
type Fault = {
  readonly name: string;
  readonly state: EndpointState;
  readonly set: (proxy: Proxy, world: World) => void;
};

/** Changes the result of a method's answers. */
function altered(proxy: Proxy, method: string, change: (result: unknown) => unknown): void {
  proxy.fault = (request, answer) =>
    request.method === method && "result" in answer ? { result: change(answer.result) } : undefined;
}

function isLatest(params: readonly unknown[] | undefined): boolean {
  return params?.[0] === "latest";
}

const FAULTS: readonly Fault[] = [
  { name: "refused", state: "unreachable", set: (proxy) => (proxy.line = "refused") },
  { name: "hangs", state: "unreachable", set: (proxy) => (proxy.line = "hangs") },
  { name: "slow body", state: "unreachable", set: (proxy) => (proxy.line = "slow_body") },
  { name: "429", state: "rate_limited", set: (proxy) => (proxy.line = 429) },
  { name: "500", state: "unreachable", set: (proxy) => (proxy.line = 500) },
  {
    name: "wrong chain id",
    state: "wrong_chain",
    set: (proxy) => {
      altered(proxy, "eth_chainId", () => "0x1");
    },
  },
  {
    name: "stale by ten",
    state: "out_of_sync",
    set: (proxy) => {
      const old: { block: Answer } = { block: { result: null } };
      proxy.fault = ({ method, params }, answer) => {
        if (method !== "eth_getBlockByNumber" || !isLatest(params) || !("result" in answer)) return undefined;
        const head = answer.result as { number: string; timestamp: string };
        const behind = { number: Number(head.number) - STALE_BLOCKS, timestamp: Number(head.timestamp) - 120 };
        old.block = { result: { ...head, number: hex(behind.number), timestamp: hex(behind.timestamp) } };
        return old.block;
      };
    },
  },
  {
    name: "forked head",
    state: "disagreeing",
    set: (proxy) => {
      altered(proxy, "eth_getBlockByNumber", (block) => ({ ...(block as object), hash: `0x${"ab".repeat(32)}` }));
    },
  },
  {
    name: "lying eth_call",
    state: "disagreeing",
    set: (proxy) => {
      altered(proxy, "eth_call", (result) => String(result).replaceAll("1", "2"));
    },
  },
  {
    name: "truncated logs",
    state: "disagreeing",
    set: (proxy) => {
      altered(proxy, "eth_getLogs", (logs) => (logs as unknown[]).slice(0, -1));
    },
  },
  {
    name: "accepts and drops a transaction",
    state: "alive",
    set: (proxy) => {
      proxy.interception = ({ method }) =>
        method === "eth_sendRawTransaction" ? { result: `0x${"cd".repeat(32)}` } : undefined;
    },
  },
  { name: "drops the connection mid-body", state: "unreachable", set: (proxy) => (proxy.line = "cut") },
];

function hex(value: number): Hex {
  return `0x${value.toString(16)}`;
}

describe("one of three nodes with a fault", { timeout: 60_000 }, () => {
  let world: World;
  let clean: Hex;
  let proxies: Proxy[];
  const seen = new Map<string, unknown>();
  beforeAll(async () => {
    world = await buildWorld({ positions: 6 });
    await world.chain.mine({ blocks: 2 * STALE_BLOCKS });
  }, 60_000);
  beforeEach(async () => {
    clean = await world.chain.snapshot();
    proxies = await Promise.all([0, 1, 2].map(() => proxyOf(world.url)));
  });
  afterEach(async () => {
    for (const proxy of proxies) proxy.close();
    await world.chain.revert({ id: clean });
  });
  afterAll(() => world.close());

  const oracle = (changes: object = {}): Oracle =>
    world.oracle({ rpcUrls: proxies.map(({ url }) => url), rpcTimeoutMs: 600, ...changes });

  /** Plays a whole round; says how many turns did nothing though something was due, and how long the longest took. */
  const play = async (subject: Oracle): Promise<{ lost: number; longestMs: number }> => {
    const { closesAt, resolvesAt } = world.times;
    const phases: readonly [number | null, () => Promise<boolean>][] = [
      [null, async () => (await world.round()).state === OPEN],
      [closesAt, async () => (await world.round()).state === LOCKED],
      [resolvesAt, async () => (await world.round()).reportedBatches === 1],
      [resolvesAt + HOUR + 60, async () => (await world.round()).state === SETTLED],
    ];
    let lost = 0;
    let longestMs = 0;
    for (const [time, reached] of phases) {
      if (time !== null) await world.moveTo(time);
      // What counts is what the contract says: an answer that got lost doesn't undo what was sent.
      for (let isReached = false; !isReached; lost += isReached ? 0 : 1) {
        const tick = await subject.reconciler.tick();
        isReached = await reached();
        longestMs = Math.max(longestMs, tick.finishedAt - tick.startedAt);
        if (lost > 3) throw new Error(JSON.stringify(tick.failures.map(({ message }) => message)));
      }
    }
    return { lost, longestMs };
  };

  const ending = async () => ({
    state: (await world.round()).state,
    payouts: await world.payouts(),
    events: (await world.events()).filter((event) => /Round|Batch|Scores/.test(event)),
    nonce: await world.nonce(),
  });

  it.each(FAULTS.flatMap((fault) => [0, 2].map((place) => ({ ...fault, place }))))(
    "$name, at place $place: a round goes through with at most one turn lost and ends as it would have",
    async ({ set, place, state }) => {
      const faulty = proxies[place];
      if (faulty === undefined) throw new Error("no such place");
      set(faulty, world);
      const subject = oracle();
      const { lost, longestMs } = await play(subject);
      expect(lost).toBeLessThanOrEqual(1);
      expect(longestMs).toBeLessThan(5_000);
      const end = await ending();
      expect(end.state).toBe(SETTLED);
      // A lock, a report and a settlement; whatever was lied about, nothing else was ever sent.
      expect(end.nonce).toBe(3);
      expect(end.events).toEqual([
        "RoundOpened",
        "BatchLocked 0",
        "RoundLocked",
        "ScoresReported 0",
        "BatchSettled 0",
        "RoundSettled",
      ]);
      expect(seen.get("payouts") ?? end.payouts).toEqual(end.payouts);
      seen.set("payouts", end.payouts);
      expect(subject.endpoints().map((endpoint) => endpoint.state)).toEqual(
        [0, 1, 2].map((index) => (index === place ? state : "alive")),
      );
    },
  );

  it("is counted in again as soon as it is well, and another may fall ill then", async () => {
    const [first, second] = proxies;
    if (first === undefined || second === undefined) throw new Error("no proxies");
    const subject = oracle();
    first.line = "refused";
    expect((await subject.reconciler.tick()).failures).toEqual([]);
    first.line = null;
    second.line = 500;
    expect((await subject.reconciler.tick()).failures).toEqual([]);
    expect(subject.endpoints().map(({ state }) => state)).toEqual(["alive", "unreachable", "alive"]);
  });

  it.each(FAULTS.filter(({ state }) => state !== "alive" && state !== "disagreeing"))(
    "$name at two of three: nothing is sent, and the reason given; all goes on when one is back",
    async ({ set }) => {
      const [first, second] = proxies;
      if (first === undefined || second === undefined) throw new Error("no proxies");
      const subject = oracle();
      set(first, world);
      set(second, world);
      const { done, failures } = await subject.reconciler.tick();
      // Two that are stale alike are a majority: the age of their block is told by readiness (rpc_stale).
      expect(done).toEqual([]);
      expect(failures.length).toBe(1);
      expect(failures[0]?.code).toMatch(
        /^(rpc_quorum_lost|rate_limited|rpc_wrong_chain|rpc_disagree|chain_moved|rpc_down)$/,
      );
      expect(failures[0]?.message).not.toContain("http://");
      first.line = null;
      first.fault = null;
      first.interception = null;
      await subject.reconciler.tick();
      expect((await world.round()).state).toBe(OPEN);
    },
  );

  it("that lies together with another about the contract is refused where all three must agree", async () => {
    for (const proxy of proxies.slice(0, 2))
      altered(proxy, "eth_call", (result) => String(result).replaceAll("1", "2"));
    const { done, failures } = await oracle({ rpcQuorum: 3 }).reconciler.tick();
    expect(done).toEqual([]);
    expect(failures.map(({ code }) => code)).toEqual(["rpc_disagree"]);
    expect(failures[0]?.message).toMatch(/rpc 0 \(127\.0\.0\.1:\d+\): says /);
    for (const { asked } of proxies) expect(asked).not.toContain("eth_sendRawTransaction");
  });

  it("changes nothing about how few requests a turn with nothing to do needs", async () => {
    const subject = oracle();
    await subject.reconciler.tick();
    for (const { asked } of proxies) asked.length = 0;
    await subject.reconciler.tick();
    for (const { asked } of proxies) expect(asked.length).toBeLessThanOrEqual(30);
  });
});
