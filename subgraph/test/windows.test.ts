import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkIndex } from "../check/check.ts";
import { query, waitForBlock } from "../engine/query.ts";
import { tallyOf } from "../histories/tally.ts";
import { NMR } from "./chain.ts";
import { modelOf } from "./history.ts";
import { AT_ONCE, lockRounds, settleRounds, startManyRounds } from "./many-rounds.ts";
import { startWorld, type World } from "./world.ts";

describe("windows of settled rounds", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  }, 60_000);
  afterAll(() => world.stop());

  const checkNow = async (block?: bigint) => {
    const { chain, engine } = world;
    const at = block ?? (await chain.client.getBlockNumber());
    await waitForBlock(engine.graphqlUrl, at);
    return checkIndex({ graphqlUrl: engine.graphqlUrl, rpcUrl: chain.rpcUrl, address: chain.address, block: at });
  };

  it("move on over more than 250 rounds, 64 in flight, with positions that leave and come", async () => {
    const { chain, engine } = world;
    const { send, owner } = chain;
    const blocks: bigint[] = [];
    await startManyRounds(chain);
    for (let wave = 0; wave < 4; wave++) {
      const rounds = await lockRounds(chain, 1 + wave * AT_ONCE);
      if (wave === 0) {
        await send(owner, "requestWithdrawal", 1, 1, 50n * NMR);
        await send(owner, "requestWithdrawal", 1, 2, (await chain.read<[bigint, bigint]>("stakeOf", 1, 2))[0]);
      }
      if (wave === 1) await send(owner, "openPosition", 1, modelOf("late"), NMR, 0n, "0x");
      blocks.push(await chain.client.getBlockNumber());
      await settleRounds(chain, rounds);
      const settled = await chain.client.getBlockNumber();
      blocks.push(settled - 1n, settled); // some of the rounds are still in flight in the first
      if (wave === 0) await send(owner, "withdraw", 1, 2, owner);
    }
    await settleRounds(chain, await lockRounds(chain, 1 + 4 * AT_ONCE, 5));

    const { differences, ledger } = await checkNow();
    expect(differences).toEqual([]);
    expect(tallyOf(ledger)).toMatchObject({ "most rounds in flight": AT_ONCE, "most settlements of a range": 261 });
    for (const block of blocks) expect((await checkNow(block)).differences).toEqual([]);

    // All of its rounds left the windows of 20, 60 and 250; over all time they are there.
    const fields = "payoutCountLast20 payoutCountLast60 payoutCountLast250 payoutCountAllTime";
    const { position } = await query<{ position: object }>(engine.graphqlUrl, `{ position(id: "1-2") { ${fields} } }`);
    expect(position).toEqual({
      ...{
        payoutCountLast20: 0,
        payoutCountLast60: 0,
        payoutCountLast250: 250 - (261 - AT_ONCE),
        payoutCountAllTime: AT_ONCE,
      },
    });
  }, 300_000);
});
