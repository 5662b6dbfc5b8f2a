import type {
  Address,
  Client,
  ContractFunctionArgs,
  ContractFunctionName,
  ContractFunctionReturnType,
  Hex,
  PublicClient,
} from "viem";
import { readContract } from "viem/actions";
import { numeraireStakingAbi } from "./generated/abi.ts";

/** One block by its hash; by its number where the node knows no other way. */
export type Pin = { readonly blockHash: Hex; readonly requireCanonical: true } | { readonly blockNumber: bigint };

/** The contract of a chain, seen through one node. */
export type Contract = { readonly client: PublicClient; readonly contract: Address };

type Abi = typeof numeraireStakingAbi;
type Name = ContractFunctionName<Abi, "view">;

/** The same, through whatever can ask a node. */
export type Site = { readonly client: Client; readonly contract: Address };

/** Calls a view at one block. Throws viem's errors. */
export function read<const F extends Name>(
  { client, contract }: Site,
  pin: Pin,
  functionName: F,
  args: ContractFunctionArgs<Abi, "view", F>,
): Promise<ContractFunctionReturnType<Abi, "view", F>> {
  const call = { abi: numeraireStakingAbi, address: contract, functionName, args, ...pin };
  return readContract(client, call as Parameters<typeof readContract>[1]) as Promise<
    ContractFunctionReturnType<Abi, "view", F>
  >;
}
