import { numeraireStakingAbi as abi } from "@numeraire-staking/oracle/abi";
import { type Address, BaseError, ContractFunctionZeroDataError, encodeFunctionData, erc20Abi, type Hex } from "viem";
import { call, getBlock, readContract } from "viem/actions";
import type { Chain } from "./client.ts";
import { refusalIn } from "./revert.ts";

const permitAbi = [
  {
    type: "function",
    name: "nonces",
    stateMutability: "view",
    inputs: [{ type: "address", name: "owner" }],
    outputs: [{ type: "uint256" }],
  },
  {
    type: "function",
    name: "eip712Domain",
    stateMutability: "view",
    inputs: [],
    outputs: [
      { type: "bytes1", name: "fields" },
      { type: "string", name: "name" },
      { type: "string", name: "version" },
      { type: "uint256", name: "chainId" },
      { type: "address", name: "verifyingContract" },
      { type: "bytes32", name: "salt" },
      { type: "uint256[]", name: "extensions" },
    ],
  },
] as const;

/** A domain of EIP-712, as the token names it. */
export type Domain = {
  readonly name: string;
  readonly version: string;
  readonly chainId: number;
  readonly verifyingContract: Address;
};

/** The token as an account has it, at a block. Amounts are wei. */
export type TokenView = {
  readonly token: Address;
  readonly block: bigint;
  /** Of that block, unix seconds. */
  readonly time: bigint;
  readonly balance: bigint;
  /** What the staking contract may take. */
  readonly allowance: bigint;
  /** What a permit of EIP-2612 needs; null where the token knows none. */
  readonly permit: { readonly nonce: bigint; readonly domain: Domain } | null;
};

/** Reads the token of the staking contract, all at the newest block. */
export async function tokenView(chain: Chain, account: Address): Promise<TokenView> {
  const { client, contract: address } = chain;
  const { number: block, timestamp: time } = await getBlock(client);
  const at = { blockNumber: block };
  const [token, burnsByMint] = await Promise.all([
    readContract(client, { abi, address, functionName: "token", ...at }),
    readContract(client, { abi, address, functionName: "burnsByMint", ...at }),
  ]);
  const [balance, allowance, permit] = await Promise.all([
    readContract(client, { abi: erc20Abi, address: token, functionName: "balanceOf", args: [account], ...at }),
    readContract(client, { abi: erc20Abi, address: token, functionName: "allowance", args: [account, address], ...at }),
    // NMR of 2017 answers an unknown function by eating all gas: it is not asked.
    burnsByMint ? null : permitOf(chain, token, account, block),
  ]);
  return { token, block, time, balance, allowance, permit };
}

/** Null where the token refuses to answer. */
async function permitOf({ client, id }: Chain, token: Address, account: Address, blockNumber: bigint) {
  const at = { abi: permitAbi, address: token, blockNumber };
  try {
    const [nonce, [, name, version, chainId, verifyingContract]] = await Promise.all([
      readContract(client, { ...at, functionName: "nonces", args: [account] }),
      readContract(client, { ...at, functionName: "eip712Domain" }),
    ]);
    if (Number(chainId) !== id) return null;
    return { nonce, domain: { name, version, chainId: id, verifyingContract } };
  } catch (error) {
    if (refusalIn(error) !== null || isEmptyAnswer(error)) return null;
    throw error;
  }
}

function isEmptyAnswer(error: unknown): boolean {
  return error instanceof BaseError && error.walk((each) => each instanceof ContractFunctionZeroDataError) !== null;
}

/** Whether the token would let the account approve that much now, over what it has approved. */
export async function takesApproval(
  { client, contract }: Chain,
  { token, block }: TokenView,
  account: Address,
  value: bigint,
): Promise<boolean> {
  try {
    const { data } = await call(client, { account, to: token, data: approval(contract, value), blockNumber: block });
    return isTrue(data);
  } catch (error) {
    if (refusalIn(error) !== null) return false;
    throw error;
  }
}

/** The calldata of an approval. */
export function approval(spender: Address, value: bigint): Hex {
  return encodeFunctionData({ abi: erc20Abi, functionName: "approve", args: [spender, value] });
}

/** Whether a token's answer means yes: true, or nothing at all. */
export function isTrue(answer: Hex | undefined): boolean {
  return answer === undefined || answer === "0x" || BigInt(answer) === 1n;
}
