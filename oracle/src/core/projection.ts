import type { Hex } from "viem";
import type { BatchFacts, ChainFacts, RoundFacts } from "./facts.ts";
import { payoutFactorDown, payoutTowardZero, totalAtRiskDown } from "./payout.ts";
import { POSITIONS_PER_BATCH, type Scores, unpackScores, unpackStakes } from "./words.ts";

/**
 * What a position would be paid if its round ended with the scores that are known now; nano-NMR. `scores`: 1e-9, null where
 * none are known, which pays nothing. `from`: the standing report in the contract, or the feed.
 */
export type ProjectedPosition = {
  readonly position: number;
  readonly model: Hex;
  readonly stake: bigint;
  readonly scores: Scores | null;
  readonly payout: bigint;
  readonly from: "report" | "feed" | null;
};

/** A round in flight as it would end now; sums in nano-NMR, the factor in 1e-18. */
export type Projection = {
  readonly staked: bigint;
  readonly atRisk: bigint;
  readonly factor: bigint;
  readonly rewards: bigint;
  readonly burns: bigint;
  /** Those with a stake, in order. */
  readonly positions: readonly ProjectedPosition[];
};

/** A burn may be cut at what the position has when it is settled, which no round in flight knows yet. */
export function projectRound(
  round: RoundFacts,
  { models }: Pick<ChainFacts, "models">,
  sheet: ReadonlyMap<Hex, Scores | null>,
): Projection {
  const { batches, terms } = round;
  const staked = batches.flatMap(({ stakes }) => unpackStakes(stakes)).reduce((sum, stake) => sum + stake, 0n);
  const atRisk = totalAtRiskDown(staked, terms);
  const factor = payoutFactorDown(atRisk, terms);
  const positions = batches.flatMap((batch) =>
    lanesOf(batch, models, sheet).map((lane): ProjectedPosition => {
      const payout = lane.scores === null ? 0n : payoutTowardZero(lane.stake, lane.scores, factor, terms);
      return { ...lane, payout };
    }),
  );
  const rewards = positions.reduce((sum, { payout }) => (payout > 0n ? sum + payout : sum), 0n);
  const burns = positions.reduce((sum, { payout }) => (payout < 0n ? sum - payout : sum), 0n);
  return { staked, atRisk, factor, rewards, burns, positions };
}

/** One of its positions; null where that has no stake in the round. */
export function positionIn({ positions }: Projection, position: number): ProjectedPosition | null {
  let [low, high] = [0, positions.length];
  for (;;) {
    const middle = (low + high) >>> 1;
    const found = positions[middle];
    if (low === high || found === undefined) return null;
    if (found.position === position) return found;
    if (found.position < position) low = middle + 1;
    else high = middle;
  }
}

function lanesOf(
  { index, stakes, scores }: BatchFacts,
  models: readonly Hex[],
  sheet: ReadonlyMap<Hex, Scores | null>,
): Omit<ProjectedPosition, "payout">[] {
  const reported = scores.length === 0 ? null : unpackScores(scores);
  return unpackStakes(stakes).flatMap((stake, lane) => {
    const position = index * POSITIONS_PER_BATCH + lane;
    const model = models[position];
    if (stake === 0n || model === undefined) return [];
    const known = reported === null ? sheet.get(model) : reported[lane];
    const from = known == null ? null : reported === null ? "feed" : "report";
    return [{ position, model, stake, scores: known ?? null, from }];
  });
}
