import Table from "cli-table3";
import ora from "ora";

/** What is wrong and what to do, for one line on the terminal; anything else that is thrown is a fault of ours. */
export class UsageError extends Error {}

/** Runs a piece of work that takes a while. `say` tells how far it is; without a terminal only every few seconds. */
export async function step<T>(title: string, work: (say: (progress: string) => void) => Promise<T>): Promise<T> {
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
    const result = await work(say);
    spinner.succeed(`${title} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
    return result;
  } catch (error) {
    spinner.fail(title);
    throw error;
  }
}

/** A table on standard output; columns named in `right` are aligned to the right. Colour adds nothing that words don't. */
export function printTable(columns: readonly string[], rows: readonly (readonly string[])[]): void {
  const colAligns = columns.map((_, index) => (index === 0 ? ("left" as const) : ("right" as const)));
  const table = new Table({ head: [...columns], colAligns, style: { head: [], border: [], compact: true } });
  for (const row of rows) table.push([...row]);
  console.log(table.toString());
}
