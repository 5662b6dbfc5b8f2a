import { Command, CommanderError } from "commander";
import { withoutUrls } from "./chain/errors.ts";
import { check } from "./commands/check.ts";
import { BAD_ANSWER, BAD_USE, GOOD } from "./commands/exit-codes.ts";
import { keys } from "./commands/keys.ts";
import { run } from "./commands/run.ts";
import { sign } from "./commands/sign.ts";
import { tick } from "./commands/tick.ts";
import { InputError } from "./core/errors.ts";
import { ConfigError } from "./service/config.ts";

const program = new Command("oracle")
  .description(
    "Brings a staking tournament's rounds to where the feed says they should be. Exit codes: 0 good, 1 bad answer, 2 bad use, 3 can't tell now.",
  )
  .exitOverride();

for (const register of [run, tick, check, keys, sign]) register(program);

function exitCodeFor(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? GOOD : BAD_USE;
  if (error instanceof ConfigError || error instanceof InputError) {
    const problems = error instanceof ConfigError ? error.problems : [error.message];
    for (const problem of problems) console.error(`oracle: ${problem}`);
    return BAD_USE;
  }
  console.error(withoutUrls(error instanceof Error ? (error.stack ?? error.message) : String(error)));
  return BAD_ANSWER;
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeFor(error);
}
