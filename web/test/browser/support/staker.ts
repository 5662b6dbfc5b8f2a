// Somebody with a wallet, on the page.
import type { Address } from "viem";
import { connect } from "./connecting.ts";
import { SIGNALS } from "./history.ts";
import { freshModel, type Position, stakeOn } from "./holdings.ts";
import { type Visit, visit, type VisitOptions } from "./visit.ts";
import { newWallet, type Wallet, type WalletOptions } from "./wallet.ts";
import { theWorld, type World } from "./world.ts";

const NMR = 10n ** 18n;

export type Met = Visit & { readonly world: World; readonly wallet: Wallet };

/** Connects a wallet on the page of its own stakes. */
export async function enter(world: World, wallet: Wallet, options: VisitOptions = {}): Promise<Met> {
  const visited = await visit("/mine", { ...options, wallets: [wallet] });
  await connect(visited.page, wallet);
  return { ...visited, world, wallet };
}

/** A staker with 1,000 NMR and no stake. */
export async function staker(options: WalletOptions = {}): Promise<Met> {
  const world = await theWorld();
  return enter(world, await newWallet(world, { nmr: 1_000n * NMR, ...options }));
}

/** A staker with so much on a model already, wei, where no round holds it. */
export async function holder(
  amount: bigint,
  options: VisitOptions = {},
): Promise<Met & { readonly model: string; readonly held: Position }> {
  const world = await theWorld();
  const wallet = await newWallet(world, { nmr: 1_000n * NMR });
  const model = freshModel();
  const held = await stakeOn(world, wallet.address, SIGNALS, model, amount);
  return { ...(await enter(world, wallet, options)), model, held };
}

/** Approves the staking contract, with no page. */
export async function approveFrom({ chain }: World, address: Address, amount: bigint): Promise<void> {
  const { client, tokenAddress, address: spender } = chain;
  await client.impersonateAccount({ address });
  const data = chain.tokenCall("approve", spender, amount);
  const hash = await client.sendTransaction({ account: address, to: tokenAddress, data });
  await client.waitForTransactionReceipt({ hash });
  await client.stopImpersonatingAccount({ address });
}
