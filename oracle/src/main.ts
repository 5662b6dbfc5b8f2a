import { setTimeout as sleep } from "node:timers/promises";
import { Command, CommanderError } from "commander";
import { pino } from "pino";
import { withoutUrls } from "./chain/errors.ts";
import { checkSetup } from "./service/check.ts";
import { type Config, ConfigError, loadConfig } from "./service/config.ts";
import { buildOracle } from "./service/oracle.ts";
import { REASONS } from "./service/reasons.ts";
import { runService } from "./service/run.ts";
import { findingsTable, tickTable } from "./service/table.ts";
import type { Tick } from "./service/tick.ts";

const GOOD = 0;
const BAD_ANSWER = 1;
const BAD_USE = 2;
const CANT_TELL_NOW = 3;

type Options = { readonly config: string };

const program = new Command("oracle")
  .description(
    "Brings a staking tournament's rounds to where the feed says they should be. Exit codes: 0 good, 1 bad answer, 2 bad use, 3 can't tell now.",
  )
  .exitOverride();

command("run", "serve and reconcile until stopped", async (config) => {
  const log = pino({ level: config.logLevel });
  await runService(config, buildOracle(config, log), log);
  return GOOD;
});

command("tick", "reconcile once and say what was done and what is waited for", async (config) => {
  const { reconciler } = buildOracle(config, pino({ level: "silent" }));
  let tick = await reconciler.tick();
  // The second of the two readings before a signature takes a second turn, and nobody else will take it.
  if (tick.plan.waiting.some(({ code }) => code === "feed_confirming")) {
    console.log(tickTable(tick));
    await sleep(config.feedSettleSeconds * 1_000);
    tick = await reconciler.tick();
  }
  console.log(tickTable(tick));
  return exitCodeOf(tick);
});

command("check", "look whether everything that a round needs is there, and change nothing", async (config) => {
  const findings = await checkSetup(buildOracle(config, pino({ level: "silent" })));
  console.log(findingsTable(findings));
  if (findings.some(({ verdict }) => verdict === "bad")) return BAD_ANSWER;
  return findings.some(({ verdict }) => verdict === "unknown") ? CANT_TELL_NOW : GOOD;
});

function command(name: string, description: string, act: (config: Config) => Promise<number>): void {
  program
    .command(name)
    .description(description)
    .requiredOption("--config <file>", "JSON file with the settings")
    .action(async ({ config }: Options) => {
      process.exitCode = await act(loadConfig(config));
    });
}

/** Bad where somebody must act; can't tell where it may pass by itself. */
function exitCodeOf({ failures, plan }: Tick): number {
  const advice = [...failures, ...plan.waiting].map(({ code }) => REASONS[code]);
  if (advice.some(({ level }) => level === "act")) return BAD_ANSWER;
  return failures.length > 0 || advice.some(({ unready }) => unready) ? CANT_TELL_NOW : GOOD;
}

function exitCodeFor(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? GOOD : BAD_USE;
  if (error instanceof ConfigError) {
    for (const problem of error.problems) console.error(`oracle: ${problem}`);
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
