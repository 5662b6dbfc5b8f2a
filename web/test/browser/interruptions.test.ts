// What comes between a staker and a transaction that is done; and how the page gets there all the same.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { copy } from "../../src/copy/en.ts";
import { begin, fillAmount, fillOpening, giveUp, goOn, goTo, indexedOn, said } from "./support/acting.ts";
import { accountButton } from "./support/connecting.ts";
import { deedsAsked, questionsTo } from "./support/deeds.ts";
import { SIGNALS } from "./support/history.ts";
import { expectStake, freshModel, type Position, positionOn } from "./support/holdings.ts";
import { holder, type Met, staker } from "./support/staker.ts";

const NMR = 10n ** 18n;
const MAINNET = 1;
const { flows, reasons } = copy;

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
  const met = await staker();
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
  const { world, wallet, page, held } = await holder(10n * NMR);
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
  const met = await staker();
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
  const met = await staker();
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
  const met = await staker();
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
  const met = await staker();
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
  const met = await staker();
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
  const met = await staker();
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

test("two tabs on one transaction: the wallet is asked once, and both see how it ends", async () => {
  const met = await staker();
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

test("given up: nothing of it is under way, and it is gone from what is", async () => {
  const { wallet, page } = await staker();
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

async function leaveForm(page: Page, { tournament, position }: Position, amount: string): Promise<void> {
  await goTo(page, `/act/leave/${tournament}/${position}`);
  await fillAmount(page, amount);
}
