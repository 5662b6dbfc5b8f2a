// The main job on one machine: chain, tournament, oracle and subgraph, whole rounds from feed to index.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "../oracle/src/core/errors.ts";
import { EngineError } from "../subgraph/engine/errors.ts";
import { readOptions, USAGE } from "./stack/options.ts";
import { runStack } from "./stack/stack.ts";
import { UsageError } from "./support/terminal.ts";

const GOOD = 0;
const BAD_ANSWER = 1;
const BAD_USE = 2;

async function main(): Promise<number> {
  // npm runs scripts in the project's folder and tells where the caller stood.
  const options = readOptions(process.argv.slice(2), process.env["INIT_CWD"] ?? process.cwd());
  if (options === "help") {
    console.log(USAGE);
    return GOOD;
  }
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => ending.abort());
  const folder = await mkdtemp(join(tmpdir(), "numeraire-staking-"));
  let keep = false;
  try {
    return (await runStack(options, folder, ending.signal)) ? GOOD : BAD_ANSWER;
  } catch (error) {
    if (ending.signal.aborted) return GOOD;
    keep = !(error instanceof UsageError);
    throw error;
  } finally {
    if (keep) console.error(`Logs are kept in ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  }
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
