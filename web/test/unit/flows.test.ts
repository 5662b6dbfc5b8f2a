import { privateKeyToAccount, generatePrivateKey } from "viem/accounts";
import type { Hex } from "viem";
import { hardhat } from "viem/chains";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Call } from "../../src/chain/row.ts";
import { callsOf } from "../../src/flows/build.ts";
import type { Desk } from "../../src/flows/desk.ts";
import { flowsAt } from "../../src/flows/flow.ts";
import type { Flow, Path, Reason, Request } from "../../src/flows/schema.ts";
import { refuse } from "./flows-wallet.ts";
import {
  approveByHand,
  clickThrough,
  deskOf,
  flowIn,
  flowThrough,
  modelNamed,
  movesOf,
  newKeep,
  NMR,
  openByHand,
  type Staker,
  stakeOf,
  startWorld,
  tokensOf,
  TOURNAMENT,
  type World,
} from "./flows-world.ts";

const AMOUNT = 7n * NMR;
const FIRST = 3n * NMR;

/** How tokens get there, and what the wallet is asked on the way. */
type Route = {
  readonly path: Path;
  readonly token: "permit" | "mainnet";
  readonly batches: boolean;
  readonly allowance: bigint;
  readonly asked: readonly string[];
};

const SEND = "eth_sendTransaction";
const ROUTES: readonly Route[] = [
  { path: "allowance", token: "permit", batches: false, allowance: AMOUNT, asked: [SEND] },
  { path: "allowance", token: "mainnet", batches: true, allowance: AMOUNT, asked: [SEND] },
  { path: "permit", token: "permit", batches: true, allowance: 0n, asked: ["eth_signTypedData_v4", SEND] },
  { path: "permit", token: "permit", batches: false, allowance: NMR, asked: ["eth_signTypedData_v4", SEND] },
  { path: "batch", token: "mainnet", batches: true, allowance: 0n, asked: ["wallet_sendCalls"] },
  { path: "batch", token: "mainnet", batches: true, allowance: NMR, asked: ["wallet_sendCalls"] },
  { path: "approve", token: "mainnet", batches: false, allowance: 0n, asked: [SEND, SEND] },
  { path: "approve", token: "mainnet", batches: false, allowance: NMR, asked: [SEND, SEND, SEND] },
];

const worlds = {} as Record<"permit" | "mainnet", World>;

beforeAll(async () => {
  [worlds.permit, worlds.mainnet] = await Promise.all([startWorld("permit"), startWorld("mainnet")]);
});
afterAll(() => Promise.all(Object.values(worlds).map((world) => world.stop())));

/** A request that takes `AMOUNT`, and what it must have come to. */
type Case = {
  readonly name: string;
  prepare(world: World, staker: Staker): Promise<{ request: Request; check(): Promise<void> }>;
};

const open = (model: string, amount: bigint): Request & { kind: "openPosition" } => ({
  ...{ kind: "openPosition", tournament: TOURNAMENT, model: modelNamed(model), amount },
  ...{ deadline: 0n, grant: "0x" },
});

async function positionOf({ test }: World, { address }: Staker, model: string): Promise<number> {
  const [exists, position] = await test.read<[boolean, number]>("positionOf", TOURNAMENT, address, modelNamed(model));
  expect(exists).toBe(true);
  return position;
}

const TAKING: readonly Case[] = [
  {
    name: "openPosition",
    prepare: (world, staker) =>
      Promise.resolve({
        request: open("m", AMOUNT),
        async check() {
          const position = await positionOf(world, staker, "m");
          expect(await stakeOf(world, position)).toEqual({ active: AMOUNT, pending: 0n });
        },
      }),
  },
  {
    name: "increaseStake",
    async prepare(world, staker) {
      const position = await openByHand(world, staker, modelNamed("m"), FIRST);
      return {
        request: { kind: "increaseStake", tournament: TOURNAMENT, position, amount: AMOUNT },
        check: async () => expect(await stakeOf(world, position)).toEqual({ active: FIRST + AMOUNT, pending: 0n }),
      };
    },
  },
  {
    name: "stakePlan",
    async prepare(world, staker) {
      const position = await openByHand(world, staker, modelNamed("m"), FIRST);
      const acts = [
        { kind: "requestWithdrawal", tournament: TOURNAMENT, position, amount: FIRST } as const,
        open("n", 2n * NMR),
        open("o", 5n * NMR),
      ];
      return {
        request: { kind: "stakePlan", acts },
        async check() {
          expect(await stakeOf(world, position)).toEqual({ active: 0n, pending: FIRST });
          expect((await stakeOf(world, await positionOf(world, staker, "n"))).active).toBe(2n * NMR);
          expect((await stakeOf(world, await positionOf(world, staker, "o"))).active).toBe(5n * NMR);
        },
      };
    },
  },
];

