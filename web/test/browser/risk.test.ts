// What is said of money before a signature, and of the way out, is what the contract does.
import { modelId } from "@numeraire-staking/oracle/core/models";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { chainOf } from "../../src/chain/client.ts";
import { stakesOf, tournamentAt } from "../../src/chain/positions.ts";
import { copy } from "../../src/copy/en.ts";
import { exactNmr, shortNmr } from "../../src/core/amounts.ts";
import { MINED_WITHIN, prospectOf } from "../../src/core/prospect.ts";
import { worstCaseOfSigning, type WorstCase } from "../../src/core/worst-case.ts";
import { amountOf, begin, fillAmount, fillOpening, goTo, indexedOn, recapOf, said } from "./support/acting.ts";
import { lockIn, newArena, openIn, settleIn } from "./support/arena.ts";
import { deedsAsked, questionsTo } from "./support/deeds.ts";
import { saved } from "./support/downloads.ts";
import { CLASSIC, ROUNDS, SIGNALS } from "./support/history.ts";
import { expectStake, freshModel, type Position, positionOn, stakeOf, stakeOn } from "./support/holdings.ts";
import { scheduleOf } from "../../../subgraph/test/history.ts";
import { enter } from "./support/staker.ts";
import { newWallet, type Wallet } from "./support/wallet.ts";
import { theWorld, type World } from "./support/world.ts";

const NMR = 10n ** 18n;
const ONE = 10 ** 9;
const { risk, flows, mine, exit } = copy;

async function holder(tournament: number) {
  const world = await theWorld();
  const wallet = await newWallet(world, { nmr: 1_000n * NMR });
  const held = await stakeOn(world, wallet.address, tournament, freshModel(), 100n * NMR);
  return { world, wallet, held };
}

/** The figures of the card, and that they are these. */
async function expectRisk(page: Page, worst: WorstCase): Promise<void> {
  const card = page.getByRole("region", { name: copy.act.risk });
  for (const [name, wei] of [
    [risk.locked, worst.locked],
    [risk.known, worst.known],
    [risk.ever, worst.ever],
  ] as const) {
    await expect.poll(() => amountOf(card, name), { message: name }).toBe(wei);
  }
}

/** The worst case of a first stake, from the chain's state now. */
async function worstOfOpening({ config }: World, tournament: number, amount: bigint): Promise<WorstCase> {
  const found = await tournamentAt(chainOf(config), tournament);
  const { batch, rounds, now } = found;
  const standing = { active: 0n, pending: 0n, batch, rounds, limits: found.tournament.limits, now };
  return worstCaseOfSigning({ ...standing, minedBy: now + MINED_WITHIN }, { kind: "add", amount });
}

async function heldNow({ config }: World, staker: Wallet, { tournament, position }: Position) {
  const { positions, now } = await stakesOf(chainOf(config), staker.address);
  const held = positions.find((each) => each.tournament.number === tournament && each.position === position);
  if (held === undefined) throw new Error(`${staker.address} has no position ${position}`);
  return { held, now, prospect: prospectOf(held, now) };
}

test("the most that can be lost, before a first stake: said as the chain's state has it, and a real loss stays below it", async () => {
  const world = await theWorld();
  const { chain } = world;
  const tournament = await newArena(world, "Loses");
  await openIn(world, tournament, 1n, 0.25);
  const wallet = await newWallet(world, { nmr: 1_000n * NMR });
  const { page } = await enter(world, wallet);
  const model = freshModel();
  await fillOpening(page, { tournament, model, amount: "80" });
  const shown = await worstOfOpening(world, tournament, 80n * NMR);
  await expectRisk(page, shown);
  expect(shown.known).toBeGreaterThan(0n);
  expect(shown.known).toBeLessThan(shown.ever);
  await begin(page);
  await indexedOn(page);

  const where = await positionOn(world, wallet.address, tournament, model);
  await lockIn(world, tournament, 1n);
  await settleIn(world, tournament, 1n, [[-2 * ONE, -2 * ONE]]);
  const { active } = await stakeOf(world, where);
  const lost = 80n * NMR - active;
  // All the scores can do is reached: the bound that was shown is no higher than it has to be.
  expect(lost).toBe(shown.known);
  await world.indexed();
  await goTo(page, `/tournament/${tournament}/model/${modelId(model)}`);
  await expect.poll(() => amountOf(page, copy.model.burned)).toBe(-lost);
  expect(await chain.read("withdrawable", tournament, where.position)).toBe(0n);
});

