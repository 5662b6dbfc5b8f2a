// What a wallet was asked for, read back by nothing but the contracts' own interfaces.
import { numeraireStakingAbi } from "@numeraire-staking/oracle/abi";
import { type Address, decodeFunctionData, erc20Abi, type Hex } from "viem";
import type { Wallet } from "./wallet.ts";
import type { World } from "./world.ts";

export type Deed = { readonly to: Address; readonly name: string; readonly args: readonly unknown[] };
export type Question = { readonly method: string; readonly params: readonly unknown[] };
type Call = { readonly to: Address; readonly data: Hex };

/** The calls in a call: of a multicall those that it carries. */
export function deedsIn(world: World, call: Call): Deed[] {
  const { data } = call;
  const to = call.to.toLowerCase() as Address;
  if (to === world.chain.tokenAddress.toLowerCase()) {
    const { functionName, args } = decodeFunctionData({ abi: erc20Abi, data });
    return [{ to, name: functionName, args }];
  }
  const { functionName, args } = decodeFunctionData({ abi: numeraireStakingAbi, data });
  if (functionName !== "multicall") return [{ to, name: functionName, args }];
  return args[0].flatMap((each) => deedsIn(world, { to, data: each }));
}

/** All that the wallet was asked to sign or send, in order, its own answers left out. */
export function questionsTo({ requests }: Wallet): Question[] {
  return requests
    .filter(({ method }) => ASKING.has(method))
    .map(({ method, params }) => ({ method, params: params as readonly unknown[] }));
}

const ASKING: ReadonlySet<string> = new Set([
  ...["eth_signTypedData_v4", "eth_sendTransaction", "wallet_sendCalls", "personal_sign", "eth_sign"],
]);

/** What the wallet was asked to send with one transaction or batch. */
export function deedsAsked(world: World, question: Question | undefined): Deed[] {
  if (question === undefined) return [];
  const { method, params } = question;
  if (method === "eth_sendTransaction") return deedsIn(world, params[0] as Call);
  const [{ calls }] = params as readonly [{ readonly calls: readonly Call[] }];
  return calls.flatMap((each) => deedsIn(world, each));
}
