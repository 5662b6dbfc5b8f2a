// Kills of real processes on a real chain: docs/quorum.md.
import { parseArgs } from "node:util";
import { type Options, type Outcome, soak } from "./kills.ts";

const USAGE = "usage: npm run soak:kills -- [--kills N] [--seed N] [--operators N] [--rounds N] [--fresh-folder]";
const MOST_FAULTS = 20;
const KILLS_PER_ROUND = 15;
const BATCHES = 3;

function readOptions(): Options | string {
  try {
    const { values } = parseArgs({
      options: {
        kills: { type: "string", default: "500" },
        seed: { type: "string", default: String(1 + Math.floor(Math.random() * 2 ** 29)) },
        operators: { type: "string", default: "5" },
        rounds: { type: "string" },
        "fresh-folder": { type: "boolean", default: false },
      },
    });
    const kills = wholeNumber("kills", values.kills, 1);
    const operators = wholeNumber("operators", values.operators, 3);
    const rounds = values.rounds ?? String(Math.max(2, Math.round(kills / KILLS_PER_ROUND)));
    return {
      kills,
      operators,
      seed: wholeNumber("seed", values.seed, 1),
      quorum: Math.floor(operators / 2) + 1,
      rounds: wholeNumber("rounds", rounds, 1),
      batches: BATCHES,
      freshFolder: values["fresh-folder"],
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function wholeNumber(name: string, text: string, least: number): number {
  if (/^[1-9]\d{0,8}$/.test(text) && Number(text) >= least) return Number(text);
  throw new Error(`--${name} is ${text}, but takes a whole number from ${least} on`);
}

function printTable({ seed, operators, quorum, rounds, batches, freshFolder }: Options, outcome: Outcome): void {
  const rows: readonly (readonly [string, string | number | bigint])[] = [
    ["seed", seed],
    ["operators, quorum", `${operators}, ${quorum}`],
    ["kills", outcome.kills],
    ["data folder", freshFolder ? "deleted at each kill" : "kept"],
    ["rounds settled, batches of each", `${rounds}, ${batches}`],
    ["attempts signed, each by one reporter", outcome.signedAttempts],
    ["transactions of the relayers", outcome.gas.transactions],
    ["of them reverted", outcome.gas.reverted],
    ["nearest to its own gas limit", `${outcome.gas.nearest} %`],
    ["blocks", outcome.blocks],
    ["rounds replayed, byte for byte", freshFolder ? "none is kept" : outcome.replayed],
    ["faults", outcome.faults.length],
    ["seconds", Math.round(performance.now() / 1_000)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) console.log(`${name.padEnd(width)}  ${value.toString().padStart(20)}`);
}

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === "string") {
    process.stderr.write(`${options}; ${USAGE}\n`);
    return 2;
  }
  const begun = performance.now();
  const say = (progress: string): void => {
    process.stderr.write(`${Math.round((performance.now() - begun) / 1_000)} s: ${progress}\n`);
  };
  say(`seed ${options.seed}: ${options.operators} operators, ${options.rounds} rounds, ${options.kills} kills`);
  try {
    const outcome = await soak(options, say);
    printTable(options, outcome);
    for (const fault of outcome.faults.slice(0, MOST_FAULTS)) console.log(fault);
    return outcome.faults.length === 0 ? 0 : 1;
  } catch (error) {
    console.log(`seed ${options.seed}: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

process.exitCode = await main();
