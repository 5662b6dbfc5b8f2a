// What a staker does on the pages, and what these say before and after it.
import type { Locator, Page } from "playwright-core";
import { parseEther } from "viem";
import { copy } from "../../../src/copy/en.ts";

const { act, change, checkPage, flow, flows, plan } = copy;

/** An amount as the app writes it, wei. */
export function weiIn(text: string): bigint {
  return parseEther(text.replaceAll(/ NMR|,|\+/g, "").replace("−", "-"));
}

/** The exact amount behind a number that is pointed at, wei. */
export async function exactAt(number: Locator): Promise<bigint> {
  return weiIn((await number.first().getAttribute("title")) ?? "");
}

/** The amount of a fact or a figure, by its name. */
export function amountOf(within: Page | Locator, name: string): Promise<bigint> {
  const page = "page" in within ? within.page() : within;
  const pair = within.locator("dl > div", { has: page.getByText(name, { exact: true }) });
  return exactAt(pair.locator("dd .number"));
}

export const commit = (page: Page): Locator => page.getByRole("button", { name: act.begin, exact: true });

/** The way to a page as a link has it: the page stays the same document. */
export async function goTo(page: Page, address: string): Promise<void> {
  await page.evaluate((hash) => (location.hash = hash), address);
}

export type Opening = { readonly tournament: number; readonly model: string; readonly amount: string };

/** Fills the form of a first stake, and waits until it was simulated. */
export async function fillOpening(page: Page, { tournament, model, amount }: Opening): Promise<void> {
  await goTo(page, "/act/open");
  await page.getByLabel(checkPage.fields.tournament, { exact: true }).fill(String(tournament));
  await page.getByLabel(act.model, { exact: true }).fill(model);
  await fillAmount(page, amount);
}

/** Fills in the amount, and waits until what it does is shown. */
export async function fillAmount(page: Page, amount: string): Promise<void> {
  await page.getByLabel(act.amount, { exact: true }).fill(amount);
  await recap(page).waitFor();
}

export type Share = { readonly model: string; readonly share: string };

/** Fills the form of a stake plan. */
export async function fillPlan(page: Page, tournament: number, total: string, shares: readonly Share[]): Promise<void> {
  await goTo(page, "/act/plan");
  await page.getByLabel(checkPage.fields.tournament, { exact: true }).fill(String(tournament));
  await page.getByLabel(plan.total, { exact: true }).fill(total);
  for (const [at, { model, share }] of shares.entries()) {
    if (at > 0) await page.getByRole("button", { name: plan.more }).click();
    await page.getByLabel(act.model, { exact: true }).nth(at).fill(model);
    await page.getByLabel(plan.share, { exact: true }).nth(at).fill(share);
  }
  await recap(page).waitFor();
}

const recap = (page: Page): Locator => page.getByRole("region", { name: change.title });

export type Recap = Readonly<Record<string, readonly [before: bigint, after: bigint | null]>>;

/** Before and after, row by row, as the page shows it. */
export async function recapOf(page: Page): Promise<Recap> {
  await recap(page).waitFor();
  const rows = await recap(page).locator("tbody tr").all();
  const entries = rows.map(async (row) => {
    const name = (await row.locator("th").innerText()).replaceAll(/\s+/g, " ").trim();
    const [before, after] = await row.locator("td").all();
    if (before === undefined || after === undefined) throw new Error(`the row ${name} lacks a number`);
    const isKnown = (await after.locator(".number").count()) > 0;
    return [
      name,
      [await exactAt(before.locator(".number")), isKnown ? await exactAt(after.locator(".number")) : null],
    ] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** What the page says the wallet will ask, step by step. */
export async function stepsOf(page: Page): Promise<string[]> {
  return page.locator(".steps li .quiet").allInnerTexts();
}

/** Begins, and waits for the transaction's own page. */
export async function begin(page: Page): Promise<void> {
  await commit(page).click();
  await page.waitForURL(/#\/flow\//);
}

/** Waits until the page says that it is done and that the index has it; returns that block. */
export async function indexedOn(page: Page): Promise<bigint> {
  const sentence = new RegExp(flows.end.reached(String.raw`([\d,]+)`));
  const notice = page.getByText(sentence);
  await notice.waitFor();
  return BigInt((sentence.exec(await notice.innerText())?.[1] ?? "").replaceAll(",", ""));
}

/** The button that goes on with a flow that waits, or tries again. */
export const goOn = (page: Page, name: string = copy.shell.tryAgain): Locator =>
  page.getByRole("button", { name, exact: true });

export const giveUp = (page: Page): Locator => page.getByRole("button", { name: flow.abandon, exact: true });

/** Whether a sentence of the app is on the page, whole. */
export const said = (page: Page, sentence: string): Locator => page.getByText(sentence, { exact: true });
