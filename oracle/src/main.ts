import { Command, CommanderError } from "commander";
import { ChainRefusal, ChainTrouble, withoutUrls } from "./chain/errors.ts";
import { audit } from "./commands/audit.ts";
import { bundle } from "./commands/bundle.ts";
import { check } from "./commands/check.ts";
import { BAD_ANSWER, BAD_USE, CANT_TELL_NOW, GOOD } from "./commands/exit-codes.ts";
import { explain } from "./commands/explain.ts";
import { keys } from "./commands/keys.ts";
import { preview } from "./commands/preview.ts";
import { replay } from "./commands/replay.ts";
import { run } from "./commands/run.ts";
import { sign } from "./commands/sign.ts";
import { status } from "./commands/status.ts";
import { tick } from "./commands/tick.ts";
import { InputError } from "./core/errors.ts";
import { FeedUnavailable } from "./feeds/feed.ts";
import { ConfigError } from "./service/config.ts";
import { REASONS } from "./service/reasons.ts";

const program = new Command("oracle")
  .description(
    "Brings a staking tournament's rounds to where the feed says they should be. Exit codes: 0 good, 1 bad answer, 2 bad use, 3 can't tell now.",
  )
  .exitOverride();

for (const register of [run, tick, check, status, preview, explain, audit, bundle, replay, keys, sign])
  register(program);

function exitCodeFor(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? GOOD : BAD_USE;
  if (error instanceof ConfigError || error instanceof InputError) {
    const problems = error instanceof ConfigError ? error.problems : [error.message];
    for (const problem of problems) console.error(`oracle: ${problem}`);
    return BAD_USE;
  }
  if (error instanceof ChainTrouble || error instanceof ChainRefusal) {
    console.error(`oracle: ${error.code}: ${error.message}; ${REASONS[error.code].remedy}`);
    return error instanceof ChainTrouble ? CANT_TELL_NOW : BAD_ANSWER;
  }
  if (error instanceof FeedUnavailable) {
    console.error(`oracle: feed_down: ${error.message}; ${REASONS.feed_down.remedy}`);
    return CANT_TELL_NOW;
  }
  console.error(withoutUrls(error instanceof Error ? (error.stack ?? error.message) : String(error)));
  return BAD_ANSWER;
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeFor(error);
}
