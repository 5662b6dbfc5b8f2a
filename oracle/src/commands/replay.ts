import { readFileSync } from "node:fs";
import { InputError } from "../core/errors.ts";
import { unpackBundle } from "../service/bundle.ts";
import { type Replayed, replayBundle } from "../service/replay.ts";
import { instant, table } from "../service/table.ts";
import { answer, JSON_OPTION, type Options, type Register } from "./command.ts";
import { BAD_ANSWER, GOOD } from "./exit-codes.ts";
import { step } from "./progress.ts";

export const replay: Register = (program) => {
  const added = program
    .command("replay")
    .description("decide a round again from its bundle, and compare digest and decisions byte for byte")
    .requiredOption("--bundle <file>", "what `oracle bundle` wrote")
    .option(...JSON_OPTION);
  added.action(async () => {
    process.exitCode = await replayFile(added.opts());
  });
};

async function replayFile(options: Options): Promise<number> {
  const file = String(options["bundle"]);
  const packed = readBundle(file);
  try {
    const bundle = unpackBundle(packed);
    const turns = await step(`replaying ${file}`, () => replayBundle(bundle));
    const isSame = turns.every(({ difference }) => difference === null);
    answer({ ...bundle.of, isSame, turns }, () => tableOf(turns), options);
    return isSame ? GOOD : BAD_ANSWER;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    answer({ isSame: false, fault: error.message }, () => `differs  ${error.message}`, options);
    return BAD_ANSWER;
  }
}

function tableOf(turns: readonly Replayed[]): string {
  const rows = turns.map(({ turn, at, block, difference }) => [
    difference === null ? "same" : "differs",
    `turn ${turn}`,
    `block ${block.toString()}`,
    instant(Math.floor(at / 1_000)),
    difference ?? "",
  ]);
  const different = turns.filter(({ difference }) => difference !== null).length;
  const verdict =
    different === 0
      ? `all ${turns.length} turns are the same to the byte`
      : `${different} of ${turns.length} turns differ`;
  return `${table(rows)}\n${verdict}`;
}

function readBundle(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new InputError("--bundle", `can't read ${file} (${code})`);
  }
}
