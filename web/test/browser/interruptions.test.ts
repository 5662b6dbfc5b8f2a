// What comes between a staker and a transaction that is done; and how the page gets there all the same.
import type { Page } from "playwright-core";
import { parseGwei } from "viem";
import { expect, test } from "vitest";
import { copy } from "../../src/copy/en.ts";
import { exactNmr } from "../../src/core/amounts.ts";
import { begin, commit, fillAmount, fillOpening, giveUp, goOn, goTo, indexedOn, said } from "./support/acting.ts";
import { newArena } from "./support/arena.ts";
import { accountButton, connect } from "./support/connecting.ts";
import { deedsAsked, questionsTo } from "./support/deeds.ts";
import { SIGNALS } from "./support/history.ts";
import { expectStake, freshModel, type Position, positionOn, stakeOn } from "./support/holdings.ts";
import { type Visit, visit } from "./support/visit.ts";
import { newWallet, type Sent, type Wallet, type WalletOptions } from "./support/wallet.ts";
import { theWorld, type World } from "./support/world.ts";

const NMR = 10n ** 18n;
const MAINNET = 1;
const { flows, reasons } = copy;

type Met = Visit & { readonly world: World; readonly wallet: Wallet };

async function meet(options: WalletOptions = {}): Promise<Met> {
  const world = await theWorld();
  const wallet = await newWallet(world, { nmr: 1_000n * NMR, ...options });
  return enter(world, wallet);
}

async function enter(world: World, wallet: Wallet): Promise<Met> {
  const visited = await visit("/mine", { wallets: [wallet] });
  await connect(visited.page, wallet);
  return { ...visited, world, wallet };
}

/** The form of a first stake, filled in, by approval where `approve` says so. */
async function opening(page: Page, { approve = false }: { approve?: boolean } = {}): Promise<string> {
  const model = freshModel();
  await fillOpening(page, { tournament: SIGNALS, model, amount: "5" });
  if (approve) await page.getByRole("button", { name: flows.instead.permit }).click();
  await page.getByText(approve ? flows.path.approve : flows.path.permit).waitFor();
  return model;
}

/** Waits until the stake on a model is done, and looks at it from all sides. */
async function expectOpened({ world, wallet }: Met, page: Page, model: string): Promise<void> {
  await indexedOn(page);
  const where = await positionOn(world, wallet.address, SIGNALS, model);
  await expectStake(world, page, wallet.address, where, { active: 5n * NMR, pending: 0n });
}

test("a reload between approval and stake: the page goes on where it was, and approves once", async () => {
  const met = await meet();
  const { world, wallet, page } = met;
  const mine = await world.holdBlocks();
  const model = await opening(page, { approve: true });
  await begin(page);
  await expect.poll(() => wallet.sent.length).toBe(1);
  await page.getByText(flows.state.sent).waitFor();
  await page.reload();
  await page.getByText(flows.state.sent).waitFor();
  await mine();
  await goOn(page, flows.step.stake.name).click();
  await expect.poll(() => wallet.sent.length).toBe(2);
  await mine();
  await expectOpened(met, page, model);
  expect(questionsTo(wallet).map((each) => deedsAsked(world, each)[0]?.name)).toEqual(["approve", "openPosition"]);
});

test("closed while the wallet still asks, and opened again: what was sent meanwhile is found, and not sent twice", async () => {
  const { world, wallet, page, held } = await holder();
  await leaveForm(page, held, "4");
  const release = wallet.hold();
  await begin(page);
  await page.getByText(flows.state.wallet).waitFor();
  const address = page.url();
  await page.close();
  release();
  await expect.poll(() => wallet.sent.length).toBe(1);

  const again = await page.context().newPage();
  await again.goto(address);
  await indexedOn(again);
  expect(wallet.sent).toHaveLength(1);
  await expectStake(world, again, wallet.address, held, { active: 6n * NMR, pending: 4n * NMR });
});

test("declined in the wallet: it is said, nothing is sent, and a second try goes through", async () => {
  const met = await meet();
  const { wallet, page } = met;
  const model = await opening(page);
  wallet.rejectNext();
  await begin(page);
  await said(page, reasons.rejected.what).waitFor();
  expect(wallet.sent).toEqual([]);
  await goOn(page).click();
  await expectOpened(met, page, model);
});

test("declined after the signature: the signature is still good, and isn't asked for again", async () => {
  const met = await meet();
  const { wallet, page } = met;
  const model = await opening(page);
  wallet.rejectNext("eth_sendTransaction");
  await begin(page);
  await said(page, reasons.rejected.what).waitFor();
  await goOn(page).click();
  await expectOpened(met, page, model);
  expect(questionsTo(wallet).map(({ method }) => method)).toEqual([
    "eth_signTypedData_v4",
    "eth_sendTransaction",
    "eth_sendTransaction",
  ]);
});

