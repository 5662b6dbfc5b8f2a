import { InputError } from "../core/errors.ts";
import { joinPath, shortened } from "../core/json.ts";
import type { Terms } from "../core/payout.ts";
import { nanoFromDecimalDown, parseDecimal, scoreFromDecimalNearest, scoreFromProductNearest } from "../core/units.ts";
import type { Scores } from "../core/words.ts";
import type { RawModel, RawRound, RawScoreConfig } from "./schema.ts";
import { multiplierFrom, shareFrom } from "./terms.ts";

type ScoreField = "v2Corr20" | "corr60" | "mmc" | "mmc60" | "alpha" | "mpc";
type RawField = ScoreField | "corr" | "corrMultiplier" | "mmcMultiplier";

/** What pays in a round, and how a model's scores are read from its row. */
export type Payout = {
  readonly terms: Terms;
  readonly scoreNames: readonly [string, string];
  /** The fields of a model's row that its scores come from. */
  readonly fields: readonly RawField[];
  readonly scoresOf: (model: RawModel, path: string) => Scores | null;
};

type PayingScore = {
  readonly name: string;
  readonly version: string;
  readonly label: string;
  readonly field: ScoreField;
};

// Numerai identifies a score by name and version. Its label is compared as well, so that an identity that means something
// else than it did here is refused, not paid. The 60-day scores are known in public by version and label alone; their names
// are those of their families. The order here is the order in the words, whatever the feed's order.
const PAYING_SCORES: readonly PayingScore[] = [
  { name: "correlation", version: "6", label: "v2_corr20", field: "v2Corr20" },
  { name: "correlation", version: "3", label: "corr60", field: "corr60" },
  { name: "alpha", version: "2", label: "alpha", field: "alpha" },
  { name: "meta_model_contribution", version: "5", label: "mmc", field: "mmc" },
  { name: "meta_model_contribution", version: "3", label: "mmc60", field: "mmc60" },
  { name: "meta_portfolio_contribution", version: "2", label: "mpc", field: "mpc" },
];

const ONE = 10n ** 9n;
const OWN_CLIP = 250_000_000n;

/**
 * What a round pays on: its score configurations, or, where it has none as in 2021, corr and mmc with each model's own
 * multipliers. `path` is the round's place in the answer.
 * @throws InputError
 */
export function payoutOf(round: RawRound, path: string): Payout {
  const configs = (round.roundScoreConfigs ?? []).map((config, index) => ({
    config,
    path: joinPath(joinPath(path, "roundScoreConfigs"), index),
  }));
  const paying = configs.filter(({ config }) => config.isPayout).map(payingScore);
  if (configs.length === 0) return ownMultipliers(round, path);
  return configured(paying, joinPath(path, "roundScoreConfigs"));
}

/**
 * Terms that pay what Numerai paid in 2020 to 2023: the model's own multipliers are inside the scores, the clip is 25 %,
 * and the threshold is `payoutFactor × total`, down, because the published factor was frozen on an earlier total. From a
 * factor of 1 on nothing shrinks: threshold 0.
 * @param totalStaked Sum of the models' whole nano-NMR.
 */
export function termsOfOwnMultipliers(payoutFactor: string, totalStaked: bigint, field = "round.payoutFactor"): Terms {
  const { digits, scale } = parseDecimal(payoutFactor, field);
  if (digits <= 0n) throw new InputError(field, `${payoutFactor} is not above 0`);
  const one = 10n ** BigInt(scale);
  return ownTerms(digits < one ? (digits * totalStaked) / one : 0n);
}

function ownTerms(stakeThreshold: bigint): Terms {
  return { multipliers: [ONE, ONE], clip: OWN_CLIP, stakeThreshold, exposure: ONE };
}

function ownMultipliers(round: RawRound, path: string): Payout {
  const threshold = required(round.stakeThreshold, joinPath(path, "stakeThreshold"));
  return {
    terms: ownTerms(nanoFromDecimalDown(threshold, joinPath(path, "stakeThreshold"))),
    scoreNames: ["corr", "mmc"],
    fields: ["corr", "corrMultiplier", "mmc", "mmcMultiplier"],
    scoresOf: (model, at) => bothOrNull(ownScore(model, "corr", at), ownScore(model, "mmc", at)),
  };
}

