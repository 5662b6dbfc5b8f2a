import { skipToken, useQuery } from "@tanstack/react-query";
import type { Address } from "viem";
import { useApp } from "../app-context.ts";
import { stakesOf, tournamentAt } from "../chain/positions.ts";

const POLL_MS = 8_000;

/** What an address has staked, from the chain alone. */
export function useStakes(staker: Address | undefined) {
  const { chain } = useApp();
  return useQuery({
    queryKey: ["chain", "stakes", staker],
    queryFn: staker === undefined ? skipToken : () => stakesOf(chain, staker),
    refetchInterval: POLL_MS,
  });
}

/** A tournament as a position that is opened now would find it, from the chain alone. */
export function useTournament(number: number) {
  const { chain } = useApp();
  return useQuery({
    queryKey: ["chain", "tournament", number],
    queryFn: number > 0 ? () => tournamentAt(chain, number) : skipToken,
    refetchInterval: POLL_MS,
  });
}
