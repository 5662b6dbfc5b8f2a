import {
  type Address,
  BaseError,
  type Client,
  type Hex,
  HttpRequestError,
  isHex,
  numberToHex,
  ResponseBodyTooLargeError,
  type RpcLog,
  RpcRequestError,
  TimeoutError,
} from "viem";
import { ChainTrouble, ownErrorIn } from "./errors.ts";

/** Events of a contract by their topics; null: any. */
export type LogQuery = {
  readonly client: Client;
  readonly contract: Address;
  readonly topics: readonly (Hex | readonly Hex[] | null)[];
};

/** Blocks from the first to the last, both included. */
export type Span = { readonly from: bigint; readonly to: bigint };

/**
 * The events of a span, asked for in ranges of at most so many blocks. A range that the node refuses is halved, down to a
 * single block, and what it takes is doubled again.
 * @throws ChainTrouble where an answer isn't what it should be; viem's errors
 */
export async function logsBetween(
  query: LogQuery,
  { from, to: latest }: Span,
  most: bigint,
  say: (progress: string) => void = () => undefined,
): Promise<RpcLog[]> {
  const logs: RpcLog[] = [];
  let range = most;
  for (let first = from; first <= latest;) {
    const to = first + range > latest ? latest : first + range - 1n;
    say(`events up to block ${to.toString()} of ${latest.toString()}`);
    try {
      logs.push(...(await page(query, { from: first, to })));
      first = to + 1n;
      range = range * 2n > most ? most : range * 2n;
    } catch (error) {
      if (to === first || !isAnswer(whyIn(error))) throw error;
      // Of what was asked: half of a range that is larger than that would be the same question again.
      range = (to - first + 1n) / 2n;
    }
  }
  return logs;
}

async function page({ client, contract, topics }: LogQuery, { from, to }: Span): Promise<RpcLog[]> {
  const span = { fromBlock: numberToHex(from), toBlock: numberToHex(to) };
  const wanted = topics.map((topic) => (typeof topic === "string" || topic === null ? topic : [...topic]));
  const answer: unknown = await client.request({
    method: "eth_getLogs",
    params: [{ address: contract, topics: wanted, ...span }],
  });
  const unusable = (why: string) =>
    new ChainTrouble("events_incomplete", `eth_getLogs of blocks ${from.toString()} to ${to.toString()}: ${why}`);
  if (!Array.isArray(answer)) throw unusable("the answer is no list");
  return answer.map((log: unknown, index) => {
    if (!isLog(log)) throw unusable(`event ${index} is none of a block: ${JSON.stringify(log).slice(0, 200)}`);
    if (log.removed) throw unusable(`event ${index} is of a block that is no longer in the chain`);
    if (log.address.toLowerCase() === contract.toLowerCase()) return log;
    throw unusable(`event ${index} is of contract ${log.address}, not of ${contract}`);
  });
}

function isLog(log: unknown): log is RpcLog {
  if (typeof log !== "object" || log === null) return false;
  const { address, topics, data, blockNumber, blockHash, transactionHash, logIndex } = log as Record<string, unknown>;
  const texts = [address, data, blockNumber, blockHash, transactionHash, logIndex];
  return texts.every((text) => isHex(text)) && Array.isArray(topics) && topics.every((topic) => isHex(topic));
}

/** Where not enough nodes could answer: why one of them couldn't. */
export function whyIn(error: unknown): unknown {
  const own = ownErrorIn(error);
  return own === null ? error : own.cause;
}

/** Whether the node was there and said no, said too much, or took too long: a smaller question may do. */
export function isAnswer(error: unknown): error is BaseError {
  if (!(error instanceof BaseError)) return false;
  const answer = error.walk(
    (cause) =>
      cause instanceof RpcRequestError ||
      cause instanceof TimeoutError ||
      cause instanceof ResponseBodyTooLargeError ||
      (cause instanceof HttpRequestError && cause.status !== undefined),
  );
  return answer !== null;
}
