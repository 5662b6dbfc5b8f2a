import { useQueries } from "@tanstack/react-query";
import type { Address } from "viem";
import { useApp } from "../app-context.ts";
import { type Projections, projectionsOf } from "../oracle/projections.ts";

const POLL_MS = 30_000;

/** What oracles expect of a staker, by tournament; a tournament that none speaks of is missing. */
export function useProjections(tournaments: readonly number[], staker: Address): ReadonlyMap<number, Projections> {
  const { config } = useApp();
  const answers = useQueries({
    queries: tournaments.map((tournament) => ({
      queryKey: ["oracle", tournament, staker],
      queryFn: () => projectionsOf(config.oracleUrls, tournament, staker),
      refetchInterval: POLL_MS,
    })),
  });
  const known = tournaments.map((tournament, at) => [tournament, answers[at]?.data ?? null] as const);
  return new Map(known.flatMap(([tournament, said]) => (said === null ? [] : [[tournament, said]])));
}
