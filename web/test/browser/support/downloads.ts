import { text } from "node:stream/consumers";
import type { Locator } from "playwright-core";

export type Saved = { readonly name: string; readonly content: string };

/** The file that a click saves. */
export async function saved(button: Locator): Promise<Saved> {
  const downloading = button.page().waitForEvent("download");
  await button.click();
  const download = await downloading;
  return { name: download.suggestedFilename(), content: await text(await download.createReadStream()) };
}
