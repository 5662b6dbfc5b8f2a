// How long it takes to prove a payout, and a whole round of 4,910 positions, from what a node serves: the app's own code here,
// and the app in a browser; beside asking the contract's `previewPayout` for every lane. Run with `npm run bench:check`.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium, type Page } from "playwright-core";
import { type Client, createClient, http, numberToHex } from "viem";
import { getLogs, readContract } from "viem/actions";
import { numeraireStakingAbi as abi } from "../oracle/src/chain/generated/abi.ts";
import { packScores } from "../oracle/src/core/words.ts";
import type { FeedDetails, FeedModel, FeedRound } from "../oracle/src/feeds/feed.ts";
import { replayRound } from "../scripts/replay/replay.ts";
import { newAccount, startChain } from "../scripts/stack/chain.ts";
import { wholeNumber } from "../scripts/support/arguments.ts";
import { present } from "../scripts/support/present.ts";
import { printTable, step, UsageError } from "../scripts/support/terminal.ts";
import { publish } from "../web/publish/publish.ts";
import { serve } from "../web/publish/serve.ts";
import type { Chain } from "../web/src/chain/client.ts";
import { readEvidence, type Wanted } from "../web/src/chain/evidence.ts";
import { parseConfig } from "../web/src/config/config.ts";
import { copy } from "../web/src/copy/en.ts";
import { checkPayout, checkRound, type Evidence } from "../web/src/core/check.ts";
import { CHROMIUM_FLAGS, chromiumPath } from "../web/test/browser/support/chromium.ts";

const USAGE = "usage: npm run bench:check -- [--positions NUMBER] [--json]";
const SAMPLES = 9;
const PAGES = 5;
const LANE = 17;
const NMR = 10n ** 9n;
/** As Numerai's Classic has them since 2024. */
const TERMS = {
  multipliers: [NMR / 2n, 2n * NMR],
  clip: NMR / 20n,
  stakeThreshold: 72_000n * NMR,
  exposure: NMR,
} as const;

/** Milliseconds, the median of some runs after the first one, which is beside it: it also compiles and connects. */
type Time = { readonly first: number; readonly median: number };
type Figures = {
  readonly positions: number;
  readonly reading: Time;
  readonly hinted: Time;
  readonly payout: Time;
  readonly round: Time;
  readonly preview: number;
  readonly page: { readonly payout: Time; readonly round: Time };
};

