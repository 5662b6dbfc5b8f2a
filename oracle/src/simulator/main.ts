import { Command, InvalidArgumentError } from "commander";
import { pino } from "pino";
import { InputError } from "../core/errors.ts";
import { generatedTournament } from "./generated.ts";
import { folderTournament } from "./replayed.ts";
import { buildSimulator } from "./server.ts";
import type { Source } from "./source.ts";
import { iso } from "./view.ts";

type Options = {
  readonly port: number;
  readonly host: string;
  readonly data?: string;
  readonly seed: number;
  readonly tournament: number;
  readonly models: number;
  readonly rounds: number;
  readonly opensEvery: number;
  readonly openFor: number;
  readonly resolvesAfter: number;
  readonly firstOpensAt?: number;
};

const HOUR = 3600;
const DAY = 24 * HOUR;
const MAX_PORT = 65_535;

const program = new Command("simulator")
  .description("Numerai's API with made-up rounds, or with rounds from files, on the wall clock")
  .option("--port <port>", "port to listen on", whole(0, MAX_PORT), 4100)
  .option("--host <host>", "address to listen on", "127.0.0.1")
  .option("--data <folder>", "play the files round-<number>.json of this folder instead of making rounds up")
  .option("--seed <number>", "the same seed makes the same rounds up", whole(0), 1)
  .option("--tournament <number>", "what the made-up rounds pay on: 8 Classic, 11 Signals, 12 Crypto", tournament, 8)
  .option("--models <count>", "models in the last round", whole(1), 3000)
  .option("--rounds <count>", "rounds", whole(1), 60)
  .option("--opens-every <seconds>", "from one opening to the next", whole(1), DAY)
  .option("--open-for <seconds>", "how long a round takes stakes", whole(1), HOUR)
  .option("--resolves-after <seconds>", "from a round's opening to its final scores", whole(2), 31 * DAY)
  .option("--first-opens-at <time>", "unix seconds; without it two thirds of the rounds are open by now", whole(0))
  .action(run);

async function run(options: Options): Promise<void> {
  const source = options.data === undefined ? generated(options) : await folderTournament(options.data);
  const logger = pino({ level: "warn" });
  const app = buildSimulator({ clock: now, source, logger });
  const url = await app.listen({ port: options.port, host: options.host });
  const first = iso(source.rounds[0]?.opensAt ?? 0);
  console.log(
    `${source.rounds.length} rounds of tournament ${source.tournament} at ${url}, the first opens at ${first}`,
  );
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void app.close());
}

function generated(options: Options): Source {
  const { openFor, resolvesAfter, opensEvery, rounds } = options;
  if (resolvesAfter <= openFor)
    throw new InputError("--resolves-after", `${resolvesAfter} is not after --open-for ${openFor}`);
  // On a whole step of the calendar. Only --first-opens-at keeps the rounds where they are over restarts on other days.
  const step = Math.floor(now() / opensEvery) * opensEvery;
  const firstOpensAt = options.firstOpensAt ?? step - Math.floor((rounds * 2) / 3) * opensEvery;
  const scoresAfter = openFor + Math.floor((resolvesAfter - openFor) / 8);
  return generatedTournament({ ...options, firstOpensAt, scoresAfter });
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}

function whole(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Allowed is a whole number from ${least} to ${most}.`);
  };
}

function tournament(text: string): number {
  const value = ["8", "11", "12"].includes(text) ? Number(text) : NaN;
  if (Number.isNaN(value)) throw new InvalidArgumentError("Allowed is 8, 11 or 12.");
  return value;
}

function explain(error: unknown): string {
  if (error instanceof InputError) return error.message;
  if (!(error instanceof Error)) return String(error);
  return "code" in error && error.code === "EADDRINUSE"
    ? `the port is taken (${error.message}); give another --port`
    : error.message;
}

try {
  await program.parseAsync();
} catch (error) {
  console.error(`simulator: ${explain(error)}`);
  process.exitCode = 1;
}
