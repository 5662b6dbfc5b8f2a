import { custom, createClient, type Hex, type PublicRpcSchema } from "viem";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Chain } from "../../src/chain/client.ts";
import type { Desk } from "../../src/flows/desk.ts";
import { type Flows, flowsAt } from "../../src/flows/flow.ts";
import { currentStep } from "../../src/flows/reduce.ts";
import type { Flow, Request, StepState } from "../../src/flows/schema.ts";
import type { Sending, Wallet } from "./flows-wallet.ts";
import {
  approveByHand,
  byHand,
  deskOf,
  flowIn,
  modelNamed,
  movesOf,
  newKeep,
  NMR,
  openByHand,
  QUICK,
  type Staker,
  startWorld,
  tokenCall,
  TOURNAMENT,
  type World,
} from "./flows-world.ts";

const AMOUNT = 4n * NMR;

let world: World;
beforeAll(async () => {
  world = await startWorld("permit");
});
afterAll(() => world.stop());

// Blocks come when a test says so.
let staker: Staker;
let position: number;
let request: Request;
const running: Flows[] = [];

beforeEach(async () => {
  await world.test.client.setAutomine(true);
  staker = await world.staker();
  position = await openByHand(world, staker, modelNamed("m"), 2n * NMR);
  await approveByHand(world, staker, AMOUNT);
  request = { kind: "increaseStake", tournament: TOURNAMENT, position, amount: AMOUNT };
  await world.test.client.setAutomine(false);
});
afterEach(() => {
  for (const flows of running.splice(0)) flows.stop();
});

const mine = (): Promise<void> => world.test.client.mine({ blocks: 1 });

function open(changes: Partial<Desk> = {}, wallet: Wallet = staker.wallet): Flows {
  const flows = flowsAt(deskOf(world, wallet, changes));
  running.push(flows);
  return flows;
}

const stateOf = (flow: Flow): StepState => currentStep(flow).state;

/** Waits until the flow is there. */
async function reaches(flows: Flows, id: string, isThere: (flow: Flow) => boolean): Promise<Flow> {
  for (let look = 0; look < 400; look++) {
    const flow = flowIn(flows, id);
    if (isThere(flow)) return flow;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`the flow is ${stateOf(flowIn(flows, id)).name}`);
}

/** Starts, clicks, and waits until it is sent. */
async function sent(changes: Partial<Desk> = {}) {
  const flows = open(changes);
  const id = await flows.start(request, staker.address);
  const clicked = flows.advance(id);
  const state = stateOf(await reaches(flows, id, (flow) => stateOf(flow).name === "sent"));
  if (state.name !== "sent" || state.hash === null) throw new Error("not sent");
  const { params } = staker.wallet.asked.at(-1) ?? {};
  const sending = params?.[0] as Sending;
  return { flows, id, clicked, hash: state.hash, nonce: state.asked.nonce, sending };
}

async function increases(): Promise<bigint> {
  const [active] = await world.test.read<[bigint, bigint]>("stakeOf", TOURNAMENT, position);
  return active - 2n * NMR;
}

