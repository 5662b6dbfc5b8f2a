// Lines and branches of the contracts that the tests have run, instrumented on their way to the compiler: 100 %, or exit 1.
import { spawn } from "node:child_process";
import { createWriteStream, globSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { reportOf, type Share, totalOf } from "./coverage/report.ts";
import { allProbes, ROOT } from "./coverage/sources.ts";
import { printTable, step } from "./support/terminal.ts";

/** Where Hardhat puts what it collects, and we what it says. */
const FOLDER = join(ROOT, "coverage");
const CONFIG = join(ROOT, "scripts/coverage/hardhat.config.ts");
const HARDHAT = join(ROOT, "node_modules/hardhat/dist/src/cli.js");

/** Tests of great numbers: what they run, others run as well, and with a probe at every step they would take minutes. */
const WITHOUT = [
  "65,536 rounds apart",
  "102,400 random lanes",
  "fits a transaction, whatever the stakers did",
  "1,400 that come and go since",
];

/** Runs Hardhat on the instrumented contracts; what it says goes to a file. @throws Error naming it where it fails. */
async function hardhat(log: string, args: readonly string[], signal?: AbortSignal): Promise<void> {
  const child = spawn(process.execPath, [HARDHAT, "--config", CONFIG, "--coverage", ...args], {
    cwd: ROOT,
    // What is covered must not hang on luck.
    env: { ...process.env, TEST_SEED: "0x1" },
    stdio: ["ignore", "pipe", "pipe"],
    ...(signal === undefined ? {} : { signal }),
  });
  const file = createWriteStream(join(FOLDER, log));
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  file.end();
  if (code !== 0) throw new Error(`hardhat ${args[0]} fails on the instrumented contracts: see coverage/${log}`);
}

async function runTests(): Promise<void> {
  const files = (pattern: string): string[] => globSync(pattern, { cwd: ROOT }).sort();
  const others = new AbortController();
  const mocha = ["test", "mocha", "--no-compile", "--grep-exclude", WITHOUT.join("|")];
  try {
    await Promise.all([
      hardhat("solidity.log", ["test", "solidity", ...files("test/fuzz/*.t.sol")], others.signal),
      hardhat("mocha.log", [...mocha, ...files("test/contracts/*.ts")], others.signal),
    ]);
  } finally {
    others.abort();
  }
}

async function readSeen(): Promise<Set<string>> {
  const seen = new Set<string>();
  for (const path of globSync("data/*/*.json", { cwd: FOLDER })) {
    const hits = JSON.parse(await readFile(join(FOLDER, path), "utf8")) as Record<string, number>;
    for (const id of Object.keys(hits)) seen.add(id);
  }
  return seen;
}

function shown({ covered, total }: Share): string[] {
  const percent = (100 * covered) / total;
  return [`${covered} of ${total}`, total === 0 ? "–" : `${percent.toFixed(covered === total ? 0 : 1)} %`];
}

async function main(): Promise<number> {
  await mkdir(FOLDER, { recursive: true });
  await rm(join(FOLDER, "data"), { recursive: true, force: true });
  await step("Contracts instrumented and compiled", () => hardhat("build.log", ["build", "--no-tests"]));
  await step("Tests run on the instrumented contracts", runTests);

  const report = reportOf(allProbes(), await readSeen());
  printTable(
    ["contract", "lines", "", "branches", ""],
    [...report.files, totalOf(report.files)].map(({ file, lines, branches }) => [
      file,
      ...shown(lines),
      ...shown(branches),
    ]),
  );
  for (const { file, line, text, what } of report.lacks) {
    console.log(`${file}:${line}  ${what}: ${text.slice(0, 80)}`);
  }
  return report.lacks.length === 0 ? 0 : 1;
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 1;
});
