// What the app lives on dies, part by part: money still moves, and the page says what is missing.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { copy } from "../../src/copy/en.ts";
import { TICKS } from "../../src/core/check-verdict.ts";
import { amountOf, begin, fillAmount, fillOpening, goTo, indexedOn, said } from "./support/acting.ts";
import { lockIn, newArena, openIn, reportIn, settleReported } from "./support/arena.ts";
import { connect } from "./support/connecting.ts";
import { CLASSIC, ROUNDS, SIGNALS } from "./support/history.ts";
import { freshModel, type Position, positionOn, stakeOf, stakeOn } from "./support/holdings.ts";
import { startOracle } from "./support/oracle.ts";
import { siteWith } from "./support/site.ts";
import { visit, type VisitOptions } from "./support/visit.ts";
import { newWallet, type Wallet } from "./support/wallet.ts";
import { theWorld, type World } from "./support/world.ts";

const NMR = 10n ** 18n;
const ONE = 10 ** 9;
const { flows, mine, status, shell } = copy;
/** What a wallet that only signs doesn't do. */
const READS = ["eth_call", "eth_getBlockByNumber", "eth_blockNumber", "eth_getLogs"];

async function holder(without: readonly string[] = []) {
  const world = await theWorld();
  const wallet = await newWallet(world, { nmr: 1_000n * NMR, without });
  const held = await stakeOn(world, wallet.address, SIGNALS, freshModel(), 10n * NMR);
  return { world, wallet, held };
}

async function enter(wallet: Wallet, off: VisitOptions["off"] = []): Promise<Page> {
  const { page } = await visit("/mine", { wallets: [wallet], off });
  await connect(page, wallet);
  return page;
}

/** Waits until it is done on the chain, and the page says that the index can't tell. */
async function doneUnindexed(page: Page): Promise<void> {
  await page.getByText(new RegExp(flows.end.unknown(String.raw`[\d,]+`))).waitFor();
}

async function leaveAndTake(
  world: World,
  page: Page,
  wallet: Wallet,
  held: Position,
  done: (page: Page) => Promise<unknown> = doneUnindexed,
): Promise<void> {
  const before = await world.chain.balanceOf(wallet.address);
  await page.locator(`a[href="#/act/leave/${held.tournament}/${held.position}"]`).click();
  await fillAmount(page, "10");
  await begin(page);
  await done(page);
  expect(await stakeOf(world, held)).toEqual({ active: 0n, pending: 10n * NMR });
  await goTo(page, "/mine");
  await page.locator(`a[href="#/act/take/${held.tournament}/${held.position}"]`).click();
  await page.getByText(flows.path.none).waitFor();
  await begin(page);
  await done(page);
  expect(await stakeOf(world, held)).toEqual({ active: 0n, pending: 0n });
  expect(await world.chain.balanceOf(wallet.address)).toBe(before + 10n * NMR);
}

test("without the index: staking, leaving and taking out go on, and its silence is said", async () => {
  const { world, wallet, held } = await holder();
  const page = await enter(wallet, ["index"]);
  await said(page, status.noIndex).waitFor();
  const model = freshModel();
  await fillOpening(page, { tournament: SIGNALS, model, amount: "3" });
  await begin(page);
  await doneUnindexed(page);
  const opened = await positionOn(world, wallet.address, SIGNALS, model);
  expect(await stakeOf(world, opened)).toEqual({ active: 3n * NMR, pending: 0n });
  await goTo(page, "/mine");
  await expect.poll(() => amountOf(page, mine.staked)).toBe(13n * NMR);
  await leaveAndTake(world, page, wallet, held);
  await goTo(page, "/mine");
  await expect.poll(() => amountOf(page, mine.staked)).toBe(3n * NMR);
});

test("without the index a payout is proved all the same, and pages that live on it say so", async () => {
  const { page } = await visit(`/check/${CLASSIC}/${ROUNDS.settled}/0`, { off: ["index", "oracle"] });
  await page
    .locator(".ticks > li")
    .nth(TICKS.length - 1)
    .waitFor();
  expect(await page.locator(".ticks > li.true").count()).toBe(TICKS.length);
  await goTo(page, `/tournament/${CLASSIC}/round/${ROUNDS.settled}`);
  await page.getByRole("alert").getByText(shell.noAnswer).waitFor();
});

test("a deployment without an index says so, and moves money", async () => {
  const { world, wallet, held } = await holder();
  const site = await siteWith(world, { subgraphUrl: null });
  const { page } = await visit("/mine", { wallets: [wallet], site });
  await connect(page, wallet);
  await expect.poll(() => amountOf(page, mine.staked)).toBe(10n * NMR);
  await leaveAndTake(world, page, wallet, held);
  await goTo(page, "/");
  await page.getByText(status.noIndexAtAll).first().waitFor();
});

test("what an oracle expects is shown to the nano; once it is silent nothing is guessed, and that is said", async () => {
  const world = await theWorld();
  const { chain } = world;
  const tournament = await newArena(world, "Projected");
  const wallet = await newWallet(world, { nmr: 1_000n * NMR });
  const held = await stakeOn(world, wallet.address, tournament, freshModel(), 100n * NMR);
  await openIn(world, tournament, 1n, 0.5);
  await lockIn(world, tournament, 1n);
  const words = await reportIn(world, tournament, 1n, [[ONE / 10, -ONE / 40]]);
  const site = await siteWith(world, { oracleUrls: [await startOracle(world, tournament)] });
  const { page, off } = await visit("/mine", { wallets: [wallet], site });
  await connect(page, wallet);
  await expect.poll(() => page.getByText(mine.projectedNote, { exact: true }).count()).toBe(1);
  const projected = await amountOf(page, mine.projected);

  await off("oracle");
  await page.reload();
  await page.getByText(mine.noProjection).waitFor();
  await expect.poll(() => amountOf(page, mine.staked)).toBe(100n * NMR);
  expect(await page.getByText(mine.projected, { exact: true }).count()).toBe(0);

  await settleReported(world, tournament, 1n, words);
  expect(await chain.read("stakeOf", tournament, held.position)).toEqual([100n * NMR + projected, 0n]);
});

test("our node dead: the connected wallet's own is asked, and the way out is open", async () => {
  const { world, wallet, held } = await holder();
  const page = await enter(wallet, ["chain"]);
  await expect.poll(() => amountOf(page, mine.staked)).toBe(10n * NMR);
  await leaveAndTake(world, page, wallet, held, indexedOn);
});

test("node, index and oracle dead: the wallet alone gets a stake out", async () => {
  const { world, wallet, held } = await holder();
  const page = await enter(wallet, ["chain", "index", "oracle"]);
  await expect.poll(() => amountOf(page, mine.staked)).toBe(10n * NMR);
  await leaveAndTake(world, page, wallet, held);
});

test("everything dead: the page says so, and asks the wallet for nothing", async () => {
  const { wallet } = await holder(READS);
  const page = await enter(wallet, ["chain", "index", "oracle"]);
  await page.getByRole("alert").getByText(shell.noAnswer).waitFor();
  await said(page, status.noChain).waitFor();
  await goTo(page, "/");
  await page.getByRole("alert").getByText(shell.noAnswer).waitFor();
  expect(wallet.sent).toEqual([]);
});
