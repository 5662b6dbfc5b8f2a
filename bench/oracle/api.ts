// The service as it runs, asked all the time while it takes its turns and settles rounds. A process of its own, so that
// asking and answering share no thread; prints one line of JSON. Arguments: what `StubOptions` says, as JSON.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { numberToHex } from "viem";
import { type Answered, load, type Question } from "./load.ts";
import { startStub } from "./stub.ts";
import { CHAIN_ID, CONTRACT, REPORTER_KEY, type StubOptions, TOURNAMENT } from "./stub-chain.ts";

/** Milliseconds. */
export type RouteFigures = {
  readonly route: string;
  readonly requests: number;
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
};

export type ApiFigures = {
  readonly aSecond: number;
  readonly seconds: number;
  /** Each route, then all of them. */
  readonly routes: readonly RouteFigures[];
  /** Answers other than 200. */
  readonly failed: number;
  /** Turns taken and rounds settled meanwhile. */
  readonly turns: number;
  readonly settled: number;
  readonly transactions: number;
};

const A_SECOND = 500;
const SECONDS = 10;
const BLOCK_MS = 1_000;
/** A twelfth of the default. */
const POLL_MS = 1_000;
const ENTRY = join(import.meta.dirname, "../../oracle/src/main.ts");

const QUERY = `query ($round: String!) {
  tournament { block roundsInFlight }
  deadlines(first: 5) { round step deadlineUnix }
  round(number: $round) { state batches { index state } projection { netNanoNmr positions(first: 100) { position payoutNanoNmr } } }
}`;

function questions(first: number, last: number): Question[] {
  const rounds = Array.from({ length: last - first + 1 }, (_, index) => (first + index).toString());
  return rounds.flatMap((round) => [
    { route: "/rounds", path: "/rounds" },
    { route: "/rounds/:round", path: `/rounds/${round}` },
    { route: "/readyz", path: "/readyz" },
    { route: "/metrics", path: "/metrics" },
    { route: "/graphql", path: "/graphql", body: JSON.stringify({ query: QUERY, variables: { round } }) },
  ]);
}

function configIn(folder: string, url: string): string {
  const secret = (name: string, key: string) => {
    writeFileSync(join(folder, name), key, { mode: 0o600 });
    return { kind: "file", file: name };
  };
  const config = {
    rpcUrls: [url],
    chainId: CHAIN_ID,
    contract: CONTRACT,
    tournament: TOURNAMENT,
    feed: { kind: "http", url, tournament: TOURNAMENT },
    keys: {
      reporters: [secret("reporter", REPORTER_KEY)],
      relayer: secret("relayer", numberToHex(0xb1, { size: 32 })),
    },
    feedSettleSeconds: 0,
    pollIntervalMs: POLL_MS,
    maxBlockAgeSeconds: 0,
    port: 0,
  };
  const file = join(folder, "config.json");
  writeFileSync(file, JSON.stringify(config));
  return file;
}

/** Starts the service; `url` where it listens, once it has read the chain. */
async function startService(config: string) {
  const child = spawn(process.execPath, [ENTRY, "run", "--config", config], { stdio: ["ignore", "pipe", "inherit"] });
  process.once("exit", () => child.kill());
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the service ended with ${String(code)}`)));
    lines.on("line", (line) => {
      const { url } = JSON.parse(line) as { url?: string };
      if (url !== undefined) resolve(url);
    });
  });
  while ((await fetch(new URL("/rounds", url))).status !== 200) await sleep(100);
  const close = async (): Promise<void> => {
    child.kill();
    await once(child, "exit");
  };
  return { url, close };
}

async function counters(url: string): Promise<{ turns: number; settled: number }> {
  const text = await (await fetch(new URL("/metrics", url))).text();
  const turns = [...text.matchAll(/^oracle_tick_total\{.*\} (\d+)$/gm)].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  );
  const rounds = (await (await fetch(new URL("/rounds", url))).json()) as { finished: readonly unknown[] };
  return { turns, settled: rounds.finished.length };
}

function figuresOf(route: string, answers: readonly Answered[]): RouteFigures {
  const sorted = answers.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;
  return { route, requests: answers.length, p50: at(0.5), p99: at(0.99), most: at(1) };
}

async function measure(options: StubOptions): Promise<ApiFigures> {
  const folder = mkdtempSync(join(tmpdir(), "oracle-bench-"));
  const stub = await startStub(options);
  try {
    const service = await startService(configIn(folder, stub.url));
    const asked = questions(options.rounds - options.inFlight + 1, options.rounds);
    // What is compiled at the first question is none of the service's speed.
    await load(service.url, asked, 100, 3);
    const before = await counters(service.url);
    const clock = setInterval(() => stub.mine(), BLOCK_MS);
    const answers = await load(service.url, asked, A_SECOND, SECONDS);
    clearInterval(clock);
    const after = await counters(service.url);
    const { transactions } = await stub.asked();
    await service.close();
    const routes = Map.groupBy(answers, ({ route }) => route);
    return {
      aSecond: A_SECOND,
      seconds: SECONDS,
      routes: [...[...routes].map(([route, all]) => figuresOf(route, all)), figuresOf("all", answers)],
      failed: answers.filter(({ status }) => status !== 200).length,
      turns: after.turns - before.turns,
      settled: after.settled - before.settled,
      transactions,
    };
  } finally {
    stub.close();
    rmSync(folder, { recursive: true });
  }
}

console.log(JSON.stringify(await measure(JSON.parse(process.argv[2] ?? "{}") as StubOptions)));
