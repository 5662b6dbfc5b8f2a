// Deploys the contracts and their tournaments to a network, or tells what that would do; see docs/deployment.md.
import { readOptions, USAGE } from "./deploy/options.ts";
import { runDeploy } from "./deploy/run.ts";
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
  return (await runDeploy(options)) ? GOOD : BAD_ANSWER;
}

function explain(error: unknown): number {
  if (error instanceof UsageError) {
    console.error(`deploy: ${error.message}`);
    return BAD_USE;
  }
  const reason = error instanceof Error ? error.message : String(error);
  console.error(`deploy: ${reason}\nSee docs/deployment.md, "When it stops".`);
  return BAD_ANSWER;
}

process.exit(await main().catch(explain));
