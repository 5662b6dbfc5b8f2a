import { withoutUrls } from "@numeraire-staking/oracle/chain/errors";
import { DOMAIN_TYPE } from "@numeraire-staking/oracle/core/report";
import { type Address, type Hex, isAddress, isHex, numberToHex } from "viem";
import type { Provider } from "../chain/client.ts";
import type { Call } from "../chain/row.ts";
import type { Domain } from "../chain/token.ts";
import { isSameHex } from "./rules.ts";
import type { Reason } from "./schema.ts";

/** What the wallet refuses, as data. */
export class WalletRefusal extends Error {
  readonly reason: Reason;

  constructor(reason: Reason, options?: ErrorOptions) {
    super(`the wallet refuses: ${reason.kind}`, options);
    this.name = "WalletRefusal";
    this.reason = reason;
  }
}

/** What the wallet says of a batch. A hash is null until it names one. */
export type BatchStatus = { readonly kind: "pending" | "unknown" | "failed" | "known"; readonly hash: Hex | null };

const REJECTED = 4001;
const UNAUTHORIZED = 4100;
/** Method unknown (EIP-1193 and JSON-RPC), unsupported (EIP-1474), and of EIP-5792: the account can't or won't do atomic calls. */
const UNSUPPORTED: ReadonlySet<number> = new Set([4200, -32_601, -32_004, 5700, 5710, 5750, 5760]);
const DUPLICATE_ID = 5720;
const UNKNOWN_ID = 5730;

/**
 * Asks the wallet.
 * @throws WalletRefusal with what its answer comes to
 */
async function ask(provider: Provider, method: string, params: readonly unknown[] = []): Promise<unknown> {
  try {
    return await provider.request({ method, params });
  } catch (error) {
    throw new WalletRefusal(reasonOf(error, method), { cause: error });
  }
}

function reasonOf(error: unknown, method: string): Reason {
  const code = codeIn(error);
  if (code === REJECTED) return { kind: "rejected" };
  if (code !== null && UNSUPPORTED.has(code)) return { kind: "unsupported", method };
  return { kind: "wallet", code, message: withoutUrls(messageIn(error)) };
}

/**
 * Makes sure that the wallet is where the flow began.
 * @throws WalletRefusal on another chain, and with another account
 */
export async function requirePlace(provider: Provider, expected: Address, chainId: number): Promise<void> {
  const actualChain = Number(await ask(provider, "eth_chainId"));
  if (actualChain !== chainId) throw new WalletRefusal({ kind: "wrongChain", expected: chainId, actual: actualChain });
  const actual = await selected(provider);
  if (actual === null || !isSameHex(actual, expected)) {
    throw new WalletRefusal({ kind: "accountChanged", expected, actual });
  }
}

async function selected(provider: Provider): Promise<Address | null> {
  try {
    const [first] = (await ask(provider, "eth_accounts")) as unknown[];
    return typeof first === "string" && isAddress(first, { strict: false }) ? first : null;
  } catch (error) {
    if (codeIn(error instanceof WalletRefusal ? error.cause : error) === UNAUTHORIZED) return null;
    throw error;
  }
}

/**
 * Sends a call as a transaction of the account: its calldata exactly, with nothing behind it.
 * @param nonce Given where an earlier attempt may still be about: of two with one number only one can happen.
 */
export async function sendTransaction(provider: Provider, from: Address, call: Call, nonce?: number): Promise<Hex> {
  const numbered = nonce === undefined ? {} : { nonce: numberToHex(nonce) };
  const answer = await ask(provider, "eth_sendTransaction", [
    { from, to: call.to, data: call.data, value: "0x0", ...numbered },
  ]);
  if (isHex(answer) && answer.length === 66) return answer;
  throw new WalletRefusal({
    kind: "wallet",
    code: null,
    message: `answers ${String(answer)} for a transaction's hash`,
  });
}

