import type { Hex } from "viem";
import type { RoundFacts, ScoreSheet } from "./facts.ts";
import { payoutFactorDown, payoutTowardZero, type Terms, totalAtRiskDown } from "./payout.ts";
import { batchScores, byModel } from "./scores.ts";
import { POSITIONS_PER_BATCH, type Scores, unpackScores, unpackStakes } from "./words.ts";

/** What a position gets where the scores stay as they are. Amounts in nano-NMR, scores in 1e-9. */
export type ProjectedPosition = {
  readonly position: number;
  readonly model: Hex;
  readonly name: string | null;
  readonly stake: bigint;
  readonly scores: Scores;
  readonly payout: bigint;
};

/** A round in flight as it would settle now. */
export type Projection = {
  readonly round: bigint;
  /** Whether the feed calls the scores final. */
  readonly resolved: boolean;
  readonly terms: Terms;
  readonly staked: bigint;
  readonly atRisk: bigint;
  /** 1e-18. */
  readonly payoutFactor: bigint;
  readonly rewarded: bigint;
  readonly burned: bigint;
  readonly positions: readonly ProjectedPosition[];
};

/** What a projection is made from; `hasRegistrar`: whether a model that the sheet doesn't list is a fault of the feed. */
export type ProjectionInput = {
  readonly round: RoundFacts;
  readonly models: readonly Hex[];
  readonly hasRegistrar: boolean;
  readonly sheet: ScoreSheet;
};

/**
 * Projects a round's payouts: from the standing report of a batch where there is one, else from the feed's scores. A cut
 * of a burn at what a position has left then can't be foreseen.
 * @throws InputError where the feed's scores can't be used
 */
export function projectRound({ round, models, hasRegistrar, sheet }: ProjectionInput): Projection {
  const { number, terms, batches } = round;
  const byId = byModel(sheet);
  const names = new Map(sheet.models.map(({ model, name }) => [model, name]));
  const staked = batches.flatMap(({ stakes }) => unpackStakes(stakes)).reduce((sum, stake) => sum + stake, 0n);
  const atRisk = totalAtRiskDown(staked, terms);
  const payoutFactor = payoutFactorDown(atRisk, terms);
  const positions = batches.flatMap(({ index, stakes, scores }) => {
    const words = scores.length > 0 ? scores : batchScores(byId, { batch: index, stakes, models, hasRegistrar }).words;
    const lanes = unpackScores(words);
    return unpackStakes(stakes).flatMap((stake, lane): ProjectedPosition[] => {
      const position = index * POSITIONS_PER_BATCH + lane;
      const model = models[position];
      if (stake === 0n || model === undefined) return [];
      const own = lanes[lane] ?? [0n, 0n];
      const payout = payoutTowardZero(stake, own, payoutFactor, terms);
      return [{ position, model, name: names.get(model) ?? null, stake, scores: own, payout }];
    });
  });
  const total = (sign: bigint): bigint =>
    positions.reduce((sum, { payout }) => (payout * sign > 0n ? sum + payout * sign : sum), 0n);
  const { resolved } = sheet;
  const sums = { staked, atRisk, payoutFactor, rewarded: total(1n), burned: total(-1n) };
  return { round: number, resolved, terms, ...sums, positions };
}
