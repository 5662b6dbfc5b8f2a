import type { Hex } from "viem";
import { privateKeyToAccount, generatePrivateKey } from "viem/accounts";
import { hardhat } from "viem/chains";
import { describe, expect, it } from "vitest";
import type { Call } from "../../src/chain/row.ts";
import { callsOf } from "../../src/flows/build.ts";
import type { Desk } from "../../src/flows/desk.ts";
import { flowsAt } from "../../src/flows/flow.ts";
import { AMOUNT, ROUTES } from "./flows-routes.ts";
import { refuse, type Trick } from "./flows-wallet.ts";
import {
  approveByHand,
  bothWorlds,
  clickThrough,
  deskOf,
  flowIn,
  flowThrough,
  movesOf,
  newKeep,
  NMR,
  open,
  reasonIn,
  startWorld,
} from "./flows-world.ts";

const worlds = bothWorlds();

describe("what the wallet is given", () => {
  it("is the calldata alone, to the contract or the token, without ether", async () => {
    const world = worlds.mainnet;
    const staker = await world.staker();
    await flowThrough(deskOf(world, staker.wallet), open("m", AMOUNT), staker.address);
    const sendings = staker.wallet.asked.map(({ params: [sending] }) => sending as Record<string, string>);
    expect(sendings).toHaveLength(2);
    for (const sending of sendings) {
      expect(Object.keys(sending).sort()).toEqual(["data", "from", "to", "value"]);
      expect(sending.value).toBe("0x0");
    }
    // approve(address,uint256): four bytes and two words; anything more mainnet NMR refuses.
    expect(sendings.map(({ data = "" }) => (data.length - 2) / 2)).toEqual([4 + 2 * 32, 4 + 6 * 32]);
  });

  it("is nothing where its builder lies: every path, every lie", async () => {
    const lies: readonly ((call: Call) => Call)[] = [
      ({ to, data }) => ({ to, data: `${data}00` }),
      ({ to, data }) => ({ to, data: `${data}${"0".repeat(64)}` }),
      ({ data }) => ({ to: privateKeyToAccount(generatePrivateKey()).address, data }),
      ({ to, data }) => ({ to, data: `${data.slice(0, 10) as Hex}${"f".repeat(64)}${data.slice(74)}` }),
      ({ to, data }) => ({ to, data: data.slice(0, -2) as Call["data"] }),
      ({ to }) => ({ to, data: "0x" }),
    ];
    for (const route of ROUTES) {
      const world = worlds[route.token];
      const staker = await world.staker({ batches: route.batches });
      if (route.allowance > 0n) await approveByHand(world, staker, route.allowance);
      for (const lie of lies) {
        const build: Desk["build"] = (kind, material) => callsOf(kind, material).map(lie);
        const keep = newKeep();
        const id = await flowsAt(deskOf(world, staker.wallet, { keep })).start(open("m", AMOUNT), staker.address);
        const flow = await clickThrough(flowsAt(deskOf(world, staker.wallet, { keep, build })), id);
        const refused = flow.steps.find(({ state }) => state.name === "failed")?.state;
        expect(refused).toMatchObject({ reason: { kind: "tampered" } });
      }
      expect(staker.wallet.asked.filter(({ method }) => method !== "eth_signTypedData_v4")).toEqual([]);
      expect((await movesOf(world, staker.address)).transfers).toBe(0);
    }
  });
});

describe("what is known before the wallet opens", () => {
  it("is that the balance is short", async () => {
    const world = worlds.mainnet;
    const staker = await world.staker();
    const flow = await flowThrough(deskOf(world, staker.wallet), open("m", 1_001n * NMR), staker.address);
    expect(flow.steps[0]?.state).toMatchObject({
      name: "failed",
      reason: { kind: "balanceShort", balance: 1_000n * NMR, needed: 1_001n * NMR },
    });
    expect(staker.wallet.asked).toEqual([]);
  });

  it("is that the token is stopped", async () => {
    const world = await startWorld("mainnet");
    try {
      const staker = await world.staker();
      const { client, token, tokenAddress: address, owner: account } = world.test;
      await client.writeContract({ abi: token.abi, address, functionName: "setStopped", args: [true], account });
      const flow = await flowThrough(deskOf(world, staker.wallet), open("m", AMOUNT), staker.address);
      expect(flow.steps[0]?.state).toMatchObject({ name: "failed", reason: { kind: "tokenRefuses" } });
      expect(staker.wallet.asked).toEqual([]);
    } finally {
      await world.stop();
    }
  });
});