function ownScore(model: RawModel, name: "corr" | "mmc", path: string): bigint | null {
  const field = joinPath(path, name);
  const multiplierField = joinPath(path, `${name}Multiplier`);
  const score = present(model[name], field);
  const multiplier = present(model[`${name}Multiplier`], multiplierField);
  return score === null ? null : scoreFromProductNearest(score, required(multiplier, multiplierField), field);
}

type Paying = PayingScore & { readonly path: string; readonly config: RawScoreConfig };

function payingScore({ config, path }: { config: RawScoreConfig; path: string }): Paying {
  const known = PAYING_SCORES.find(({ name, version }) => name === config.name && version === config.version);
  if (known === undefined || known.label !== config.displayName) {
    const shown = `${config.name} version ${config.version} (${config.displayName ?? "no display name"})`;
    const allowed = PAYING_SCORES.map(({ name, version, label }) => `${name} ${version} (${label})`).join(", ");
    throw new InputError(joinPath(path, "name"), `unknown paying score ${shortened(shown)}; known are ${allowed}`);
  }
  return { ...known, path, config };
}

function configured(unordered: readonly Paying[], path: string): Payout {
  const [first, second, third] = PAYING_SCORES.flatMap((known) =>
    unordered.filter(({ field }) => field === known.field),
  );
  if (first === undefined) throw new InputError(path, "none of them isPayout; one or two must be");
  if (third !== undefined) throw new InputError(path, `${unordered.length} of them are isPayout; at most two may be`);
  const { clip, stakeThreshold } = sharedTerms(first, second);
  return {
    terms: {
      multipliers: [multiplierOf(first), second ? multiplierOf(second) : 0n],
      clip,
      stakeThreshold,
      exposure: ONE,
    },
    scoreNames: [first.label, second?.label ?? ""],
    fields: second ? [first.field, second.field] : [first.field],
    scoresOf: (model, at) =>
      bothOrNull(plainScore(model, first.field, at), second ? plainScore(model, second.field, at) : null),
  };
}

function sharedTerms(first: Paying, second: Paying | undefined): { clip: bigint; stakeThreshold: bigint } {
  const terms = { clip: clipOf(first), stakeThreshold: thresholdOf(first) };
  if (second === undefined) return terms;
  if (second.field === first.field) throw new InputError(joinPath(second.path, "name"), `${second.label} pays twice`);
  if (clipOf(second) !== terms.clip) throw differs(first, second, "clipThreshold");
  if (thresholdOf(second) !== terms.stakeThreshold) throw differs(first, second, "stakeThreshold");
  return terms;
}

function differs(first: Paying, second: Paying, field: "clipThreshold" | "stakeThreshold"): InputError {
  const values = `${second.config[field] ?? "null"} differs from ${first.config[field] ?? "null"} of ${first.label}`;
  return new InputError(joinPath(second.path, field), `${values}; a round has one ${field}`);
}

function multiplierOf({ config, path }: Paying): bigint {
  const field = joinPath(path, "defaultMultiplier");
  return multiplierFrom(required(config.defaultMultiplier, field), field);
}

function clipOf({ config, path }: Paying): bigint {
  const field = joinPath(path, "clipThreshold");
  return shareFrom(required(config.clipThreshold, field), field, "a clip");
}

function thresholdOf({ config, path }: Paying): bigint {
  const field = joinPath(path, "stakeThreshold");
  return nanoFromDecimalDown(required(config.stakeThreshold, field), field);
}

function plainScore(model: RawModel, name: ScoreField, path: string): bigint | null {
  const field = joinPath(path, name);
  const score = present(model[name], field);
  return score === null ? null : scoreFromDecimalNearest(score, field);
}

/** A missing score counts 0 beside one that is there. */
export function bothOrNull(first: bigint | null, second: bigint | null): Scores | null {
  return first === null && second === null ? null : [first ?? 0n, second ?? 0n];
}

export function present(value: string | null | undefined, field: string): string | null {
  if (value === undefined) throw new InputError(field, "is missing; expected a number or null");
  return value;
}

function required(value: string | null, field: string): string {
  if (value === null) throw new InputError(field, "null is not a number");
  return value;
}
