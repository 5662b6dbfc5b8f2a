import { describe, expect, it } from "vitest";
import { type Flows } from "../../src/flows/flow.ts";
import type { Request } from "../../src/flows/schema.ts";
import type { Sending, Wallet } from "./flows-wallet.ts";
import { AMOUNT, increases, mine, open, reaches, sent, setStage, stage, stateOf, through } from "./flows-stage.ts";
import { approveByHand, flowIn, movesOf, newKeep, NMR, tokenCall } from "./flows-world.ts";

setStage();

describe("an answer that the page didn't live to see", () => {
  /** A page whose wallet has the question open, and that is closed then. */
  async function closed() {
    const keep = newKeep();
    const first = open({ keep });
    const id = await first.start(stage.request, stage.staker.address);
    let given: Sending | undefined;
    stage.staker.wallet.tricks.set("eth_sendTransaction", ([sending]) => {
      given = sending as Sending;
      return new Promise(() => undefined);
    });
    void first.advance(id);
    await reaches(first, id, (flow) => stateOf(flow).name === "wallet" && given !== undefined);
    first.stop();
    stage.staker.wallet.tricks.clear();
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
    await stage.world.test.client.setAutomine(true);
    await flows.advance(id);
    expect(flowIn(flows, id).state.name).toBe("done");
    expect(stage.staker.wallet.asked.at(-1)?.params[0]).toHaveProperty("nonce");
    expect(await increases()).toBe(AMOUNT);
  });

  it("sent from the wallet's window after the page was closed: is found, in the pool", async () => {
    const { keep, id, given } = await closed();
    const hash = await stage.staker.wallet.send({ to: given.to, data: given.data });
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
    await stage.staker.wallet.send({ to: given.to, data: given.data });
    await stage.world.test.client.mine({ blocks: 3 });
    const asked = stage.staker.wallet.asked.length;
    await flows.advance(id);
    expect(flowIn(flows, id).state.name).toBe("done");
    expect(stage.staker.wallet.asked).toHaveLength(asked);
    expect(await increases()).toBe(AMOUNT);
  });

  it("with something else of the account's under way: waits for it", async () => {
    const { keep, id } = await closed();
    await stage.staker.wallet.send({ to: stage.world.test.owner, data: "0x" });
    const flows = open({ keep });
    expect(await reasonAfter(flows, id)).toEqual({ kind: "lost", seen: "pending" });
    const asked = stage.staker.wallet.asked.length;
    await flows.advance(id);
    expect(stateOf(flowIn(flows, id))).toMatchObject({ reason: { kind: "lost", seen: "pending" } });
    expect(stage.staker.wallet.asked).toHaveLength(asked);
    await mine();
    expect(await reasonAfter(flows, id)).toMatchObject({ kind: "lost" });
    await stage.world.test.client.setAutomine(true);
    await flows.advance(id);
    expect(flowIn(flows, id).state.name).toBe("done");
    expect(await increases()).toBe(AMOUNT);
  });

  it("sent, on a node that hides its pool: waits for the block that shows it", async () => {
    const { keep, id, given } = await closed();
    await stage.staker.wallet.send({ to: given.to, data: given.data });
    const chain = through((method, [block]) =>
      method === "eth_getBlockByNumber" && block === "pending" ? new Error("pending block is not available") : null,
    );
    const flows = open({ keep, chain });
    expect(await reasonAfter(flows, id)).toEqual({ kind: "lost", seen: "pending" });
    const asked = stage.staker.wallet.asked.length;
    await flows.advance(id);
    expect(stateOf(flowIn(flows, id))).toMatchObject({ reason: { kind: "lost", seen: "pending" } });
    await mine();
    await flows.advance(id);
    expect(flowIn(flows, id).state.name).toBe("done");
    expect(stage.staker.wallet.asked).toHaveLength(asked);
    expect(await increases()).toBe(AMOUNT);
  });

  it("among other things that the account has sent: is found by what it does", async () => {
    const { keep, id, given } = await closed();
    await stage.staker.wallet.send({ to: stage.world.test.owner, data: "0x" });
    await mine();
    await stage.staker.wallet.send({ to: given.to, data: given.data });
    await mine();
    await stage.staker.wallet.send({ to: stage.staker.address, data: "0x" });
    await stage.world.test.client.mine({ blocks: 5 });
    const flows = open({ keep });
    await flows.resume();
    expect(flowIn(flows, id).state.name).toBe("done");
    expect(await increases()).toBe(AMOUNT);
  });

  it("on a node that keeps no old states: is found by the contract's events, or said to be unknown", async () => {
    const { keep, id, given } = await closed();
    await stage.world.test.client.mine({ blocks: 2 });
    const chain = through((method, [, block]) => {
      const isOld = typeof block === "string" && block.startsWith("0x") && method === "eth_getTransactionCount";
      return isOld ? Object.assign(new Error("missing trie node"), { code: -32_000 }) : null;
    });
    await stage.staker.wallet.send({ to: stage.world.test.owner, data: "0x" });
    await mine();
    const flows = open({ keep, chain });
    expect(await reasonAfter(flows, id)).toEqual({ kind: "lost", seen: "unknown" });
    await flows.advance(id);
    expect(stateOf(flowIn(flows, id))).toMatchObject({ reason: { kind: "lost", seen: "unknown" } });
    await stage.staker.wallet.send({ to: given.to, data: given.data });
    await mine();
    await flows.resume();
    expect(flowIn(flows, id).state.name).toBe("done");
    expect(await increases()).toBe(AMOUNT);
  });
});

