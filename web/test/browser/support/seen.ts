// What tests say of a page, beside Playwright's own words.
import type { Locator, Page } from "playwright-core";

/** Waits until the page shows what it was opened for, and nothing is awaited any more. */
export async function filled(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector("h1") !== null && document.querySelector(".wait") === null);
}

/** Presses Tab until the element has the focus. @throws Error where the keyboard never gets there */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  const most = await page.locator("a, button, input, select, summary, [tabindex]").count();
  for (let presses = 0; presses <= most; presses++) {
    await page.keyboard.press("Tab");
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`the keyboard doesn't reach ${String(target)}`);
}

/** A picture's commonest colour, as lightness from 0 to 1, and the share of its pixels that have another. */
export async function look(page: Page): Promise<{ lightness: number; drawn: number }> {
  const picture = (await page.screenshot()).toString("base64");
  const canvas = await page.context().newPage();
  const seen = await canvas.evaluate(async (data) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    if (context === null) throw new Error("the browser can't draw");
    context.drawImage(bitmap, 0, 0);
    const pixels = new Uint32Array(context.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer);
    const counts = new Map<number, number>();
    for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
    const [paper, count] = [...counts].reduce((most, each) => (each[1] > most[1] ? each : most));
    const channels = [paper & 255, (paper >> 8) & 255, (paper >> 16) & 255];
    return { lightness: Math.max(...channels) / 255, drawn: 1 - count / pixels.length };
  }, picture);
  await canvas.close();
  return seen;
}
