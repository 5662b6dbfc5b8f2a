// The stub chain behind a real JSON-RPC server, and a feed of its rounds beside it, in a process of their own: neither
// takes the time of what is measured. Arguments: what `StubOptions` says, as JSON.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Hex } from "viem";
import { CHAIN_ID, nameOf, scoresOf, StubChain, type StubOptions, type StubRound, TERMS } from "./stub-chain.ts";

/** HTTP requests that were answered, and the questions in them. */
export type Asked = { readonly requests: number; readonly questions: number; readonly transactions: number };

type Question = { readonly id: number; readonly method: string; readonly params?: readonly unknown[] };

const FINAL_BEHIND = 64;
const chain = new StubChain(JSON.parse(process.argv[2] ?? "{}") as StubOptions);
const HEAD = { format: "numeraire-feed/1", tournament: 1 };
const MODELS = Array.from({ length: chain.positions }, (_, position) => ({
  id: nameOf(position),
  scores: scoresOf(position).map(decimal),
}));
let requests = 0;
let questions = 0;

/** As JSON. */
function answer({ method, params: [first, second] = [] }: Question): string {
  switch (method) {
    case "eth_getLogs": {
      const { fromBlock, toBlock } = first as { fromBlock: Hex; toBlock: Hex };
      return chain.logs(Number(fromBlock), Number(toBlock));
    }
    case "eth_call":
      return JSON.stringify(chain.call((first as { data: Hex }).data));
    case "eth_getBlockByNumber":
      return JSON.stringify(chain.block(heightOf(first as string)));
    case "eth_sendRawTransaction":
      return JSON.stringify(chain.take(first as Hex));
    case "eth_getTransactionReceipt":
      return JSON.stringify(chain.receipt(first as Hex));
    case "eth_getTransactionCount":
      return JSON.stringify(`0x${chain.transactions.toString(16)}`);
    case "eth_chainId":
      return JSON.stringify(`0x${CHAIN_ID.toString(16)}`);
    case "eth_estimateGas":
      return '"0x4c4b40"';
    case "eth_getBalance":
      return '"0x56bc75e2d63100000"';
    case "eth_gasPrice":
    case "eth_maxPriorityFeePerGas":
      return '"0x3b9aca00"';
    default:
      throw new Error(`the stub doesn't know ${method} of ${JSON.stringify(second)}`);
  }
}

function heightOf(tag: string): number {
  if (tag === "latest") return chain.head;
  return tag.startsWith("0x") ? Number(tag) : chain.head - FINAL_BEHIND;
}

function answered(question: Question): string {
  questions += 1;
  return `{"jsonrpc":"2.0","id":${question.id},"result":${answer(question)}}`;
}

function rpc(body: string): string {
  requests += 1;
  const asked = JSON.parse(body) as Question | Question[];
  return Array.isArray(asked) ? `[${asked.map(answered).join(",")}]` : answered(asked);
}

function roundOf({ number, schedule, reportedAt }: StubRound) {
  const [clip, exposure, ...multipliers] = [TERMS.clip, TERMS.exposure, ...TERMS.multipliers].map(decimal);
  const iso = (seconds: number): string => new Date(seconds * 1_000).toISOString();
  return {
    number,
    opensAt: iso(schedule.closesAt - 7_200),
    closesAt: iso(schedule.closesAt),
    resolvesAt: iso(schedule.resolvesAt),
    resolved: reportedAt > 0,
    scoreNames: ["skill", "novelty"],
    terms: { multipliers, clip, stakeThreshold: "0", exposure },
  };
}

function decimal(nano: bigint): string {
  return `${nano.toString()}e-9`;
}

function feed(url: string): string {
  const inFlight = chain.rounds.filter(({ isSettled }) => !isSettled);
  const number = /^\/rounds\/(\d+)$/.exec(url)?.[1];
  if (number === undefined) return JSON.stringify({ ...HEAD, rounds: inFlight.map(roundOf) });
  const round = chain.rounds[Number(number) - 1];
  if (round === undefined) throw new Error(`the stub has no round ${number}`);
  return JSON.stringify({ ...HEAD, round: roundOf(round), models: MODELS });
}

async function bodyOf(request: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

const server = createServer((request, response) => {
  void bodyOf(request).then((body) => {
    response.setHeader("content-type", "application/json");
    response.end(request.method === "GET" ? feed(request.url ?? "") : rpc(body));
  });
});
server.listen(0, "127.0.0.1", () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on("message", (wish) => {
  if (wish === "mine") chain.mine();
  else {
    process.send?.({ requests, questions, transactions: chain.transactions } satisfies Asked);
    requests = 0;
    questions = 0;
  }
});
process.on("disconnect", () => process.exit());
