import { HttpRequestError, numberToHex } from "viem";
import type { Chance } from "./chance.ts";
import { flipped } from "./lies.ts";

/** What an endpoint with a fault answers; "never": nothing, until whoever asked gives up. */
export type Fault = (question: {
  readonly method: string;
  readonly truth: () => unknown;
  readonly past: () => unknown;
  readonly chance: Chance;
}) => unknown;

const OTHER_CHAIN = 2;

function httpError(details: string, status?: number): HttpRequestError {
  return new HttpRequestError({ url: "http://node", details, ...(status !== undefined && { status }) });
}

function throwing(details: string, status?: number): Fault {
  return () => {
    throw httpError(details, status);
  };
}

/** Changes the answers to one method. */
function altered(method: string, change: (truth: unknown, chance: Chance) => unknown): Fault {
  return (question) => (question.method === method ? change(question.truth(), question.chance) : question.truth());
}

/** The twelve of one endpoint. */
export const FAULTS: Readonly<Record<string, Fault | "never">> = {
  refused: throwing("connect ECONNREFUSED"),
  hangs: "never",
  "slow body": "never",
  "429": throwing("Too Many Requests", 429),
  "500": throwing("Internal Server Error", 500),
  "wrong chain id": altered("eth_chainId", () => numberToHex(OTHER_CHAIN)),
  stale: ({ past }) => past(),
  "forked head": altered("eth_getBlockByNumber", (block) =>
    typeof block === "object" && block !== null ? { ...block, hash: `0x${"ab".repeat(32)}` } : block,
  ),
  "lying eth_call": altered("eth_call", flipped),
  "truncated logs": altered("eth_getLogs", (logs) => (Array.isArray(logs) ? logs.slice(0, -1) : logs)),
  "accepts and drops a transaction": ({ method, truth }) =>
    method === "eth_sendRawTransaction" ? `0x${"cd".repeat(32)}` : truth(),
  "drops the connection mid-body": throwing("terminated"),
};
