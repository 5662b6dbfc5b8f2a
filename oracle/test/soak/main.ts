// Kills of real processes on a real chain, and two processes with one key: docs/quorum.md.
import { parseArgs } from "node:util";
import { wholeNumber } from "../arguments.ts";
import { type Options, type Outcome, soak } from "./kills.ts";
import { type TwinOptions, twinSoak } from "./twins.ts";

const USAGE =
  "usage: npm run soak:kills -- [--kills N] [--seed N] [--operators N] [--rounds N] [--fresh-folder] | --twins [--rounds N] [--blocks N]";
const MOST_FAULTS = 20;
const KILLS_PER_ROUND = 15;
/** Of the twins: each moment of a round then has some thirty blocks. */
const BLOCKS_PER_ROUND = 100;
const BATCHES = 3;

/** `twins`: two processes with the same keys instead. */
type Wanted = Options & TwinOptions & { readonly twins: boolean };

function readOptions(): Wanted | string {
  try {
    const { values } = parseArgs({
      options: {
        kills: { type: "string", default: "500" },
        seed: { type: "string", default: String(1 + Math.floor(Math.random() * 2 ** 29)) },
        operators: { type: "string", default: "5" },
        rounds: { type: "string" },
        "fresh-folder": { type: "boolean", default: false },
        twins: { type: "boolean", default: false },
        blocks: { type: "string", default: "1000" },
      },
    });
    const kills = wholeNumber("kills", values.kills);
    const blocks = wholeNumber("blocks", values.blocks);
    const operators = wholeNumber("operators", values.operators, 3);
    const many = values.twins ? blocks / BLOCKS_PER_ROUND : kills / KILLS_PER_ROUND;
    return {
      kills,
      blocks,
      operators,
      seed: wholeNumber("seed", values.seed),
      quorum: Math.floor(operators / 2) + 1,
      rounds: wholeNumber("rounds", values.rounds ?? String(Math.max(2, Math.round(many)))),
      batches: BATCHES,
      alarmWithin: 1,
      freshFolder: values["fresh-folder"],
      twins: values.twins,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

type Row = readonly [string, string | number | bigint];

function rowsOfKills(options: Options, { kills, signedAttempts, blocks, replayed }: Outcome): Row[] {
  const { seed, operators, quorum, freshFolder } = options;
  return [
    ["seed", seed],
    ["operators, quorum", `${operators}, ${quorum}`],
    ["kills", kills],
    ["data folder", freshFolder ? "deleted at each kill" : "kept"],
    ["attempts signed, each by one reporter", signedAttempts],
    ["blocks", blocks],
    ["rounds replayed, byte for byte", freshFolder ? "none is kept" : replayed],
  ];
}

async function run(options: Wanted, say: (progress: string) => void) {
  if (!options.twins) {
    const outcome = await soak(options, say);
    return { ...outcome, rows: rowsOfKills(options, outcome) };
  }
  const outcome = await twinSoak(options, say);
  const { blocks, foreign, latestAlarm } = outcome;
  const rows: Row[] = [
    ["blocks with two processes of one key", blocks],
    ["transactions that one of them didn't send", foreign],
    ["blocks to the latest alarm", latestAlarm],
  ];
  return { ...outcome, rows };
}

function printTable({ rounds, batches }: Options, { rows, gas, faults }: Awaited<ReturnType<typeof run>>): void {
  const all: readonly Row[] = [
    ...rows,
    ["rounds, batches of each", `${rounds}, ${batches}`],
    ["transactions", gas.transactions],
    ["of them reverted, share of the gas", `${gas.reverted}, ${gas.wasted} %`],
    ["nearest to its own gas limit", `${gas.nearest} %`],
    ["faults", faults.length],
    ["seconds", Math.round(performance.now() / 1_000)],
  ];
  const width = Math.max(...all.map(([name]) => name.length));
  for (const [name, value] of all) console.log(`${name.padEnd(width)}  ${value.toString().padStart(20)}`);
}

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === "string") {
    process.stderr.write(`${options}; ${USAGE}\n`);
    return 2;
  }
  const say = (progress: string): void => {
    process.stderr.write(`${Math.round(performance.now() / 1_000)} s: ${progress}\n`);
  };
  const { seed, rounds, kills, operators, twins } = options;
  say(
    twins
      ? `two of one key, ${rounds} rounds`
      : `seed ${seed}: ${operators} operators, ${rounds} rounds, ${kills} kills`,
  );
  try {
    const outcome = await run(options, say);
    printTable(options, outcome);
    for (const fault of outcome.faults.slice(0, MOST_FAULTS)) console.log(fault);
    return outcome.faults.length === 0 ? 0 : 1;
  } catch (error) {
    console.log(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

process.exitCode = await main();
