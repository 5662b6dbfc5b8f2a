// Pages that anybody may look at: their figures are the index's, what is searched is found, the file is the history.
import { modelId } from "@numeraire-staking/oracle/core/models";
import { parseEther, parseEventLogs } from "viem";
import { expect, test } from "vitest";
import { copy } from "../../src/copy/en.ts";
import { modelPage, roundPage, roundPayouts, stakerPage } from "../../src/index/generated/documents.ts";
import { modelOf } from "../../../subgraph/test/history.ts";
import { amountOf, exactAt, said } from "./support/acting.ts";
import { lockIn, newArena, openIn, settleIn } from "./support/arena.ts";
import { saved } from "./support/downloads.ts";
import { CLASSIC, modelName, ROUNDS } from "./support/history.ts";
import { freshModel, stakeOn } from "./support/holdings.ts";
import { approveFrom } from "./support/staker.ts";
import { visit } from "./support/visit.ts";
import { newWallet } from "./support/wallet.ts";
import { theWorld, type World } from "./support/world.ts";

const NMR = 10n ** 18n;
const ONE = 10 ** 9;
const { staker: stakerText, model: modelText, round: roundText } = copy;
const sum = (values: readonly string[]): bigint => values.reduce((total, each) => total + BigInt(each), 0n);
const UUID = "2f1c9be4-0a77-4d0e-9a53-6a4b0c1d8e52";

/** A tournament with a settled round, in which two stakers have three models, one of them known by its UUID. */
async function settledRound(name: string) {
  const world = await theWorld();
  const tournament = await newArena(world, name);
  const ann = await newWallet(world, { nmr: 1_000n * NMR });
  const bob = await newWallet(world, { nmr: 1_000n * NMR });
  await stakeOn(world, ann.address, tournament, UUID, 50n * NMR);
  await stakeOn(world, ann.address, tournament, freshModel(), 30n * NMR);
  await stakeOn(world, bob.address, tournament, freshModel(), 70n * NMR + 10n ** 9n);
  await openIn(world, tournament, 1n, 0.2);
  await lockIn(world, tournament, 1n);
  await settleIn(world, tournament, 1n, [
    [ONE / 20, ONE / 50],
    [-ONE / 25, 0],
    [0, -ONE / 40],
  ]);
  await world.indexed();
  return { world, tournament, ann, bob };
}

test("a staker's figures, models and payouts are the index's, to the wei", async () => {
  const { index, chain, indexed } = await theWorld();
  await indexed();
  const staker = chain.accounts[1]?.toLowerCase() ?? "";
  const { positions, payouts } = await index.ask(stakerPage, { staker, text: staker });
  const { page } = await visit(`/staker/${staker}`);
  expect(await amountOf(page, stakerText.staked)).toBe(sum(positions.map(({ activeWei }) => activeWei)));
  const atRisk = sum(positions.flatMap(({ stakes }) => stakes.map(({ atRiskWei }) => atRiskWei)));
  expect(await amountOf(page, stakerText.atRisk)).toBe(atRisk);
  const net = sum(positions.map(({ rewardedWei }) => rewardedWei)) - sum(positions.map(({ burnedWei }) => burnedWei));
  expect(await amountOf(page, stakerText.net)).toBe(net);

  const rows = page.getByRole("table", { name: stakerText.models }).locator("tbody tr");
  expect(await rows.count()).toBe(positions.length);
  for (const { id, model, activeWei, tournament } of positions) {
    const row = rows.filter({ has: page.locator(`a[href="#/tournament/${tournament.id}/model/${model}"]`) });
    expect(await exactAt(row.locator(".number")), id).toBe(BigInt(activeWei));
  }
  const history = page.getByRole("table", { name: stakerText.history, exact: true }).locator("tbody tr");
  expect(payouts.length).toBeGreaterThan(25);
  await page.getByRole("button", { name: copy.table.all(payouts.length) }).click();
  const paid = await Promise.all((await history.all()).map((row) => exactAt(row.locator("td.right .number").nth(0))));
  expect(paid.toSorted(ascending)).toEqual(payouts.map(({ payoutWei }) => BigInt(payoutWei)).toSorted(ascending));
});

