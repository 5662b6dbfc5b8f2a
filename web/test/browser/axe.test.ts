import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import axe, { type AxeResults } from "axe-core";
import { expect, test } from "vitest";
import { addressOf, routeNames } from "./support/places.ts";
import { filled } from "./support/seen.ts";
import { visit } from "./support/visit.ts";
import { theWorld } from "./support/world.ts";

const WIDTHS = [390, 1280];
const THEMES = ["light", "dark"] as const;
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** A folder for pictures of every page, for those who want to see what axe can't. */
const pictures = process.env["PICTURES"];

declare global {
  interface Window {
    axe: { run(options: unknown): Promise<AxeResults> };
  }
}

test.for(routeNames)("axe finds nothing on the page of a route: %s", { timeout: 60_000 }, async (route) => {
  // Without motion: a colour on its way to another is neither.
  const { page } = await visit(addressOf(route, await theWorld()), { reducedMotion: true });
  await filled(page);
  await page.evaluate(axe.source);
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 844 });
      const { violations, passes } = await page.evaluate(
        (values) => window.axe.run({ runOnly: values, resultTypes: ["violations"] }),
        RULES,
      );
      const found = violations.map(({ id, help, nodes }) => [id, help, ...nodes.map(({ target }) => target.join(" "))]);
      expect(found, `${theme}, ${width} pixels`).toEqual([]);
      expect(passes.length).toBeGreaterThan(10);
      if (pictures === undefined) continue;
      await mkdir(pictures, { recursive: true });
      await page.screenshot({ path: join(pictures, `${route}-${theme}-${width}.png`), fullPage: true });
    }
  }
});
