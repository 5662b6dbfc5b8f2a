import { numeraireStakingAbi as abi } from "@numeraire-staking/oracle/abi";
import { useQuery } from "@tanstack/react-query";
import { getBlock, readContract } from "viem/actions";
import { useApp } from "../app-context.ts";

const POLL_MS = 12_000;

/** A tournament's reserve as the contract itself says, wei, with the block it says it at. */
export function useReserve(tournament: number) {
  const { chain } = useApp();
  return useQuery({
    queryKey: ["chain", "reserve", tournament],
    queryFn: async () => {
      const { number: blockNumber } = await getBlock(chain.client);
      const [total, earmarked] = await readContract(chain.client, {
        ...{ abi, address: chain.contract, functionName: "reserveOf", args: [tournament], blockNumber },
      });
      return { block: blockNumber, total, earmarked };
    },
    refetchInterval: POLL_MS,
  });
}