describe("a wallet", () => {
  const failing = async (method: string, code: number, batches = false, kind: "permit" | "mainnet" = "mainnet") => {
    const world = worlds[kind];
    const staker = await world.staker({ batches });
    staker.wallet.tricks.set(method, refuse(code));
    const desk = deskOf(world, staker.wallet);
    const flows = flowsAt(desk);
    const id = await flows.start(open("m", AMOUNT), staker.address);
    await flows.advance(id);
    return { world, staker, flows, id, reason: reasonIn(flowIn(flows, id)) };
  };

  it.each([
    ["eth_sendTransaction", 4001, false, { kind: "rejected" }],
    ["eth_sendTransaction", 4200, false, { kind: "unsupported", method: "eth_sendTransaction" }],
    ["eth_sendTransaction", -32_601, false, { kind: "unsupported", method: "eth_sendTransaction" }],
    ["eth_sendTransaction", -32_603, false, { kind: "wallet", code: -32_603, message: "code -32603" }],
    ["wallet_sendCalls", 4001, true, { kind: "rejected" }],
    ["wallet_sendCalls", 5750, true, { kind: "unsupported", method: "wallet_sendCalls" }],
    ["wallet_sendCalls", 4200, true, { kind: "unsupported", method: "wallet_sendCalls" }],
    ["eth_accounts", 4100, false, { kind: "accountChanged", actual: null }],
  ])("that answers %s with %i", async (method, code, batches, expected) => {
    const { world, staker, flows, id, reason } = await failing(method, code, batches);
    expect(reason).toMatchObject(expected);
    // Once it does its work, the flow goes on where it was.
    staker.wallet.tricks.clear();
    expect((await clickThrough(flows, id)).state.name).toBe("done");
    expect((await movesOf(world, staker.address)).transfers).toBe(1);
  });

  it("without typed data goes by approval, where the user wants", async () => {
    const { world, staker, flows, id, reason } = await failing("eth_signTypedData_v4", 4200, false, "permit");
    expect(reason).toEqual({ kind: "unsupported", method: "eth_signTypedData_v4" });
    await flows.advance(id, ["permit"]);
    expect(flowIn(flows, id)).toMatchObject({ path: "approve", without: ["permit"] });
    expect((await clickThrough(flows, id)).state.name).toBe("done");
    expect(await movesOf(world, staker.address)).toMatchObject({ transfers: 1, approvals: [AMOUNT] });
  });

  it("that loses its batches goes by approval, where the user wants", async () => {
    const { flows, id } = await failing("wallet_sendCalls", 5760, true);
    await flows.advance(id, ["batch"]);
    expect(flowIn(flows, id).path).toBe("approve");
    expect((await clickThrough(flows, id)).state.name).toBe("done");
  });

  it("on another chain, or with another account, is not asked", async () => {
    const world = worlds.permit;
    const [staker, other] = [await world.staker(), await world.staker()];
    const flows = flowsAt(deskOf(world, staker.wallet));
    const id = await flows.start(open("m", AMOUNT), staker.address);
    staker.wallet.tricks.set("eth_chainId", () => "0x1");
    await flows.advance(id);
    expect(reasonIn(flowIn(flows, id))).toEqual({ kind: "wrongChain", expected: hardhat.id, actual: 1 });
    staker.wallet.tricks.delete("eth_chainId");
    await flows.advance(id);
    // Signed; and then the user switches.
    staker.wallet.tricks.set("eth_accounts", () => [other.address, staker.address]);
    await flows.advance(id);
    expect(reasonIn(flowIn(flows, id))).toEqual({
      ...{ kind: "accountChanged", expected: staker.address, actual: other.address },
    });
    expect(staker.wallet.asked.map(({ method }) => method)).toEqual(["eth_signTypedData_v4"]);
    staker.wallet.tricks.clear();
    // The signature is still good: it is not asked for again.
    expect((await clickThrough(flows, id)).state.name).toBe("done");
    expect(staker.wallet.asked.map(({ method }) => method)).toEqual(["eth_signTypedData_v4", "eth_sendTransaction"]);
  });

  it("is asked for a new permit once the first is old", async () => {
    const world = worlds.permit;
    const staker = await world.staker();
    const flows = flowsAt(deskOf(world, staker.wallet));
    const id = await flows.start(open("m", AMOUNT), staker.address);
    await flows.advance(id);
    await world.test.travelTo((await world.test.now()) + 1_800);
    expect((await clickThrough(flows, id)).state.name).toBe("done");
    const methods = staker.wallet.asked.map(({ method }) => method);
    expect(methods).toEqual(["eth_signTypedData_v4", "eth_signTypedData_v4", "eth_sendTransaction"]);
  });

  it("clicked twice is asked once", async () => {
    const world = worlds.permit;
    const staker = await world.staker();
    await approveByHand(world, staker, AMOUNT);
    const flows = flowsAt(deskOf(world, staker.wallet));
    const id = await flows.start(open("m", AMOUNT), staker.address);
    await Promise.all([flows.advance(id), flows.advance(id), flows.resume()]);
    expect(staker.wallet.asked).toHaveLength(1);
  });
});