describe("a transaction that is sent", () => {
  it("is followed to its faster twin", async () => {
    const { flows, id, clicked, hash, nonce, sending } = await sent();
    const twin = await staker.wallet.send({ ...sending, nonce, tip: 30n * 10n ** 9n });
    await mine();
    await clicked;
    const flow = flowIn(flows, id);
    expect(flow.state.name).toBe("done");
    expect(stateOf(flow)).toMatchObject({ name: "confirmed", transaction: { hash: twin } });
    expect(twin).not.toBe(hash);
    expect(await increases()).toBe(AMOUNT);
  });

  it("is cancelled where another takes its number; the next click asks again", async () => {
    const { flows, id, clicked, hash, nonce } = await sent();
    const by = await staker.wallet.send({ to: staker.address, data: "0x", nonce, tip: 30n * 10n ** 9n });
    await mine();
    await clicked;
    expect(stateOf(flowIn(flows, id))).toEqual({
      ...{ name: "failed", asked: null, reason: { kind: "cancelled", hash, by } },
    });
    await world.test.client.setAutomine(true);
    await flows.advance(id);
    expect(flowIn(flows, id).state.name).toBe("done");
    expect(await increases()).toBe(AMOUNT);
  });

  it("is cancelled by a different amount too: that is not what was asked for", async () => {
    const { flows, id, clicked, hash, nonce, sending } = await sent();
    const data = `${sending.data.slice(0, -64)}${NMR.toString(16).padStart(64, "0")}` as Hex;
    const by = await staker.wallet.send({ ...sending, data, nonce, tip: 30n * 10n ** 9n });
    await mine();
    await clicked;
    expect(stateOf(flowIn(flows, id))).toMatchObject({ reason: { kind: "cancelled", hash, by } });
  });

  it("is dropped where nobody knows it; asked again, it has the same number", async () => {
    const { flows, id, clicked, hash, nonce } = await sent();
    await world.test.client.dropTransaction({ hash });
    await clicked;
    expect(stateOf(flowIn(flows, id))).toMatchObject({ name: "failed", reason: { kind: "dropped", hash } });
    await world.test.client.setAutomine(true);
    await flows.advance(id);
    expect(flowIn(flows, id).state.name).toBe("done");
    expect(staker.wallet.asked.at(-1)?.params[0]).toMatchObject({ nonce: `0x${nonce.toString(16)}` });
    expect(await increases()).toBe(AMOUNT);
  });

  it("is not asked for again where the dropped one came back", async () => {
    const { flows, id, clicked, hash, nonce, sending } = await sent();
    await world.test.client.dropTransaction({ hash });
    await clicked;
    await staker.wallet.send({ ...sending, nonce, tip: 3n * 10n ** 9n });
    const asked = staker.wallet.asked.length;
    const again = flows.advance(id);
    await reaches(flows, id, (flow) => stateOf(flow).name === "sent");
    await mine();
    await again;
    expect(flowIn(flows, id).state.name).toBe("done");
    expect(staker.wallet.asked).toHaveLength(asked);
    expect(await increases()).toBe(AMOUNT);
  });

  it("is followed under the number that the wallet gave it", async () => {
    let first: Hex | undefined;
    staker.wallet.tricks.set("eth_sendTransaction", async ([given]) => {
      const { to, data } = given as Sending;
      first = await staker.wallet.send({ to: staker.address, data: "0x" });
      return staker.wallet.send({ to, data });
    });
    const { flows, id, clicked } = await sent();
    await reaches(flows, id, (flow) => stateOf(flow).asked?.nonce !== undefined && first !== undefined);
    await mine();
    await clicked;
    expect(flowIn(flows, id).state.name).toBe("done");
    expect(await increases()).toBe(AMOUNT);
  });

  it("is followed through a node that is away", async () => {
    let isAway = false;
    const { flows, id, clicked } = await sent({
      chain: through((method) => (isAway ? new TypeError(`fetch failed: ${method}`) : null)),
    });
    isAway = true;
    await mine();
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(stateOf(flowIn(flows, id)).name).toBe("sent");
    isAway = false;
    await clicked;
    expect(flowIn(flows, id).state.name).toBe("done");
  });
});

/** The chain over a transport that fails where a test wants it. */
function through(fault: (method: string, params: readonly unknown[]) => Error | null): Chain {
  const { client } = world.chain;
  const transport = custom(
    {
      request({ method, params }: { method: string; params: readonly unknown[] }) {
        const error = fault(method, params);
        if (error !== null) return Promise.reject(error);
        return client.request({ method, params } as unknown as PublicRpcSchema[0] & { method: "web3_clientVersion" });
      },
    },
    { retryCount: 0 },
  );
  return { ...world.chain, client: createClient({ transport }) };
}

