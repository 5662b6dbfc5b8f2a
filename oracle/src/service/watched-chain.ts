import {
  type Hash,
  type Hex,
  hexToBigInt,
  isHex,
  keccak256,
  numberToHex,
  parseTransaction,
  recoverTransactionAddress,
} from "viem";
import type { Question } from "../chain/question.ts";

/**
 * What goes by between this process and the nodes. "asked": a question was over, after milliseconds. "landed": a transaction
 * of this process is in a block, so many after the one in which its nonce was first offered. "reorganised": so many blocks
 * that were seen are gone.
 */
export type ChainSeen =
  | { readonly kind: "asked"; readonly ms: number }
  | { readonly kind: "landed"; readonly blocks: number; readonly feeWei: bigint; readonly isReverted: boolean }
  | { readonly kind: "reorganised"; readonly depth: number };

type Ask = (question: Question) => Promise<unknown>;

type Published = { readonly since: bigint; readonly maxFee: bigint; readonly tip: bigint };

/** So many blocks, transactions and nonces are remembered; what is older lands and goes unseen. */
const REMEMBERED = 256;

/** The same answers, and what they tell is told. A question of its own costs only a landing or a reorganisation. */
export function watchedChain(ask: Ask, see: (seen: ChainSeen) => void): Ask {
  const blocks = new Map<bigint, Hex>();
  const published = new Map<Hash, Published>();
  const offered = new Map<string, bigint>();
  let head = 0n;
  const blockAt = async (number: bigint) =>
    blockIn(await ask({ method: "eth_getBlockByNumber", params: [numberToHex(number), false] }));

  const offer = async (raw: Hex): Promise<void> => {
    const { nonce = 0, maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = parseTransaction(raw);
    const serializedTransaction = raw as Parameters<typeof recoverTransactionAddress>[0]["serializedTransaction"];
    const key = `${await recoverTransactionAddress({ serializedTransaction })} ${nonce}`;
    const since = offered.get(key) ?? head;
    remember(offered, key, since);
    remember(published, keccak256(raw), { since, maxFee: maxFeePerGas, tip: maxPriorityFeePerGas });
  };

  const land = async (hash: Hash, { number, gasUsed, isReverted }: Receipt): Promise<void> => {
    const found = published.get(hash);
    if (found === undefined) return;
    published.delete(hash);
    const baseFee = (await blockAt(number))?.baseFee ?? 0n;
    const price = found.maxFee < baseFee + found.tip ? found.maxFee : baseFee + found.tip;
    see({ kind: "landed", blocks: Number(number - found.since), feeWei: gasUsed * price, isReverted });
  };

  /** Goes back over what was seen to where it still stands. */
  const reorganised = async (): Promise<void> => {
    const seen = [...blocks].toSorted(([a], [b]) => Number(b - a));
    blocks.clear();
    let highest: bigint | null = null;
    let fork = (seen.at(-1)?.[0] ?? 0n) - 1n;
    for (const [number, hash] of seen) {
      if ((await blockAt(number))?.hash !== hash) {
        highest ??= number;
      } else if (highest !== null) {
        // What stands above it is of the new branch already.
        fork = number;
        break;
      }
    }
    if (highest !== null) see({ kind: "reorganised", depth: Number(highest - fork) });
  };

  const watch = async ({ method, params }: Question, answer: unknown): Promise<void> => {
    const first: unknown = Array.isArray(params) ? params[0] : undefined;
    if (method === "eth_sendRawTransaction" && isHex(first)) await offer(first);
    if (method === "eth_getTransactionReceipt" && isHex(first)) {
      const receipt = receiptIn(answer);
      if (receipt !== null) await land(first, receipt);
    }
    const block = method === "eth_getBlockByNumber" ? blockIn(answer) : null;
    if (block === null) return;
    if (first === "latest") head = block.number;
    const isOther = (blocks.get(block.number) ?? block.hash) !== block.hash;
    if (isOther) await reorganised();
    remember(blocks, block.number, block.hash);
  };

  return async (question) => {
    const startedAt = Date.now();
    const answer = await ask(question).finally(() => {
      see({ kind: "asked", ms: Date.now() - startedAt });
    });
    // Nobody waits for it, and nothing depends on it.
    void watch(question, answer).catch(() => undefined);
    return answer;
  };
}

function remember<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > REMEMBERED && oldest !== undefined) map.delete(oldest);
}

type Receipt = { readonly number: bigint; readonly gasUsed: bigint; readonly isReverted: boolean };

function receiptIn(answer: unknown): Receipt | null {
  const [number, gasUsed, status] = ["blockNumber", "gasUsed", "status"].map((field) => hexIn(answer, field));
  if (number === undefined || gasUsed === undefined) return null;
  return { number: hexToBigInt(number), gasUsed: hexToBigInt(gasUsed), isReverted: status === "0x0" };
}

function blockIn(answer: unknown) {
  const [number, hash, baseFee] = ["number", "hash", "baseFeePerGas"].map((field) => hexIn(answer, field));
  if (number === undefined || hash === undefined) return null;
  return { number: hexToBigInt(number), hash, baseFee: baseFee === undefined ? 0n : hexToBigInt(baseFee) };
}

function hexIn(value: unknown, field: string): Hex | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const found: unknown = Object.entries(value).find(([name]) => name === field)?.[1];
  return isHex(found) ? found : undefined;
}
