import type { Probe } from "./instrument.ts";

/** What a probe has not seen. */
export type Lack = {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly what: "never run" | "never true" | "never false";
};

/** A lack that is known to be none, and why. */
export type Impossible = Pick<Lack, "file" | "text" | "what"> & { readonly why: string };

export type Share = { readonly covered: number; readonly total: number };
export type FileReport = { readonly file: string; readonly lines: Share; readonly branches: Share };

export type Report = {
  readonly files: readonly FileReport[];
  readonly lacks: readonly Lack[];
  /** Entries that stand for a lack, and those that stand for none. */
  readonly impossible: readonly Impossible[];
  readonly stale: readonly Impossible[];
};

/**
 * Lines and branches by file. A line counts where a statement begins, and is covered where all that begin on it were run;
 * a condition is two branches. What is impossible doesn't count.
 * @param probes By file.
 * @param seen What was sent: ids of statements; of conditions, the id where they were false, one more where true.
 */
export function reportOf(
  probes: ReadonlyMap<string, readonly Probe[]>,
  seen: ReadonlySet<string>,
  impossible: readonly Impossible[] = [],
): Report {
  const all = [...probes].flatMap(([file, own]) => own.flatMap((probe) => lacksOf(file, probe, seen)));
  const standsFor = (entry: Impossible, lack: Lack): boolean =>
    entry.file === lack.file && entry.text === lack.text && entry.what === lack.what;
  const excused = all.filter((lack) => impossible.some((entry) => standsFor(entry, lack)));
  const lacks = all.filter((lack) => !excused.includes(lack));
  return {
    files: [...probes].map(([file, own]) => fileReport(file, own, lacks, excused)),
    lacks,
    impossible: impossible.filter((entry) => all.some((lack) => standsFor(entry, lack))),
    stale: impossible.filter((entry) => !all.some((lack) => standsFor(entry, lack))),
  };
}

/** The sum of all files. */
export function totalOf(files: readonly FileReport[]): FileReport {
  const sum = (shares: readonly Share[]): Share => ({
    covered: shares.reduce((all, { covered }) => all + covered, 0),
    total: shares.reduce((all, { total }) => all + total, 0),
  });
  return {
    file: "all",
    lines: sum(files.map(({ lines }) => lines)),
    branches: sum(files.map(({ branches }) => branches)),
  };
}

function lacksOf(file: string, { kind, id, line, text }: Probe, seen: ReadonlySet<string>): Lack[] {
  const lack = (what: Lack["what"]): Lack => ({ file, line, text, what });
  if (kind === "statement") return seen.has(id) ? [] : [lack("never run")];
  const whenTrue = (BigInt(`0x${id}`) + 1n).toString(16).padStart(64, "0");
  return [...(seen.has(whenTrue) ? [] : [lack("never true")]), ...(seen.has(id) ? [] : [lack("never false")])];
}

function fileReport(
  file: string,
  probes: readonly Probe[],
  lacks: readonly Lack[],
  excused: readonly Lack[],
): FileReport {
  const linesOf = (of: readonly Lack[]): Set<number> =>
    new Set(of.filter((lack) => lack.file === file && lack.what === "never run").map(({ line }) => line));
  const branchesOf = (of: readonly Lack[]): number =>
    of.filter((lack) => lack.file === file && lack.what !== "never run").length;
  const lines = new Set(probes.filter(({ kind }) => kind === "statement").map(({ line }) => line));
  const conditions = probes.filter(({ kind }) => kind === "condition").length;
  const countedLines = lines.size - linesOf(excused).size;
  const countedBranches = 2 * conditions - branchesOf(excused);
  return {
    file,
    lines: { covered: countedLines - linesOf(lacks).size, total: countedLines },
    branches: { covered: countedBranches - branchesOf(lacks), total: countedBranches },
  };
}
