import type {
  Address,
  ContractFunctionArgs,
  ContractFunctionName,
  ContractFunctionReturnType,
  Hex,
  PublicClient,
} from "viem";
import { numeraireStakingAbi } from "./generated/abi.ts";

/** One block by its hash; by its number where the node knows no other way. */
export type Pin = { readonly blockHash: Hex; readonly requireCanonical: true } | { readonly blockNumber: bigint };

/** The contract of a chain, seen through one node. */
export type Contract = { readonly client: PublicClient; readonly contract: Address };

type Abi = typeof numeraireStakingAbi;
type Name = ContractFunctionName<Abi, "view">;

/** Calls a view at one block. Throws viem's errors. */
export function read<const F extends Name>(
  { client, contract }: Contract,
  pin: Pin,
  functionName: F,
  args: ContractFunctionArgs<Abi, "view", F>,
): Promise<ContractFunctionReturnType<Abi, "view", F>> {
  const call = { abi: numeraireStakingAbi, address: contract, functionName, args, ...pin };
  return client.readContract(call as Parameters<typeof client.readContract>[0]) as Promise<
    ContractFunctionReturnType<Abi, "view", F>
  >;
}
