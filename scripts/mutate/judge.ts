// A process that judges mutants. It loads tests and compiled contracts once and runs them again for each question, with the
// mutant's number as the coinbase of all its chains. Started by pool.ts, in the instrumented project's folder.
import { join } from "node:path";
import hre from "hardhat";
import Mocha from "mocha";
import type { Answer, Question, Step, Test } from "./protocol.ts";

/** What measures gas over many rounds or positions: the instrumented code is not what it measures, or takes minutes. */
const LEFT_OUT = [
  "leaving costs the same at any number of rounds",
  "a settlement where a whole batch is leaving",
  "dust positions, a whole batch of them",
];

/** Gas of a Solidity test: enough for all that end, and soon used up by those that don't. */
const FUZZ_GAS = 2n ** 32n;
const HISTORY_GAS = 2n ** 37n;

const root = join(import.meta.dirname, "../..");
const mocha = new Mocha({ bail: true, reporter: Mocha.reporters.Base }).cleanReferencesAfterRun(false);
const suites = new Map<string, Mocha.Suite[]>();
const connections = new Set<{ close(): Promise<void> }>();

/** What chains are made with from now on: the mutant's number, and room, as instrumented code is larger and dearer. */
let settings = settingsFor(0);

function settingsFor(number: number) {
  const coinbase = `0x${number.toString(16).padStart(40, "0")}`;
  const room = { blockGasLimit: 500_000_000, transactionGasCap: 200_000_000, allowUnlimitedContractSize: true };
  return { coinbase, ...room };
}

function choose(number: number): void {
  settings = settingsFor(number);
  for (const profile of Object.values(hre.config.test.solidity.profiles)) profile.coinbase = settings.coinbase;
}

/** How long a test takes on a busy machine is no verdict; one that never ends is ended with this process. */
function forgetTimeouts(): void {
  Mocha.Runnable.prototype.timeout = function (this: Mocha.Runnable, milliseconds?: string | number) {
    return milliseconds === undefined ? 0 : this;
  } as Mocha.Runnable["timeout"];
}

/** A test that fails closes no chain. */
function keepConnections(): void {
  const create = hre.network.create.bind(hre.network);
  const kept: typeof hre.network.create = async (options) => {
    const { override, ...rest } = typeof options === "string" ? { network: options } : (options ?? {});
    const connection = await create({ ...rest, override: { ...settings, ...override } });
    connections.add(connection);
    return connection;
  };
  hre.network.create = kept;
}

async function closeConnections(): Promise<void> {
  await Promise.all([...connections].map((connection) => connection.close()));
  connections.clear();
}

/** Mocha registers the tests of a file when it is loaded, which happens once in a process. */
async function load(files: readonly string[]): Promise<void> {
  const fresh = files.filter((file) => !suites.has(file));
  if (fresh.length === 0) return;
  mocha.files = fresh.map((file) => join(root, file));
  mocha.suite.suites = [];
  await mocha.loadFilesAsync();
  for (const file of fresh)
    suites.set(
      file,
      mocha.suite.suites.filter((suite) => suite.file === join(root, file) && !LEFT_OUT.includes(suite.title)),
    );
}

type Failure = { test: Test; why: string };

async function runMocha({ files, titles }: Step): Promise<Failure | undefined> {
  await load(files);
  mocha.suite.suites = files.flatMap((file) => suites.get(file) ?? []);
  mocha.grep(titles === undefined ? /(?:)/ : new RegExp(`^(?:${titles.map(escaped).join("|")})$`));
  let failure: Failure | undefined;
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => {
      resolve();
    });
    runner.on("fail", (runnable, error: unknown) => {
      const test = runnable.ctx?.currentTest ?? runnable;
      const file = files.find((one) => join(root, one) === test.file) ?? files[0] ?? "";
      failure ??= { test: { runner: "mocha", file, title: test.fullTitle() }, why: reason(error) };
    });
  });
  await closeConnections();
  return failure;
}

type SuiteResult = { testResults: { name: string; status: string; reason?: string }[] };
type SolidityRun = {
  success: boolean;
  value?: { suiteResults?: SuiteResult[] };
  error?: { suiteResults?: SuiteResult[] };
};

async function runSolidity({ files, titles }: Step): Promise<Failure | undefined> {
  const gasLimit = files.some((file) => file.startsWith("test/invariant/")) ? HISTORY_GAS : FUZZ_GAS;
  for (const profile of Object.values(hre.config.test.solidity.profiles)) profile.gasLimit = gasLimit;
  const grep = titles === undefined ? "" : `^(${titles.map(escaped).join("|")})$`;
  const run = (await hre.tasks.getTask(["test", "solidity"]).run({
    testFiles: [...files],
    grep,
    grepExclude: "",
    noCompile: true,
  })) as SolidityRun;
  if (run.success) return undefined;
  const results = (run.error ?? run.value)?.suiteResults?.flatMap(({ testResults }) => testResults) ?? [];
  const failed = results.find(({ status }) => status === "Failure");
  if (failed === undefined) throw new Error(`${files.join(", ")}: the Solidity test runner gave no result`);
  return { test: { runner: "solidity", file: files[0] ?? "", title: failed.name }, why: failed.reason ?? "failed" };
}

function escaped(title: string): string {
  return title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function reason(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}

async function judge({ number, steps }: Question): Promise<Answer> {
  choose(number);
  for (const step of steps) {
    const failure = await (step.runner === "mocha" ? runMocha(step) : runSolidity(step));
    if (failure !== undefined) return { verdict: "killed", killer: failure.test, why: failure.why };
  }
  return { verdict: "survived" };
}

forgetTimeouts();
keepConnections();
process.on("message", (question: Question) => {
  void judge(question)
    .catch((error: unknown): Answer => ({
      verdict: "broken",
      why: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }))
    .then((answer) => process.send?.(answer));
});
process.on("disconnect", () => process.exit());