test("a model's figures and payouts are the index's, and what it added up to is in the chart's table", async () => {
  const { index, indexed } = await theWorld();
  await indexed();
  const model = modelOf(modelName(2));
  const { positions } = await index.ask(modelPage, { tournament: String(CLASSIC), model });
  const [position] = positions;
  if (position === undefined) throw new Error("nobody has staked on the model");
  const { page } = await visit(`/tournament/${CLASSIC}/model/${model}`);
  for (const [name, wei] of [
    [modelText.active, BigInt(position.activeWei)],
    [modelText.pending, BigInt(position.pendingWei)],
    [modelText.rewarded, BigInt(position.rewardedWei)],
    [modelText.burned, -BigInt(position.burnedWei)],
  ] as const) {
    expect(await amountOf(page, name), name).toBe(wei);
  }
  const chart = page.locator("figure", { has: page.getByRole("heading", { name: modelText.cumulative }) });
  await chart.getByText(copy.chart.asTable).click();
  const total = await exactAt(chart.getByRole("table").locator("tbody tr").last().locator("td.right .number"));
  expect(total).toBe(sum(position.payouts.map(({ payoutWei }) => payoutWei)));
});

test("a round's figures and payouts are the index's", async () => {
  const { index, indexed } = await theWorld();
  await indexed();
  const id = `${CLASSIC}-${ROUNDS.settled}`;
  const { round } = await index.ask(roundPage, { id });
  const { rows: payouts } = await index.all(roundPayouts, { round: id });
  const { page } = await visit(`/tournament/${CLASSIC}/round/${ROUNDS.settled}`);
  const table = page.getByRole("table", { name: roundText.positions });
  await table.waitFor();
  expect(await amountOf(page, roundText.staked)).toBe(BigInt(round?.stakedWei ?? 0));
  for (const { position, stakeWei, payoutWei } of payouts) {
    const link = `a[href="#/check/${CLASSIC}/${ROUNDS.settled}/${position.number}"]`;
    const amounts = table.locator("tbody tr", { has: page.locator(link) }).locator("td.right .number[title$=NMR]");
    expect(await exactAt(amounts.nth(0))).toBe(BigInt(stakeWei));
    expect(await exactAt(amounts.nth(1))).toBe(BigInt(payoutWei));
  }
});

test("in a round a model is found by its UUID, a staker by the address in any case; any column sorts", async () => {
  const { tournament, ann, bob } = await settledRound("Searched");
  const { page } = await visit(`/tournament/${tournament}/round/1`);
  const table = page.getByRole("table", { name: roundText.positions });
  const rows = table.locator("tbody tr");
  const search = page.getByLabel(roundText.search, { exact: true });
  await rows.first().waitFor();

  await search.fill(UUID.toUpperCase());
  await said(page, roundText.found(1, 3)).waitFor();
  expect(await rows.getByRole("link").first().getAttribute("href")).toBe(
    `#/tournament/${tournament}/model/${modelId(UUID)}`,
  );
  expect(await rows.first().innerText()).toContain(UUID.slice(-4));
  await search.fill(ann.address);
  await said(page, roundText.found(2, 3)).waitFor();
  await search.fill(bob.address.toLowerCase().slice(2, 12));
  await said(page, roundText.found(1, 3)).waitFor();
  await search.fill("nobody's");
  await said(page, copy.table.empty).waitFor();
  await search.fill("");

  const head = (name: string) => table.getByRole("columnheader", { name, exact: true });
  for (const [name, column] of [
    [roundText.columns.stake, 0],
    [roundText.columns.payout, 1],
  ] as const) {
    const order = async (): Promise<bigint[]> =>
      Promise.all((await rows.all()).map((row) => exactAt(row.locator("td.right .number[title$=NMR]").nth(column))));
    await head(name).getByRole("button").click();
    const one = await order();
    const direction = await head(name).getAttribute("aria-sort");
    expect(one).toEqual(one.toSorted(direction === "ascending" ? ascending : descending));
    await head(name).getByRole("button").click();
    expect(await head(name).getAttribute("aria-sort")).not.toBe(direction);
    expect(await order()).toEqual(one.toReversed());
  }
});

test("an address typed in leads to its stakes, and what is none is said to be none", async () => {
  const { chain } = await theWorld();
  const { page } = await visit("/mine");
  const field = page.getByLabel(copy.mine.address, { exact: true });
  await field.fill("0x1234");
  await page.getByRole("button", { name: copy.mine.look }).click();
  await said(page, copy.mine.notAnAddress).waitFor();
  await field.fill(` ${chain.accounts[2] ?? ""} `);
  await page.getByRole("button", { name: copy.mine.look }).click();
  await page.waitForURL(new RegExp(`#/staker/${chain.accounts[2]}`, "i"));
  await page.getByRole("table", { name: stakerText.models }).waitFor();
});

