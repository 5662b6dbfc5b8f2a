// Mutation testing of the contracts: docs/mutation.md.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildSchemata, findMutants, readSources } from "./mutate/compiler.ts";
import { EQUIVALENTS } from "./mutate/equivalent-list.ts";
import { checkEquivalents } from "./mutate/equivalents.ts";
import { describeChange, type Mutant } from "./mutate/mutation.ts";
import { Order } from "./mutate/order.ts";
import { compileProject, fingerprint, projectFolder, writeProject } from "./mutate/project.ts";
import { type Judged, printReport, writeReport } from "./mutate/report.ts";
import { Results } from "./mutate/results.ts";
import { control, judgeAll } from "./mutate/run.ts";
import { Interrupted, step, UsageError } from "./support/terminal.ts";

const USAGE = "usage: npm run mutate -- [--file FILE] [--only ID] [--jobs N] [--sample N] [--quick]";
const ROOT = join(import.meta.dirname, "..");
const OUT = join(ROOT, ".run/mutation");

type Options = { file?: string; only?: string; jobs: number; sample?: number; quick: boolean };

function readOptions(): Options {
  try {
    const { values } = parseArgs({
      options: {
        file: { type: "string" },
        only: { type: "string" },
        jobs: { type: "string" },
        sample: { type: "string" },
        quick: { type: "boolean", default: false },
      },
    });
    const { file, only, jobs, sample, quick } = values;
    return {
      ...(file === undefined ? {} : { file }),
      ...(only === undefined ? {} : { only }),
      ...(sample === undefined ? {} : { sample: positive("sample", sample) }),
      quick,
      jobs: jobs === undefined ? 1 : positive("jobs", jobs),
    };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; ${USAGE}`);
  }
}

function positive(name: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Error(`--${name} is ${text}, but takes a number from 1 on`);
  return Number(text);
}

/** The mutants to judge: those of a file, the one with an id, or so many from all over. */
function chosen(mutants: readonly Mutant[], { file, only, sample }: Options): Mutant[] {
  const fitting = mutants.filter(
    (one) => (file === undefined || one.file.endsWith(file)) && (only ?? one.id) === one.id,
  );
  if (fitting.length === 0) throw new UsageError(`no mutant for ${only ?? file ?? "these options"}; ${USAGE}`);
  if (sample === undefined || sample >= fitting.length) return fitting;
  return Array.from({ length: sample }, (_, i) => fitting[Math.floor((i * fitting.length) / sample)]).filter(
    (one) => one !== undefined,
  );
}

async function main(): Promise<number> {
  const options = readOptions();
  const { signal } = interruptible();
  const prepared = await step("Putting all mutants into one copy", () => Promise.resolve(prepare()), signal);
  const { mutants, schemata, order } = prepared;
  const picked = chosen(mutants, options);
  const folder = projectFolder(ROOT);
  writeProject(folder, ROOT, schemata.sources);
  await step("Compiling it", () => compileProject(folder, ROOT, signal), signal);

  const state = fingerprint(ROOT, schemata.sources);
  const results = new Results(join(OUT, "results.jsonl"), state);
  const controlTime = await controlled(folder, order, state, signal);
  // What is known to change nothing takes longest, as every test is asked, and is the least news.
  const last = new Set(EQUIVALENTS.map(({ id }) => id));
  const due = picked
    .filter(({ id }) => options.only !== undefined || results.get(id) === undefined)
    .toSorted((a, b) => Number(last.has(a.id)) - Number(last.has(b.id)));
  const run = { folder, order, results, controlTime, jobs: options.jobs, quick: options.quick, signal };
  if (due.length > 0) await step("Judging", (say) => judgeAll(due, run, say), signal);
  return conclude(mutants, picked, results);
}

function interruptible(): AbortController {
  const abort = new AbortController();
  process.once("SIGINT", () => {
    abort.abort(new Interrupted(130));
  });
  process.once("SIGTERM", () => {
    abort.abort(new Interrupted(143));
  });
  return abort;
}

function prepare() {
  const sources = readSources(ROOT);
  const { found, roots } = findMutants(sources, ROOT);
  const schemata = buildSchemata(sources, found, ROOT);
  const mutants = found.flatMap((one) => one.mutants).filter(({ number }) => !schemata.invalid.has(number));
  return { mutants, schemata, order: new Order(ROOT, sources, roots) };
}

/** Milliseconds of the control, which passed for this state now or before. */
async function controlled(folder: string, order: Order, state: string, signal: AbortSignal): Promise<number> {
  const path = join(OUT, "control.json");
  const before = existsSync(path)
    ? (JSON.parse(readFileSync(path, "utf8")) as { state: string; time: number })
    : undefined;
  if (before?.state === state) return before.time;
  const time = await step("All tests, no mutant on", () => control(folder, order, signal), signal);
  writeFileSync(path, `${JSON.stringify({ state, time })}\n`);
  return time;
}

function conclude(mutants: readonly Mutant[], picked: readonly Mutant[], results: Results): number {
  const equivalents = new Map(EQUIVALENTS.map((one) => [one.id, one]));
  const judged = picked.flatMap((mutant): Judged[] => {
    const result = results.get(mutant.id);
    return result === undefined ? [] : [{ mutant, result, equivalent: equivalents.get(mutant.id) }];
  });
  const open = picked.filter(({ id }) => results.get(id) === undefined);
  if (open.length > 0) console.log(`${open.length} not killed by the likeliest tests, and not judged by all:`);
  for (const mutant of open) console.log(`  ${mutant.file}:${mutant.line}  ${mutant.id}  ${describeChange(mutant)}`);
  const [first] = judged;
  if (judged.length === 1 && first !== undefined) describeOne(first);
  const reached = printReport(judged);
  writeReport(join(OUT, "report.json"), judged);
  const wrong = checkEquivalents(EQUIVALENTS, mutants, (id) => results.get(id));
  for (const fault of wrong) console.error(`scripts/mutate/equivalent-list.ts: ${fault}`);
  return reached && wrong.length === 0 ? 0 : 1;
}

function describeOne({ mutant, result }: Judged): void {
  console.log(`${mutant.file}:${mutant.line}  ${describeChange(mutant)}`);
  const { killer, why = "" } = result;
  if (killer === undefined) console.log(result.status);
  else console.log(`killed by "${killer.title}" in ${killer.file}: ${why}`);
}

process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof Interrupted) return error.exitCode;
  console.error(error instanceof UsageError ? error.message : error);
  return error instanceof UsageError ? 2 : 1;
});
