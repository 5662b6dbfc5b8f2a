import { createPublicClient, custom, http, type PublicClient } from "viem";
import type { EndpointOptions } from "./endpoint.ts";
import { packing } from "./packing.ts";
import type { Question } from "./question.ts";
import type { Vote } from "./vote.ts";

// As many as common providers take in one request.
const BATCH_SIZE = 100;
/** Alone in its request: an answer that is too large fails all that travel with it. */
const ALONE = new Set(["eth_getLogs", "eth_sendRawTransaction"]);

/**
 * A node over HTTP. What is asked in the same turn travels in one request, views of the contract in one question. Nothing
 * that failed is tried again in anybody's back: the others' answers stand in for a lost one, and a refusal is never taken
 * for an outage.
 */
export function httpEndpoint(url: string, timeoutMs: number): EndpointOptions {
  const options = { timeout: timeoutMs, retryCount: 0 };
  const together = http(url, { ...options, batch: { batchSize: BATCH_SIZE } })({});
  const alone = http(url, options)({});
  const askAlone: EndpointOptions["ask"] = (method, params) => alone.request({ method, params });
  const ask: EndpointOptions["ask"] = (method, params) =>
    ALONE.has(method) ? askAlone(method, params) : together.request({ method, params });
  return { host: new URL(url).host, ask: packing({ ask, askAlone }) };
}

/** A client that believes what a quorum of nodes says. */
export function votingClient(vote: Pick<Vote, "request">): PublicClient {
  const transport = custom({ request: (question: Question) => vote.request(question) }, { retryCount: 0 });
  return createPublicClient({ transport, cacheTime: 0 });
}