describe.each(TAKING)("$name", ({ prepare }) => {
  it.each(ROUTES)("by $path, token: $token, batches: $batches, allowance before: $allowance", async (route) => {
    const world = worlds[route.token];
    const staker = await world.staker({ batches: route.batches });
    const { request, check } = await prepare(world, staker);
    if (route.allowance > 0n) await approveByHand(world, staker, route.allowance);
    const before = await tokensOf(world, staker.address);
    const desk = deskOf(world, staker.wallet);
    const preview = await flowsAt(desk).preview(request, staker.address);

    const flow = await flowThrough(desk, request, staker.address);

    expect(flow).toMatchObject({ state: { name: "done", index: "unknown" } });
    await check();
    expect(staker.wallet.asked.map(({ method }) => method)).toEqual(route.asked);
    const after = await tokensOf(world, staker.address);
    // Exactly what it takes was approved, and nothing of it is left.
    expect(after).toEqual({ balance: before.balance - AMOUNT, allowance: 0n });
    const { approvals } = await movesOf(world, staker.address);
    expect(approvals.every((value) => value <= AMOUNT)).toBe(true);
    expect(preview).toMatchObject({ path: route.path, reason: null, change: { before, after } });
    expect(flow.steps.at(-1)?.change?.after).toMatchObject(after);
  });
});

describe("what takes nothing", () => {
  const pay = async (kind: "permit" | "mainnet", world = worlds[kind]) => {
    const staker = await world.staker();
    const position = await openByHand(world, staker, modelNamed("m"), AMOUNT);
    const place = { tournament: TOURNAMENT, position };
    return { world, staker, place, desk: deskOf(world, staker.wallet) };
  };

  it.each(["permit", "mainnet"] as const)("goes out and back, and out for good: %s", async (kind) => {
    const { world, staker, place, desk } = await pay(kind);
    const { address } = staker;
    const requested = await flowThrough(desk, { kind: "requestWithdrawal", ...place, amount: FIRST }, address);
    expect(requested.path).toBe("none");
    expect(requested.change?.before.positions).toMatchObject([{ active: AMOUNT, pending: 0n, withdrawable: 0n }]);
    expect(requested.change?.after?.positions).toMatchObject([
      { position: place.position, active: AMOUNT - FIRST, pending: FIRST, withdrawable: FIRST },
    ]);
    expect(await stakeOf(world, place.position)).toEqual({ active: AMOUNT - FIRST, pending: FIRST });

    await flowThrough(desk, { kind: "cancelWithdrawal", ...place }, address);
    expect(await stakeOf(world, place.position)).toEqual({ active: AMOUNT, pending: 0n });

    await flowThrough(desk, { kind: "requestWithdrawal", ...place, amount: AMOUNT }, address);
    const to = privateKeyToAccount(generatePrivateKey()).address;
    const out = await flowThrough(desk, { kind: "withdraw", ...place, to }, address);
    expect(out.state.name).toBe("done");
    expect(await stakeOf(world, place.position)).toEqual({ active: 0n, pending: 0n });
    expect((await tokensOf(world, to)).balance).toBe(AMOUNT);
  });

  it("shows that a withdrawal to oneself comes back", async () => {
    const { staker, place, desk } = await pay("permit");
    await flowThrough(desk, { kind: "requestWithdrawal", ...place, amount: AMOUNT }, staker.address);
    const request = { kind: "withdraw", ...place, to: staker.address } as const;
    const { change } = await flowsAt(desk).preview(request, staker.address);
    expect(change.after?.balance).toBe(change.before.balance + AMOUNT);
  });
});

