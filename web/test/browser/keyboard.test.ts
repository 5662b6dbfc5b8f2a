import { expect, test } from "vitest";
import { copy } from "../../src/copy/en.ts";
import { filled, tabTo } from "./support/seen.ts";
import { visit } from "./support/visit.ts";

test("the first Tab leads past the navigation", async () => {
  const { page } = await visit("/");
  await filled(page);
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: copy.shell.skip });
  expect(await skip.evaluate((link) => link === document.activeElement && link.getBoundingClientRect().top >= 0)).toBe(
    true,
  );
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("content");
  expect(new URL(page.url()).hash).toBe("#/");
});

test("another page is a few keys away, starts at its top, and has the focus", async () => {
  const { page } = await visit("/");
  await filled(page);
  await tabTo(page, page.getByRole("table", { name: copy.overview.tournaments }).getByRole("link").first());
  await page.keyboard.press("Enter");
  await page.waitForURL(/#\/tournament\/1$/);
  await page.waitForFunction(() => document.activeElement?.id === "content" && scrollY === 0);
  await page.goBack();
  await filled(page);
  await tabTo(page, page.getByRole("navigation").getByRole("link", { name: copy.shell.overview }));
  expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-current"))).toBe("page");
});

test("a table is sorted by keys, and says so", async () => {
  const { page } = await visit("/");
  await filled(page);
  const table = page.getByRole("table", { name: copy.overview.tournaments });
  const head = table.getByRole("columnheader", { name: copy.overview.columns.tournament });
  await tabTo(page, head.getByRole("button"));
  const order = async (): Promise<string[]> => table.locator("tbody tr td:first-child").allTextContents();

  // Other tests have brought tournaments of their own.
  const names = (await order()).toSorted();
  expect(names).toEqual(expect.arrayContaining(["Classic", "Signals"]));
  await page.keyboard.press("Enter");
  expect(await head.getAttribute("aria-sort")).toBe("descending");
  expect(await order()).toEqual(names.toReversed());
  await page.keyboard.press("Space");
  expect(await head.getAttribute("aria-sort")).toBe("ascending");
  expect(await order()).toEqual(names);
});
