// Every flow, from the click to the figure that the index has. What the wallet was asked is what the page had said.
import { modelId } from "@numeraire-staking/oracle/core/models";
import { printTable } from "../../../scripts/support/terminal.ts";
import type { Page } from "playwright-core";
import { getAddress, parseEther } from "viem";
import { afterAll, expect, test } from "vitest";
import { copy } from "../../src/copy/en.ts";
import { exactNmr } from "../../src/core/amounts.ts";
import {
  amountOf,
  begin,
  fillAmount,
  fillOpening,
  fillPlan,
  goTo,
  indexedOn,
  recapOf,
  stepsOf,
} from "./support/acting.ts";
import { deedsAsked, questionsTo } from "./support/deeds.ts";
import { SIGNALS } from "./support/history.ts";
import { expectStake, freshModel, type Position, positionOn, stakeOf } from "./support/holdings.ts";
import { approveFrom, holder, staker } from "./support/staker.ts";
import type { Sent, Wallet } from "./support/wallet.ts";
import type { World } from "./support/world.ts";

const NMR = 10n ** 18n;
const { flows, act } = copy;
const change = flows.change;
/** From the block to the sentence that the index has it; and from the click to it. */
const times: (readonly [string, number])[] = [];
const MOST_TO_INDEXED_MS = 2_000;

afterAll(() =>
  printTable(
    ["flow", "ms from the chain to indexed on the page"],
    times.map(([name, ms]) => [name, ms.toFixed(0)]),
  ),
);

/** Begins, waits until the index has it, and checks that this was the last transaction's own block, soon after it. */
async function through({ chain }: World, page: Page, wallet: Wallet, name: string, transactions = 1): Promise<void> {
  await begin(page);
  await expect.poll(() => wallet.sent.length, { interval: 5, timeout: 15_000 }).toBe(transactions);
  const sentAt = performance.now();
  const block = await indexedOn(page);
  times.push([name, performance.now() - sentAt]);
  const { hash } = wallet.sent.at(-1) as Sent;
  const { blockNumber, status } = await chain.client.getTransactionReceipt({ hash });
  expect(status).toBe("success");
  expect(block).toBe(blockNumber);
}

test("a first stake by permit: one signature, one transaction, and the stake is on every page", async () => {
  const { world, wallet, page } = await staker();
  const { chain } = world;
  const model = freshModel();
  const amount = parseEther("12.345678901");
  await fillOpening(page, { tournament: SIGNALS, model, amount: "12.345678901" });
  expect(await recapOf(page)).toEqual({
    [change.active]: [0n, amount],
    [change.pending]: [0n, 0n],
    [change.balance]: [1_000n * NMR, 1_000n * NMR - amount],
    [change.allowance]: [0n, 0n],
  });
  expect(await stepsOf(page)).toEqual([flows.step.permit.asks(exactNmr(amount)), flows.step.stake.asks]);
  expect(questionsTo(wallet)).toEqual([]);
  await through(world, page, wallet, "open by permit");

  const [signing, sending] = questionsTo(wallet);
  expect(questionsTo(wallet).map(({ method }) => method)).toEqual(["eth_signTypedData_v4", "eth_sendTransaction"]);
  const typed = JSON.parse(signing?.params[1] as string) as { domain: object; message: { deadline: string } };
  expect(typed).toMatchObject({
    primaryType: "Permit",
    domain: { chainId: world.config.chainId, verifyingContract: getAddress(chain.tokenAddress) },
    message: { owner: wallet.address, spender: chain.address, value: amount.toString() },
  });
  const [permit, open] = deedsAsked(world, sending);
  expect(permit?.name).toBe("selfPermit");
  expect(permit?.args.slice(0, 2)).toEqual([amount, BigInt(typed.message.deadline)]);
  expect(open).toEqual({ to: chain.address, name: "openPosition", args: [SIGNALS, modelId(model), amount, 0n, "0x"] });
  const where = await positionOn(world, wallet.address, SIGNALS, model);
  await expectStake(world, page, wallet.address, where, { active: amount, pending: 0n });
});