test("before adding and before leaving the figures count what rounds hold already", async () => {
  const world = await theWorld();
  const tournament = await newArena(world, "Holds");
  const { wallet, held } = await holder(tournament);
  await openIn(world, tournament, 1n, 0.2);
  await openIn(world, tournament, 2n, 0.1);
  await lockIn(world, tournament, 1n);
  const { page } = await enter(world, wallet);
  for (const [kind, act] of [
    ["add", { kind: "add", amount: 20n * NMR }],
    ["leave", { kind: "request", amount: 20n * NMR }],
  ] as const) {
    await goTo(page, `/act/${kind}/${held.tournament}/${held.position}`);
    await fillAmount(page, "20");
    const { prospect } = await heldNow(world, wallet, held);
    expect(prospect.worst.locked).toBeGreaterThan(0n);
    await expectRisk(page, worstCaseOfSigning(prospect.standing, act));
  }
});

test("a burn after the request: what is left is what the page had said at least", async () => {
  const world = await theWorld();
  const tournament = await newArena(world, "Burns a leaver");
  const wallet = await newWallet(world, { nmr: 1_000n * NMR });
  const held = await stakeOn(world, wallet.address, tournament, freshModel(), 100n * NMR);
  await openIn(world, tournament, 1n, 0.3);
  await lockIn(world, tournament, 1n);
  const { page } = await enter(world, wallet);
  await goTo(page, `/act/leave/${tournament}/${held.position}`);
  await fillAmount(page, "100");
  const { prospect } = await heldNow(world, wallet, held);
  const shown = worstCaseOfSigning(prospect.standing, { kind: "request", amount: 100n * NMR });
  await expectRisk(page, shown);
  await begin(page);
  await indexedOn(page);
  await settleIn(world, tournament, 1n, [[-2 * ONE, 0]]);
  const { active, pending } = await stakeOf(world, held);
  expect(active).toBe(0n);
  expect(100n * NMR - pending).toBeGreaterThan(0n);
  expect(100n * NMR - pending).toBeLessThanOrEqual(shown.locked);
  expect(shown.known).toBe(shown.locked);
  // The round that held it is over: what is left is free.
  await world.indexed();
  await page.reload();
  await goTo(page, "/mine");
  await said(page, exit.free).waitFor();
  expect(await amountOf(page, mine.free)).toBe(pending);
});

test("the way out: the rounds that hold it and their dates are the contract's, and the calendar has the last of them", async () => {
  const { world, wallet, held } = await holder(CLASSIC);
  const { page } = await enter(world, wallet);
  const { prospect: before } = await heldNow(world, wallet, held);
  const promised = page.locator("dl > div", { has: said(page, mine.out) }).locator("time");
  expect(await promised.first().getAttribute("datetime")).toBe(isoOf(before.exitIfAsked?.outBy ?? 0));
  await goTo(page, `/act/leave/${CLASSIC}/${held.position}`);
  await fillAmount(page, "60");
  await begin(page);
  await indexedOn(page);
  await goTo(page, "/mine");
  const holding = page.locator(".holding li");
  await holding.first().waitFor();
  const holders = [ROUNDS.vetoed, ROUNDS.reported, ROUNDS.locked];
  expect(await holding.count()).toBe(holders.length);
  const dates: number[] = [];
  for (const [at, round] of holders.entries()) {
    const { settledBy } = await scheduleOf(world.chain, CLASSIC, round);
    dates.push(settledBy);
    const line = holding.nth(at);
    expect(await line.getByRole("link").getAttribute("href")).toBe(`#/tournament/${CLASSIC}/round/${round}`);
    expect(await line.locator("time").getAttribute("datetime")).toBe(isoOf(settledBy));
  }
  const outBy = Math.max(...dates);
  expect(await page.locator(".exit strong time").getAttribute("datetime")).toBe(isoOf(outBy));
  expect(await world.chain.read("withdrawable", CLASSIC, held.position)).toBe(0n);

  const { name, content } = await saved(page.getByRole("button", { name: exit.calendar }));
  expect(name).toBe(`exit-${CLASSIC}-${held.position}.ics`);
  const lines = content.replaceAll("\r\n ", "").split("\r\n");
  const stamp = isoOf(outBy).replaceAll(/[-:]|\.000/g, "");
  expect(lines).toContain(`DTSTART:${stamp}`);
  expect(lines).toContain(
    `SUMMARY:${exit.event(String(CLASSIC), String(held.position)).replaceAll(",", String.raw`\,`)}`,
  );
  expect(lines.join("\n")).toContain(holders.join(String.raw`\, `));
});