function readArguments() {
  try {
    const { values } = parseArgs({
      options: { positions: { type: "string", default: "4910" }, json: { type: "boolean", default: false } },
    });
    return { positions: wholeNumber("positions", values.positions, 100_000), json: values.json };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; ${USAGE}`);
  }
}

function feedOf(positions: number): { readonly round: FeedRound; readonly details: FeedDetails } {
  const models = Array.from({ length: positions }, (_, index): FeedModel => {
    const scores = [
      BigInt(((index * 37) % 200_001) - 100_000) * 1_000n,
      BigInt(((index * 91) % 100_001) - 50_000),
    ] as const;
    const model = numberToHex(index + 1, { size: 32 });
    return {
      id: `m${index}`,
      name: `m${index}`,
      model,
      stake: BigInt(index + 1) * 10_000_007n,
      scores,
      raw: {},
      settled: null,
    };
  });
  const times = { opensAt: 0, closesAt: 0, resolvesAt: 0 };
  const named = { tournament: 1, number: 1n, resolved: true } as const;
  return {
    round: { ...named, ...times, status: "resolved", terms: TERMS, scoreNames: ["corr", "mmc"] },
    details: { ...named, models, digest: numberToHex(1, { size: 32 }) },
  };
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await act();
  return performance.now() - begun;
}

function sampled(act: () => Promise<unknown> | undefined): Promise<Time> {
  return timesOf(() => timed(async () => act()), SAMPLES);
}

async function timesOf(run: () => Promise<number>, samples: number): Promise<Time> {
  const first = await run();
  const rest: number[] = [];
  for (let sample = 1; sample < samples; sample += 1) rest.push(await run());
  return { first, median: rest.toSorted((a, b) => a - b)[rest.length >> 1] ?? NaN };
}

async function contractOf(client: Client): Promise<Chain["contract"]> {
  // The only events with four topics are the contract's.
  const logs = await getLogs(client, { fromBlock: 0n });
  return present(
    logs.find(({ topics }) => topics.length > 3),
    "an event of the contract",
  ).address;
}

/** Nobody may take a figure for a proof that failed. */
function requireProof(evidence: Evidence, positions: number): void {
  const check = checkRound(evidence);
  if (check.verdict === "true" && check.positions.length === positions) return;
  throw new Error(
    `the round is not proved: ${JSON.stringify(check.ticks.map(({ id, verdict, why }) => [id, verdict, why]))}`,
  );
}

/** The app's own page, with the chain and nothing else: from the address entered, nothing cached, to the verdict. */
async function inBrowser(url: string, { id, contract }: Chain, positions: number): Promise<Figures["page"]> {
  const folder = await mkdtemp(join(tmpdir(), "bench-check-"));
  const config = parseConfig({
    ...{ chainName: "Bench", chainId: id, rpcUrls: [url], contract, deploymentBlock: 0 },
    ...{ subgraphUrl: null, oracleUrls: [], explorerUrl: null },
  });
  await publish(config, folder);
  const served = await serve(folder, 0);
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: CHROMIUM_FLAGS });
  const opened = async (address: string, seen: (page: Page) => Promise<unknown>): Promise<number> => {
    const page = await browser.newPage();
    const took = await timed(async () => {
      await page.goto(`${served.url}#${address}`, { waitUntil: "commit" });
      await seen(page);
    });
    await page.close();
    return took;
  };
  try {
    return {
      payout: await timesOf(
        () => opened(`/check/1/1/${LANE}`, (page) => page.locator(".ticks:not(:has(.tick:not(.true)))").waitFor()),
        PAGES,
      ),
      round: await timesOf(
        () => opened("/check/1/1", (page) => page.getByText(copy.checkPage.wholeVerdict.true(positions)).waitFor()),
        PAGES,
      ),
    };
  } finally {
    await browser.close();
    await served.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(url: string, positions: number): Promise<Figures> {
  const client = createClient({ transport: http(url, { batch: true, timeout: 60_000 }) });
  const chain: Chain = { client, id: 31_337, contract: await contractOf(client), deploymentBlock: 0n };
  const wanted: Wanted = { tournament: 1, round: 1n };
  // First of all, while nothing is compiled or known: what a visitor waits for.
  const payoutFirst = await timed(async () => checkPayout(await readEvidence(chain, wanted), LANE));
  const evidence = await readEvidence(chain, wanted);
  requireProof(evidence, positions);
  if (evidence.kind !== "read") throw new Error("nothing was read");
  const { opened, batches, totals, terms } = evidence.round;
  const hint = { from: opened.block, to: present(batches.at(-1)?.settlement, "the last settlement").block };
  const { positions: lanes } = checkRound(evidence);
  const payout = await sampled(async () => checkPayout(await readEvidence(chain, wanted), LANE));
  const figures = {
    positions,
    reading: await sampled(() => readEvidence(chain, wanted)),
    hinted: await sampled(() => readEvidence(chain, { ...wanted, hint })),
    payout: { ...payout, first: payoutFirst },
    round: await sampled(async () => checkRound(await readEvidence(chain, wanted))),
  };
  const preview = await timed(async () => {
    const shown = await Promise.all(
      lanes.map(({ stake, scores }) => {
        const word = packScores([scores ?? [0n, 0n]])[0] ?? 0n;
        const args = [terms, totals.atRisk, stake, word] as const;
        return readContract(client, { abi, address: chain.contract, functionName: "previewPayout", args });
      }),
    );
    if (!shown.every((nano, index) => nano === lanes[index]?.paid))
      throw new Error("the contract previews other payouts");
  });
  return { ...figures, preview, page: await inBrowser(url, chain, positions) };
}

function printFigures({ positions, reading, hinted, payout, round, preview, page }: Figures): void {
  const ms = (value: number): string => value.toLocaleString("en", { maximumFractionDigits: 0 });
  const row = (what: string, { first, median }: Time, most: string): string[] => [what, ms(first), ms(median), most];
  console.log(`\nA round of ${ms(positions)} positions, in ms:`);
  printTable(
    ["", "first", "median", "at most"],
    [
      row("one payout proved, with all requests", payout, "1,000"),
      row("the whole round proved, with all requests", round, "3,000"),
      row("  of that: evidence read", reading, ""),
      row("  the same, by an index's hint", hinted, ""),
      row("in Chromium, from the address entered to the verdict: a payout", page.payout, "1,000"),
      row("  the whole round", page.round, "3,000"),
      ["the contract's previewPayout, every lane", ms(preview), "", ""],
    ],
  );
}

try {
  const { positions, json } = readArguments();
  const figures = await step("Checking a round", async (say) => {
    const chain = await startChain({
      client: "hardhat",
      startsAt: Math.floor(Date.now() / 1_000),
      accounts: [newAccount()],
    });
    try {
      const { round, details } = feedOf(positions);
      await replayRound(chain.connection, round, details, say);
      return await measure(chain.url, positions);
    } finally {
      await chain.stop();
    }
  });
  if (json) console.log(JSON.stringify(figures, null, 2));
  else printFigures(figures);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`bench:check: ${error.message}`);
  process.exitCode = 2;
}
