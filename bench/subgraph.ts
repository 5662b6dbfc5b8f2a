// How fast graph-node indexes the subgraph, and answers at the head of the chain, empty and full; beside the same mappings
// with a mutable row each, in the same run. Run with `npm run bench:subgraph`.
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { wholeNumber } from "../scripts/support/arguments.ts";
import { printTable, step, UsageError } from "../scripts/support/terminal.ts";
import { buildSubgraph } from "../subgraph/engine/build.ts";
import { startEngine } from "../subgraph/engine/engine.ts";
import { indexedBlock, query, waitForBlock } from "../subgraph/engine/query.ts";
import type { Chain } from "../subgraph/test/chain.ts";
import { openDatabase } from "../subgraph/test/database.ts";
import { playRounds, POSITIONS, stakeMore } from "./subgraph/history.ts";

const USAGE = "usage: npm run bench:subgraph -- [--payouts NUMBER] [--json]";
const HEAD_SAMPLES = 20;
const QUERY_SAMPLES = 20;

const QUERIES = {
  "a position's latest 100 payouts": `{ payouts(first: 100, orderBy: timestamp, orderDirection: desc,
    where: { position: "1-77" }) { round { number } stakeNmr score0 score1 payoutNmr } }`,
  "1,000 weights of a round": `{ payouts(first: 1000, orderBy: id, where: { round: "1-1" }) { position { model } weight } }`,
  "the 100 best stakers": `{ tournamentStakers(first: 100, orderBy: returnLast20, orderDirection: desc,
    where: { tournament: "1", payoutCountLast20_gte: 20 }) { staker { id } returnLast20 activeNmr } }`,
};

type Figures = {
  /** Payout rows a second: from nothing to the last block; over the first and the last tenth of the rows. */
  readonly rate: number;
  /** The same until graph-node has made the indexes that it puts off until it is at the head. */
  readonly readyRate: number;
  readonly firstRate: number;
  readonly lastRate: number;
  /** From a block mined to its events in the answers, ms. */
  readonly head: Spread;
  readonly queries: Readonly<Record<string, number>>;
  readonly databaseMiB: number;
};
type Spread = { readonly median: number; readonly worst: number };
type Sample = { readonly ms: number; readonly rows: number };

