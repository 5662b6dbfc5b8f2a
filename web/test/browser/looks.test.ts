import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { copy } from "../../src/copy/en.ts";
import { addressOf, routeNames } from "./support/places.ts";
import { filled, look } from "./support/seen.ts";
import { visit } from "./support/visit.ts";
import { theWorld } from "./support/world.ts";

test.for([
  ["light", 0.9, 1],
  ["dark", 0, 0.2],
] as const)("follows a system that prefers %s", async ([theme, least, most]) => {
  const { page } = await visit("/", { theme });
  await filled(page);
  const { lightness, drawn } = await look(page);
  expect(lightness).toBeGreaterThanOrEqual(least);
  expect(lightness).toBeLessThanOrEqual(most);
  expect(drawn).toBeGreaterThan(0.02);
});

test("a chosen theme is remembered, and there before the first paint", async () => {
  const { page } = await visit("/", { theme: "light" });
  await filled(page);
  await page.getByRole("button", { name: copy.shell.dark }).click();
  await page.getByRole("button", { name: copy.shell.light }).waitFor();
  expect((await look(page)).lightness).toBeLessThan(0.2);

  await page.addInitScript(() => {
    const changes: number[] = [];
    Object.assign(window, { changes });
    new MutationObserver(() => changes.push(performance.now())).observe(document, {
      subtree: true,
      attributeFilter: ["data-theme"],
    });
  });
  await page.reload();
  await filled(page);
  const { changes, painted } = await page.evaluate(() => ({
    changes: (window as unknown as { changes: number[] }).changes,
    painted: performance.getEntriesByName("first-paint")[0]?.startTime,
  }));
  expect(changes).toHaveLength(1);
  expect(changes[0]).toBeLessThan(painted ?? 0);
  expect((await look(page)).lightness).toBeLessThan(0.2);
});

test("no page scrolls sideways on the narrowest phone", async () => {
  const world = await theWorld();
  for (const route of routeNames) {
    const { page } = await visit(addressOf(route, world), { width: 360 });
    await filled(page);
    const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement);
    expect(scrollWidth, route).toBe(clientWidth);
  }
});

test("nothing moves for those who ask for no motion", async () => {
  const moving = async (page: Page): Promise<number> => {
    await filled(page);
    return page.evaluate(
      () =>
        [...document.querySelectorAll("*")]
          .map((element) => getComputedStyle(element))
          .filter(
            ({ transitionDuration, animationName }) => /[1-9]/.test(transitionDuration) || animationName !== "none",
          ).length,
    );
  };
  expect(await moving((await visit("/")).page)).toBeGreaterThan(0);
  expect(await moving((await visit("/", { reducedMotion: true })).page)).toBe(0);
});

test("an address that leads nowhere says so, and leads on", async () => {
  const { page } = await visit("/tournaments/1");
  await page.getByRole("heading", { name: copy.shell.notFound }).waitFor();
  await page.getByRole("link", { name: copy.shell.name }).click();
  await page.getByRole("heading", { name: copy.overview.title }).waitFor();
});

test("without JavaScript the page says what it needs", async () => {
  const { page } = await visit("/", { javaScript: false });
  const note = page.locator("noscript");
  await note.waitFor();
  expect(await note.textContent()).toContain("needs JavaScript");
});
