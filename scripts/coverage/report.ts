import type { Probe } from "./instrument.ts";

/** What a probe has not seen. */
export type Lack = {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly what: "never run" | "never true" | "never false";
};

export type Share = { readonly covered: number; readonly total: number };
export type FileReport = { readonly file: string; readonly lines: Share; readonly branches: Share };

export type Report = {
  readonly files: readonly FileReport[];
  readonly lacks: readonly Lack[];
};

/**
 * Lines and branches by file. A line counts where a statement begins, and is covered where all that begin on it were run;
 * a condition is two branches.
 * @param probes By file.
 * @param seen What was sent: ids of statements; of conditions, the id where they were false, one more where true.
 */
export function reportOf(probes: ReadonlyMap<string, readonly Probe[]>, seen: ReadonlySet<string>): Report {
  const lacks = [...probes].flatMap(([file, own]) => own.flatMap((probe) => lacksOf(file, probe, seen)));
  return { files: [...probes].map(([file, own]) => fileReport(file, own, lacks)), lacks };
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

function fileReport(file: string, probes: readonly Probe[], allLacks: readonly Lack[]): FileReport {
  const lacks = allLacks.filter((lack) => lack.file === file);
  const missed = new Set(lacks.filter(({ what }) => what === "never run").map(({ line }) => line));
  const outcomesMissed = lacks.filter(({ what }) => what !== "never run").length;
  const lines = new Set(probes.filter(({ kind }) => kind === "statement").map(({ line }) => line));
  const branches = 2 * probes.filter(({ kind }) => kind === "condition").length;
  return {
    file,
    lines: { covered: lines.size - missed.size, total: lines.size },
    branches: { covered: branches - outcomesMissed, total: branches },
  };
}