describe("a plan", () => {
  it("of 20 models is one transaction, whatever the order it is written in", async () => {
    const world = worlds.mainnet;
    const staker = await world.staker();
    const held = [];
    for (let index = 0; index < 8; index++) {
      held.push(await openByHand(world, staker, modelNamed(`held ${index}`), 10n * NMR));
    }
    const [a = 0, b = 0, c = 0, d = 0, ...rest] = held;
    const on = (position: number) => ({ tournament: TOURNAMENT, position });
    const desk = deskOf(world, staker.wallet);
    for (const position of [a, b]) {
      await flowThrough(desk, { kind: "requestWithdrawal", ...on(position), amount: 10n * NMR }, staker.address);
    }
    const acts = [
      // Only with what is cancelled and added before is this much there to leave.
      { kind: "requestWithdrawal", ...on(a), amount: 12n * NMR } as const,
      { kind: "increaseStake", ...on(a), amount: 2n * NMR } as const,
      { kind: "cancelWithdrawal", ...on(a) } as const,
      { kind: "cancelWithdrawal", ...on(b) } as const,
      { kind: "requestWithdrawal", ...on(c), amount: 9n * NMR } as const,
      { kind: "requestWithdrawal", ...on(d), amount: 10n * NMR } as const,
      ...rest.map((position) => ({ kind: "increaseStake", ...on(position), amount: NMR }) as const),
      ...Array.from({ length: 12 }, (_, index) => open(`new ${index}`, NMR)),
    ];
    staker.wallet.asked.length = 0;
    const flow = await flowThrough(desk, { kind: "stakePlan", acts }, staker.address);
    expect(flow.state.name).toBe("done");
    expect(flow.change?.after?.positions).toHaveLength(20);
    expect(staker.wallet.asked).toHaveLength(2);
    const stakes = await Promise.all([a, b, c, d, ...rest].map((position) => stakeOf(world, position)));
    expect(stakes.map(({ active, pending }) => [active / NMR, pending / NMR])).toEqual([
      [0n, 12n],
      [10n, 0n],
      [1n, 9n],
      [0n, 10n],
      ...rest.map(() => [11n, 0n]),
    ]);
    for (let index = 0; index < 12; index++) {
      const position = await positionOf(world, staker, `new ${index}`);
      expect(await stakeOf(world, position)).toEqual({ active: NMR, pending: 0n });
      // The number that was foreseen is the number that it got.
      const foreseen = flow.change?.after?.positions.find(({ model }) => model === modelNamed(`new ${index}`));
      expect(foreseen).toMatchObject({ active: NMR });
    }
  });

  it("with one act that can't be does nothing at all, and says which error", async () => {
    const world = worlds.permit;
    const staker = await world.staker();
    const position = await openByHand(world, staker, modelNamed("m"), FIRST);
    const acts = [
      open("n", 2n * NMR),
      { kind: "requestWithdrawal", tournament: TOURNAMENT, position, amount: FIRST - NMR / 2n } as const,
    ];
    const flow = await flowThrough(deskOf(world, staker.wallet), { kind: "stakePlan", acts }, staker.address);
    expect(staker.wallet.asked).toEqual([]);
    expect(flow.steps.at(0)?.state).toMatchObject({
      name: "failed",
      reason: {
        ...{ kind: "reverted", when: "simulation", error: "StakeBelowMinimum" },
        values: { stake: (NMR / 2n).toString(), minStake: NMR.toString() },
      },
    });
  });

  it("that does the same twice to one position is not started", async () => {
    const world = worlds.permit;
    const staker = await world.staker();
    const refused: unknown = await flowsAt(deskOf(world, staker.wallet))
      .start({ kind: "stakePlan", acts: [open("n", NMR), open("o", NMR), open("n", 2n * NMR)] }, staker.address)
      .catch((error: unknown) => error);
    expect(String(refused)).toContain("acts.2: does the same as acts.0 to one position; join them into one");
  });
});

describe("a registrar's grant", () => {
  it("opens where it is good, and is named where it is not", async () => {
    const registrar = privateKeyToAccount(generatePrivateKey());
    const world = await startWorld("permit", registrar.address);
    try {
      const staker = await world.staker();
      const model = modelNamed("m");
      const deadline = BigInt(await world.test.now()) + 3_600n;
      const grant = await registrar.signTypedData({
        domain: { name: "NumeraireStaking", version: "1", chainId: hardhat.id, verifyingContract: world.test.address },
        types: {
          Grant: [
            { name: "tournament", type: "uint32" },
            { name: "model", type: "bytes32" },
            { name: "staker", type: "address" },
            { name: "deadline", type: "uint256" },
          ],
        },
        primaryType: "Grant",
        message: { tournament: TOURNAMENT, model, staker: staker.address, deadline },
      });
      const desk = deskOf(world, staker.wallet);
      const reasonFor = async (change: object) =>
        (await flowsAt(desk).preview({ ...open("m", AMOUNT), ...change }, staker.address)).reason;
      expect(await reasonFor({})).toMatchObject({ error: "GrantExpired", values: { deadline: "0" } });
      expect(await reasonFor({ deadline: deadline + 1n, grant })).toMatchObject({
        error: "GrantInvalid",
        values: { registrar: registrar.address },
      });
      const flow = await flowThrough(desk, { ...open("m", AMOUNT), deadline, grant }, staker.address);
      expect(flow.state.name).toBe("done");
      expect(await stakeOf(world, await positionOf(world, staker, "m"))).toEqual({ active: AMOUNT, pending: 0n });
    } finally {
      await world.stop();
    }
  });
});

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

describe("the index", () => {
  it.each([
    ["has it", () => Promise.resolve(), "reached"],
    ["is dead", () => Promise.reject(new Error("dead")), "unknown"],
  ] as const)("that %s", async (_name, reach, index) => {
    const world = worlds.permit;
    const staker = await world.staker();
    const asked: bigint[] = [];
    const desk = deskOf(world, staker.wallet, { index: { reach: (block) => (asked.push(block), reach()) } });
    const flow = await flowThrough(desk, open("m", AMOUNT), staker.address);
    expect(flow.state).toEqual({ name: "done", index, block: asked[0] });
  });
});

function reasonIn({ steps }: Flow): Reason | null {
  const state = steps.find((step) => step.state.name === "failed")?.state;
  return state?.name === "failed" ? state.reason : null;
}
