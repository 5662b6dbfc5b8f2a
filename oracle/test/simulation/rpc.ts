import {
  createPublicClient,
  custom,
  decodeFunctionData,
  type Hex,
  numberToHex,
  type PublicClient,
  RpcRequestError,
} from "viem";
import { numeraireStakingAbi as abi } from "../../src/chain/generated/abi.ts";
import type { Action } from "../../src/core/actions.ts";
import type { Sender, UnsignedTransaction } from "../../src/core/transaction.ts";
import { type Block, type Chain, type Transaction } from "./chain.ts";
import { Refusal } from "./contract.ts";

// The chain as an ordinary node serves it, and transactions whose bytes are names for what they carry.

const TIP = 10n ** 9n;
const GAS = 100_000n;

/** Where calldata and signed bytes get their meaning; the same content has the same bytes. */
export class Wires {
  readonly #actions = new Map<Hex, Action>();
  readonly #dataOf = new Map<string, Hex>();
  readonly #signed = new Map<Hex, { readonly from: string; readonly transaction: UnsignedTransaction }>();
  readonly #bytesOf = new Map<string, Hex>();

  encode(action: Action): Hex {
    const signers = action.kind === "report" ? action.signatures.map(({ signature }) => signature).join() : "";
    const scores = "scores" in action ? action.scores.join() : "";
    const attempt = action.kind === "report" ? action.attempt : "";
    const batch = "batch" in action ? action.batch : "";
    const key = [action.kind, action.round, batch, attempt, scores, signers].join(" ");
    const data = this.#dataOf.get(key) ?? numberToHex(this.#dataOf.size + 1, { size: 36 });
    this.#dataOf.set(key, data);
    this.#actions.set(data, action);
    return data;
  }

  calls(data: Hex): Action[] {
    const single = this.#actions.get(data);
    if (single !== undefined) return [single];
    const { functionName, args } = decodeFunctionData({ abi, data });
    if (functionName !== "multicall") throw new Error(`no node of the simulation calls ${functionName}`);
    return args[0].flatMap((each) => this.calls(each));
  }

  sender(address: Sender["address"]): Sender {
    return {
      address,
      signTransaction: (transaction) => {
        const { data, nonce, maxFeePerGas, maxPriorityFeePerGas } = transaction;
        const key = [address, nonce, maxFeePerGas, maxPriorityFeePerGas, data].join(" ");
        const bytes = this.#bytesOf.get(key) ?? numberToHex(this.#bytesOf.size + 1, { size: 40 });
        this.#bytesOf.set(key, bytes);
        this.#signed.set(bytes, { from: address, transaction });
        return Promise.resolve(bytes);
      },
    };
  }

  transaction(bytes: Hex, hash: Hex): Transaction {
    const signed = this.#signed.get(bytes);
    if (signed === undefined) throw new Error(`nobody signed ${bytes}`);
    const { from, transaction } = signed;
    const { nonce, data, maxFeePerGas: maxFee, maxPriorityFeePerGas: tip } = transaction;
    return { hash, from, nonce, maxFee, tip, calls: this.calls(data) };
  }
}

export type Request = { readonly method: string; readonly params?: unknown };

/** A viem client whose every request goes through `answer`. */
export function clientOf(answer: (request: Request) => Promise<unknown>): PublicClient {
  const request = (asked: Request): Promise<unknown> => answer(asked);
  return createPublicClient({ transport: custom({ request }, { retryCount: 0 }), cacheTime: 0 });
}

/** What a node answers that sees the given block as the latest. */
export function answerOf(chain: Chain, wires: Wires, { method, params }: Request, send: (bytes: Hex) => string | null) {
  const [first, second] = (params ?? []) as readonly unknown[];
  const at = typeof second === "string" && second.startsWith("0x") ? chain.blockNumbered(BigInt(second)) : chain.head;
  const block = at ?? chain.head;
  switch (method) {
    case "eth_getBlockByNumber":
      return shown(chain.head);
    case "eth_maxPriorityFeePerGas":
      return numberToHex(TIP);
    case "eth_getTransactionCount":
      return numberToHex(block.nonces.get(String(first)) ?? 0);
    case "eth_call":
    case "eth_estimateGas": {
      const { data } = first as { readonly data: Hex };
      const result = chain.tried(block.state, wires.calls(data), block);
      if (result instanceof Refusal) throw refusal(method, 3, `execution reverted: ${result.message}`, result.data);
      return method === "eth_call" ? "0x" : numberToHex(GAS);
    }
    case "eth_sendRawTransaction": {
      const error = send(first as Hex);
      if (error !== null) throw refusal(method, -32_000, error);
      return numberToHex(1, { size: 32 });
    }
    case "eth_getTransactionReceipt":
      return receiptOf(chain.head, first as Hex);
    default:
      throw new Error(`the simulation's nodes don't know ${method}`);
  }
}

function refusal(method: string, code: number, message: string, data?: Hex): RpcRequestError {
  return new RpcRequestError({ body: { method }, error: { code, message, ...(data && { data }) }, url: "http://node" });
}

function shown({ number, hash, time, baseFee }: Block) {
  return {
    number: numberToHex(number),
    hash,
    timestamp: numberToHex(time),
    baseFeePerGas: numberToHex(baseFee),
    transactions: [],
  };
}

function receiptOf(head: Block, hash: Hex) {
  for (let block: Block | null = head; block !== null; block = block.parent) {
    const found = block.receipts.get(hash);
    if (found === undefined) continue;
    return {
      transactionHash: hash,
      blockNumber: numberToHex(block.number),
      status: found.refusal === null ? "0x1" : "0x0",
      gasUsed: numberToHex(GAS),
      logs: [],
    };
  }
  return null;
}
