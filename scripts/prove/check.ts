import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Run } from "./compile.ts";
import type { Property, Target } from "./properties.ts";
import { asInput, type Sources } from "./sources.ts";

/** z3's own measure of work, the same on every machine: it ends where it is through. */
export type Effort = "measured" | "unlimited";

export interface Verdict {
  readonly result: "proved" | "refuted" | "not decided";
  /** A counterexample, or what was not answered. */
  readonly details: string;
  /** Of the processor. */
  readonly seconds: number;
}

interface Message {
  readonly severity: string;
  readonly errorCode?: string;
  readonly message: string;
  readonly formattedMessage: string;
  readonly sourceLocation?: { readonly file: string; readonly start: number };
}

/** "… check is safe!"; what is not safe either "happens here", with a counterexample, or "might happen here". */
const SAFE = "9576";
const NOT_SAFE: Readonly<Record<string, Target>> = {
  "6328": "assert",
  "4984": "overflow",
  "3944": "underflow",
  "4281": "divByZero",
};

/** Nothing that is proved takes a hundredth of this; it is here for libraries that are wrong. */
const PATIENCE_MS = 600_000;

/**
 * Asks z3 for one property.
 * @param effort `unlimited` for what is to be proved: some proofs take more than the compiler's default measure.
 */
export async function check(
  property: Property,
  sources: Sources,
  effort: Effort,
  signal?: AbortSignal,
): Promise<Verdict> {
  const { file, contract } = property.function;
  const run = await compileApart(
    {
      language: "Solidity",
      sources: asInput(sources),
      settings: {
        modelChecker: {
          engine: "chc",
          solvers: ["z3"],
          contracts: { [file]: [contract] },
          targets: property.targets,
          showProvedSafe: true,
          showUnproved: true,
          // 0: no limit. Without the key the limit is z3's count of steps.
          ...(effort === "unlimited" ? { timeout: 0 } : {}),
        },
      },
    },
    signal,
  );
  if (run === null) {
    return { result: "not decided", details: `stopped after ${PATIENCE_MS / 1000} seconds`, seconds: NaN };
  }
  const { errors = [] } = JSON.parse(run.output) as { errors?: Message[] };
  return { ...judge(property, errors), seconds: run.seconds };
}

function judge(property: Property, messages: readonly Message[]): Omit<Verdict, "seconds"> {
  const error = messages.find(({ severity }) => severity === "error");
  if (error !== undefined) throw new Error(error.formattedMessage);
  const unsafe = messages.filter(({ errorCode = "" }) => errorCode in NOT_SAFE);
  const happens = unsafe.find(({ message }) => message.includes("happens here"));
  if (happens !== undefined) return { result: "refuted", details: counterexample(happens.message) };
  const safe = messages.filter(({ errorCode }) => errorCode === SAFE);
  const answered = (start: number): boolean =>
    safe.some(({ sourceLocation: at }) => at?.file === property.function.file && at.start === start);
  const silent = property.assertions.filter((start) => !answered(start)).length;
  if (unsafe.length > 0 || silent > 0 || safe.length === 0) {
    return { result: "not decided", details: `${Math.max(unsafe.length, silent)} of its questions` };
  }
  return { result: "proved", details: "" };
}

/** The values of a counterexample: the lines up to the transactions that lead there. */
function counterexample(message: string): string {
  const values = /Counterexample:\n([\s\S]*?)\n\n/.exec(message)?.[1] ?? "without values";
  return values.trim().replaceAll("\n", ", ");
}

/** Null where the compiler had to be stopped. */
async function compileApart(input: unknown, outer?: AbortSignal): Promise<Run | null> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const child = spawn(process.execPath, [fileURLToPath(new URL("./compile.ts", import.meta.url))], {
    stdio: ["pipe", "pipe", "pipe"],
    signal: outer === undefined ? patience : AbortSignal.any([patience, outer]),
    killSignal: "SIGKILL",
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", (error) => {
      if (patience.aborted) resolve(null);
      else reject(error);
    });
    child.once("close", resolve);
  });
  child.stdin.end(JSON.stringify(input));
  const [code, output, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (patience.aborted) return null;
  if (code !== 0) throw new Error(`the compiler ended with ${String(code)}: ${errors.trim().slice(0, 2000)}`);
  return JSON.parse(output) as Run;
}
