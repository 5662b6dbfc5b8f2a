// What a page owes those who can't see it, or not well, in both themes and on a phone.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import axe, { type AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { expect } from "vitest";

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

/** Expects that axe finds nothing on the page as it stands; it must have been opened without motion. */
export async function expectAccessible(page: Page, name: string): Promise<void> {
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
      expect(found, `${name}, ${theme}, ${width} pixels`).toEqual([]);
      expect(passes.length).toBeGreaterThan(10);
      if (pictures === undefined) continue;
      await mkdir(pictures, { recursive: true });
      await page.screenshot({ path: join(pictures, `${name}-${theme}-${width}.png`), fullPage: true });
    }
  }
}
