import { expect, test } from "vitest";
import { copy } from "../../src/copy/en.ts";
import { filled } from "./support/seen.ts";
import { visit } from "./support/visit.ts";
import { theWorld } from "./support/world.ts";

test("a dead index is said, and what it knows comes by itself once it lives again", async () => {
  const { page, off } = await visit("/", { off: ["index"] });
  await page.getByText(copy.status.noIndex).waitFor();
  await page.getByRole("alert").getByText(copy.shell.noAnswer).waitFor();
  await off();
  await page.getByRole("button", { name: copy.shell.tryAgain }).click();
  await page.getByRole("link", { name: "Classic", exact: true }).waitFor();
  await page.getByText(copy.status.noIndex).waitFor({ state: "detached" });
});

test("a dead chain is said, and what the index knows is shown all the same", async () => {
  const { page, off } = await visit("/", { off: ["chain"] });
  await page.getByText(copy.status.noChain).waitFor();
  await page.getByRole("link", { name: "Classic", exact: true }).waitFor();
  await off();
  await page.getByText(copy.status.noChain).waitFor({ state: "detached" });
});

test("what is shown stays while everything dies", async () => {
  const { page, off } = await visit("/");
  await filled(page);
  await off("index", "chain");
  await page.getByText(copy.status.noIndex).waitFor();
  expect(await page.getByRole("link", { name: "Classic", exact: true }).count()).toBe(1);
});

test("an index that lags says by how many blocks", async () => {
  const { chain, index, indexed, holdIndex } = await theWorld();
  await indexed();
  await holdIndex();
  await chain.client.mine({ blocks: 7 });
  const lag = (await chain.client.getBlockNumber()) - BigInt((await index.head()).number);
  expect(lag).toBeGreaterThanOrEqual(7n);
  const { page } = await visit("/");
  await page.getByText(copy.status.behind(lag)).waitFor();
});