describe("a wallet's batch", () => {
  const started = async (tricks: Record<string, Trick>) => {
    const world = worlds.mainnet;
    const staker = await world.staker({ batches: true });
    for (const [method, trick] of Object.entries(tricks)) staker.wallet.tricks.set(method, trick);
    const keep = newKeep();
    const flows = flowsAt(deskOf(world, staker.wallet, { keep }));
    const id = await flows.start(open("m", AMOUNT), staker.address);
    return { world, staker, flows, id, keep };
  };

  it("is found by the contract's events where the wallet doesn't say what became of it", async () => {
    const { world, staker, flows, id } = await started({ wallet_getCallsStatus: refuse(4200) });
    await flows.advance(id);
    expect(flowIn(flows, id).state.name).toBe("done");
    expect((await movesOf(world, staker.address)).transfers).toBe(1);
  });

  it("that the wallet gives up can be asked for again", async () => {
    const { world, staker, flows, id } = await started({
      wallet_sendCalls: () => ({}),
      wallet_getCallsStatus: () => ({ status: 400 }),
    });
    await flows.advance(id);
    expect(reasonIn(flowIn(flows, id))).toMatchObject({ kind: "wallet" });
    staker.wallet.tricks.clear();
    expect((await clickThrough(flows, id)).state.name).toBe("done");
    expect((await movesOf(world, staker.address)).transfers).toBe(1);
  });

  it("that was sent after its page died is found by what it did, though the wallet has forgotten it", async () => {
    const { world, staker, flows, id, keep } = await started({ wallet_sendCalls: () => new Promise(() => undefined) });
    void flows.advance(id);
    while (!flowIn(flows, id).steps.some(({ state }) => state.name === "wallet")) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    flows.stop();
    staker.wallet.tricks.clear();
    const next = flowsAt(deskOf(world, staker.wallet, { keep }));
    await next.resume();
    expect(reasonIn(flowIn(next, id))).toEqual({ kind: "lost", seen: "unsent" });
    // The wallet's window was still open: it is sent now, under the first id.
    const [first] = staker.wallet.asked;
    await staker.wallet.request({ method: "wallet_sendCalls", params: first?.params });
    staker.wallet.tricks.set("wallet_getCallsStatus", refuse(5730));
    await next.advance(id);
    expect(flowIn(next, id).state.name).toBe("done");
    expect((await movesOf(world, staker.address)).transfers).toBe(1);
  });
});
