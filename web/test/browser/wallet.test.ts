import { expect, test } from "vitest";
import { copy } from "../../src/copy/en.ts";
import { accountButton, choose, connect, connectButton } from "./support/connecting.ts";
import { visit } from "./support/visit.ts";
import { newWallet } from "./support/wallet.ts";
import { theWorld } from "./support/world.ts";

const MAINNET = 1;
const text = copy.wallet;

test("without a wallet the page says what it would need", async () => {
  const { page } = await visit("/");
  await connectButton(page).click();
  await page.getByRole("dialog", { name: text.choose }).getByText(text.none).waitFor();
});

test("connects, is still connected after a reload, and lets go", async () => {
  const wallet = await newWallet(await theWorld());
  const { page } = await visit("/", { wallets: [wallet] });
  await connect(page, wallet);
  await page.getByRole("dialog").waitFor({ state: "hidden" });

  await page.reload();
  await accountButton(page, wallet).click();
  const dialog = page.getByRole("dialog", { name: text.connected });
  await dialog.getByText(wallet.address, { exact: true }).waitFor();
  await dialog.getByRole("button", { name: text.disconnect }).click();
  await connectButton(page).waitFor();

  await page.reload();
  await connectButton(page).waitFor();
});

test("of two wallets only the chosen one is asked", async () => {
  const world = await theWorld();
  const wallets = [await newWallet(world, { name: "First" }), await newWallet(world, { name: "Second" })] as const;
  const [first, second] = wallets;
  const { page } = await visit("/", { wallets });
  await connect(page, second);
  expect(first.asked).not.toContain("wallet_requestPermissions");
  expect(second.asked).toContain("wallet_requestPermissions");
});

test("a rejection is said, and changes nothing", async () => {
  const wallet = await newWallet(await theWorld());
  const { page } = await visit("/", { wallets: [wallet] });
  wallet.rejectNext();
  await choose(page, wallet);
  const dialog = page.getByRole("dialog");
  await dialog.getByText(text.refused).waitFor();
  await dialog.getByRole("button", { name: wallet.name }).click();
  await accountButton(page, wallet).waitFor();
});

test("a wallet whose owner takes time is waited for", async () => {
  const wallet = await newWallet(await theWorld());
  const { page } = await visit("/", { wallets: [wallet] });
  const release = wallet.hold();
  await choose(page, wallet);
  await expect.poll(() => wallet.asked).toContain("wallet_requestPermissions");
  expect(await accountButton(page, wallet).count()).toBe(0);
  release();
  await accountButton(page, wallet).waitFor();
});

test("a wallet on another network is led to this one", async () => {
  const wallet = await newWallet(await theWorld(), { network: MAINNET });
  const { page } = await visit("/", { wallets: [wallet] });
  await connect(page, wallet);
  expect(wallet.asked).toContain("wallet_switchEthereumChain");
});

test("a wallet that has never heard of this network is told", async () => {
  const wallet = await newWallet(await theWorld(), { network: MAINNET, knowsNetwork: false });
  const { page } = await visit("/", { wallets: [wallet] });
  await connect(page, wallet);
  expect(wallet.asked).toContain("wallet_addEthereumChain");
});

test("a wallet that leaves for another network is called back", async () => {
  const { config } = await theWorld();
  const wallet = await newWallet(await theWorld());
  const { page } = await visit("/", { wallets: [wallet] });
  await connect(page, wallet);
  await wallet.useNetwork(MAINNET);
  const back = page.getByRole("button", { name: text.wrongNetwork(config.chainName) });
  wallet.rejectNext();
  await back.click();
  await expect.poll(() => wallet.asked.at(-1)).toBe("wallet_switchEthereumChain");
  await back.click();
  await accountButton(page, wallet).waitFor();
});

test("a wallet that knows only the oldest words connects all the same", async () => {
  const wallet = await newWallet(await theWorld(), {
    without: ["wallet_requestPermissions", "wallet_revokePermissions"],
  });
  const { page } = await visit("/", { wallets: [wallet] });
  await connect(page, wallet);
});
