// Schedules of whole nodes under a virtual clock: docs/simulation.md.
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { wholeNumber } from "../arguments.ts";
import { type Kind, KINDS, KNOBS } from "./knobs.ts";
import { isFound, judgeMutant, MUTANTS } from "./mutants.ts";
import { runSchedule } from "./schedule.ts";
import { shrink } from "./shrink.ts";
import { COUNTED, emptyTally, MOST, type Share, type Tally } from "./tally.ts";

const USAGE =
  "usage: npm run soak:simulation -- [--schedules N] [--seed FIRST] [--jobs N] [--kind all|deadlines|rpc|replay] [--until-failure] [--trace | --mutants]";
const MOST_FAILURES = 20;
const SAID_EVERY_MS = 5_000;
/** Of a failure's trace the end tells most. */
const SHOWN = 150;

type Options = {
  readonly kind: Kind;
  readonly schedules: number;
  readonly seed: number;
  readonly jobs: number;
  readonly mostFailures: number;
  /** Tells one schedule from its beginning to its end. */
  readonly trace: boolean;
  /** Runs over faulty nodes instead, to see that each is found. */
  readonly mutants: boolean;
};

function readOptions(): Options | string {
  try {
    const { values } = parseArgs({
      options: {
        schedules: { type: "string", default: "100000" },
        seed: { type: "string", default: "1" },
        jobs: { type: "string", default: "2" },
        kind: { type: "string", default: "all" },
        "until-failure": { type: "boolean", default: false },
        trace: { type: "boolean", default: false },
        mutants: { type: "boolean", default: false },
      },
    });
    return {
      kind: kindOf(values.kind),
      schedules: wholeNumber("schedules", values.schedules),
      seed: wholeNumber("seed", values.seed),
      jobs: wholeNumber("jobs", values.jobs),
      mostFailures: values["until-failure"] ? 1 : MOST_FAILURES,
      trace: values.trace,
      mutants: values.mutants,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function kindOf(text: string): Kind {
  const kind = KINDS.find((each) => each === text);
  if (kind !== undefined) return kind;
  throw new Error(`--kind is ${text}, but takes one of ${KINDS.join(", ")}`);
}

/** Each job takes every so-many-th seed. */
async function runAll({ kind, schedules, seed, jobs, mostFailures }: Options): Promise<Tally> {
  const begun = Date.now();
  let said = 0;
  const soFar: Tally[] = Array.from({ length: jobs }, emptyTally);
  const progress = setInterval(() => {
    const { schedules: done, failures } = sum(soFar);
    for (const failure of failures.slice(said)) process.stderr.write(`${sayFailure(failure)}\n`);
    said = failures.length;
    const rate = done / ((Date.now() - begun) / 1_000);
    process.stderr.write(
      `${done} of ${schedules} schedules, ${Math.round(rate)} a second, ${failures.length} failures\n`,
    );
  }, SAID_EVERY_MS);
  await Promise.all(
    soFar.map(async (_, job) => {
      const share = { kind, first: seed + job, end: seed + schedules, step: jobs, mostFailures };
      soFar[job] = await inWorker(share, (tally) => (soFar[job] = tally));
    }),
  );
  clearInterval(progress);
  return sum(soFar);
}

function inWorker(share: Share, say: (tally: Tally) => void): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("tally.ts", import.meta.url), { workerData: share });
    let latest = emptyTally();
    worker.on("message", (tally: Tally) => {
      latest = tally;
      say(tally);
    });
    worker.on("error", reject);
    worker.on("exit", () => {
      resolve(latest);
    });
  });
}

function sum(tallies: readonly Tally[]): Tally {
  const total = emptyTally();
  for (const tally of tallies) {
    total.schedules += tally.schedules;
    total.failures.push(...tally.failures);
    for (const what of COUNTED) total[what] += tally[what];
    for (const what of MOST) total[what] = Math.max(total[what], tally[what]);
  }
  return total;
}

function printTable(tally: Tally, seconds: number): void {
  const missed = tally.failures.filter(({ violation }) => violation.invariant === "deadline").length;
  const twice = tally.failures.filter(({ violation }) => violation.invariant === "equivocation").length;
  const rows: readonly (readonly [string, number])[] = [
    ["schedules", tally.schedules],
    ["operators that never lived", tally.dead],
    ["answers that were lies", tally.lies],
    ["questions that nobody answered", tally.hangs],
    ["most timeouts that a turn waited out", tally.timeouts],
    ["seconds without the feed", tally.awaySeconds],
    ["blocks at ten times the base fee", tally.dearBlocks],
    ["kills", tally.kills],
    ["reorganisations", tally.reorgs],
    ["the deepest of them, blocks", tally.deepest],
    ["vetoes", tally.vetoes],
    ["turns that one faulty endpoint lost", tally.lostTurns],
    ["signatures", tally.signatures],
    ["reports", tally.reports],
    ["settlements", tally.settlements],
    ["least part of a report window that was left, %", Math.floor(100 - tally.latest)],
    ["transactions that lost a race", tally.reverted],
    ["of these where operators take turns", tally.revertedInTurns],
    ["recorded rounds that were replayed", tally.replayedRounds],
    ["turns of them, decided again", tally.replayedTurns],
    ["rounds void because the feed had moved on", tally.voided],
    ["second signatures that nobody could know of", tally.unknowable],
    ["missed deadlines", missed],
    ["equivocations", twice],
    ["other failures", tally.failures.length - missed - twice],
    ["seconds", Math.round(seconds)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) console.log(`${name.padEnd(width)}  ${value.toLocaleString("en").padStart(12)}`);
}

function sayFailure({ seed, violation }: Tally["failures"][number]): string {
  return `seed ${seed}, ${violation.invariant}: ${violation.message}`;
}

async function printFailure(kind: Kind, { seed, violation }: Tally["failures"][number]): Promise<void> {
  const { knobs, outcome } = await shrink(seed, kind, violation.invariant);
  console.log(`\nseed ${seed}, ${violation.invariant}: ${outcome.violation?.message ?? violation.message}`);
  console.log(`needs: ${JSON.stringify(knobs)}`);
  for (const line of outcome.trace.slice(-SHOWN)) console.log(`  ${line}`);
}

/** @returns how many were not found */
function judgeMutants(): number {
  const survivors = MUTANTS.filter((mutant) => {
    const found = isFound(mutant, judgeMutant(mutant));
    console.log(`${found ? "found" : "NOT FOUND"}  ${mutant.name}`);
    return !found;
  });
  return survivors.length;
}

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === "string") {
    process.stderr.write(`${options}; ${USAGE}\n`);
    return 2;
  }
  if (options.trace) {
    const { trace, violation, hash } = await runSchedule(options.seed, KNOBS[options.kind](options.seed), true);
    console.log([...trace, violation?.message ?? `good, hash ${hash.toString(16)}`].join("\n"));
    return violation === null ? 0 : 1;
  }
  if (options.mutants) return judgeMutants() === 0 ? 0 : 1;
  const begun = Date.now();
  const tally = await runAll(options);
  printTable(tally, (Date.now() - begun) / 1_000);
  const [first] = tally.failures;
  if (first === undefined) return 0;
  for (const failure of tally.failures) console.log(sayFailure(failure));
  await printFailure(options.kind, first);
  return 1;
}

process.exitCode = await main();
