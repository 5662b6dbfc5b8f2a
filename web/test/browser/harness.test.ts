// The wallet of these tests, held to what real wallets do; and that its key is nowhere near the page.
import type { CDPSession, Page } from "playwright-core";
import { type Address, type Hash, type Hex, parseEther, recoverTypedDataAddress, zeroAddress } from "viem";
import { expect, test } from "vitest";
import { askWallet } from "./support/asking.ts";
import { connect } from "./support/connecting.ts";
import { filled } from "./support/seen.ts";
import { visit } from "./support/visit.ts";
import { newWallet, type WalletOptions } from "./support/wallet.ts";
import { theWorld, type World } from "./support/world.ts";

const TYPED = {
  domain: { name: "Test", version: "1", chainId: 31_337, verifyingContract: zeroAddress },
  types: { Note: [{ name: "text", type: "string" }] },
  primaryType: "Note",
  message: { text: "by a wallet" },
} as const;

async function connected(world: World, options: WalletOptions = {}) {
  const wallet = await newWallet(world, options);
  const { page } = await visit("/", { wallets: [wallet] });
  await filled(page);
  const ask = (method: string, ...params: unknown[]) => askWallet(page, wallet.name, method, params);
  expect(await ask("eth_accounts")).toEqual({ result: [] });
  expect(await ask("eth_requestAccounts")).toEqual({ result: [wallet.address] });
  return { wallet, ask };
}

const transfer = (world: World, to: Address, amount: bigint) => ({
  to: world.chain.tokenAddress,
  data: world.chain.tokenCall("transfer", to, amount),
});

test("the wallet signs, sends, and says what real ones say", async () => {
  const world = await theWorld();
  const { wallet, ask } = await connected(world, { nmr: parseEther("2") });
  const { result: signature } = await ask("eth_signTypedData_v4", wallet.address, JSON.stringify(TYPED));
  expect(await recoverTypedDataAddress({ ...TYPED, signature: signature as Hex })).toBe(wallet.address);

  const call = { from: wallet.address, ...transfer(world, world.chain.owner, parseEther("1")) };
  const { result: hash } = await ask("eth_sendTransaction", call);
  const { status } = await world.chain.client.waitForTransactionReceipt({ hash: hash as Hash });
  expect(status).toBe("success");
  expect(wallet.sent).toEqual([{ hash, to: call.to, data: call.data }]);

  wallet.rejectNext();
  expect(await ask("eth_sendTransaction", call)).toMatchObject({ code: 4001 });
  expect(await ask("wallet_sendCalls", {})).toMatchObject({ code: 4200 });
  await wallet.useNetwork(1);
  expect(await ask("eth_sendTransaction", call)).toMatchObject({ code: 4901 });
});

test("the wallet replaces what waits, by the same or by nothing", async () => {
  const world = await theWorld();
  const { wallet, ask } = await connected(world, { nmr: parseEther("2") });
  const mine = await world.holdBlocks();
  const call = { from: wallet.address, ...transfer(world, world.chain.owner, 1n) };
  const statusOf = async (hash: Hash): Promise<string> =>
    (await world.chain.client.getTransactionReceipt({ hash })).status;

  const { result: slow } = await ask("eth_sendTransaction", call);
  const quick = await wallet.speedUp();
  await mine();
  expect(await statusOf(quick)).toBe("success");
  await expect(statusOf(slow as Hash)).rejects.toThrow("could not be found");

  await ask("eth_sendTransaction", call);
  const nothing = await wallet.cancel();
  await mine();
  expect((await world.chain.client.getTransaction({ hash: nothing })).input).toBe("0x");
});

test("the wallet does several calls as one, or none of them", async () => {
  const world = await theWorld();
  const { ask } = await connected(world, { nmr: parseEther("3"), atomic: true });
  const to = world.chain.accounts[19] as Address;
  const balance = () => world.chain.balanceOf(to);
  const before = await balance();
  const once = transfer(world, to, parseEther("1"));
  const { result: sent } = await ask("wallet_sendCalls", { calls: [once, once] });
  expect(await ask("wallet_getCallsStatus", (sent as { id: Hash }).id)).toMatchObject({ result: { status: 200 } });
  expect(await balance()).toBe(before + parseEther("2"));

  const failing = await ask("wallet_sendCalls", { calls: [once, once] });
  expect(failing.code).toBeDefined();
  expect(await balance()).toBe(before + parseEther("2"));
});

test("the wallet's key is nowhere in the page: not in its memory, its storage, its document", async () => {
  const wallet = await newWallet(await theWorld());
  const { page } = await visit("/", { wallets: [wallet] });
  await connect(page, wallet);
  await askWallet(page, wallet.name, "personal_sign", ["0x00", wallet.address]);
  const everything = (await memoryOf(page)) + (await storageOf(page)) + (await page.content());
  // What is there is found: the address is.
  expect(everything.toLowerCase().includes(wallet.address.slice(2).toLowerCase())).toBe(true);
  expect(everything.toLowerCase().includes(wallet.key.slice(2).toLowerCase())).toBe(false);
});

/** Everything on the heap of the page's scripts. */
async function memoryOf(page: Page): Promise<string> {
  const session: CDPSession = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  session.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => chunks.push(chunk));
  await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  await session.detach();
  return chunks.join("");
}

const storageOf = (page: Page): Promise<string> =>
  page.evaluate(() => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie]));