describe("a transaction in a block", () => {
  it("that the chain takes back is sent again, and followed to its new block", async () => {
    const { client } = world.test;
    const snapshot = await client.snapshot();
    const { flows, id, clicked, hash, nonce, sending } = await sent({
      pace: { ...QUICK, confirmations: 3, unseenLooks: 500 },
    });
    await mine();
    const first = await reaches(flows, id, (flow) => stateOf(flow).name === "mined");
    await client.revert({ id: snapshot });
    await reaches(flows, id, (flow) => stateOf(flow).name === "sent");
    await client.mine({ blocks: 2 });
    // Somebody's pool still had it.
    expect(await staker.wallet.send({ ...sending, nonce })).toBe(hash);
    await client.mine({ blocks: 1 });
    await reaches(flows, id, (flow) => stateOf(flow).name === "mined");
    await client.mine({ blocks: 2 });
    await clicked;
    const flow = flowIn(flows, id);
    expect(flow.state.name).toBe("done");
    const [before, after] = [stateOf(first), stateOf(flow)];
    if (before.name !== "mined" || after.name !== "confirmed") throw new Error("unexpected");
    expect(after.transaction?.hash).toBe(hash);
    expect(after.transaction?.blockHash).not.toBe(before.blockHash);
    expect(await increases()).toBe(AMOUNT);
  });

  it("that the chain takes back while the index is awaited is not done", async () => {
    const { client } = world.test;
    const snapshot = await client.snapshot();
    let arrive: () => void = () => undefined;
    let reached = 0;
    const reach = (): Promise<void> => {
      reached += 1;
      return reached > 1 ? Promise.resolve() : new Promise((resolve) => (arrive = resolve));
    };
    const { flows, id, clicked, hash, nonce, sending } = await sent({
      index: { reach },
      pace: { ...QUICK, unseenLooks: 500 },
    });
    await mine();
    await reaches(flows, id, (flow) => stateOf(flow).name === "confirmed" && reached === 1);
    await client.revert({ id: snapshot });
    arrive();
    await reaches(flows, id, (flow) => stateOf(flow).name === "sent");
    expect(await staker.wallet.send({ ...sending, nonce })).toBe(hash);
    await mine();
    await clicked;
    expect(flowIn(flows, id).state).toMatchObject({ name: "done", index: "reached" });
    expect(await increases()).toBe(AMOUNT);
  });

  it("that reverted is replayed on the state before its block, and decoded", async () => {
    request = { kind: "requestWithdrawal", tournament: TOURNAMENT, position, amount: 2n * NMR };
    const { flows, id, clicked, hash } = await sentAfter({ ...request, amount: NMR }, true);
    await clicked;
    const state = stateOf(flowIn(flows, id));
    expect(state).toMatchObject({
      ...{ name: "failed", asked: null },
      reason: {
        ...{ kind: "reverted", when: "replay", error: "StakeTooSmall", passes: false, transaction: { hash } },
        values: { active: NMR.toString(), requested: (2n * NMR).toString() },
      },
    });
  });

  it("that passes on the state before its block is said to: something in the block was in its way", async () => {
    request = { kind: "requestWithdrawal", tournament: TOURNAMENT, position, amount: 2n * NMR };
    const { flows, id, clicked, hash } = await sentAfter({ ...request, amount: NMR }, false);
    await clicked;
    expect(stateOf(flowIn(flows, id))).toMatchObject({
      reason: { kind: "reverted", when: "replay", error: null, data: null, passes: true, transaction: { hash } },
    });
  });

  /** The wallet sends something of the user's own first, into a block of its own or into the same. */
  async function sentAfter(own: Request, isMined: boolean) {
    staker.wallet.tricks.set("eth_sendTransaction", async ([given]) => {
      const { to, data } = given as Sending;
      const done = byHand(world, staker, own);
      if (isMined) {
        await new Promise((resolve) => setTimeout(resolve, 30));
        await mine();
        await done;
      } else await new Promise((resolve) => setTimeout(resolve, 30));
      const hash = await staker.wallet.send({ to, data });
      await mine();
      await done;
      return hash;
    });
    const flows = open();
    const id = await flows.start(request, staker.address);
    const clicked = flows.advance(id);
    await clicked;
    const failed = stateOf(flowIn(flows, id));
    if (failed.name !== "failed" || failed.reason.kind !== "reverted") throw new Error(failed.name);
    return { flows, id, clicked, hash: failed.reason.transaction?.hash };
  }
});

