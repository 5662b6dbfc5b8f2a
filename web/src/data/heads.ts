import { skipToken, useQuery } from "@tanstack/react-query";
import { getBlock } from "viem/actions";
import { useApp } from "../app-context.ts";

const POLL_MS = 4_000;

/** The chain's newest block. */
export function useChainHead() {
  const { chain } = useApp();
  return useQuery({
    queryKey: ["chain", "head"],
    queryFn: async () => {
      const { number, timestamp } = await getBlock(chain.client);
      return { number, timestamp };
    },
    refetchInterval: POLL_MS,
  });
}

/** The newest block that the index answers from. */
export function useIndexHead() {
  const { index } = useApp();
  return useQuery({
    queryKey: ["index", "head"],
    queryFn: index === null ? skipToken : () => index.head(),
    refetchInterval: POLL_MS,
  });
}
