import { numeraireStakingAbi as abi } from "@numeraire-staking/oracle/abi";
import { useQuery } from "@tanstack/react-query";
import { type Address, erc20Abi } from "viem";
import { readContract } from "viem/actions";
import { useApp } from "../app-context.ts";

/** What an account has of the token that is staked, wei. */
export function useBalance(account: Address) {
  const { chain } = useApp();
  return useQuery({
    queryKey: ["chain", "balance", account],
    queryFn: async () => {
      const token = await readContract(chain.client, { abi, address: chain.contract, functionName: "token" });
      return readContract(chain.client, { abi: erc20Abi, address: token, functionName: "balanceOf", args: [account] });
    },
  });
}
