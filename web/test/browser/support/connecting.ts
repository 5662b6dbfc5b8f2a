import type { Locator, Page } from "playwright-core";
import { copy } from "../../../src/copy/en.ts";
import type { Wallet } from "./wallet.ts";

export const connectButton = (page: Page): Locator =>
  page.getByRole("button", { name: copy.wallet.connect, exact: true });

export const accountButton = (page: Page, { address }: Wallet): Locator => page.getByRole("button", { name: address });

/** Opens the choice of wallets, and takes one. */
export async function choose(page: Page, { name }: Wallet): Promise<void> {
  await connectButton(page).click();
  await page.getByRole("dialog").getByRole("button", { name, exact: true }).click();
}

/** Connects a wallet, and waits until the page says so. */
export async function connect(page: Page, wallet: Wallet): Promise<void> {
  await choose(page, wallet);
  await accountButton(page, wallet).waitFor();
}
