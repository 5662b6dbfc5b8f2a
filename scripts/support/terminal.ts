import Table from "cli-table3";
import ora from "ora";

/** What is wrong and what to do, for one line on the terminal; anything else that is thrown is a fault of ours. */
export class UsageError extends Error {}

/** Somebody told us to end: by signal, or by listening no more. */
export class Interrupted extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super("interrupted");
    this.exitCode = exitCode;
  }
}

export type Say = (progress: string) => void;

/**
 * Runs a piece of work that takes a while. `say` tells how far it is; without a terminal only every few seconds. An abort
 * ends the waiting at once, with its reason; what the work still does is nobody's any more.
 */
export async function step<T>(title: string, work: (say: Say) => Promise<T>, signal?: AbortSignal): Promise<T> {
  signal?.throwIfAborted();
  const startedAt = performance.now();
  const spinner = ora({ text: title, stream: process.stderr, discardStdin: false }).start();
  let lastLine = startedAt;
  const say = (progress: string): void => {
    const text = `${title}: ${progress}`;
    if (spinner.isSpinning && process.stderr.isTTY) spinner.text = text;
    else if (performance.now() - lastLine > 5_000) {
      lastLine = performance.now();
      console.error(`  ${text}`);
    }
  };
  try {
    const result = await untilAborted(work(say), signal);
    spinner.succeed(`${title} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
    return result;
  } catch (error) {
    spinner.fail(title);
    throw error;
  }
}

/** The promise, or a rejection with the signal's reason where that comes first. */
export async function untilAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return promise;
  promise.catch(() => undefined); // may be rejected after nobody waits any more
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** A table on standard output; columns named in `right` are aligned to the right. Colour adds nothing that words don't. */
export function printTable(columns: readonly string[], rows: readonly (readonly string[])[]): void {
  const colAligns = columns.map((_, index) => (index === 0 ? ("left" as const) : ("right" as const)));
  const table = new Table({ head: [...columns], colAligns, style: { head: [], border: [], compact: true } });
  for (const row of rows) table.push([...row]);
  console.log(table.toString());
}
