// Plays random histories of the contracts against their model (test/invariant), with a new seed each time, until so many
// calls were made; then says how often every function was called and refused. `npm run test:invariants`, `npm run test:deep`.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { config } from "hardhat";
import { seedFrom, wholeNumber } from "./support/arguments.ts";
import { present } from "./support/present.ts";
import { printTable, type Say, step, UsageError } from "./support/terminal.ts";

const USAGE = "usage: npm run test:invariants -- [--calls NUMBER] [--seed 0x…] [--jobs NUMBER]";
const TEST = "test/invariant/Histories.t.sol";
/** Histories grow slower with their rounds: longer ones find no more and take longer a call. */
const LONGEST = 1_500;
/** Histories that one process plays, as the test's own configuration says. */
const HISTORIES = 24;

type Counts = { name: string; calls: number; reverts: number }[];

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        calls: { type: "string", default: "20000" },
        seed: { type: "string" },
        jobs: { type: "string", default: String(availableParallelism()) },
      },
    });
    return {
      calls: wholeNumber("calls", values.calls),
      jobs: wholeNumber("jobs", values.jobs),
      seed: seedFrom(values.seed),
    };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; ${USAGE}`);
  }
}

/** The kinds of call, in the order in which the test counts them. */
async function readKinds(): Promise<string[]> {
  const source = await readFile(join(config.paths.root, "test/invariant/World.sol"), "utf8");
  const members = present(/enum Call \{([^}]*)\}/.exec(source)?.[1], "enum Call of World.sol");
  return members.split(",").map((name) => name.trim());
}

/** One process of the test runner. Rejects with all that it said where a history goes otherwise than the model. */
async function play(seed: bigint, calls: number, counts: string): Promise<void> {
  const child = spawn(
    process.execPath,
    ["node_modules/hardhat/dist/src/cli.js", "test", "solidity", "--no-compile", TEST],
    {
      cwd: config.paths.root,
      env: { ...process.env, HISTORY_SEED: String(seed), HISTORY_CALLS: String(calls), HISTORY_COUNTS: counts },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let said = "";
  child.stdout.on("data", (text: Buffer) => (said += text.toString()));
  child.stderr.on("data", (text: Buffer) => (said += text.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0) throw new Error(`a history with seed 0x${seed.toString(16)} and ${calls} calls failed:\n${said}`);
}

async function addUp(kinds: readonly string[], file: string): Promise<Counts> {
  const text = await readFile(file, "utf8").catch(() => "");
  const total = kinds.map((name) => ({ name, calls: 0, reverts: 0 }));
  for (const line of text.split("\n")) {
    const numbers = line.trim().split(" ").map(Number);
    for (const [index, kind] of total.entries()) {
      kind.calls += numbers[2 * index] ?? 0;
      kind.reverts += numbers[2 * index + 1] ?? 0;
    }
  }
  return total;
}

function made(counts: Counts): number {
  return counts.reduce((sum, { calls, reverts }) => sum + calls + reverts, 0);
}

async function playAll(kinds: readonly string[], wanted: number, jobs: number, seed: bigint, say: Say) {
  const folder = await mkdtemp(join(config.paths.cache, "histories-"));
  const file = join(folder, "counts");
  const calls = Math.min(LONGEST, Math.ceil(wanted / HISTORIES));
  let next = seed;
  try {
    const work = async (): Promise<void> => {
      for (;;) {
        const done = made(await addUp(kinds, file));
        if (done >= wanted) return;
        say(`${done.toLocaleString("en")} of ${wanted.toLocaleString("en")} calls`);
        await play(next++, calls, file);
      }
    };
    await Promise.all(Array.from({ length: jobs }, work));
    return await addUp(kinds, file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

try {
  const { calls, jobs, seed } = readArguments();
  const kinds = await readKinds();
  const title = `histories from seed 0x${seed.toString(16)}`;
  const counts = await step(title, (say) => playAll(kinds, calls, jobs, seed, say));
  const shown = (value: number): string => value.toLocaleString("en");
  printTable(
    ["call", "done", "refused"],
    counts.map(({ name, calls: done, reverts }) => [name, shown(done), shown(reverts)]),
  );
  console.log(`${shown(made(counts))} calls, each as the model foretold`);
  const missed = counts.filter((kind) => kind.calls === 0 || kind.reverts === 0).map(({ name }) => name);
  if (missed.length > 0) throw new Error(`never both done and refused: ${missed.join(", ")}; make more --calls`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
