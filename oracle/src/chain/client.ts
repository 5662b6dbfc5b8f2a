import { createPublicClient, http, type PublicClient } from "viem";

/** Where and how patiently to ask a node; times in milliseconds. */
export type NodeOptions = { readonly url: string; readonly timeoutMs: number };

// As many as common providers take in one request.
const BATCH_SIZE = 100;

/** A client for reads: what is asked in the same turn travels in one request. One retry, then the caller decides. */
export function readingClient({ url, timeoutMs }: NodeOptions): PublicClient {
  const transport = http(url, { timeout: timeoutMs, retryCount: 1, batch: { batchSize: BATCH_SIZE } });
  return createPublicClient({ transport, cacheTime: 0 });
}

/** A client for events: alone in its request, because an answer that is too large fails all that travel with it. */
export function eventsClient({ url, timeoutMs }: NodeOptions): PublicClient {
  return createPublicClient({ transport: http(url, { timeout: timeoutMs, retryCount: 1 }), cacheTime: 0 });
}

/** A client for sending: nothing is retried in its back, or a refusal would be taken for an outage. */
export function sendingClient({ url, timeoutMs }: NodeOptions): PublicClient {
  return createPublicClient({ transport: http(url, { timeout: timeoutMs, retryCount: 0 }), cacheTime: 0 });
}
