import { BaseError, decodeErrorResult, type Hex, isHex } from "viem";
import { numeraireStakingAbi } from "./generated/abi.ts";

/** Passes by itself, or with the next look at the chain. */
export type TroubleCode =
  | "rpc_down"
  | "rpc_quorum_lost"
  | "rpc_disagree"
  | "rate_limited"
  | "chain_moved"
  | "events_incomplete"
  | "tx_pending"
  | "tx_fee_capped"
  | "tx_unmined";
/** Stays until somebody acts. */
export type RefusalCode =
  "rpc_wrong_chain" | "contract_missing" | "tournament_missing" | "tx_reverts" | "tx_too_large" | "funds_low";

/** Worth trying again: the network, a node, or a chain that moved between looking and sending. */
export class ChainTrouble extends Error {
  readonly code: TroubleCode;

  constructor(code: TroubleCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ChainTrouble";
    this.code = code;
  }
}

/** The operator must act: trying again gives the same answer. */
export class ChainRefusal extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ChainRefusal";
    this.code = code;
  }
}

/** The trouble or refusal that an error is, or that something else was thrown for; null where it is neither. */
export function ownErrorIn(error: unknown): ChainTrouble | ChainRefusal | null {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof ChainTrouble || each instanceof ChainRefusal) return each;
  }
  return null;
}

/** A custom error of the contract, with its values by name. */
export type Revert = {
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly text: string;
};

/** The contract's own error in a failed call; null where the call failed for another reason or without data. */
export function revertOf(error: unknown): Revert | null {
  const data = revertDataIn(error);
  if (data === null) return null;
  try {
    const { errorName, args, abiItem } = decodeErrorResult({ abi: numeraireStakingAbi, data });
    const values = Object.fromEntries(abiItem.inputs.map(({ name }, index) => [name, args[index]]));
    return { name: errorName, values, text: `${errorName}(${listed(values)})` };
  } catch {
    return {
      name: data.slice(0, 10),
      values: {},
      text: `an error that the contract's interface doesn't name: ${data}`,
    };
  }
}

/** What a failed request comes to, in one line without the node's URL, which may carry a key. */
export function sayWhy(error: unknown): string {
  if (!(error instanceof BaseError)) return withoutUrls(error instanceof Error ? error.message : String(error));
  const { details } = error;
  const short = error.shortMessage.split("\n")[0] ?? "";
  return withoutUrls(details === "" || short.includes(details) ? short : `${short} ${details}`).replaceAll("\n", " ");
}

/** Whether the node refused the call because of what the contract, not the node, says. */
export function isRevert(error: unknown): boolean {
  return revertDataIn(error) !== null || /revert/i.test(sayWhy(error));
}

/** What a call that reverted returned; null where the error tells of none. */
export function revertDataIn(error: unknown): Hex | null {
  if (!(error instanceof BaseError)) return null;
  let found: Hex | null = null;
  error.walk((cause) => {
    found ??= hexIn(cause);
    return found !== null;
  });
  return found;
}

/** Nodes put the data into `data`, some of them one level deeper. */
function hexIn(value: unknown): Hex | null {
  if (typeof value !== "object" || value === null || !("data" in value)) return null;
  const { data } = value;
  if (isHex(data)) return data.length >= 10 ? data : null;
  return hexIn(data);
}

function listed(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(", ");
}

/** A node's URL may carry a key, and viem writes it into its messages. */
export function withoutUrls(text: string): string {
  return text.replace(/https?:\/\/\S+/g, "(url)");
}
