import { decodeFunctionData, type Hex } from "viem";
import { numeraireStakingAbi as abi } from "./generated/abi.ts";

/** What a node is asked. */
export type Question = { readonly method: string; readonly params?: unknown };

/** Without parameters there are no arguments, whatever viem's types say. */
type Decoded = { readonly functionName: string; readonly args: readonly unknown[] | undefined };

const MOST_SHOWN = 200;

/** A question in one line, for people: a call of the contract by its name, arguments and block. */
export function sayQuestion({ method, params }: Question): string {
  const [call, block] = Array.isArray(params) ? (params as readonly unknown[]) : [];
  const said = method === "eth_call" ? sayCall(call) : null;
  const text = said === null ? `${method} ${JSON.stringify(params)}` : `${said} at ${JSON.stringify(block)}`;
  return text.slice(0, MOST_SHOWN);
}

function sayCall(call: unknown): string | null {
  try {
    const { data } = call as { readonly data: Hex };
    const { functionName, args } = decodeFunctionData({ abi, data }) as Decoded;
    return `${functionName}(${(args ?? []).map(String).join(", ")})`;
  } catch {
    return null;
  }
}
