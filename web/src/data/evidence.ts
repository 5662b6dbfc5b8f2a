import { useQuery } from "@tanstack/react-query";
import { useApp } from "../app-context.ts";
import { readEvidence } from "../chain/evidence.ts";

/** What a check takes, read over RPC once, of two nodes where the deployment names a witness. */
export function useEvidence(tournament: number, round: bigint) {
  const { chain, witness } = useApp();
  return useQuery({
    queryKey: ["chain", "evidence", tournament, round.toString()],
    queryFn: () => readEvidence(chain, { tournament, round }, witness),
    refetchInterval: false,
    staleTime: Infinity,
  });
}
