// How long it takes to prove a payout, and a whole round of 4,910 positions, from what a node serves; beside asking the
// contract's `previewPayout` for every lane. Run with `npm run bench:check`.
import { parseArgs } from "node:util";
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
import type { Chain } from "../web/src/chain/client.ts";
import { readEvidence, type Wanted } from "../web/src/chain/evidence.ts";
import { checkPayout, checkRound, type Evidence } from "../web/src/core/check.ts";

const USAGE = "usage: npm run bench:check -- [--positions NUMBER] [--json]";
const SAMPLES = 9;
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

async function sampled(act: () => Promise<unknown> | undefined): Promise<Time> {
  const run = (): Promise<number> => timed(async () => act());
  const first = await run();
  const rest: number[] = [];
  for (let sample = 1; sample < SAMPLES; sample += 1) rest.push(await run());
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

async function measure(url: string, positions: number): Promise<Figures> {
  const client = createClient({ transport: http(url, { batch: true, timeout: 60_000 }) });
  const chain: Chain = { client, id: 31_337, contract: await contractOf(client), deploymentBlock: 0n };
  const wanted: Wanted = { tournament: 1, round: 1n };
  // First of all, while nothing is compiled or known: what a visitor waits for.
  const payoutFirst = await timed(async () => checkPayout(await readEvidence(chain, wanted), 17));
  const evidence = await readEvidence(chain, wanted);
  requireProof(evidence, positions);
  if (evidence.kind !== "read") throw new Error("nothing was read");
  const { opened, batches, totals, terms } = evidence.round;
  const hint = { from: opened.block, to: present(batches.at(-1)?.settlement, "the last settlement").block };
  const { positions: lanes } = checkRound(evidence);
  const payout = await sampled(async () => checkPayout(await readEvidence(chain, wanted), 17));
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
  return { ...figures, preview };
}

function printFigures({ positions, reading, hinted, payout, round, preview }: Figures): void {
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
