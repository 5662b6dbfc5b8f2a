import { writeFileSync } from "node:fs";
import { InputError } from "../core/errors.ts";
import { type Bundle, packBundle, unpackBundle, withTurn } from "../service/bundle.ts";
import type { Config } from "../service/config.ts";
import { turnOf } from "../service/recorder.ts";
import { aboutRound, answer, type Options, type Register } from "./command.ts";
import { BAD_ANSWER, GOOD } from "./exit-codes.ts";
import { look, quietOracle } from "./look.ts";

export const bundle: Register = (program) => {
  aboutRound(
    program,
    "bundle",
    "write what a round was decided from into a file, to replay it elsewhere",
    write,
  ).requiredOption("--out <file>", "the bundle; overwritten where it exists");
};

async function write(config: Config, options: Options, round: bigint): Promise<number> {
  const out = String(options["out"]);
  const recorded = (await quietOracle(config).recordings?.read(round)) ?? null;
  const packed = recorded ?? (await presentTurn(config, round));
  if (packed === null) {
    console.error(
      `oracle: round ${round.toString()} isn't in flight, and no turn of it is recorded in config.dataFolder`,
    );
    return BAD_ANSWER;
  }
  const { turns } = unpackBundle(packed);
  save(out, packed);
  const from = recorded === null ? "chain and feed, now" : "the recording in config.dataFolder";
  const said = { round, file: out, turns: turns.length, bytes: packed.byteLength, from };
  answer(
    said,
    () => `${out}: ${turns.length} turns of round ${round.toString()}, ${packed.byteLength} bytes, from ${from}`,
    options,
  );
  return GOOD;
}

/** Without a recording: what would be decided now. */
async function presentTurn(config: Config, round: bigint): Promise<Buffer | null> {
  const { oracle, ...decided } = await look(config);
  const { facts, plan } = decided;
  const isKnown = facts.rounds.some(({ number }) => number === round);
  if (!isKnown && !plan.waiting.some((reason) => reason.round === round)) return null;
  const { recording } = oracle;
  const turn = turnOf(decided, round, recording.calls().get(round) ?? [], recording);
  const { chainId, contract, tournament } = facts;
  const empty: Bundle = { of: { chainId, contract, tournament, round }, turns: [], parts: new Map() };
  return packBundle(withTurn(empty, turn));
}

function save(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new InputError("--out", `can't write ${file} (${code})`);
  }
}
