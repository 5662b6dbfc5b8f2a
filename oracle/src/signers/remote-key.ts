import {
  type Address,
  type Hex,
  hashTypedData,
  isHex,
  keccak256,
  numberToHex,
  parseTransaction,
  serializeSignature,
  serializeTransaction,
  stringify,
} from "viem";
import type { HeartbeatDocument } from "../core/heartbeat.ts";
import { DOMAIN_TYPE, type ReportDocument } from "../core/report.ts";
import type { UnsignedTransaction } from "../core/transaction.ts";
import { SignerRefusal, SignerTrouble } from "./errors.ts";
import { type Ask, jsonRpc, SignerTimeout, UnknownMethod } from "./json-rpc.ts";
import type { Key } from "./key.ts";
import { readSignature, verified } from "./signature.ts";

export type RemoteKeyOptions = {
  readonly url: string;
  readonly address: Address;
  /** How long one question may take. */
  readonly timeoutMs: number;
};

/**
 * A key that another process keeps. It isn't trusted: what it signed is checked here against what was asked, and taken only
 * in the form that contract and chain accept.
 */
export function remoteKey({ url, address, timeoutMs }: RemoteKeyOptions): Key {
  const ask = rested(jsonRpc(url, timeoutMs), timeoutMs);
  const named = namedBy(`the signer of ${address} at ${new URL(url).host}`);
  const signed = (document: ReportDocument | HeartbeatDocument, digest: Hex): Promise<Hex> =>
    named(async () => {
      const answer = await askForTypedData(ask, address, typedData(document));
      return serializeSignature(await verified(readSignature(answer), digest, address));
    });
  return {
    address,
    signReport: (document) => signed(document, hashTypedData(document)),
    signHeartbeat: (document) => signed(document, hashTypedData(document)),
    signTransaction: (transaction) =>
      named(async () => {
        const answer = await ask("eth_signTransaction", [transactionRequest(address, transaction)]);
        return signedTransaction(answer, transaction, address);
      }),
    probe: () => named(() => probe(ask, address)),
  };
}

/** Says of every failure whose it is. */
function namedBy(name: string): <T>(act: () => Promise<T>) => Promise<T> {
  return async (act) => {
    try {
      return await act();
    } catch (error) {
      if (error instanceof SignerTrouble) throw new SignerTrouble(`${name} ${error.message}`);
      if (error instanceof SignerRefusal) throw new SignerRefusal(`${name} ${error.message}`);
      throw error;
    }
  };
}

/** After a question that took all of its time the next ones fail at once for as long, or a tick would wait for each. */
function rested(ask: Ask, timeoutMs: number): Ask {
  let until = 0;
  return async (method, params) => {
    if (Date.now() < until) throw new SignerTrouble("left a question unanswered a moment ago; it is asked again soon");
    try {
      return await ask(method, params);
    } catch (error) {
      if (error instanceof SignerTimeout) until = Date.now() + timeoutMs;
      throw error;
    }
  };
}

/** Web3Signer knows version 4 by the older name. */
async function askForTypedData(ask: Ask, address: Address, document: string): Promise<unknown> {
  try {
    return await ask("eth_signTypedData_v4", [address, document]);
  } catch (error) {
    if (!(error instanceof UnknownMethod)) throw error;
    return ask("eth_signTypedData", [address, document]);
  }
}

/** The document in JSON; large numbers as text, because they may be beyond what JSON's readers keep exactly. */
function typedData({ types, ...document }: ReportDocument | HeartbeatDocument): string {
  return stringify({ types: { EIP712Domain: DOMAIN_TYPE, ...types }, ...document });
}

function transactionRequest(from: Address, transaction: UnsignedTransaction) {
  const { chainId, to, data, nonce, gas, maxFeePerGas, maxPriorityFeePerGas } = transaction;
  const numbers = { chainId, nonce, gas, maxFeePerGas, maxPriorityFeePerGas, value: 0 };
  const quantities = Object.entries(numbers).map(([name, value]) => [name, numberToHex(value)] as const);
  return { from, to, data, type: "0x2", ...Object.fromEntries(quantities) };
}

/** Our own bytes with the signer's signature: whatever else the answer holds is left behind. */
async function signedTransaction(answer: unknown, asked: UnsignedTransaction, address: Address): Promise<Hex> {
  const signed = parsed(rawOf(answer));
  const difference = differenceOf(signed, asked);
  if (difference !== null) throw new SignerRefusal(`signed another transaction: ${difference}`);
  const { r, s, yParity } = signed;
  if (r === undefined || s === undefined || yParity === undefined)
    throw new SignerRefusal("gives a transaction without a signature");
  const digest = keccak256(serializeTransaction(asked));
  return serializeTransaction(asked, await verified({ r, s, yParity }, digest, address));
}

/** Web3Signer answers with the bytes alone, geth with an object around them. */
function rawOf(answer: unknown): Hex {
  const raw = typeof answer === "object" && answer !== null && "raw" in answer ? answer.raw : answer;
  if (!isHex(raw)) throw new SignerRefusal("gives no signed transaction");
  return raw;
}

function parsed(raw: Hex) {
  try {
    return parseTransaction(raw);
  } catch {
    throw new SignerRefusal("gives no signed transaction");
  }
}

/** For the operator: what settles it is the signature over our own bytes. */
function differenceOf(signed: object, asked: UnsignedTransaction): string | null {
  const given: Record<string, unknown> = { ...NOTHING, ...signed };
  for (const [name, value] of Object.entries({ ...asked, value: 0n })) {
    const [wanted, got] = [String(value).toLowerCase(), String(given[name]).toLowerCase()];
    if (wanted !== got) return `its ${name} is ${got.slice(0, SHOWN)}, asked was ${wanted.slice(0, SHOWN)}`;
  }
  return null;
}

const SHOWN = 80;

/** What the encoding leaves out. */
const NOTHING = { value: 0n, data: "0x", nonce: 0, gas: 0n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n };

async function probe(ask: Ask, address: Address): Promise<void> {
  try {
    const accounts = await ask("eth_accounts", []);
    const listed = Array.isArray(accounts) ? accounts.map((account) => String(account).toLowerCase()) : [];
    if (!listed.includes(address.toLowerCase())) throw new SignerRefusal("doesn't list that key");
  } catch (error) {
    // It answers, and keeps to itself whose keys it has.
    if (!(error instanceof UnknownMethod)) throw error;
  }
}
