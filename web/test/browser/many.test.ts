// Somebody with more models than a page of cards can show.
import { expect, test } from "vitest";
import { copy } from "../../src/copy/en.ts";
import { exactNmr } from "../../src/core/amounts.ts";
import { expectAccessible } from "./support/accessible.ts";
import { amountOf, exactAt } from "./support/acting.ts";
import { SIGNALS } from "./support/history.ts";
import { freshModel, stakeOn } from "./support/holdings.ts";
import { filled, tabTo } from "./support/seen.ts";
import { enter } from "./support/staker.ts";
import { newWallet } from "./support/wallet.ts";
import { theWorld } from "./support/world.ts";

const NMR = 10n ** 18n;
const { mine } = copy;
// Not in the order of their size.
const STAKES = [5n, 12n, 1n, 9n, 3n, 11n, 2n, 8n, 4n, 10n].map((each) => each * NMR);

test("ten stakes are a table, the largest first, and each is opened by the keyboard", { timeout: 60_000 }, async () => {
  const world = await theWorld();
  const wallet = await newWallet(world, { nmr: 1_000n * NMR });
  const held = [];
  for (const amount of STAKES) held.push(await stakeOn(world, wallet.address, SIGNALS, freshModel(), amount));
  const { page } = await enter(world, wallet, { reducedMotion: true });
  await filled(page);
  const rows = page.getByRole("region", { name: mine.all }).locator("tbody tr");
  await expect.poll(() => rows.count()).toBe(STAKES.length);
  const staked = async (): Promise<bigint[]> =>
    Promise.all((await rows.locator("td:nth-child(3) .number").all()).map((each) => exactAt(each)));
  const largestFirst = STAKES.toSorted((a, b) => Number(b - a));
  expect(await staked()).toEqual(largestFirst);
  await page.getByRole("button", { name: new RegExp(`^${mine.staked}`) }).click();
  expect(await staked()).toEqual(largestFirst.toReversed());
  expect(await amountOf(page, mine.staked)).toBe(STAKES.reduce((sum, each) => sum + each));

  const third = rows.nth(2);
  const worst = await exactAt(third.locator("td:nth-child(5) .number"));
  await tabTo(page, third.getByRole("button"));
  await page.keyboard.press("Enter");
  const card = page.getByRole("region", { name: mine.opened });
  await card.waitFor();
  expect(await card.evaluate((element) => element === document.activeElement)).toBe(true);
  expect(await card.locator(".section-head .number").getAttribute("title")).toBe(exactNmr(3n * NMR));
  expect(await amountOf(card, mine.known)).toBe(worst);
  const position = held[STAKES.indexOf(3n * NMR)]?.position;
  await card.locator(`a[href="#/act/leave/${SIGNALS}/${position}"]`).waitFor();
  await expectAccessible(page, "mine-many");

  await third.getByRole("button").click();
  await card.waitFor({ state: "detached" });
});
