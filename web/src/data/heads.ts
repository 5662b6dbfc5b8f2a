import { skipToken, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { getBlock } from "viem/actions";
import { useApp } from "../app-context.ts";

/** The chain's newest block. */
export function useChainHead() {
  const { chain, config } = useApp();
  return useQuery({
    queryKey: ["chain", "head"],
    queryFn: async () => {
      const { number, timestamp } = await getBlock(chain.client);
      return { number, timestamp };
    },
    refetchInterval: config.pollMs,
  });
}

/** The newest block that the index answers from. */
export function useIndexHead() {
  const { index, config } = useApp();
  return useQuery({
    queryKey: ["index head"],
    queryFn: index === null ? skipToken : () => index.head(),
    refetchInterval: config.pollMs,
  });
}

/** Asks the index again whatever is on the page, as soon as it has another block. */
export function useFollowIndex(): void {
  const queries = useQueryClient();
  const hash = useIndexHead().data?.hash;
  useEffect(() => {
    if (hash !== undefined) void queries.invalidateQueries({ queryKey: ["index"], refetchType: "active" });
  }, [hash, queries]);
}
