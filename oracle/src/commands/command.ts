import type { Command } from "commander";
import { InputError } from "../core/errors.ts";
import { type Config, loadConfig } from "../service/config.ts";

/** A command is a file that exports one of these; main.ts lists them. */
export type Register = (program: Command) => void;

export type Options = Readonly<Record<string, unknown>>;

/** What a command does with its settings, its options and what else stands behind its name; gives the exit code. */
export type Act = (config: Config, options: Options, words: readonly string[]) => Promise<number>;

/** Adds a command that works by a configuration; more options and arguments may be chained to it. */
export function configured(parent: Command, name: string, description: string, act: Act): Command {
  const added = parent
    .command(name)
    .description(description)
    .requiredOption("--config <file>", "JSON file with the settings");
  return added.action(async () => {
    const options: Options = added.opts();
    process.exitCode = await act(loadConfig(String(options["config"])), options, added.args);
  });
}

export const JSON_OPTION = ["--json", "answer in JSON, for machines"] as const;

/** The same for a command about one round, which answers people or machines. */
export function aboutRound(
  parent: Command,
  name: string,
  description: string,
  act: (config: Config, options: Options, round: bigint) => Promise<number>,
): Command {
  return configured(parent, name, description, (config, options, [round]) => act(config, options, roundNumber(round)))
    .argument("<round>", "number of the round")
    .option(...JSON_OPTION);
}

/** @throws InputError where it isn't a round's number */
export function roundNumber(text: string | undefined): bigint {
  if (text !== undefined && /^[1-9]\d{0,19}$/.test(text) && BigInt(text) < 2n ** 64n) return BigInt(text);
  throw new InputError("<round>", `${JSON.stringify(text ?? "")} is not a round; give a whole number from 1`);
}

/** An answer for machines, or for people. Numbers that may be large are text. */
export function answer(value: object, text: () => string, { json }: Options): void {
  console.log(json === true ? JSON.stringify(value, (_, each: unknown) => plain(each), 2) : text());
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  return value instanceof Map ? Object.fromEntries(value) : value;
}