test("on another network nothing is asked; one click brings the wallet back, and the stake goes on", async () => {
  const met = await meet();
  const { world, wallet, page } = met;
  const model = await opening(page);
  await wallet.useNetwork(MAINNET);
  await begin(page);
  await said(page, reasons.wrongChain(world.config.chainId, MAINNET).what).waitFor();
  expect(questionsTo(wallet)).toEqual([]);
  await page.getByRole("button", { name: copy.wallet.wrongNetwork(world.config.chainName) }).click();
  await accountButton(page, wallet).waitFor();
  await goOn(page).click();
  await expectOpened(met, page, model);
});

test("another account in the wallet: the transaction waits for the one that it was begun with", async () => {
  const met = await meet();
  const { wallet, page } = met;
  const model = await opening(page);
  wallet.rejectNext();
  await begin(page);
  await said(page, reasons.rejected.what).waitFor();
  const other = await wallet.useAccount("another");
  await goOn(page).click();
  await said(page, reasons.accountChanged(wallet.address, other).what).waitFor();
  expect(wallet.sent).toEqual([]);
  await wallet.useAccount("first");
  await goOn(page).click();
  await expectOpened(met, page, model);
});

test("sped up in the wallet: the page follows the transaction that took its place", async () => {
  const met = await meet();
  const { world, wallet, page } = met;
  const mine = await world.holdBlocks();
  const model = await opening(page);
  await begin(page);
  await page.getByText(flows.state.sent).waitFor();
  const quick = await wallet.speedUp();
  await mine();
  await indexedOn(page);
  expect(await page.locator(".steps").innerHTML()).toContain(quick);
  await expectOpened(met, page, model);
});

test("cancelled in the wallet: said with what took its place; and it can be tried again", async () => {
  const met = await meet();
  const { world, wallet, page } = met;
  const mine = await world.holdBlocks();
  const model = await opening(page);
  await begin(page);
  await page.getByText(flows.state.sent).waitFor();
  const nothing = await wallet.cancel();
  await mine();
  await said(page, reasons.cancelled(nothing).what).waitFor();
  await goOn(page).click();
  await expect.poll(() => wallet.sent.length).toBe(3);
  await mine();
  await expectOpened(met, page, model);
});

test("refused in its block: the replay names the error, with its values and what to do", async () => {
  const { world, wallet, page } = await meet();
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
  const { world, page } = await meet();
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

test("two tabs on one transaction: the wallet is asked once, and both see how it ends", async () => {
  const met = await meet();
  const { wallet, page } = met;
  const model = await opening(page);
  wallet.rejectNext();
  await begin(page);
  await said(page, reasons.rejected.what).waitFor();
  const other = await page.context().newPage();
  await other.goto(page.url());
  await said(other, reasons.rejected.what).waitFor();
  await accountButton(other, wallet).waitFor();

  const release = wallet.hold();
  await goOn(page).click();
  await page.getByText(flows.state.wallet).waitFor();
  await other.getByText(flows.state.wallet).waitFor();
  expect(await goOn(other).count()).toBe(0);
  release();
  await indexedOn(other);
  await expectOpened(met, page, model);
  expect(wallet.sent).toHaveLength(1);
});

test("too little in the account: said while the form is filled in, and the wallet stays shut", async () => {
  const { wallet, page } = await meet({ nmr: 3n * NMR });
  await fillOpening(page, { tournament: SIGNALS, model: freshModel(), amount: "3.000000001" });
  const { what, todo } = reasons.balanceShort(exactNmr(3n * NMR), "3.000000001 NMR");
  await said(page, what).waitFor();
  await said(page, todo).waitFor();
  expect(await commit(page).isDisabled()).toBe(true);
  expect(questionsTo(wallet)).toEqual([]);
});

test("given up: nothing of it is under way, and it is gone from what is", async () => {
  const { wallet, page } = await meet();
  await opening(page);
  wallet.rejectNext();
  await begin(page);
  await giveUp(page).click();
  await said(page, flows.end.abandoned).waitFor();
  await goTo(page, "/mine");
  await said(page, copy.mine.none).waitFor();
  expect(await page.getByText(copy.mine.flows, { exact: true }).count()).toBe(0);
  expect(wallet.sent).toEqual([]);
});

/** A staker with 10 NMR on a model. */
async function holder() {
  const world = await theWorld();
  const wallet = await newWallet(world, { nmr: 1_000n * NMR });
  const held = await stakeOn(world, wallet.address, SIGNALS, freshModel(), 10n * NMR);
  return { ...(await enter(world, wallet)), held };
}

async function leaveForm(page: Page, { tournament, position }: Position, amount: string): Promise<void> {
  await goTo(page, `/act/leave/${tournament}/${position}`);
  await fillAmount(page, amount);
}

/** Puts the organizer's new minimum into the pool, before everything else that waits there. */
async function raiseMinimum({ chain }: World, tournament: number, minimum: bigint): Promise<void> {
  const { client, staking, address, owner } = chain;
  await client.writeContract({
    ...{ abi: staking.abi, address, functionName: "setMinStake", args: [tournament, minimum], account: owner },
    ...{ maxFeePerGas: parseGwei("100"), maxPriorityFeePerGas: parseGwei("10"), gas: 200_000n },
  });
}