describe("an answer that the page didn't live to see", () => {
  /** A page whose wallet has the question open, and that is closed then. */
  async function closed() {
    const keep = newKeep();
    const first = open({ keep });
    const id = await first.start(request, staker.address);
    let given: Sending | undefined;
    staker.wallet.tricks.set("eth_sendTransaction", ([sending]) => {
      given = sending as Sending;
      return new Promise(() => undefined);
    });
    void first.advance(id);
    await reaches(first, id, (flow) => stateOf(flow).name === "wallet" && given !== undefined);
    first.stop();
    staker.wallet.tricks.clear();
    if (given === undefined) throw new Error("not asked");
    return { keep, id, given };
  }

  const reasonAfter = async (flows: Flows, id: string) => {
    await flows.resume();
    const state = stateOf(flowIn(flows, id));
    return state.name === "failed" ? state.reason : state.name;
  };

  it("unsent: is said so, and the same number is asked for again", async () => {
    const { keep, id } = await closed();
    const flows = open({ keep });
    expect(await reasonAfter(flows, id)).toEqual({ kind: "lost", seen: "unsent" });
    await world.test.client.setAutomine(true);
    await flows.advance(id);
    expect(flowIn(flows, id).state.name).toBe("done");
    expect(staker.wallet.asked.at(-1)?.params[0]).toHaveProperty("nonce");
    expect(await increases()).toBe(AMOUNT);
  });

  it("sent from the wallet's window after the page was closed: is found, in the pool", async () => {
    const { keep, id, given } = await closed();
    const hash = await staker.wallet.send({ to: given.to, data: given.data });
    const flows = open({ keep });
    const resumed = flows.resume();
    await reaches(flows, id, (flow) => stateOf(flow).name === "sent");
    await mine();
    await resumed;
    expect(stateOf(flowIn(flows, id))).toMatchObject({ name: "confirmed", transaction: { hash } });
    expect(await increases()).toBe(AMOUNT);
  });

  it("sent after the new page had looked: is found at the click, and not asked for", async () => {
    const { keep, id, given } = await closed();
    const flows = open({ keep });
    expect(await reasonAfter(flows, id)).toEqual({ kind: "lost", seen: "unsent" });
    await staker.wallet.send({ to: given.to, data: given.data });
    await world.test.client.mine({ blocks: 3 });
    const asked = staker.wallet.asked.length;
    await flows.advance(id);
    expect(flowIn(flows, id).state.name).toBe("done");
    expect(staker.wallet.asked).toHaveLength(asked);
    expect(await increases()).toBe(AMOUNT);
  });

  it("with something else of the account's under way: waits for it", async () => {
    const { keep, id } = await closed();
    await staker.wallet.send({ to: world.test.owner, data: "0x" });
    const flows = open({ keep });
    expect(await reasonAfter(flows, id)).toEqual({ kind: "lost", seen: "pending" });
    const asked = staker.wallet.asked.length;
    await flows.advance(id);
    expect(stateOf(flowIn(flows, id))).toMatchObject({ reason: { kind: "lost", seen: "pending" } });
    expect(staker.wallet.asked).toHaveLength(asked);
    await mine();
    expect(await reasonAfter(flows, id)).toMatchObject({ kind: "lost" });
    await world.test.client.setAutomine(true);
    await flows.advance(id);
    expect(flowIn(flows, id).state.name).toBe("done");
    expect(await increases()).toBe(AMOUNT);
  });

  it("among other things that the account has sent: is found by what it does", async () => {
    const { keep, id, given } = await closed();
    await staker.wallet.send({ to: world.test.owner, data: "0x" });
    await mine();
    await staker.wallet.send({ to: given.to, data: given.data });
    await mine();
    await staker.wallet.send({ to: staker.address, data: "0x" });
    await world.test.client.mine({ blocks: 5 });
    const flows = open({ keep });
    await flows.resume();
    expect(flowIn(flows, id).state.name).toBe("done");
    expect(await increases()).toBe(AMOUNT);
  });

  it("on a node that keeps no old states: is found by the contract's events, or said to be unknown", async () => {
    const { keep, id, given } = await closed();
    await world.test.client.mine({ blocks: 2 });
    const chain = through((method, [, block]) => {
      const isOld = typeof block === "string" && block.startsWith("0x") && method === "eth_getTransactionCount";
      return isOld ? Object.assign(new Error("missing trie node"), { code: -32_000 }) : null;
    });
    await staker.wallet.send({ to: world.test.owner, data: "0x" });
    await mine();
    const flows = open({ keep, chain });
    expect(await reasonAfter(flows, id)).toEqual({ kind: "lost", seen: "unknown" });
    await flows.advance(id);
    expect(stateOf(flowIn(flows, id))).toMatchObject({ reason: { kind: "lost", seen: "unknown" } });
    await staker.wallet.send({ to: given.to, data: given.data });
    await mine();
    await flows.resume();
    expect(flowIn(flows, id).state.name).toBe("done");
    expect(await increases()).toBe(AMOUNT);
  });
});