test("after the last deadline, with nobody else about, one transaction ends the rounds and brings the stake home", async () => {
  const tournament = await arenaWithLock("Abandoned");
  const { world, wallet, held } = await holder(tournament);
  const { chain } = world;
  const balance = await chain.balanceOf(wallet.address);
  const { settledBy } = await scheduleOf(chain, tournament, 1n);
  await requestFrom(world, wallet, held, 100n * NMR);
  await chain.travelTo(settledBy);
  await world.indexed();
  const { page } = await enter(world, wallet);
  await page.getByRole("link", { name: mine.exit }).click();
  await said(page, copy.act.exitLead("1")).waitFor();
  expect(await recapOf(page)).toMatchObject({
    [flows.change.pending]: [100n * NMR, 0n],
    [flows.change.balance]: [balance, balance + 100n * NMR],
  });
  await begin(page);
  await indexedOn(page);
  expect(questionsTo(wallet).map((each) => deedsAsked(world, each))).toEqual([
    [
      { to: chain.address, name: "voidRound", args: [tournament, 1n] },
      { to: chain.address, name: "withdraw", args: [tournament, held.position, wallet.address] },
    ],
  ]);
  expect(await chain.balanceOf(wallet.address)).toBe(balance + 100n * NMR);
  await expectStake(world, page, wallet.address, held, { active: 0n, pending: 0n });
});

test("amounts are short to read and exact where they are pointed at, down to the last billionth", async () => {
  const world = await theWorld();
  const wallet = await newWallet(world, { nmr: 2_000n * NMR });
  const wei = 1_234_567_890_001n * 10n ** 9n;
  await stakeOn(world, wallet.address, SIGNALS, freshModel(), wei);
  const { page } = await enter(world, wallet);
  const number = page.locator(".figure", { has: said(page, mine.staked) }).locator("dd .number");
  await number.hover();
  expect(await number.getAttribute("title")).toBe("1,234.567890001 NMR");
  expect(exactNmr(wei)).toBe("1,234.567890001 NMR");
  expect((await number.innerText()).replaceAll(/\s+/g, " ")).toBe(shortNmr(wei).replace(" NMR", "NMR"));
});

/** A tournament with a round that has locked batch 0, in which somebody else has a stake. */
async function arenaWithLock(name: string): Promise<number> {
  const world = await theWorld();
  const tournament = await newArena(world, name);
  await stakeOn(world, (await newWallet(world, { nmr: NMR })).address, tournament, freshModel(), NMR);
  await openIn(world, tournament, 1n, 0.2);
  await lockIn(world, tournament, 1n);
  return tournament;
}

async function requestFrom({ chain }: World, { address }: Wallet, { tournament, position }: Position, wei: bigint) {
  await chain.client.impersonateAccount({ address });
  await chain.send(address, "requestWithdrawal", tournament, position, wei);
  await chain.client.stopImpersonatingAccount({ address });
}

const isoOf = (seconds: number): string => new Date(seconds * 1_000).toISOString();
