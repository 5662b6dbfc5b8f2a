// The main job on one machine: chain, tournament, oracle and subgraph, whole rounds from feed to index.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "../oracle/src/core/errors.ts";
import { EngineError } from "../subgraph/engine/errors.ts";
import { readOptions, USAGE } from "./stack/options.ts";
import { runStack } from "./stack/stack.ts";
import { Interrupted, UsageError } from "./support/terminal.ts";

const GOOD = 0;
const BAD_ANSWER = 1;
const BAD_USE = 2;

const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const NOBODY_LISTENS = 141;

/** Aborts when we are told to end; told twice, we end at once, and every part with us. */
function endOnSignals(): AbortSignal {
  const ending = new AbortController();
  const interrupt = (exitCode: number): void => {
    if (ending.signal.aborted) process.exit(exitCode);
    ending.abort(new Interrupted(exitCode));
  };
  for (const [signal, exitCode] of Object.entries(SIGNALS)) process.on(signal, () => interrupt(exitCode));
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", () => {
      if (!ending.signal.aborted) interrupt(NOBODY_LISTENS);
    });
  }
  // What an ended part leaves behind in libraries that still ask it.
  process.on("unhandledRejection", (error) => {
    ending.abort(error);
  });
  return ending.signal;
}

async function main(): Promise<number> {
  // npm runs scripts in the project's folder and tells where the caller stood.
  const options = readOptions(process.argv.slice(2), process.env["INIT_CWD"] ?? process.cwd());
  if (options === "help") {
    console.log(USAGE);
    return GOOD;
  }
  const signal = endOnSignals();
  const folder = await mkdtemp(join(tmpdir(), "numeraire-staking-"));
  let keep = false;
  try {
    return (await runStack(options, folder, signal)) ? GOOD : BAD_ANSWER;
  } catch (error) {
    if (error instanceof Interrupted) return error.exitCode;
    keep = !(error instanceof UsageError) && !(error instanceof InputError);
    throw error;
  } finally {
    if (keep) await keepLogs(folder);
    else await rm(folder, { recursive: true, force: true });
  }
}

/** Keys end with the run, logs stay for whoever wants to know. */
async function keepLogs(folder: string): Promise<void> {
  const names = await readdir(folder);
  for (const name of names.filter((name) => !name.endsWith(".log"))) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
  console.error(`Logs are kept in ${folder}`);
}

function explain(error: unknown): number {
  if (error instanceof UsageError || error instanceof EngineError || error instanceof InputError) {
    console.error(`start: ${error.message}`);
    return BAD_USE;
  }
  if (error instanceof Error && "code" in error && error.code === "ENOSPC") {
    console.error(`start: no space left on the disk (${error.message}); free some and start again`);
    return BAD_USE;
  }
  console.error(error instanceof Error ? `start: ${error.message}` : error);
  return BAD_ANSWER;
}

process.exit(await main().catch(explain));
