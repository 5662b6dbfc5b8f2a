import { privateKeyToAccount, generatePrivateKey } from "viem/accounts";
import { hardhat } from "viem/chains";
import { describe, expect, it } from "vitest";
import { lockAll, openRound, scheduleOf } from "../../../subgraph/test/history.ts";
import { flowsAt } from "../../src/flows/flow.ts";
import { AMOUNT } from "./flows-routes.ts";
import {
  bothWorlds,
  deskOf,
  flowThrough,
  modelNamed,
  NMR,
  open,
  openByHand,
  positionOf,
  stakeOf,
  startWorld,
  tokensOf,
  TOURNAMENT,
} from "./flows-world.ts";

const FIRST = 3n * NMR;

const worlds = bothWorlds();

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

describe("an exit", () => {
  it("past every deadline ends the rounds that hold the stake, and pays all of it", async () => {
    const world = worlds.permit;
    const { test } = world;
    const staker = await world.staker();
    const position = await openByHand(world, staker, modelNamed("left alone"), AMOUNT);
    const place = { tournament: TOURNAMENT, position };
    await test.send(test.owner, "fundReserve", TOURNAMENT, 1_000n * NMR);
    for (const round of [1n, 2n]) await openRound(test, TOURNAMENT, round, 0.05);
    for (const round of [1n, 2n]) await lockAll(test, TOURNAMENT, round);
    const desk = deskOf(world, staker.wallet);
    await flowThrough(desk, { kind: "requestWithdrawal", ...place, amount: AMOUNT }, staker.address);
    const exit = { kind: "exit" as const, ...place, to: staker.address, rounds: [1n, 2n] };
    const early = await flowsAt(desk).preview(exit, staker.address);
    expect(early.reason).toMatchObject({ kind: "reverted", error: "RoundNotVoidable" });

    await test.travelTo((await scheduleOf(test, TOURNAMENT, 2n)).settledBy);
    const before = await tokensOf(world, staker.address);
    const out = await flowThrough(desk, exit, staker.address);
    expect(out.state.name).toBe("done");
    expect(out.steps).toHaveLength(1);
    expect((await tokensOf(world, staker.address)).balance).toBe(before.balance + AMOUNT);
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
