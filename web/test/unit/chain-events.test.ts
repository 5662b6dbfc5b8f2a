import fc from "fast-check";
import { weiFromNano } from "@numeraire-staking/oracle/core/units";
import { createClient, custom, type Hex, numberToHex } from "viem";
import { mine, revert, snapshot } from "viem/actions";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OwnChain, startChain } from "../../../subgraph/test/chain.ts";
import type { Chain } from "../../src/chain/client.ts";
import { eventsOf } from "../../src/chain/events.ts";

let own: OwnChain;
let tournament: number;
beforeAll(async () => {
  own = await startChain();
  const reporters = own.reporters.map(({ address }) => address);
  const zero = numberToHex(0, { size: 20 });
  const limits = {
    maxClip: 10n ** 7n,
    maxExposure: 10n ** 9n,
    maxRoundsInFlight: 4,
    maxDuration: 10_000,
    minDisputeWindow: 0,
  };
  await own.send(own.owner, "createTournament", "Events", limits, zero, zero, 0n, reporters, 2);
  tournament = await own.read<number>("tournaments");
});
afterAll(() => own.stop());

type Span = { readonly from: number; readonly to: number };

/** The chain as a page sees it that has just been loaded, and what it asks for. */
function page(): { chain: Chain; asked: Span[] } {
  const asked: Span[] = [];
  const request = ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => {
    const [span] = (params ?? []) as { fromBlock: Hex; toBlock: Hex }[];
    if (method === "eth_getLogs" && span) asked.push({ from: Number(span.fromBlock), to: Number(span.toBlock) });
    return own.client.request({ method, params } as never);
  };
  const client = createClient({ transport: custom({ request }) });
  return { chain: { client, id: 31337, contract: own.address, deploymentBlock: 0n }, asked };
}

const head = (): Promise<bigint> => own.client.getBlockNumber({ cacheTime: 0 });
/** Amount in 1e-9 NMR. */
const fund = (nano: bigint) => own.send(own.owner, "fundReserve", tournament, weiFromNano(nano));
const funded = async ({ chain }: { chain: Chain }) =>
  (await eventsOf(chain, ["ReserveFunded"], [], await head())).map(({ args, blockHash }) => ({ ...args, blockHash }));

describe("events", { timeout: 120_000 }, () => {
  it("are those of a page just loaded, whatever was asked, mined and taken back before", async () => {
    const deeds = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant("fund" as const), amount: fc.bigInt(1n, 10n ** 9n) }),
        fc.record({ kind: fc.constant("mine" as const), blocks: fc.integer({ min: 1, max: 2_500 }) }),
        fc.record({ kind: fc.constant("ask" as const) }),
        fc.record({ kind: fc.constant("take back" as const), blocks: fc.integer({ min: 0, max: 900 }) }),
      ),
      { maxLength: 14 },
    );
    await fc.assert(
      fc.asyncProperty(deeds, async (story) => {
        const kept = page();
        for (const deed of story) {
          if (deed.kind === "fund") await fund(deed.amount);
          else if (deed.kind === "mine") await mine(own.client, { blocks: deed.blocks });
          else if (deed.kind === "ask") await funded(kept);
          else {
            const id = await snapshot(own.client);
            await fund(7n);
            await mine(own.client, { blocks: deed.blocks + 1 });
            await funded(kept);
            await revert(own.client, { id });
          }
        }
        expect(await funded(kept)).toEqual(await funded(page()));
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });

  it("that are final are read once", async () => {
    const { chain, asked } = page();
    await fund(1n);
    await mine(own.client, { blocks: 5_000 });
    const first = await funded({ chain });
    await fund(2n);
    expect(await funded({ chain })).toEqual([...first, expect.objectContaining({ amount: weiFromNano(2n) })]);
    expect(asked.at(-1)).toEqual({ from: (asked[0]?.to ?? NaN) - 999, to: Number(await head()) });
  });

  it("of a chain that starts anew are read anew", async () => {
    const kept = page();
    const id = await snapshot(own.client);
    await fund(3n);
    await mine(own.client, { blocks: 3_000 });
    await funded(kept);
    await revert(own.client, { id });
    expect(await funded(kept)).toEqual(await funded(page()));
  });

  it("are remembered of so many questions, not of all that ever were", async () => {
    const { chain, asked } = page();
    await mine(own.client, { blocks: 1_000 });
    const at = await head();
    const ask = (which: number) => eventsOf(chain, ["RoundOpened"], [null, numberToHex(which, { size: 32 })], at);
    for (let which = 0; which < 200; which++) await ask(which);
    await ask(199);
    expect(asked.at(-1)?.from).toBeGreaterThan(0);
    await ask(0);
    expect(asked.at(-1)?.from).toBe(0);
  });
});
