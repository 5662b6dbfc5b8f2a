import { z } from "zod";
import { SignerRefusal, SignerTrouble } from "./errors.ts";

/** One question to a signer. @throws SignerTrouble, SignerRefusal, UnknownMethod */
export type Ask = (method: string, params: readonly unknown[]) => Promise<unknown>;

/** The signer doesn't know the method: another name of it may do. */
export class UnknownMethod extends SignerRefusal {}

/** The signer took all of its time. */
export class SignerTimeout extends SignerTrouble {}

/** Four times what the largest transaction takes in hex that nodes pass on, which has 128 KiB. */
const MAX_BYTES = 1_048_576;
const SHOWN = 200;

const answerSchema = z.looseObject({ jsonrpc: z.literal("2.0"), id: z.number().nullable() });
const errorSchema = z.object({ code: z.number(), message: z.string() });

/** Asks over HTTP. What it says about a failure never holds the URL, which may carry a secret; the caller names the signer. */
export function jsonRpc(url: string, timeoutMs: number): Ask {
  let asked = 0;
  return async (method, params) => {
    asked += 1;
    const id = asked;
    const request = JSON.stringify({ jsonrpc: "2.0", id, method, params });
    const { status, text } = await exchange(url, request, timeoutMs);
    return resultOf(status, text, id, { method, url });
  };
}

async function exchange(url: string, body: string, timeoutMs: number) {
  try {
    const headers = { "content-type": "application/json", accept: "application/json" };
    const signal = AbortSignal.timeout(timeoutMs);
    // Whoever sends it elsewhere doesn't get what is to be signed sent there too.
    const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    return { status: response.status, text: await bodyOf(response) };
  } catch (error) {
    if (error instanceof SignerRefusal) throw error;
    if (error instanceof Error && error.name === "TimeoutError") {
      throw new SignerTimeout(`doesn't answer within ${timeoutMs / 1_000} s`);
    }
    throw new SignerTrouble(`doesn't answer: ${reasonOf(error)}`);
  }
}

async function bodyOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  for await (const chunk of (response.body as AsyncIterable<Uint8Array> | null) ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new SignerRefusal(`answers with more than ${MAX_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Codes and names only: messages of the network's layers may repeat the URL. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "no reason given";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.cause === undefined ? error.name : reasonOf(error.cause);
}

type Asked = { readonly method: string; readonly url: string };

function resultOf(status: number, text: string, id: number, { method, url }: Asked): unknown {
  const answer = answerSchema.safeParse(jsonOrNull(text)).data;
  const error = errorSchema.safeParse(answer?.["error"]).data;
  if (error !== undefined) {
    const says = `answers ${method} with error ${error.code}: ${withoutSecrets(error.message, url)}`;
    if (UNKNOWN_METHOD.has(error.code)) throw new UnknownMethod(says);
    throw TRANSIENT.has(error.code) || isTransient(status) ? new SignerTrouble(says) : new SignerRefusal(says);
  }
  if (isTransient(status)) throw new SignerTrouble(`answers with HTTP ${status}`);
  if (status < 200 || status > 299) throw new SignerRefusal(`answers with HTTP ${status}`);
  if (answer?.id !== id || !("result" in answer)) throw new SignerRefusal(`answers with what is no JSON-RPC`);
  return answer["result"];
}

/** Method not found; method not supported. */
const UNKNOWN_METHOD = new Set([-32_601, -32_004]);
/** Internal error, which a signer gives when what is behind it fails; limit exceeded. */
const TRANSIENT = new Set([-32_603, -32_005]);

function isTransient(status: number): boolean {
  return status >= 500 || status === 408 || status === 425 || status === 429;
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The signer's words in one line, unless they repeat a part of the URL beyond its host. */
function withoutSecrets(message: string, url: string): string {
  const { pathname, search } = new URL(url);
  const parts = `${pathname}${search}`.split(/[/?&=]/).filter((part) => part.length >= 4);
  const isRepeated = parts.some((part) => message.includes(part) || message.includes(decoded(part)));
  return isRepeated ? "(not shown: it repeats the URL)" : message.replace(/\s+/g, " ").slice(0, SHOWN);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