export type PermitMessage = {
  readonly owner: Address;
  readonly spender: Address;
  readonly value: bigint;
  readonly nonce: bigint;
  readonly deadline: bigint;
};

const PERMIT_TYPE = [
  { name: "owner", type: "address" },
  { name: "spender", type: "address" },
  { name: "value", type: "uint256" },
  { name: "nonce", type: "uint256" },
  { name: "deadline", type: "uint256" },
] as const;

/** Asks for the signature of a permit (EIP-2612). */
export async function signPermit(provider: Provider, domain: Domain, permit: PermitMessage): Promise<Hex> {
  const { owner, spender, value, nonce, deadline } = permit;
  const typed = {
    types: { EIP712Domain: DOMAIN_TYPE, Permit: PERMIT_TYPE },
    primaryType: "Permit",
    domain,
    message: {
      ...{ owner, spender },
      ...{ value: value.toString(), nonce: nonce.toString(), deadline: deadline.toString() },
    },
  };
  const answer = await ask(provider, "eth_signTypedData_v4", [owner, JSON.stringify(typed)]);
  if (isHex(answer) && answer.length === 132) return answer;
  throw new WalletRefusal({ kind: "wallet", code: null, message: `answers ${String(answer)} for a signature` });
}

/** Whether the wallet does several calls of the account as one (EIP-5792), or will once the user lets it. */
export async function isAtomic(provider: Provider, account: Address, chainId: number): Promise<boolean> {
  const id = numberToHex(chainId);
  try {
    const answer = await ask(provider, "wallet_getCapabilities", [account, [id]]);
    const { status } = atomicIn(answer, id) ?? atomicIn(answer, "0x0") ?? {};
    return status === "supported" || status === "ready";
  } catch {
    // Whatever keeps it from telling keeps it from doing.
    return false;
  }
}

function atomicIn(capabilities: unknown, chain: Hex): { status?: unknown } | null {
  const ofChain = memberOf(capabilities, chain);
  const atomic = memberOf(ofChain, "atomic");
  return typeof atomic === "object" ? atomic : null;
}

/** Sends calls that all happen or none, under an id of ours: asked twice under one id, a wallet does them once. */
export async function sendCalls(
  provider: Provider,
  from: Address,
  chainId: number,
  id: string,
  calls: readonly Call[],
): Promise<void> {
  const request = {
    ...{ version: "2.0.0", id, from, chainId: numberToHex(chainId), atomicRequired: true },
    calls: calls.map(({ to, data }) => ({ to, data, value: "0x0" })),
  };
  try {
    await ask(provider, "wallet_sendCalls", [request]);
  } catch (error) {
    if (error instanceof WalletRefusal && codeIn(error.cause) === DUPLICATE_ID) return;
    throw error;
  }
}

/** What became of calls. */
export async function callsStatus(provider: Provider, id: string): Promise<BatchStatus> {
  try {
    const answer = await ask(provider, "wallet_getCallsStatus", [id]);
    const receipts = memberOf(answer, "receipts");
    const hash = memberOf(Array.isArray(receipts) ? receipts.at(-1) : null, "transactionHash");
    if (isHex(hash)) return { kind: "known", hash };
    const status = memberOf(answer, "status");
    return { kind: typeof status === "number" && status >= 400 ? "failed" : "pending", hash: null };
  } catch (error) {
    const code = codeIn(error instanceof WalletRefusal ? error.cause : error);
    // A wallet that doesn't answer now may later; one that doesn't know the id never had it.
    return { kind: code === UNKNOWN_ID ? "unknown" : "pending", hash: null };
  }
}

function codeIn(error: unknown): number | null {
  const code = memberOf(error, "code");
  return typeof code === "number" && Number.isInteger(code) ? code : null;
}

function messageIn(error: unknown): string {
  const message = memberOf(error, "message");
  return typeof message === "string" ? message : String(error);
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