describe("two flows that ask for the same", () => {
  it("are two: neither takes the other's transaction for its own", async () => {
    await stage.world.test.client.setAutomine(true);
    await approveByHand(stage.world, stage.staker, 2n * AMOUNT);
    await stage.world.test.client.setAutomine(false);
    const { keep, id: lost } = await (async () => {
      const kept = newKeep();
      const flows = open({ keep: kept });
      const id = await flows.start(stage.request, stage.staker.address);
      stage.staker.wallet.tricks.set("eth_sendTransaction", () => new Promise(() => undefined));
      void flows.advance(id);
      await reaches(flows, id, (flow) => stateOf(flow).name === "wallet");
      flows.stop();
      stage.staker.wallet.tricks.clear();
      return { keep: kept, id };
    })();
    await stage.world.test.client.setAutomine(true);
    const flows = open({ keep });
    const other = await flows.start(stage.request, stage.staker.address);
    await flows.advance(other);
    expect(flowIn(flows, other).state.name).toBe("done");
    await flows.resume();
    expect(stateOf(flowIn(flows, lost))).toMatchObject({ reason: { kind: "lost", seen: "others" } });
    await flows.advance(lost);
    expect(flowIn(flows, lost).state.name).toBe("done");
    expect(await increases()).toBe(2n * AMOUNT);
  });

  it("on two pages are worked by one: the page that is behind stops before it asks", async () => {
    await stage.world.test.client.setAutomine(true);
    await approveByHand(stage.world, stage.staker, 2n * AMOUNT);
    const keep = newKeep();
    let letGo: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    let isHeld = false;
    const slow: Wallet = {
      ...stage.staker.wallet,
      async request(question) {
        isHeld = true;
        await gate;
        return stage.staker.wallet.request(question);
      },
    };
    const [one, two] = [open({ keep }, slow), open({ keep })];
    const id = await one.start(stage.request, stage.staker.address);
    const held = one.advance(id);
    await reaches(one, id, () => isHeld);
    await two.advance(id);
    expect(flowIn(two, id).state.name).toBe("done");
    letGo();
    await held;
    expect(stage.staker.wallet.asked).toHaveLength(1);
    expect((await movesOf(stage.world, stage.staker.address)).transfers).toBe(2);
    expect(await increases()).toBe(AMOUNT);
  });
});

describe("a flow that is given up", () => {
  it("is not while something of it may happen", async () => {
    const { flows, id, clicked } = await sent();
    expect(flows.abandon(id)).toBe(false);
    await mine();
    await clicked;
    const other = await flows.start({ ...stage.request, amount: NMR } as Request, stage.staker.address);
    expect(flows.abandon(other)).toBe(true);
    await flows.advance(other);
    expect(flowIn(flows, other).state.name).toBe("abandoned");
    expect(stage.staker.wallet.asked).toHaveLength(1);
  });

  it("an approval that is gone again is asked for again, and only then", async () => {
    await stage.world.test.client.setAutomine(true);
    await approveByHand(stage.world, stage.staker, 0n);
    const flows = open();
    const id = await flows.start(stage.request, stage.staker.address, ["permit"]);
    await flows.advance(id);
    expect(flowIn(flows, id).steps.map(({ kind, state }) => [kind, state.name])).toEqual([
      ["approve", "confirmed"],
      ["stake", "waiting"],
    ]);
    await tokenCall(stage.world.test, stage.world.test.owner, "transfer", [stage.staker.address, NMR]);
    await approveByHand(stage.world, stage.staker, NMR);
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
