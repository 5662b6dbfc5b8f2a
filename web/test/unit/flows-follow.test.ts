import type { Hex } from "viem";
import { describe, expect, it } from "vitest";
import type { Request } from "../../src/flows/schema.ts";
import type { Sending } from "./flows-wallet.ts";
import { AMOUNT, increases, mine, open, reaches, sent, setStage, stage, stateOf, through } from "./flows-stage.ts";
import { flowIn, NMR, QUICK, sendByHand, TOURNAMENT } from "./flows-world.ts";

setStage();

describe("a transaction that is sent", () => {
  it("is followed to its faster twin", async () => {
    const { flows, id, clicked, hash, nonce, sending } = await sent();
    const twin = await stage.staker.wallet.send({ ...sending, nonce, tip: 30n * 10n ** 9n });
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
    const by = await stage.staker.wallet.send({ to: stage.staker.address, data: "0x", nonce, tip: 30n * 10n ** 9n });
    await mine();
    await clicked;
    expect(stateOf(flowIn(flows, id))).toEqual({
      ...{ name: "failed", asked: null, reason: { kind: "cancelled", hash, by } },
    });
    await stage.world.test.client.setAutomine(true);
    await flows.advance(id);
    expect(flowIn(flows, id).state.name).toBe("done");
    expect(await increases()).toBe(AMOUNT);
  });

  it("is cancelled by a different amount too: that is not what was asked for", async () => {
    const { flows, id, clicked, hash, nonce, sending } = await sent();
    const data = `${sending.data.slice(0, -64)}${NMR.toString(16).padStart(64, "0")}` as Hex;
    const by = await stage.staker.wallet.send({ ...sending, data, nonce, tip: 30n * 10n ** 9n });
    await mine();
    await clicked;
    expect(stateOf(flowIn(flows, id))).toMatchObject({ reason: { kind: "cancelled", hash, by } });
  });

  it("is dropped where nobody knows it; asked again, it has the same number", async () => {
    const { flows, id, clicked, hash, nonce } = await sent();
    await stage.world.test.client.dropTransaction({ hash });
    await clicked;
    expect(stateOf(flowIn(flows, id))).toMatchObject({ name: "failed", reason: { kind: "dropped", hash } });
    await stage.world.test.client.setAutomine(true);
    await flows.advance(id);
    expect(flowIn(flows, id).state.name).toBe("done");
    expect(stage.staker.wallet.asked.at(-1)?.params[0]).toMatchObject({ nonce: `0x${nonce.toString(16)}` });
    expect(await increases()).toBe(AMOUNT);
  });

  it("is not asked for again where the dropped one came back", async () => {
    const { flows, id, clicked, hash, nonce, sending } = await sent();
    await stage.world.test.client.dropTransaction({ hash });
    await clicked;
    await stage.staker.wallet.send({ ...sending, nonce, tip: 3n * 10n ** 9n });
    const asked = stage.staker.wallet.asked.length;
    const again = flows.advance(id);
    await reaches(flows, id, (flow) => stateOf(flow).name === "sent");
    await mine();
    await again;
    expect(flowIn(flows, id).state.name).toBe("done");
    expect(stage.staker.wallet.asked).toHaveLength(asked);
    expect(await increases()).toBe(AMOUNT);
  });

  it("is followed under the number that the wallet gave it", async () => {
    let first: Hex | undefined;
    stage.staker.wallet.tricks.set("eth_sendTransaction", async ([given]) => {
      const { to, data } = given as Sending;
      first = await stage.staker.wallet.send({ to: stage.staker.address, data: "0x" });
      return stage.staker.wallet.send({ to, data });
    });
    const { flows, id, clicked } = await sent();
    expect(first).toBeDefined();
    await mine();
    await clicked;
    expect(flowIn(flows, id).state.name).toBe("done");
    expect(await increases()).toBe(AMOUNT);
  });

  it("is followed through a node that is away", async () => {
    let isAway = false;
    let refused = 0;
    const fault = () => (isAway && ++refused > 0 ? new TypeError("fetch failed") : null);
    const { flows, id, clicked } = await sent({ chain: through(fault) });
    isAway = true;
    await reaches(flows, id, () => refused > 2);
    await mine();
    await reaches(flows, id, () => refused > 6);
    expect(stateOf(flowIn(flows, id)).name).toBe("sent");
    isAway = false;
    await clicked;
    expect(flowIn(flows, id).state.name).toBe("done");
  });
});

describe("a transaction in a block", () => {
  it("that the chain takes back is sent again, and followed to its new block", async () => {
    const { client } = stage.world.test;
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
    expect(await stage.staker.wallet.send({ ...sending, nonce })).toBe(hash);
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
    const { client } = stage.world.test;
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
    expect(await stage.staker.wallet.send({ ...sending, nonce })).toBe(hash);
    await mine();
    await clicked;
    expect(flowIn(flows, id).state).toMatchObject({ name: "done", index: "reached" });
    expect(await increases()).toBe(AMOUNT);
  });

  it("that reverted is replayed on the state before its block, and decoded", async () => {
    stage.request = { kind: "requestWithdrawal", tournament: TOURNAMENT, position: stage.position, amount: 2n * NMR };
    const { flows, id, clicked, hash } = await sentAfter({ ...stage.request, amount: NMR }, true);
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
    stage.request = { kind: "requestWithdrawal", tournament: TOURNAMENT, position: stage.position, amount: 2n * NMR };
    const { flows, id, clicked, hash } = await sentAfter({ ...stage.request, amount: NMR }, false);
    await clicked;
    expect(stateOf(flowIn(flows, id))).toMatchObject({
      reason: { kind: "reverted", when: "replay", error: null, data: null, passes: true, transaction: { hash } },
    });
  });

  /** The wallet sends something of the user's own first, into a block of its own or into the same. */
  async function sentAfter(own: Request, isMined: boolean) {
    stage.staker.wallet.tricks.set("eth_sendTransaction", async ([given]) => {
      const { to, data } = given as Sending;
      await sendByHand(stage.world, stage.staker, own);
      if (isMined) await mine();
      const hash = await stage.staker.wallet.send({ to, data });
      await mine();
      return hash;
    });
    const flows = open();
    const id = await flows.start(stage.request, stage.staker.address);
    const clicked = flows.advance(id);
    await clicked;
    const failed = stateOf(flowIn(flows, id));
    if (failed.name !== "failed" || failed.reason.kind !== "reverted") throw new Error(failed.name);
    return { flows, id, clicked, hash: failed.reason.transaction?.hash };
  }
});
