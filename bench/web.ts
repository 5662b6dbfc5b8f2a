// What a reader of the web app waits for: 5,000 positions painted and sorted, beside the same table laid out at once; the first
// numbers of a cold start; a stake from its block to the screen. Run with `npm run bench:web`.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { build } from "vite";
import { weiFromNano } from "../oracle/src/core/units.ts";
import { unpackStakes } from "../oracle/src/core/words.ts";
import { wholeNumber } from "../scripts/support/arguments.ts";
import { printTable, step, UsageError } from "../scripts/support/terminal.ts";
import { type Chain, chainAt, NMR } from "../subgraph/test/chain.ts";
import { modelOf } from "../subgraph/test/history.ts";
import { serve } from "../web/publish/serve.ts";
import { exactNmr } from "../web/src/core/amounts.ts";
import { CHROMIUM_FLAGS, chromiumPath } from "../web/test/browser/support/chromium.ts";
import { CLASSIC, SIGNALS } from "../web/test/browser/support/history.ts";
import { type Places, startStage } from "../web/test/browser/support/stage.ts";

const USAGE = "usage: npm run bench:web -- [--rows NUMBER] [--json]";
const WEB = resolve(import.meta.dirname, "../web");
const SAMPLES = 3;
const PATIENCE_MS = 60_000;

/** Milliseconds. */
type Rows = { readonly paint: number; readonly sort: number };
type Figures = {
  readonly rows: number;
  readonly table: Rows;
  readonly plain: Rows;
  readonly firstView: number;
  readonly shown: { readonly median: number; readonly worst: number };
};

function readArguments() {
  try {
    const { values } = parseArgs({
      options: { rows: { type: "string", default: "5000" }, json: { type: "boolean", default: false } },
    });
    return { rows: wholeNumber("rows", values.rows), json: values.json };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; ${USAGE}`);
  }
}

const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

/** Calls a piece of work so often, one after the other. */
async function samples<T>(work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) results.push(await work());
  return results;
}

/** The table of the app in a page of its own, each time a new one. */
async function tableOf(browser: Browser, url: string, rows: number, plain: boolean): Promise<Rows> {
  const runs = await samples(async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 844 } });
    await page.goto(url);
    await page.waitForFunction("window.run !== undefined");
    const run = await page.evaluate<Rows>(`run(${rows}, ${plain})`);
    await page.close();
    return run;
  });
  return { paint: medianOf(runs.map(({ paint }) => paint)), sort: medianOf(runs.map(({ sort }) => sort)) };
}

/** From the address entered to the first figure on the screen, nothing cached. */
async function firstViewOf(browser: Browser, { webUrl }: Places): Promise<number> {
  return medianOf(
    await samples(async () => {
      const page = await browser.newPage();
      const startedAt = performance.now();
      await page.goto(webUrl, { waitUntil: "commit" });
      await stakedOn(page).waitFor();
      const took = performance.now() - startedAt;
      await page.close();
      return took;
    }),
  );
}

const stakedOn = (page: Page): Locator => page.locator(".figure .number").first();

/** From a stake's block to the screen of somebody who looks at the overview. */
async function shownOf(browser: Browser, { webUrl }: Places, chain: Chain): Promise<number[]> {
  const page = await browser.newPage();
  await page.goto(webUrl);
  await stakedOn(page).waitFor();
  let staked = await stakedIn(chain);
  let sample = 0;
  const times = await samples(async () => {
    sample += 1;
    await chain.send(chain.owner, "openPosition", CLASSIC, modelOf(`bench ${sample}`), NMR, 0n, "0x");
    const minedAt = performance.now();
    staked += NMR;
    await page
      .locator(`.figure .number[title="${exactNmr(staked)}"]`)
      .first()
      .waitFor({ timeout: PATIENCE_MS });
    return performance.now() - minedAt;
  });
  await page.close();
  return times;
}

/** All that is active, of every tournament, wei. */
async function stakedIn(chain: Chain): Promise<bigint> {
  const words = await Promise.all([CLASSIC, SIGNALS].map((each) => chain.read<bigint[]>("stakesOf", each, 0)));
  return weiFromNano(words.flatMap(unpackStakes).reduce((sum, each) => sum + each, 0n));
}

async function measure(rows: number): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), "bench-web-"));
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: CHROMIUM_FLAGS });
  try {
    const outDir = join(folder, "rows");
    const root = join(WEB, "test/bench");
    await build({
      configFile: join(WEB, "vite.config.ts"),
      root,
      logLevel: "warn",
      build: { outDir, emptyOutDir: true },
    });
    const served = await serve(outDir, 0);
    const named = `${rows.toLocaleString("en")} rows`;
    const table = await step(named, () => tableOf(browser, served.url, rows, false));
    const plain = await step(`${named}, made at once`, () => tableOf(browser, served.url, rows, true));
    await served.stop();

    const stage = await step("Chain, index and app", startStage);
    try {
      const chain = await chainAt(stage.places.place);
      const firstView = await step("First view", () => firstViewOf(browser, stage.places));
      const times = await step("From a block to the screen", () => shownOf(browser, stage.places, chain));
      return { rows, table, plain, firstView, shown: { median: medianOf(times), worst: Math.max(...times) } };
    } finally {
      await stage.stop();
    }
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const ms = (value: number): string => value.toLocaleString("en", { maximumFractionDigits: 0 });

function print({ rows, table, plain, firstView, shown }: Figures): void {
  const named = `${rows.toLocaleString("en")} rows`;
  printTable(
    ["milliseconds, median of 3", "ours", "laid out at once", "demanded"],
    [
      [`${named} painted`, ms(table.paint), ms(plain.paint), "below 200"],
      [`${named} sorted`, ms(table.sort), ms(plain.sort), "below 50"],
      ["cold start to the first figure", ms(firstView), "", "at most 1,000"],
      ["a stake's block to the overview", ms(shown.median), "", "below 2,000"],
      ["  worst of 3", ms(shown.worst), "", "below 2,000"],
    ],
  );
}

try {
  const { rows, json } = readArguments();
  const figures = await measure(rows);
  if (json) console.log(JSON.stringify(figures));
  else print(figures);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