test("a wallet that signs no typed data: the page offers an approval instead, exact to the amount", async () => {
  const { world, wallet, page } = await staker({ without: ["eth_signTypedData_v4"] });
  const { chain } = world;
  const model = freshModel();
  await fillOpening(page, { tournament: SIGNALS, model, amount: "5" });
  await begin(page);
  await page.getByText(copy.reasons.unsupported("eth_signTypedData_v4").what).waitFor();
  await page.goBack();
  await fillOpening(page, { tournament: SIGNALS, model, amount: "5" });
  await page.getByRole("button", { name: flows.instead.permit }).click();
  await page.getByText(flows.path.approve).waitFor();
  expect(await stepsOf(page)).toEqual([flows.step.approve.asks(exactNmr(5n * NMR)), flows.step.stake.asks]);
  await through(world, page, wallet, "approve, then open", 2);

  const [approval, stake] = questionsTo(wallet).slice(1);
  expect(deedsAsked(world, approval)).toEqual([
    { to: chain.tokenAddress, name: "approve", args: [getAddress(chain.address), 5n * NMR] },
  ]);
  expect(deedsAsked(world, stake)).toEqual([
    { to: chain.address, name: "openPosition", args: [SIGNALS, modelId(model), 5n * NMR, 0n, "0x"] },
  ]);
  const where = await positionOn(world, wallet.address, SIGNALS, model);
  await expectStake(world, page, wallet.address, where, { active: 5n * NMR, pending: 0n });
});

test("a wallet that does both at once (EIP-5792): one question, all or nothing", async () => {
  const { world, wallet, page } = await staker({ atomic: true });
  const { chain } = world;
  const model = freshModel();
  await fillOpening(page, { tournament: SIGNALS, model, amount: "7.5" });
  await page.getByRole("button", { name: flows.instead.permit }).click();
  await page.getByText(flows.path.batch).waitFor();
  const amount = parseEther("7.5");
  expect(await stepsOf(page)).toEqual([flows.step.batch.asks(exactNmr(amount))]);
  await through(world, page, wallet, "approve and open at once");

  const questions = questionsTo(wallet);
  expect(questions).toMatchObject([
    { method: "wallet_sendCalls", params: [{ from: wallet.address, atomicRequired: true }] },
  ]);
  expect(deedsAsked(world, questions[0])).toEqual([
    { to: chain.tokenAddress, name: "approve", args: [getAddress(chain.address), amount] },
    { to: chain.address, name: "openPosition", args: [SIGNALS, modelId(model), amount, 0n, "0x"] },
  ]);
  const where = await positionOn(world, wallet.address, SIGNALS, model);
  await expectStake(world, page, wallet.address, where, { active: amount, pending: 0n });
});

test("adding under an allowance that stands takes one transaction and no signature", async () => {
  const { world, wallet, page, held } = await holder(100n * NMR);
  await approveFrom(world, wallet.address, 50n * NMR);
  await actOn(page, "add", held);
  await fillAmount(page, "20");
  expect(await recapOf(page)).toMatchObject({
    [change.active]: [100n * NMR, 120n * NMR],
    [change.allowance]: [50n * NMR, 30n * NMR],
  });
  await page.getByText(flows.path.allowance).waitFor();
  await through(world, page, wallet, "add under an allowance");
  expect(questionsTo(wallet).map((each) => deedsAsked(world, each))).toEqual([
    [{ to: world.chain.address, name: "increaseStake", args: [SIGNALS, held.position, 20n * NMR] }],
  ]);
  await expectStake(world, page, wallet.address, held, { active: 120n * NMR, pending: 0n });
});

test("a part is requested, the request is cancelled, and both are on every page", async () => {
  const { world, wallet, page, held } = await holder(100n * NMR);
  await actOn(page, "leave", held);
  await fillAmount(page, "40.000000001");
  const part = parseEther("40.000000001");
  expect(await recapOf(page)).toMatchObject({
    [change.active]: [100n * NMR, 100n * NMR - part],
    [change.pending]: [0n, part],
  });
  await through(world, page, wallet, "request a part");
  await expectStake(world, page, wallet.address, held, { active: 100n * NMR - part, pending: part });

  await actOn(page, "cancel", held);
  expect(await recapOf(page)).toMatchObject({
    [change.active]: [100n * NMR - part, 100n * NMR],
    [change.pending]: [part, 0n],
  });
  await through(world, page, wallet, "cancel a request", 2);
  expect(questionsTo(wallet).map((each) => deedsAsked(world, each))).toEqual([
    [{ to: world.chain.address, name: "requestWithdrawal", args: [SIGNALS, held.position, part] }],
    [{ to: world.chain.address, name: "cancelWithdrawal", args: [SIGNALS, held.position] }],
  ]);
  await expectStake(world, page, wallet.address, held, { active: 100n * NMR, pending: 0n });
});

