import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { type Json, parseJson, refuseFaults } from "../../oracle/src/core/json.ts";
import { InputError } from "../../oracle/src/core/errors.ts";
import { type Creation, moduleKey } from "../../ignition/modules/tournament.ts";
import { UsageError } from "../support/terminal.ts";
import { Fields, ParametersError } from "./fields.ts";
import { type Preset, readPreset } from "./preset.ts";

/** The token to stake: one that the chain has, or `Numeraire`, whose whole supply goes to `holder`. */
export type TokenChoice =
  { readonly kind: "existing"; readonly address: string } | { readonly kind: "own"; readonly holder: string };

/** A tournament to create, in the contract's units; `organizer` is proposed to become its organizer. */
export type TournamentPlan = Creation & { readonly organizer: string; readonly preset: Preset };

export type Parameters = {
  readonly chainId: number;
  readonly token: TokenChoice;
  readonly tournaments: readonly TournamentPlan[];
};

const MOST_REPORTERS = 64;
const CHAIN_ID = { steps: 1n, unit: "the network's chain id", least: 1n, most: BigInt(Number.MAX_SAFE_INTEGER) };
const QUORUM = { steps: 1n, unit: "reporters", least: 1n, most: BigInt(MOST_REPORTERS) };
const LONGEST_PATH = 500;

/**
 * Reads a file of parameters and the presets it names, whose paths count from the file's own folder.
 * @throws UsageError where a file can't be read; ParametersError naming every bad field of a file.
 */
export function loadParameters(file: string): Parameters {
  const presets = new Map<string, Preset>();
  return readParameters(shownPath(file), readJson(file, "--parameters"), (name) => {
    const path = resolve(dirname(file), name);
    const preset = presets.get(path) ?? readPreset(shownPath(path), readJson(path, "preset"));
    presets.set(path, preset);
    return preset;
  });
}

/** Checks parameters; `presetOf` finds a preset by its path. @throws ParametersError naming every bad field. */
export function readParameters(file: string, json: Json, presetOf: (path: string) => Preset): Parameters {
  return Fields.read(file, json, (fields) => {
    const parameters: Parameters = {
      chainId: Number(fields.decimal("chainId", CHAIN_ID)),
      token: fields.object("token", readToken),
      tournaments: fields.objects("tournaments", (entry) => readTournament(entry, presetOf)),
    };
    if (fields.good) refuseSameNames(parameters.tournaments, fields);
    return parameters;
  });
}

function readToken(fields: Fields): TokenChoice {
  const kind = fields.oneOf("kind", ["existing", "own"]);
  return kind === "existing"
    ? { kind, address: fields.address("address") }
    : { kind, holder: fields.address("holder") };
}

function readTournament(fields: Fields, presetOf: (path: string) => Preset): TournamentPlan {
  const path = fields.text("preset", LONGEST_PATH);
  const reporters = fields.addresses("reporters", MOST_REPORTERS);
  const quorum = fields.decimal("quorum", QUORUM);
  if (quorum > reporters.length && reporters.length > 0) {
    fields.problem("quorum", `${quorum}; is more than the ${reporters.length} reporters there are`);
  }
  const people = {
    organizer: fields.address("organizer"),
    guardian: fields.addressOrNone("guardian"),
    registrar: fields.addressOrNone("registrar"),
  };
  const preset = presetFor(path, fields, presetOf);
  const { name, limits, minStake } = preset;
  return { name, limits, minStake, reporters, quorum, ...people, preset };
}

const NO_PRESET: Preset = {
  name: "",
  limits: { maxClip: 0n, maxExposure: 0n, maxRoundsInFlight: 1n, maxDuration: 0n, minDisputeWindow: 0n },
  minStake: 0n,
  terms: { multipliers: [0n, 0n], clip: 0n, stakeThreshold: 0n, exposure: 0n },
  rhythm: { roundsPerWeek: 1n, lockWindow: 0n, resolvesAfter: 0n, settleWindow: 0n, disputeWindow: 0n },
};

function presetFor(path: string, fields: Fields, presetOf: (path: string) => Preset): Preset {
  if (path === "") return NO_PRESET;
  try {
    return presetOf(path);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const problems = error instanceof ParametersError ? error.problems : [error.message];
    for (const problem of problems) fields.problem("preset", `${JSON.stringify(path)}: ${problem}`);
    return NO_PRESET;
  }
}

/** A record knows a tournament by its name. */
function refuseSameNames(tournaments: readonly TournamentPlan[], fields: Fields): void {
  const keys = tournaments.map(({ name }) => moduleKey(name));
  keys.forEach((key, index) => {
    const first = keys.indexOf(key);
    if (first === index) return;
    const text = `its name ${JSON.stringify(tournaments[index]?.name)} is that of tournaments[${first}]`;
    fields.problem(`tournaments[${index}].preset`, `${text}: copy the preset under another name`);
  });
}

function readJson(file: string, what: string): Json {
  try {
    const json = parseJson(readFileSync(file, "utf8"), shownPath(file));
    refuseFaults(json, "");
    return json;
  } catch (error) {
    if (error instanceof InputError) throw new UsageError(error.message);
    const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new UsageError(`${what}: can't read ${file} (${reason}); give the path of a JSON file`);
  }
}

function shownPath(file: string): string {
  const short = relative(process.cwd(), file);
  return short.startsWith("..") ? file : short;
}
