import { describe, expect, it } from "vitest";
import { flowsAt } from "../../src/flows/flow.ts";
import type { Request } from "../../src/flows/schema.ts";
import { AMOUNT, ROUTES } from "./flows-routes.ts";
import {
  approveByHand,
  bothWorlds,
  deskOf,
  flowThrough,
  modelNamed,
  movesOf,
  NMR,
  open,
  openByHand,
  positionOf,
  type Staker,
  stakeOf,
  tokensOf,
  TOURNAMENT,
  type World,
} from "./flows-world.ts";

const FIRST = 3n * NMR;

const worlds = bothWorlds();

/** A request that takes `AMOUNT`, and what it must have come to. */
type Case = {
  readonly name: string;
  readonly prepare: (world: World, staker: Staker) => Promise<{ request: Request; check: () => Promise<void> }>;
};

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
