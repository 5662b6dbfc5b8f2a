import { skipToken, useQuery } from "@tanstack/react-query";
import { useApp } from "../app-context.ts";
import { roundPayouts, roundStakes } from "../index/generated/documents.ts";

/** A position in a round: what was locked and, once its batch is settled, what was paid. Amounts in wei, scores in 1e-9. */
export type RoundRow = {
  readonly position: number;
  readonly model: `0x${string}`;
  readonly staker: string;
  readonly stake: bigint;
  readonly paid: {
    readonly score0: number;
    readonly score1: number;
    readonly payout: bigint;
    readonly clipped: boolean;
    /** Ratio, decimal. */
    readonly rate: string;
  } | null;
};

/** All positions of a round, of one block; asked for again only as the round's progress changes. */
export function useRoundRows(round: string, progress: string) {
  const { index } = useApp();
  return useQuery({
    queryKey: ["round rows", round, progress],
    queryFn:
      index === null
        ? skipToken
        : async (): Promise<RoundRow[]> => {
            const stakes = await index.all(roundStakes, { round });
            const payouts = await index.all(roundPayouts, { round, block: stakes.block });
            const paid = new Map(payouts.rows.map((row) => [row.position.id, row]));
            return stakes.rows.map(({ position, stakeWei }) => {
              const payout = paid.get(position.id);
              return {
                ...{
                  position: position.number,
                  model: position.model,
                  staker: position.staker.id,
                  stake: BigInt(stakeWei),
                },
                paid: payout
                  ? {
                      ...{ score0: payout.score0, score1: payout.score1, clipped: payout.clipped, rate: payout.return },
                      payout: BigInt(payout.payoutWei),
                    }
                  : null,
              };
            });
          },
    refetchInterval: false,
    staleTime: Infinity,
  });
}