describe("two flows that ask for the same", () => {
  it("are two: neither takes the other's transaction for its own", async () => {
    await world.test.client.setAutomine(true);
    await approveByHand(world, staker, 2n * AMOUNT);
    await world.test.client.setAutomine(false);
    const { keep, id: lost } = await (async () => {
      const kept = newKeep();
      const flows = open({ keep: kept });
      const id = await flows.start(request, staker.address);
      staker.wallet.tricks.set("eth_sendTransaction", () => new Promise(() => undefined));
      void flows.advance(id);
      await reaches(flows, id, (flow) => stateOf(flow).name === "wallet");
      flows.stop();
      staker.wallet.tricks.clear();
      return { keep: kept, id };
    })();
    await world.test.client.setAutomine(true);
    const flows = open({ keep });
    const other = await flows.start(request, staker.address);
    await flows.advance(other);
    expect(flowIn(flows, other).state.name).toBe("done");
    await flows.resume();
    expect(stateOf(flowIn(flows, lost))).toMatchObject({ reason: { kind: "lost", seen: "others" } });
    await flows.advance(lost);
    expect(flowIn(flows, lost).state.name).toBe("done");
    expect(await increases()).toBe(2n * AMOUNT);
  });

  it("on two pages are worked by one: the page that is behind stops", async () => {
    await world.test.client.setAutomine(true);
    const keep = newKeep();
    const [one, two] = [open({ keep }), open({ keep })];
    const id = await one.start(request, staker.address);
    await Promise.all([one.advance(id), two.advance(id)]);
    await two.resume();
    expect(flowIn(two, id).state.name).toBe("done");
    expect((await movesOf(world, staker.address)).transfers).toBe(2);
    expect(await increases()).toBe(AMOUNT);
  });
});

describe("a flow that is given up", () => {
  it("is not while something of it may happen", async () => {
    const { flows, id, clicked } = await sent();
    expect(flows.abandon(id)).toBe(false);
    await mine();
    await clicked;
    const other = await flows.start({ ...request, amount: NMR } as Request, staker.address);
    expect(flows.abandon(other)).toBe(true);
    await flows.advance(other);
    expect(flowIn(flows, other).state.name).toBe("abandoned");
    expect(staker.wallet.asked).toHaveLength(1);
  });

  it("an approval that is gone again is asked for again, and only then", async () => {
    await world.test.client.setAutomine(true);
    await approveByHand(world, staker, 0n);
    const flows = open();
    const id = await flows.start(request, staker.address, ["permit"]);
    await flows.advance(id);
    expect(flowIn(flows, id).steps.map(({ kind, state }) => [kind, state.name])).toEqual([
      ["approve", "confirmed"],
      ["stake", "waiting"],
    ]);
    await tokenCall(world.test, world.test.owner, "transfer", [staker.address, NMR]);
    await approveByHand(world, staker, NMR);
    await flows.advance(id);
    expect(
      flowIn(flows, id)
        .steps.map(({ kind, state }) => [kind, state.name])
        .slice(-2),
    ).toEqual([
      ["approve", "confirmed"],
      ["stake", "waiting"],
    ]);
    await flows.advance(id);
    expect(flowIn(flows, id).state.name).toBe("done");
    expect(await increases()).toBe(AMOUNT);
  });
});