test("the file of a history is the chain's events of the account, each once, in their order, to the wei", async () => {
  const { world, tournament, ann } = await settledRound("Filed");
  await actFrom(world, ann.address, "requestWithdrawal", tournament, 0, 7n * NMR + 10n ** 9n);
  await actFrom(world, ann.address, "cancelWithdrawal", tournament, 0);
  await approveFrom(world, ann.address, 5n * NMR);
  await actFrom(world, ann.address, "increaseStake", tournament, 1, 5n * NMR);
  await actFrom(world, ann.address, "requestWithdrawal", tournament, 1, 4n * NMR);
  await actFrom(world, ann.address, "withdraw", tournament, 1, ann.address);
  await world.indexed();
  const { page } = await visit(`/staker/${ann.address}`);
  const { name, content } = await saved(page.getByRole("button", { name: stakerText.csv }));
  expect(name).toMatch(/^history-0x[0-9a-f]{40}\.csv$/i);
  const [head, ...lines] = content.split("\r\n").slice(0, -1).map(cells);
  expect(head).toEqual(COLUMNS);
  const read = lines.map((line) => Object.fromEntries(COLUMNS.map((column, at) => [column, line[at] ?? ""])));
  for (const row of read) {
    expect(parseEther(row["amount_nmr"] ?? "")).toBe(BigInt(row["amount_wei"] ?? ""));
    expect(row["model"]).toMatch(row["position"] === "0" ? UUID : /^0x[0-9a-f]{64}$/);
  }
  const told = read.map(({ transaction, kind, position, round, amount_wei: wei, time, block }) => [
    ...[time, block, transaction, position, kind, round, wei],
  ]);
  expect(told).toEqual(await eventsOf(world, tournament, [0, 1]));
});

const COLUMNS = [
  ...["time", "block", "transaction", "tournament", "position", "model", "kind", "round", "amount_wei", "amount_nmr"],
];
const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
const descending = (a: bigint, b: bigint): number => ascending(b, a);

/** The cells of a line of RFC 4180. */
const cells = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
  );

async function actFrom({ chain }: World, address: `0x${string}`, name: string, ...args: unknown[]): Promise<void> {
  await chain.client.impersonateAccount({ address });
  await chain.send(address, name, ...args);
  await chain.client.stopImpersonatingAccount({ address });
}

/** What the contract's events say of positions of batch 0: what was done to them, and what the one round paid them. */
async function eventsOf({ chain }: World, tournament: number, positions: readonly number[]): Promise<string[][]> {
  const { client, staking, address } = chain;
  const logs = await client.getLogs({ address, fromBlock: 0n });
  const events = parseEventLogs({ abi: staking.abi, logs }) as unknown as {
    eventName: string;
    args: { tournament: number; position?: number; amount?: bigint; payouts?: bigint[]; round?: bigint };
    blockNumber: bigint;
    transactionHash: string;
  }[];
  const rows = events
    .filter(({ args }) => args.tournament === tournament)
    .flatMap(({ eventName, args, blockNumber, transactionHash }) => {
      const row = (position: number, kind: string, round: string, wei: bigint) =>
        positions.includes(position)
          ? [{ blockNumber, cells: [transactionHash, String(position), kind, round, String(wei)] }]
          : [];
      const { position, amount = 0n, payouts, round } = args;
      if (eventName === "BatchSettled" && payouts !== undefined) {
        return positions.flatMap((each) => {
          const wei = BigInt.asIntN(64, (payouts[0] ?? 0n) >> BigInt(64 * each)) * 10n ** 9n;
          return row(each, wei < 0n ? "burn" : "gain", String(round), wei);
        });
      }
      const kind = KINDS[eventName];
      if (kind === undefined || position === undefined) return [];
      return row(position, kind, "", eventName === "Withdrawn" ? -amount : amount);
    });
  return Promise.all(
    rows.map(async ({ blockNumber, cells: [...rest] }) => {
      const { timestamp } = await client.getBlock({ blockNumber });
      return [new Date(Number(timestamp) * 1_000).toISOString().replace(".000", ""), String(blockNumber), ...rest];
    }),
  );
}

const KINDS: Readonly<Record<string, string>> = {
  StakeIncreased: "stake",
  WithdrawalRequested: "withdrawal requested",
  WithdrawalCancelled: "withdrawal cancelled",
  Withdrawn: "withdrawn",
};
