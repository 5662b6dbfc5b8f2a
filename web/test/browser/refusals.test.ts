// What the chain refuses: said before the wallet opens where it can be known, and explained where only the block knew.
import { parseGwei } from "viem";
import { expect, test } from "vitest";
import { copy } from "../../src/copy/en.ts";
import { exactNmr } from "../../src/core/amounts.ts";
import { begin, commit, fillOpening, goOn, said } from "./support/acting.ts";
import { newArena } from "./support/arena.ts";
import { questionsTo } from "./support/deeds.ts";
import { SIGNALS } from "./support/history.ts";
import { freshModel } from "./support/holdings.ts";
import { staker } from "./support/staker.ts";
import type { Sent } from "./support/wallet.ts";
import type { World } from "./support/world.ts";

const NMR = 10n ** 18n;
const { flows, reasons } = copy;

test("refused in its block: the replay names the error, with its values and what to do", async () => {
  const { world, wallet, page } = await staker();
  const { chain } = world;
  const tournament = await newArena(world, "Strict");
  await world.indexed();
  const mine = await world.holdBlocks();
  await fillOpening(page, { tournament, model: freshModel(), amount: "5" });
  await begin(page);
  await page.getByText(flows.state.sent).waitFor();
  // Gas becomes dear for a block: only the organizer's new minimum gets into it.
  await raiseMinimum(world, tournament, 6n * NMR);
  await chain.client.setNextBlockBaseFeePerGas({ baseFeePerGas: parseGwei("90") });
  await mine();
  await chain.client.setNextBlockBaseFeePerGas({ baseFeePerGas: 1n });
  await mine();
  const { what, todo } = copy.errors.StakeBelowMinimum({ stake: exactNmr(5n * NMR), minStake: exactNmr(6n * NMR) });
  await said(page, what).waitFor();
  await said(page, todo).waitFor();
  await said(page, reasons.replay).waitFor();
  const { hash } = wallet.sent.at(-1) as Sent;
  expect((await chain.client.getTransactionReceipt({ hash })).status).toBe("reverted");
});

test("refused by what came before it in the same block: the page says so, and that its replay passes", async () => {
  const { world, page } = await staker();
  const tournament = await newArena(world, "Strict at once");
  const mine = await world.holdBlocks();
  await fillOpening(page, { tournament, model: freshModel(), amount: "5" });
  await begin(page);
  await page.getByText(flows.state.sent).waitFor();
  await raiseMinimum(world, tournament, 6n * NMR);
  await mine();
  await said(page, reasons.passes.what).waitFor();
  await goOn(page).click();
  const { what } = copy.errors.StakeBelowMinimum({ stake: exactNmr(5n * NMR), minStake: exactNmr(6n * NMR) });
  await said(page, what).waitFor();
});

test("too little in the account: said while the form is filled in, and the wallet stays shut", async () => {
  const { wallet, page } = await staker({ nmr: 3n * NMR });
  await fillOpening(page, { tournament: SIGNALS, model: freshModel(), amount: "3.000000001" });
  const { what, todo } = reasons.balanceShort(exactNmr(3n * NMR), "3.000000001 NMR");
  await said(page, what).waitFor();
  await said(page, todo).waitFor();
  expect(await commit(page).isDisabled()).toBe(true);
  expect(questionsTo(wallet)).toEqual([]);
});

/** Puts the organizer's new minimum into the pool, before everything else that waits there. */
async function raiseMinimum({ chain }: World, tournament: number, minimum: bigint): Promise<void> {
  const { client, staking, address, owner } = chain;
  await client.writeContract({
    ...{ abi: staking.abi, address, functionName: "setMinStake", args: [tournament, minimum], account: owner },
    ...{ maxFeePerGas: parseGwei("100"), maxPriorityFeePerGas: parseGwei("10"), gas: 200_000n },
  });
}
