import { type Terms, totalAtRiskDown } from "../../oracle/src/core/payout.ts";
import { POSITIONS_PER_BATCH, unpackPayouts, unpackStakes } from "../../oracle/src/core/words.ts";
import type { FeedModel } from "../../oracle/src/feeds/feed.ts";
import type { NumeraireStaking } from "../../types/contracts/NumeraireStaking.js";

/** A position as the chain settled it in a round, nano-NMR. */
export type Settlement = {
  readonly model: FeedModel;
  readonly position: number;
  readonly stake: bigint;
  readonly atRisk: bigint;
  readonly payout: bigint;
};

export type SettledRound = {
  readonly tournament: bigint;
  readonly round: bigint;
  /** The round's models by their id on chain. */
  readonly models: ReadonlyMap<string, FeedModel>;
  readonly terms: Terms;
  /** First block to look for events in. */
  readonly from: number;
};

/** Every position that a settled round held, from the events of its locks and settlements. */
export async function readSettlements(staking: NumeraireStaking, settled: SettledRound): Promise<Settlement[]> {
  const { tournament, round, from, models, terms } = settled;
  const { filters } = staking;
  const opened = await staking.queryFilter(filters.PositionOpened(tournament), from);
  const locks = await staking.queryFilter(filters.BatchLocked(tournament, round), from);
  const settlements = await staking.queryFilter(filters.BatchSettled(tournament, round), from);
  const payoutsOf = new Map(settlements.map(({ args }) => [args.batch, unpackPayouts(args.payouts)]));

  return locks.flatMap(({ args: { batch, stakes } }) => {
    const first = Number(batch) * POSITIONS_PER_BATCH;
    return unpackStakes(stakes).flatMap((stake, lane): Settlement[] => {
      if (stake === 0n) return [];
      const position = first + lane;
      const model = models.get(opened[position]?.args.model ?? "");
      const payout = payoutsOf.get(batch)?.[lane];
      if (model === undefined || payout === undefined) {
        throw new Error(
          `position ${position} of round ${round} has a stake, but no model in the feed or no settlement`,
        );
      }
      return [{ model, position, stake, atRisk: totalAtRiskDown(stake, terms), payout }];
    });
  });
}
