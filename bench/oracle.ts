// How far the oracle's work carries, beside the way one would write it first, in the same run: a round of a million
// positions, a cold start, and the API while rounds settle. Run with `npm run bench:oracle`.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { printTable, step, UsageError } from "../scripts/support/terminal.ts";
import type { ApiFigures } from "./oracle/api.ts";
import type { StartFigures } from "./oracle/cold-start.ts";
import type { RoundFigures } from "./oracle/round.ts";
import type { StubOptions } from "./oracle/stub-chain.ts";

const USAGE = "usage: npm run bench:oracle -- [--json]";
/** A round a day, in flight for 64 days; of these a few are reported and wait for the end of their dispute windows. */
const COLD: StubOptions = { positions: 100_000, rounds: 100, inFlight: 64, reported: 5 };
/** As many positions as the largest of Numerai's rounds had. */
const USUAL: StubOptions = { positions: 4_910, rounds: 70, inFlight: 64, reported: 5 };

type Pair<T> = { readonly ours: T; readonly plain: T };
type Figures = {
  readonly round: Pair<RoundFigures>;
  readonly start: Pair<StartFigures>;
  readonly usual: StartFigures;
  readonly api: ApiFigures;
};

function readArguments(): { json: boolean } {
  try {
    return parseArgs({ options: { json: { type: "boolean", default: false } } }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; ${USAGE}`);
  }
}

/** What a process of the benchmark's prints: each has its memory to itself. */
async function run<T>(file: string, ...args: readonly string[]): Promise<T> {
  const path = join(import.meta.dirname, "oracle", file);
  const child = spawn(process.execPath, [path, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, "exit") as Promise<[number | null]>]);
  if (code !== 0) throw new Error(`bench/oracle/${file} ${args.join(" ")} ended with ${String(code)}`);
  return JSON.parse(said) as T;
}

/** Both do the same, or their figures say nothing. */
async function both<T extends { readonly digest: string }>(file: string, ...args: readonly string[]): Promise<Pair<T>> {
  const [ours, plain] = [await run<T>(file, "ours", ...args), await run<T>(file, "plain", ...args)];
  if (ours.digest !== plain.digest) throw new Error(`bench/oracle/${file}: ${ours.digest} is not ${plain.digest}`);
  return { ours, plain };
}

async function measure(): Promise<Figures> {
  return {
    round: await step("A round of a million positions", () => both<RoundFigures>("round.ts")),
    start: await step("A cold start", () => both<StartFigures>("cold-start.ts", JSON.stringify(COLD))),
    usual: await step("A turn with nothing to do", () => run("cold-start.ts", "ours", JSON.stringify(USUAL))),
    api: await step("The API under load", () => run("api.ts", JSON.stringify(USUAL))),
  };
}

function number(value: number, digits = 0): string {
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A figure, the same of the plain way, how many times ours that is, and what it should be at most. */
function row(what: string, ours: number, plain: number, digits: number, most: string): string[] {
  return [what, number(ours, digits), number(plain, digits), number(plain / ours, 1), most];
}

function printFigures({ round, start, usual, api }: Figures): void {
  const columns = ["", "ours", "straightforward", "times ours", "at most"];
  const whole = ({ report, settle }: RoundFigures): number => report + settle;
  console.log(`\nA round of ${number(round.ours.positions)} positions, ${number(round.ours.bytes)} bytes of calldata:`);
  printTable(columns, [
    row("planned and encoded, s", whole(round.ours), whole(round.plain), 1, "5"),
    row("  its reports", round.ours.report, round.plain.report, 1, ""),
    row("  its settlements", round.ours.settle, round.plain.settle, 1, ""),
    row("  of a processor, s", round.ours.cpu, round.plain.cpu, 1, ""),
    row("peak of memory, MiB", round.ours.peakMiB, round.plain.peakMiB, 0, "1,024"),
    row("  before it begins: models, stakes, the feed's answer", round.ours.inputMiB, round.plain.inputMiB, 0, ""),
  ]);
  console.log(
    `\nA cold start: ${number(COLD.positions)} positions, ${COLD.rounds} rounds, ${COLD.inFlight} in flight:`,
  );
  printTable(columns, [
    row("to the first facts, s", start.ours.first, start.plain.first, 1, "10"),
    row("  of a processor, s", start.ours.cpu, start.plain.cpu, 1, ""),
    row("HTTP requests", start.ours.asked.requests, start.plain.asked.requests, 0, ""),
    row("peak of memory, MiB", start.ours.peakMiB, start.plain.peakMiB, 0, ""),
  ]);
  console.log(`\nA turn with nothing to do, ${COLD.inFlight} rounds in flight:`);
  printTable(
    ["positions", "questions a node", "at most", "HTTP requests", "seconds"],
    [usual, start.ours].map(({ positions, again }) => [
      number(positions),
      number(again?.asked.questions ?? NaN),
      "30",
      number(again?.asked.requests ?? NaN),
      number(again?.seconds ?? NaN, 2),
    ]),
  );
  printApi(api);
}

function printApi({ aSecond, seconds, routes, failed, turns, settled }: ApiFigures): void {
  const meanwhile = `${turns} turns, ${settled} rounds settled, ${failed} answers other than 200`;
  console.log(
    `\nThe API at ${aSecond} requests a second for ${seconds} s, ${number(USUAL.positions)} positions; ${meanwhile}:`,
  );
  printTable(
    ["route", "requests", "p50, ms", "p99, ms", "most, ms", "p99 at most"],
    routes.map(({ route, requests, p50, p99, most }) => [
      route,
      number(requests),
      number(p50, 1),
      number(p99, 1),
      number(most, 1),
      "100",
    ]),
  );
}

try {
  const { json } = readArguments();
  const figures = await measure();
  if (json) console.log(JSON.stringify(figures, null, 2));
  else printFigures(figures);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`bench:oracle: ${error.message}`);
  process.exitCode = 2;
}
