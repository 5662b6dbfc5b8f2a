import type { Command } from "commander";
import { type Config, loadConfig } from "../service/config.ts";

/** A command is a file that exports one of these; main.ts lists them. */
export type Register = (program: Command) => void;

type Options = Readonly<Record<string, unknown>>;

/** Adds a command that works by a configuration; more options may be chained to it. `act` gives the exit code. */
export function configured(
  parent: Command,
  name: string,
  description: string,
  act: (config: Config, options: Options) => Promise<number>,
): Command {
  return parent
    .command(name)
    .description(description)
    .requiredOption("--config <file>", "JSON file with the settings")
    .action(async (options: Options) => {
      process.exitCode = await act(loadConfig(String(options["config"])), options);
    });
}

export const JSON_OPTION = ["--json", "answer in JSON, for machines"] as const;
