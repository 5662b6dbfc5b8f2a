import { InputError } from "../core/errors.ts";
import { FeedUnavailable } from "./feed.ts";
import { type Body, OPEN_TAP, type Tap } from "./tap.ts";

/** How a server is asked; every member but `url` has a default. */
export type HttpOptions = {
  readonly url: string;
  readonly token?: string;
  /** For one question, to the last byte of its answer. */
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  readonly tap?: Tap;
};

/** A question; without a body it is a GET. */
export type Question = {
  readonly url: string;
  /** What is asked, without the URL. */
  readonly text: string;
  /** What goes before the token: `Token`, `Bearer`. */
  readonly scheme: string;
  readonly body?: string;
};

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_BYTES = 64 * 2 ** 20;

/**
 * Asks once and reads the answer. Whatever goes wrong on the way, and whatever but an InputError `read` throws, may pass:
 * it becomes a FeedUnavailable that shows neither the token nor more of the URL than its host.
 * @throws FeedUnavailable, InputError
 */
export async function ask<T>(
  options: HttpOptions,
  question: Question,
  read: (status: number, text: string) => T,
): Promise<T> {
  const { token, tap = OPEN_TAP } = options;
  try {
    const { status, text } = await tap(question.text, () => fetched(options, question));
    return read(status, text);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new FeedUnavailable(`${hostOf(options.url)}: ${withoutToken(reasonOf(error), token)}`);
  }
}

async function fetched(options: HttpOptions, question: Question): Promise<Body> {
  const { token, timeoutMs = DEFAULT_TIMEOUT_MS, maxBytes = DEFAULT_MAX_BYTES } = options;
  const response = await fetch(question.url, {
    headers: {
      accept: "application/json",
      ...(token !== undefined && { authorization: `${question.scheme} ${token}` }),
      ...(question.body !== undefined && { "content-type": "application/json" }),
    },
    ...(question.body !== undefined && { method: "POST", body: question.body }),
    redirect: "error",
    signal: AbortSignal.timeout(timeoutMs),
  });
  return { status: response.status, text: decoded(await bodyOf(response, maxBytes)) };
}

async function bodyOf(response: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body as AsyncIterable<Uint8Array> | null) ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new InputError("body", `is longer than ${maxBytes} bytes; a round is far shorter`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Bytes to text.
 * @throws InputError where they are not UTF-8; a byte order mark is kept, for the parser to refuse.
 */
export function decoded(bytes: Uint8Array, field = "body"): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new InputError(field, "is not UTF-8");
  }
}

/** What fetch says lies one or two causes deep: "fetch failed" helps nobody. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "no answer in time";
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}

/** A URL may carry a secret in its path or query, so only its host is ever shown. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "feed";
}

function withoutToken(text: string, token: string | undefined): string {
  return token === undefined || token === "" ? text : text.replaceAll(token, "…");
}
