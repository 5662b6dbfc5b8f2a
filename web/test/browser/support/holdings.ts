// A stake as three see it: the contract, the index and the pages.
import type { Page } from "playwright-core";
import type { Address } from "viem";
import { expect } from "vitest";
import { modelId } from "@numeraire-staking/oracle/core/models";
import { withdrawal } from "@numeraire-staking/subgraph/client";
import { copy } from "../../../src/copy/en.ts";
import { amountOf, goTo } from "./acting.ts";
import type { World } from "./world.ts";

export type Stake = { readonly active: bigint; readonly pending: bigint };
export type Position = { readonly tournament: number; readonly position: number };

/** A stake of an account that needs no page to come about. */
export async function stakeOn(
  { chain }: World,
  staker: Address,
  tournament: number,
  model: string,
  amount: bigint,
): Promise<Position> {
  const { client, tokenAddress, address } = chain;
  await client.impersonateAccount({ address: staker });
  const approved = await client.sendTransaction({
    ...{ account: staker, to: tokenAddress, data: chain.tokenCall("approve", address, amount) },
  });
  await client.waitForTransactionReceipt({ hash: approved });
  await chain.send(staker, "openPosition", tournament, modelId(model), amount, 0n, "0x");
  await client.stopImpersonatingAccount({ address: staker });
  return positionOn({ chain }, staker, tournament, model);
}

/** The position of an account on a model. */
export async function positionOn(
  { chain }: Pick<World, "chain">,
  staker: Address,
  tournament: number,
  model: string,
): Promise<Position> {
  const [exists, position] = await chain.read<[boolean, number]>("positionOf", tournament, staker, modelId(model));
  expect(exists, `a position of ${staker} on ${model}`).toBe(true);
  return { tournament, position };
}

export async function stakeOf({ chain }: World, { tournament, position }: Position): Promise<Stake> {
  const [active, pending] = await chain.read<[bigint, bigint]>("stakeOf", tournament, position);
  return { active, pending };
}

/** Whether contract and index have this stake, and the pages of the account say so: its own, and the one for everybody. */
export async function expectStake(
  world: World,
  page: Page,
  staker: Address,
  where: Position,
  stake: Stake,
): Promise<void> {
  expect(await stakeOf(world, where), "the contract's").toEqual(stake);
  const { position } = await world.index.ask(withdrawal, { position: `${where.tournament}-${where.position}` });
  expect(position, "the index's").toMatchObject({
    activeWei: stake.active.toString(),
    pendingWei: stake.pending.toString(),
  });
  const { mine, staker: text } = copy;
  await goTo(page, "/mine");
  if (stake.active + stake.pending > 0n) {
    await expect.poll(() => amountOf(page, mine.staked), { message: "on my page" }).toBe(stake.active);
    expect(await amountOf(page, mine.pending)).toBe(stake.pending);
  } else await page.getByText(mine.none, { exact: true }).waitFor();
  await goTo(page, `/staker/${staker}`);
  await expect.poll(() => amountOf(page, text.staked), { message: "on everybody's page" }).toBe(stake.active);
}

/** A name that no other test uses for a model. */
let names = 0;
export const freshModel = (): string => `a test's model ${++names} of ${process.pid}`;
