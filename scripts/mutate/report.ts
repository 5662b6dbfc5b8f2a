import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { printTable } from "../support/terminal.ts";
import type { Equivalent } from "./equivalents.ts";
import { describeChange, type Mutant } from "./mutation.ts";
import type { Result } from "./results.ts";

/** Percent of the mutants that aren't equivalent. */
export const GOAL = 95;

/** Where every mutant has to be killed, or explained. */
const WITHOUT_EXCEPTION = ["PayoutMath.sol", "WordEvents.sol", "Words.sol"];

export type Judged = { readonly mutant: Mutant; readonly result: Result; readonly equivalent: Equivalent | undefined };

type Tally = { mutants: number; killed: number; limit: number; equivalent: number; survived: number };

function tally(judged: readonly Judged[]): Tally {
  const count = (status: Result["status"]) => judged.filter(({ result }) => result.status === status).length;
  const equivalent = judged.filter((one) => one.equivalent !== undefined && one.result.status === "survived").length;
  return {
    mutants: judged.length,
    killed: count("killed"),
    limit: count("limit"),
    equivalent,
    survived: count("survived") - equivalent,
  };
}

function score({ mutants, killed, limit, equivalent }: Tally): number {
  return mutants === equivalent ? 100 : (100 * (killed + limit)) / (mutants - equivalent);
}

function row(name: string, numbers: Tally): string[] {
  const { mutants, killed, limit, equivalent, survived } = numbers;
  const counts = [mutants, killed, limit, equivalent, survived].map(String);
  return [name, ...counts, `${score(numbers).toFixed(1)} %`];
}

/** Prints the score by file and every survivor that nobody has explained. Answers whether the goal is reached. */
export function printReport(judged: readonly Judged[]): boolean {
  const files = [...new Set(judged.map(({ mutant }) => mutant.file))].sort();
  const total = tally(judged);
  printTable(
    ["file", "mutants", "killed", "limit", "equivalent", "survived", "score"],
    [...files.map((file) => row(file, tally(judged.filter(({ mutant }) => mutant.file === file)))), row("all", total)],
  );
  const survivors = judged.filter((one) => one.result.status === "survived" && one.equivalent === undefined);
  for (const { mutant } of survivors) {
    console.log(`\n${mutant.file}:${mutant.line}  ${mutant.id}\n  ${describeChange(mutant)}`);
    console.log(`  npm run mutate -- --only ${mutant.id}`);
  }
  const inWords = survivors.filter(({ mutant }) => WITHOUT_EXCEPTION.includes(basename(mutant.file)));
  if (score(total) < GOAL) console.log(`\nThe score is below ${GOAL} %.`);
  if (inWords.length > 0) console.log(`\nNone may survive in ${WITHOUT_EXCEPTION.join(", ")} without an explanation.`);
  return score(total) >= GOAL && inWords.length === 0;
}

/** Writes every verdict, for machines. */
export function writeReport(path: string, judged: readonly Judged[]): void {
  mkdirSync(dirname(path), { recursive: true });
  const mutants = judged.map(({ mutant, result, equivalent }) => ({
    ...mutant,
    ...result,
    reason: equivalent?.reason,
  }));
  const total = tally(judged);
  writeFileSync(path, `${JSON.stringify({ ...total, score: score(total), mutants }, null, 2)}\n`);
}
