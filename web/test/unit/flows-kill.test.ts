import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flowsAt } from "../../src/flows/flow.ts";
import type { Request } from "../../src/flows/schema.ts";
import type { Keep } from "../../src/flows/store.ts";
import {
  approveByHand,
  bothWorlds,
  deskOf,
  flowIn,
  modelNamed,
  movesOf,
  newKeep,
  NMR,
  type Staker,
  type TokenKind,
  tokensOf,
  TOURNAMENT,
  type World,
} from "./flows-world.ts";

// A page may die at any change of a flow: just before it is kept, or just after. Whatever it takes up then, money moves once.

const AMOUNT = 5n * NMR;
const REQUEST: Request = {
  ...{ kind: "openPosition", tournament: TOURNAMENT, model: modelNamed("m"), amount: AMOUNT },
  ...{ deadline: 0n, grant: "0x" },
};

type Route = { readonly token: TokenKind; readonly batches: boolean; readonly allowance: bigint };
const ROUTES: readonly Route[] = [
  { token: "permit", batches: false, allowance: AMOUNT },
  { token: "permit", batches: false, allowance: 0n },
  { token: "mainnet", batches: true, allowance: NMR },
  { token: "mainnet", batches: false, allowance: NMR },
];

type Death = { readonly at: number; readonly when: "before" | "after" };

class Killed extends Error {}

/** What a page keeps until it dies, at its n-th change. */
function mortal(keep: Keep, { at, when }: Death): Keep {
  let changes = 0;
  return {
    ...keep,
    get length() {
      return keep.length;
    },
    setItem(key, text) {
      changes += 1;
      if (changes > at || (changes === at && when === "before")) throw new Killed();
      keep.setItem(key, text);
      if (changes === at) throw new Killed();
    },
  };
}

const worlds = bothWorlds();

/** Lives through the deaths, one page after the other, and tells how often the last page changed the flow. */
async function live(world: World, staker: Staker, deaths: readonly Death[]): Promise<number> {
  const keep = newKeep();
  const id = await flowsAt(deskOf(world, staker.wallet, { keep })).start(REQUEST, staker.address);
  for (const death of deaths) await page(world, staker, mortal(keep, death), id);
  const before = flowIn(flowsAt(deskOf(world, staker.wallet, { keep })), id).revision;
  await page(world, staker, keep, id);
  const flow = flowIn(flowsAt(deskOf(world, staker.wallet, { keep })), id);
  expect(flow.state).toMatchObject({ name: "done" });
  return flow.revision - before;
}

/** Takes up what is kept, and clicks until it is done, or until it dies. */
async function page(world: World, staker: Staker, keep: Keep, id: string): Promise<void> {
  const flows = flowsAt(deskOf(world, staker.wallet, { keep }));
  try {
    await flows.resume();
    for (let click = 0; click < 10 && flowIn(flows, id).state.name === "running"; click++) await flows.advance(id);
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
}

async function stakerFor(route: Route): Promise<{ world: World; staker: Staker }> {
  const world = worlds[route.token];
  const staker = await world.staker({ batches: route.batches });
  if (route.allowance > 0n) await approveByHand(world, staker, route.allowance);
  return { world, staker };
}

/** What happened on the chain, and what the wallet was asked that moves anything. */
async function traceOf(world: World, { address, wallet }: Staker) {
  const { transfers, approvals } = await movesOf(world, address);
  const [, position] = await world.test.read<[boolean, number]>("positionOf", TOURNAMENT, address, modelNamed("m"));
  const [active] = await world.test.read<[bigint, bigint]>("stakeOf", TOURNAMENT, position);
  const sendings = wallet.asked.map(({ method }) => method).filter((method) => method !== "eth_signTypedData_v4");
  return { transfers, approvals, active, sendings, ...(await tokensOf(world, address)) };
}

describe.each(ROUTES)("token: $token, batches: $batches, allowance: $allowance", (route) => {
  it("a page that dies at any change, before or after it is kept, is taken up where the chain is", async () => {
    const calm = await stakerFor(route);
    const changes = await live(calm.world, calm.staker, []);
    const expected = await traceOf(calm.world, calm.staker);
    expect(expected).toMatchObject({ transfers: 1, active: AMOUNT, allowance: 0n, balance: 995n * NMR });
    expect(changes).toBeGreaterThan(5);
    for (let at = 1; at <= changes; at++) {
      for (const when of ["before", "after"] as const) {
        const { world, staker } = await stakerFor(route);
        await live(world, staker, [{ at, when }]);
        expect(await traceOf(world, staker), `${when} change ${at}`).toEqual(expected);
      }
    }
  });
});

describe("pages that die one after the other", () => {
  const death = fc.record<Death>({ at: fc.integer({ min: 1, max: 9 }), when: fc.constantFrom("before", "after") });
  const cases = fc.record({
    route: fc.constantFrom(...ROUTES),
    deaths: fc.array(death, { minLength: 2, maxLength: 6 }),
  });

  it.each([0, 15])("move money once, with a block every %i ms", async (interval) => {
    for (const { test } of Object.values(worlds)) {
      await test.client.setAutomine(interval === 0);
      // Hardhat counts in milliseconds, viem in seconds.
      await test.client.request({ method: "evm_setIntervalMining", params: [interval] });
    }
    await fc.assert(
      fc.asyncProperty(cases, async ({ route, deaths }) => {
        const { world, staker } = await stakerFor(route);
        await live(world, staker, deaths);
        const { transfers, active, balance, allowance, sendings, approvals } = await traceOf(world, staker);
        expect({ transfers, active, balance, allowance }).toEqual({
          ...{ transfers: 1, active: AMOUNT, balance: 995n * NMR, allowance: 0n },
        });
        expect(new Set(sendings).size).toBeLessThanOrEqual(1);
        const isByApproval = route.allowance < AMOUNT && route.token === "mainnet";
        const byHand = route.allowance > 0n ? 1 : 0;
        // By hand, to 0, to the amount, and the permit's own where there is one: never one twice.
        expect(approvals).toHaveLength(byHand + (isByApproval ? 2 : route.allowance < AMOUNT ? 1 : 0));
      }),
      { numRuns: 12, interruptAfterTimeLimit: 40_000 },
    );
  });
});
