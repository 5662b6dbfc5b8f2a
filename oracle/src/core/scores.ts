import type { Hex } from "viem";
import { InputError } from "./errors.ts";
import type { ScoreSheet } from "./facts.ts";
import { packScores, POSITIONS_PER_BATCH, type Scores, unpackStakes } from "./words.ts";

const NO_SCORES: Scores = [0n, 0n];

/** A position with a stake on a model that the sheet doesn't list. */
export type UnlistedStake = { readonly position: number; readonly model: Hex };

/** Scores words of a batch, and the stakes in it that the sheet knows nothing of. */
export type BatchScores = { readonly words: readonly bigint[]; readonly unknown: readonly UnlistedStake[] };

/** What the scores of a batch are made from; `stakes` are the words of its lock, `models` those of every position. */
export type BatchInput = {
  readonly batch: number;
  readonly stakes: readonly bigint[];
  readonly models: readonly Hex[];
  readonly hasRegistrar: boolean;
};

/**
 * The scores words of a batch, as many as its stakes words. A lane without a stake, or whose model has no score,
 * gets (0, 0). So does a stake on a model that the sheet doesn't list, where anyone may stake on anything.
 * @throws InputError where a registrar granted that model: then the sheet is incomplete; and for a model listed twice.
 */
export function batchScores(sheet: ReadonlyMap<Hex, Scores | null>, input: BatchInput): BatchScores {
  const first = input.batch * POSITIONS_PER_BATCH;
  const unknown: UnlistedStake[] = [];
  const lanes = unpackStakes(input.stakes).map((stake, lane) => {
    if (stake === 0n) return NO_SCORES;
    const position = first + lane;
    const model = modelAt(input.models, position);
    const scores = sheet.get(model);
    if (scores === undefined) {
      if (input.hasRegistrar) throw unlisted({ position, model });
      unknown.push({ position, model });
    }
    return scores ?? NO_SCORES;
  });
  return { words: packScores(lanes), unknown };
}

/**
 * A sheet by model.
 * @throws InputError for a model listed twice: which of its scores counts would be chance.
 */
export function byModel(sheet: ScoreSheet): ReadonlyMap<Hex, Scores | null> {
  const scores = new Map<Hex, Scores | null>();
  sheet.models.forEach((entry, index) => {
    scores.set(entry.model, entry.scores);
    if (scores.size === index) throw new InputError(`models[${index}]`, `model ${entry.name} is listed twice`);
  });
  return scores;
}

function modelAt(models: readonly Hex[], position: number): Hex {
  const model = models[position];
  if (model === undefined) {
    throw new InputError(`positions[${position}]`, "has a stake, but the chain's events name no model for it");
  }
  return model;
}

function unlisted({ position, model }: UnlistedStake): InputError {
  return new InputError(
    "models",
    `model ${model} of position ${position} has a stake that the registrar granted, but the feed doesn't list it; ` +
      "nothing of this round is signed until it does",
  );
}