function readArguments() {
  try {
    const { values } = parseArgs({
      options: { payouts: { type: "string", default: "1000000" }, json: { type: "boolean", default: false } },
    });
    return { payouts: wholeNumber("payouts", values.payouts), json: values.json };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; ${USAGE}`);
  }
}

const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

async function rowsOf(url: string): Promise<number> {
  const { protocol } = await query<{ protocol: { payoutCount: number } | null }>(
    url,
    `{ protocol(id: "numeraire-staking") { payoutCount } }`,
  );
  return protocol?.payoutCount ?? 0;
}

/** Rows over time until the block is indexed. */
async function watch(url: string, block: number, say: (progress: string) => void): Promise<Sample[]> {
  const startedAt = performance.now();
  const samples: Sample[] = [];
  for (;;) {
    const indexed = await indexedBlock(url);
    if (indexed) samples.push({ ms: performance.now() - startedAt, rows: await rowsOf(url) });
    say(`${samples.at(-1)?.rows ?? 0} rows`);
    if (indexed && indexed.number >= block) return samples;
    await sleep(250);
  }
}

/** Waits until the database has all its indexes. */
async function untilIndexed(dataDir: string, port: number): Promise<void> {
  const database = await openDatabase(dataDir, port);
  const done = `select 1 from subgraphs.deployment join deployment_schemas using (id)
    where name = '${database.schema}' and postponed_indexes_created`;
  while ((await database.run(done)) === 0) await sleep(250);
  await database.close();
}

/** Rows a second between two shares of them. */
function rateBetween(samples: readonly Sample[], from: number, to: number): number {
  const total = samples.at(-1)?.rows ?? 0;
  const at = (share: number): Sample | undefined =>
    samples.find(({ rows }) => rows >= share * total && rows > 0) ?? samples.at(-1);
  const [first, last] = [from === 0 ? { ms: 0, rows: 0 } : at(from), at(to)];
  if (first === undefined || last === undefined) return NaN;
  return ((last.rows - first.rows) / (last.ms - first.ms)) * 1_000;
}

async function headOf(chain: Chain, url: string): Promise<Spread> {
  const times: number[] = [];
  for (let sample = 0; sample < HEAD_SAMPLES; sample++) {
    await sleep(300);
    const block = await stakeMore(chain);
    const minedAt = performance.now();
    await waitForBlock(url, block, { pollMs: 10 });
    times.push(performance.now() - minedAt);
  }
  return { median: medianOf(times), worst: Math.max(...times) };
}

async function timesOf(url: string): Promise<Record<string, number>> {
  const times: Record<string, number> = {};
  for (const [name, text] of Object.entries(QUERIES)) {
    const taken: number[] = [];
    for (let sample = 0; sample < QUERY_SAMPLES; sample++) {
      const startedAt = performance.now();
      await query(url, text);
      taken.push(performance.now() - startedAt);
    }
    times[name] = medianOf(taken);
  }
  return times;
}

async function measure(title: string, chain: Chain, manifest: string, dataDir: string): Promise<Figures> {
  return step(title, async (say) => {
    const block = Number(await chain.client.getBlockNumber());
    const engine = await startEngine({ dataDir, rpcUrl: chain.rpcUrl, manifest });
    try {
      const startedAt = performance.now();
      const samples = await watch(engine.graphqlUrl, block, say);
      await untilIndexed(dataDir, engine.ports.postgres);
      const readyMs = performance.now() - startedAt;
      return {
        rate: rateBetween(samples, 0, 1),
        readyRate: ((samples.at(-1)?.rows ?? NaN) / readyMs) * 1_000,
        firstRate: rateBetween(samples, 0, 0.1),
        lastRate: rateBetween(samples, 0.9, 1),
        head: await headOf(chain, engine.graphqlUrl),
        queries: await timesOf(engine.graphqlUrl),
        databaseMiB: await sizeOf(dataDir),
      };
    } finally {
      await engine.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries.filter((entry) => entry.isFile()).map((entry) => stat(join(entry.parentPath, entry.name))),
  );
  return sizes.reduce((sum, { size }) => sum + size, 0) / 2 ** 20;
}

/** The same mappings, with rows that graph-node may change: each is a version, with a range of blocks. */
async function withMutableRows(manifest: string): Promise<string> {
  const folder = `${dirname(manifest)}-mutable`;
  await cp(dirname(manifest), folder, { recursive: true });
  const schema = join(folder, "schema.graphql");
  await writeFile(schema, (await readFile(schema, "utf8")).replaceAll("immutable: true", "immutable: false"));
  return join(folder, "subgraph.yaml");
}

type Pair = { readonly ours: Figures; readonly mutable: Figures };

async function measureBoth(payouts: number, folder: string): Promise<Pair & { readonly payouts: number }> {
  const shown = payouts.toLocaleString("en");
  const chain = await step(`A chain with ${shown} payouts`, (say) => playRounds(payouts, say));
  try {
    const build = { address: chain.address, startBlock: 0, network: "local", outDir: join(folder, String(payouts)) };
    const manifest = await buildSubgraph(build);
    const mutable = await withMutableRows(manifest);
    return {
      payouts,
      ours: await measure(`${shown} payouts indexed`, chain, manifest, join(folder, "ours")),
      mutable: await measure(`${shown} payouts indexed, mutable rows`, chain, mutable, join(folder, "mutable")),
    };
  } finally {
    await chain.stop();
  }
}

const number = (value: number): string => value.toLocaleString("en", { maximumFractionDigits: 0 });

function printFigures(name: string, { ours, mutable }: Pair): void {
  const row = (what: string, of: (figures: Figures) => number, wanted = ""): string[] => [
    what,
    number(of(ours)),
    number(of(mutable)),
    (of(mutable) / of(ours)).toFixed(2),
    wanted,
  ];
  console.log(`\n${name}:`);
  printTable(
    ["", "ours", "mutable rows", "times ours", "demanded"],
    [
      row("payout rows a second", ({ rate }) => rate, "at least 1,000"),
      row("  until its indexes are made too", ({ readyRate }) => readyRate),
      row("  over the first tenth", ({ firstRate }) => firstRate),
      row("  over the last tenth", ({ lastRate }) => lastRate),
      row("block mined to answered, median ms", ({ head }) => head.median, "below 1,000"),
      row("  worst of 20, ms", ({ head }) => head.worst, "below 1,000"),
      ...Object.keys(QUERIES).map((query) => row(`${query}, ms`, ({ queries }) => queries[query] ?? NaN)),
      row("database, MiB", ({ databaseMiB }) => databaseMiB),
    ],
  );
}

try {
  const { payouts, json } = readArguments();
  const folder = await mkdtemp(join(tmpdir(), "bench-subgraph-"));
  try {
    const few = await measureBoth(POSITIONS, folder);
    const many = await measureBoth(payouts, folder);
    if (json) console.log(JSON.stringify({ few, many }));
    else for (const pair of [few, many]) printFigures(`${number(pair.payouts)} payouts`, pair);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
