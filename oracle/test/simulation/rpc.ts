import {
  createPublicClient,
  custom,
  decodeFunctionData,
  getAbiItem,
  type Hex,
  numberToHex,
  type PublicClient,
  RpcRequestError,
  toFunctionSelector,
} from "viem";
import { numeraireStakingAbi as abi } from "../../src/chain/generated/abi.ts";
import type { Action } from "../../src/core/actions.ts";
import type { Sender, UnsignedTransaction } from "../../src/core/transaction.ts";
import { ancestorOf, type Block, type Chain, type Transaction } from "./chain.ts";
import { eventsIn, type Log, viewed } from "./contract-abi.ts";
import { Refusal } from "./contract.ts";
import type { Request } from "./endpoints.ts";
import { DOMAIN } from "./script.ts";

// The chain as an ordinary node serves it, and transactions whose bytes are names for what they carry.

const TIP = 10n ** 9n;
const GAS = 100_000n;
const MULTICALL = toFunctionSelector(getAbiItem({ abi, name: "multicall" }));

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

  /** The actions that calldata carries; null where it is none that was encoded here. */
  calls(data: Hex): readonly Action[] | null {
    const single = this.#actions.get(data);
    if (single !== undefined) return [single];
    if (!data.startsWith(MULTICALL)) return null;
    const { functionName, args } = decodeFunctionData({ abi, data });
    return functionName === "multicall" ? args[0].flatMap((each) => this.calls(each) ?? []) : null;
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
    return { hash, from, nonce, maxFee, tip, calls: this.calls(data) ?? [] };
  }
}

/** A viem client whose every request goes through `answer`. */
export function clientOf(answer: (request: Request) => Promise<unknown>): PublicClient {
  const request = (asked: Request): Promise<unknown> => answer(asked);
  return createPublicClient({ transport: custom({ request }, { retryCount: 0 }), cacheTime: 0 });
}

/** What a node answers whose latest block is `head`. */
export function answerOf(
  chain: Chain,
  wires: Wires,
  { method, params }: Request,
  send: (bytes: Hex) => string | null,
  head = chain.head,
): unknown {
  const [first, second] = (params ?? []) as readonly unknown[];
  switch (method) {
    case "eth_chainId":
      return numberToHex(DOMAIN.chainId);
    case "eth_getBlockByNumber":
      return blockFor(first, head, chain.finalized);
    case "eth_getLogs":
      return logsFor(first as Range, head);
    case "eth_maxPriorityFeePerGas":
      return numberToHex(TIP);
    case "eth_getTransactionCount":
      return numberToHex(blockOf(method, second, chain, head).nonces.get(String(first)) ?? 0);
    case "eth_call":
    case "eth_estimateGas":
      return called(method, (first as { readonly data: Hex }).data, blockOf(method, second, chain, head), chain, wires);
    case "eth_sendRawTransaction": {
      const error = send(first as Hex);
      if (error !== null) throw refusal(method, -32_000, error);
      return numberToHex(1, { size: 32 });
    }
    case "eth_getTransactionReceipt":
      return receiptOf(head, first as Hex);
    default:
      throw new Error(`the simulation's nodes don't know ${method}`);
  }
}

function called(method: string, data: Hex, block: Block, chain: Chain, wires: Wires): Hex {
  const calls = wires.calls(data);
  if (calls === null) return viewed(data, block);
  const result = chain.tried(block.state, calls, block);
  if (result instanceof Refusal) throw refusal(method, 3, `execution reverted: ${result.message}`, result.data);
  return method === "eth_call" ? "0x" : numberToHex(GAS);
}

/** By its number or its hash, in the branch that counts for the node. */
function blockOf(method: string, named: unknown, chain: Chain, head: Block): Block {
  const number = typeof named === "string" && named.startsWith("0x") ? BigInt(named) : head.number;
  const pinned = (named ?? {}) as { readonly blockHash?: Hex };
  const wanted = pinned.blockHash === undefined ? null : chain.blockAt(pinned.blockHash);
  const found = wanted === null ? ancestorOf(head, number) : wanted;
  const isThere = found?.number === (wanted?.number ?? number) && ancestorOf(head, found.number) === found;
  if (found === undefined || found === null || !isThere) throw refusal(method, -32_000, "header not found");
  return found;
}

function blockFor(tag: unknown, head: Block, finalized: bigint) {
  if (tag === "latest") return shown(head);
  const number = tag === "finalized" ? finalized : BigInt(String(tag));
  if (tag !== "finalized" && number > head.number) return null;
  const found = ancestorOf(head, number);
  return found && shown(found);
}

type Range = { readonly fromBlock: Hex; readonly toBlock: Hex };

function logsFor({ fromBlock, toBlock }: Range, head: Block): Log[] {
  const logs: Log[] = [];
  for (let block = ancestorOf(head, BigInt(toBlock)); block !== null; block = block.parent) {
    if (block.number < BigInt(fromBlock)) break;
    logs.unshift(...eventsIn(block));
  }
  return logs;
}

function refusal(method: string, code: number, message: string, data?: Hex): RpcRequestError {
  return new RpcRequestError({ body: { method }, error: { code, message, ...(data && { data }) }, url: "http://node" });
}

function shown({ number, hash, time, baseFee }: Block) {
  return {
    number: numberToHex(number),
    hash,
    parentHash: hash,
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
