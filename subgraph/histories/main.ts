// `npm run soak:histories`: histories of the contracts' stateful fuzzing, indexed by graph-node, compared field by field
// with the chain at several blocks of each; then a table of what happened in them.
import { parseArgs } from "node:util";
import { seedFrom, wholeNumber } from "../../scripts/support/arguments.ts";
import { printTable, type Say, step, UsageError } from "../../scripts/support/terminal.ts";
import { type Court, openCourt } from "./court.ts";
import { type History, recordHistories } from "./record.ts";
import { addTally, type Tally } from "./tally.ts";

const USAGE = "usage: npm run soak:histories -- [--histories NUMBER] [--calls NUMBER] [--seed 0x…]";
/** One chain's memory holds the states of so many. */
const PER_COURT = 8;

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        histories: { type: "string", default: "200" },
        calls: { type: "string", default: "600" },
        seed: { type: "string" },
      },
    });
    return {
      histories: wholeNumber("histories", values.histories, 999_999),
      calls: wholeNumber("calls", values.calls, 999_999),
      seed: seedFrom(values.seed),
    };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; ${USAGE}`);
  }
}

async function* histories(seed: bigint, calls: number, wanted: number): AsyncGenerator<History> {
  const seen = new Set<string>();
  for (let next = seed; ; next++) {
    for (const history of await recordHistories(next, calls)) {
      // The fuzzer may give a seed twice.
      if (seen.has(history.staking)) continue;
      seen.add(history.staking);
      yield history;
      if (seen.size === wanted) return;
    }
  }
}

async function judgeAll(options: { seed: bigint; calls: number; histories: number }, say: Say): Promise<Tally> {
  const total: Tally = {};
  let court: Court | undefined;
  let judged = 0;
  try {
    for await (const history of histories(options.seed, options.calls, options.histories)) {
      if (judged % PER_COURT === 0) {
        await court?.stop();
        court = await openCourt();
      }
      const verdict = await court?.judge(history);
      if (!verdict) continue;
      if (verdict.differences.length > 0) {
        const which = `history ${judged} (staking contract ${history.staking}) is not indexed as it is`;
        throw new Error(`${which}:\n${verdict.differences.join("\n")}`);
      }
      addTally(total, { histories: 1, ...verdict.tally });
      say(`${++judged} of ${options.histories}, ${(total["rows compared"] ?? 0).toLocaleString("en")} rows equal`);
    }
  } finally {
    await court?.stop();
  }
  return total;
}

try {
  const options = readArguments();
  const title = `histories of ${options.calls} calls from seed 0x${options.seed.toString(16)}`;
  const total = await step(title, (say) => judgeAll(options, say));
  printTable(
    ["what", "how many"],
    Object.entries(total).map(([what, number]) => [what, number.toLocaleString("en")]),
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