test("all is requested with one click on the most there is, then taken out, and is back in the account", async () => {
  const { world, wallet, page, held } = await holder(100n * NMR);
  const all = 100n * NMR;
  const balance = await world.chain.balanceOf(wallet.address);
  await actOn(page, "leave", held);
  await page.getByRole("button", { name: act.most(act.active, exactNmr(all)) }).click();
  expect(await recapOf(page)).toMatchObject({ [change.active]: [all, 0n], [change.pending]: [0n, all] });
  await through(world, page, wallet, "request all");
  await expectStake(world, page, wallet.address, held, { active: 0n, pending: all });

  await goTo(page, "/mine");
  await page.getByRole("link", { name: copy.mine.take }).click();
  expect(await recapOf(page)).toMatchObject({
    [change.pending]: [all, 0n],
    [change.balance]: [balance, balance + all],
  });
  await through(world, page, wallet, "take out", 2);
  expect(questionsTo(wallet).map((each) => deedsAsked(world, each))).toEqual([
    [{ to: world.chain.address, name: "requestWithdrawal", args: [SIGNALS, held.position, all] }],
    [{ to: world.chain.address, name: "withdraw", args: [SIGNALS, held.position, wallet.address] }],
  ]);
  expect(await world.chain.balanceOf(wallet.address)).toBe(balance + all);
  await expectStake(world, page, wallet.address, held, { active: 0n, pending: 0n });
});

test("a stake plan over three models is one transaction, by shares to the last billionth", async () => {
  const { world, wallet, page, model, held } = await holder(100n * NMR);
  const [second, third] = [freshModel(), freshModel()];
  await fillPlan(page, SIGNALS, "90", [
    { model, share: "33.33" },
    { model: second, share: "33.33" },
    { model: third, share: "33.34" },
  ]);
  const [low, high] = [parseEther("29.997"), parseEther("30.006")];
  const stakes = Object.entries(await recapOf(page)).filter(
    ([name]) => name.includes(change.active) || name.includes(change.pending),
  );
  expect(stakes.map(([, amounts]) => amounts)).toEqual([
    ...[
      [0n, low],
      [0n, 0n],
    ],
    ...[
      [0n, high],
      [0n, 0n],
    ],
    ...[
      [100n * NMR, low],
      [0n, 100n * NMR - low],
    ],
  ]);
  await through(world, page, wallet, "stake plan");
  const deeds = deedsAsked(world, questionsTo(wallet).at(-1));
  expect(deeds.filter(({ name }) => name !== "selfPermit").map(({ name, args }) => [name, args])).toEqual([
    ["openPosition", [SIGNALS, modelId(second), low, 0n, "0x"]],
    ["openPosition", [SIGNALS, modelId(third), high, 0n, "0x"]],
    ["requestWithdrawal", [SIGNALS, held.position, 100n * NMR - low]],
  ]);
  expect(wallet.sent).toHaveLength(1);
  const [two, three] = [
    await positionOn(world, wallet.address, SIGNALS, second),
    await positionOn(world, wallet.address, SIGNALS, third),
  ];
  expect(await stakeOf(world, two)).toEqual({ active: low, pending: 0n });
  expect(await stakeOf(world, three)).toEqual({ active: high, pending: 0n });
  expect(await stakeOf(world, held)).toEqual({ active: low, pending: 100n * NMR - low });
  await goTo(page, "/mine");
  await expect.poll(() => amountOf(page, copy.mine.staked)).toBe(low + low + high);
  await goTo(page, `/staker/${wallet.address}`);
  await expect.poll(() => amountOf(page, copy.staker.staked)).toBe(low + low + high);
});

test("from the block to the page that has it indexed takes less than two seconds", () => {
  const sorted = times.map(([, ms]) => ms).toSorted((a, b) => a - b);
  expect(sorted[sorted.length >> 1]).toBeLessThan(MOST_TO_INDEXED_MS);
});

/** By the buttons of the account's own page. */
async function actOn(page: Page, kind: "add" | "leave" | "cancel", { tournament, position }: Position): Promise<void> {
  await goTo(page, "/mine");
  await page.locator(`a[href="#/act/${kind}/${tournament}/${position}"]`).click();
}
