// A payout is proved in the browser, from the chain alone; a bit that was turned on its way is found where it was turned.
import { decimal } from "@numeraire-staking/oracle/core/derivation";
import { payoutExplained } from "@numeraire-staking/subgraph/client";
import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { printTable } from "../../../scripts/support/terminal.ts";
import { copy } from "../../src/copy/en.ts";
import { exactNmr } from "../../src/core/amounts.ts";
import { TICKS, type TickId } from "../../src/core/check-verdict.ts";
import { exactAt, goTo, said } from "./support/acting.ts";
import { CLASSIC, ROUNDS } from "./support/history.ts";
import { siteWith } from "./support/site.ts";
import { type Turned, turnBit } from "./support/tampering.ts";
import { visit } from "./support/visit.ts";
import { theWorld } from "./support/world.ts";

const { check, checkPage } = copy;
const POSITION = 3;
const times: (readonly [string, number])[] = [];
const MOST_FOR_ONE_MS = 1_000;

afterAll(() =>
  printTable(
    ["check", "ms from click to ticks"],
    times.map(([name, ms]) => [name, ms.toFixed(0)]),
  ),
);

type Verdicts = Readonly<Record<TickId, "true" | "false" | "unknown">>;

/** The verdict of each tick, once all are there. */
async function verdictsOn(page: Page): Promise<Verdicts> {
  const ticks = page.locator(".ticks > li");
  await ticks.nth(TICKS.length - 1).waitFor();
  const entries = TICKS.map(async (id, at) => {
    const tick = ticks.nth(at);
    expect(await tick.getByText(check.titles[id], { exact: true }).count()).toBe(1);
    return [id, /\b(true|false|unknown)\b/.exec((await tick.getAttribute("class")) ?? "")?.[1]] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as Verdicts;
}

const ALL_TRUE: Verdicts = { locked: "true", reported: "true", timely: "true", total: "true", paid: "true" };
const fieldOf = (page: Page, name: string) => page.getByLabel(name, { exact: true });

test("five ticks prove a payout, soon after the click, and open to the bytes", async () => {
  const { chain } = await theWorld();
  const { page } = await visit("/check");
  for (const position of [0, 1, POSITION]) {
    await fieldOf(page, checkPage.fields.tournament).fill(String(CLASSIC));
    await fieldOf(page, checkPage.fields.round).fill(String(position + 1));
    await fieldOf(page, checkPage.fields.position).fill(String(position));
    const clickedAt = performance.now();
    await page.getByRole("button", { name: checkPage.go }).click();
    await said(page, checkPage.payout(String(position + 1), String(position))).waitFor();
    await page
      .locator(".ticks > li")
      .nth(TICKS.length - 1)
      .waitFor();
    times.push([`payout ${position}`, performance.now() - clickedAt]);
    expect(await verdictsOn(page)).toEqual(ALL_TRUE);
  }
  expect(Math.min(...times.map(([, ms]) => ms))).toBeLessThan(MOST_FOR_ONE_MS);

  const locked = page.locator(".ticks > li").first();
  await locked.locator("summary").first().click();
  await locked.getByText(checkPage.words(7)).click();
  const [event] = await chain.client.getContractEvents({
    ...{ abi: chain.staking.abi, address: chain.address, eventName: "BatchLocked", fromBlock: 0n },
    args: { tournament: CLASSIC, round: BigInt(POSITION + 1), batch: 0 } as never,
  });
  const bytes = (await locked.locator("pre.words").innerText()).replaceAll(/\s|0x/g, "");
  expect(event?.data.endsWith(bytes)).toBe(true);
});

test("the sentence and the formula have the reader's own numbers", async () => {
  const { index, indexed } = await theWorld();
  await indexed();
  const { page } = await visit("/");
  const seen = new Set<string>();
  for (const position of [0, 1, 2, POSITION]) {
    await goTo(page, `/check/${CLASSIC}/${ROUNDS.settled}/${position}`);
    await said(page, checkPage.payout(String(ROUNDS.settled), String(position))).waitFor();
    const { payout } = await index.ask(payoutExplained, { payout: `${CLASSIC}-${ROUNDS.settled}-${position}` });
    if (payout === null) throw new Error(`the index has no payout of position ${position}`);
    const paid = BigInt(payout.payoutWei);
    const stake = exactNmr(BigInt(payout.stakeWei));
    const amount = exactNmr(paid < 0n ? -paid : paid);
    const sentence = await page.locator(".sentence").innerText();
    const { gained, burned } = copy.explanation;
    expect(sentence).toContain((paid > 0n ? gained : burned)(stake, amount, "").split(",")[0]);
    expect(sentence).toContain(amount);
    const formula = await page.locator(".formula").innerText();
    const [{ round }] = [payout];
    for (const [multiplier, score] of [
      [round.multiplier0, payout.score0],
      [round.multiplier1, payout.score1],
    ] as const) {
      expect(formula).toContain(`${decimal(BigInt(multiplier), 9)} × ${decimal(BigInt(score), 9)}`);
    }
    expect(formula.startsWith(`${stake} × ${decimal(BigInt(round.exposure), 9)} × clip(`)).toBe(true);
    expect(formula.endsWith(`= ${exactNmr(paid)}`)).toBe(true);
    seen.add(paid > 0n ? "gained" : "burned");
  }
  expect([...seen].sort()).toEqual(["burned", "gained"]);
});

test("the whole round: every position is proved, with what it was due and paid", async () => {
  const { page } = await visit(`/check/${CLASSIC}/${ROUNDS.settled}/${POSITION}`);
  await page.getByRole("link", { name: copy.round.checkRound }).click();
  const clickedAt = performance.now();
  await said(page, checkPage.wholeVerdict.true(28)).waitFor();
  times.push(["round of 28", performance.now() - clickedAt]);
  expect(await verdictsOn(page)).toEqual(ALL_TRUE);
  const rows = await page.getByRole("table", { name: copy.round.positions }).locator("tbody tr").all();
  expect(rows).toHaveLength(28);
  for (const row of rows) {
    const numbers = row.locator("td.right .number");
    expect(await exactAt(numbers.nth(1))).toBe(await exactAt(numbers.nth(2)));
  }
});

/** The event that carries what a tick is about, and a bit in it that is worth a thousandth of an NMR or of a score. */
const BIT = 20n;
/** In the position's lane; the round has seven words. */
const LANE = { word: -7, bit: 64n * BigInt(POSITION) + BIT };
const LIES: readonly (readonly [TickId, Omit<Turned, "round">, Partial<Verdicts>])[] = [
  ["locked", { event: "BatchLocked", ...LANE }, { total: "unknown", paid: "unknown" }],
  ["reported", { event: "ScoresReported", ...LANE }, { paid: "unknown" }],
  ["total", { event: "RoundLocked", word: 1, bit: 30n + BIT }, {}],
  ["paid", { event: "BatchSettled", ...LANE }, {}],
];

test.for(LIES)("one bit turned on its way to the page: %s is red, and nothing else", async ([id, lie, others]) => {
  const { config } = await theWorld();
  const { page } = await visit("/check");
  const turned = await turnBit(page.context(), config.rpcUrls[0] ?? "", { ...lie, round: ROUNDS.settled });
  await goTo(page, `/check/${CLASSIC}/${ROUNDS.settled}/${POSITION}`);
  expect(await verdictsOn(page)).toEqual({ ...ALL_TRUE, [id]: "false", ...others });
  expect(turned()).toBeGreaterThan(0);
});

test("one bit turned in a payout: the whole round names the one position", async () => {
  const { config } = await theWorld();
  const { page } = await visit("/check");
  await turnBit(page.context(), config.rpcUrls[0] ?? "", { event: "BatchSettled", ...LANE, round: ROUNDS.settled });
  await goTo(page, `/check/${CLASSIC}/${ROUNDS.settled}`);
  await said(page, checkPage.wholeVerdict.false(28, 1)).waitFor();
  const rows = page.getByRole("table", { name: copy.round.positions }).locator("tbody tr");
  expect(await rows.count()).toBe(1);
  expect(await rows.first().getByRole("link").innerText()).toBe(String(POSITION));
});

test("a second node is asked where one is named: both must be there, and say the same", async () => {
  const world = await theWorld();
  const { rpcUrls } = world.config;
  const site = await siteWith(world, { witnessUrl: (rpcUrls[0] ?? "").replace("127.0.0.1", "localhost") });
  const address = `/check/${CLASSIC}/${ROUNDS.settled}/${POSITION}`;
  const { page, off } = await visit(address, { site });
  await said(page, checkPage.believed.both).waitFor();
  expect(await verdictsOn(page)).toEqual(ALL_TRUE);

  await off("witness");
  await page.reload();
  await page.getByText(check.unusable({ reason: "the second node: " })).waitFor();
  await off();
  await turnBit(page.context(), rpcUrls[0] ?? "", { event: "BatchSettled", ...LANE, round: ROUNDS.settled });
  await page.reload();
  await page.getByText(check.unusable({ reason: "the two nodes say different things of batches" })).waitFor();
  await goTo(page, `/check/${CLASSIC}/${ROUNDS.settled}`);
  await page.getByText(check.unusable({ reason: "the two nodes say different things of batches" })).waitFor();
});

test("a round that is under way is proved as far as it came, and the rest can't be told yet", async () => {
  const { page } = await visit(`/check/${CLASSIC}/${ROUNDS.reported}/${POSITION}`);
  expect(await verdictsOn(page)).toEqual({ ...ALL_TRUE, timely: "unknown", paid: "unknown" });
  await goTo(page, `/check/${CLASSIC}/999/0`);
  await page.getByText(check.unknown["never opened"]).first().waitFor();
});
