// Finds the browser of the tests; run by itself, it prints where.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** No sandbox: it needs rights that containers don't give. Nothing goes out that the page didn't ask for. */
export const CHROMIUM_FLAGS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/**
 * Path of the browser: $CHROMIUM, else one of the system's, else Playwright's own download.
 * @throws Error that says how to install one
 */
export function chromiumPath(env: NodeJS.ProcessEnv = process.env): string {
  const named = env["CHROMIUM"];
  if (named !== undefined && named !== "") {
    if (existsSync(named)) return named;
    throw new Error(`CHROMIUM: there is no ${named}`);
  }
  const folders = (env["PATH"] ?? "").split(delimiter);
  const places = [
    ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    chromium.executablePath(),
  ];
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new Error(
    "the browser tests need Chromium: `apt-get install -y chromium`, or give the path of one in the variable CHROMIUM",
  );
}

if (import.meta.main) {
  try {
    console.log(chromiumPath());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
