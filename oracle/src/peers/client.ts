import type { z } from "zod";

/** Another operator's node can't be asked, or its answer can't be used. Never shows more of its URL than the host. */
export class PeerFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "PeerFault";
  }
}

export type AskOptions = { readonly timeoutMs: number; readonly maxBytes: number };

/**
 * Asks a node, whose URL may end with a path of its own, for something of that shape. Follows no redirect, and reads no
 * more than it must.
 * @throws PeerFault
 */
export async function askPeer<T>(
  base: string,
  path: string,
  schema: z.ZodType<T>,
  { timeoutMs, maxBytes }: AskOptions,
): Promise<T> {
  const text = await textOf(`${base.replace(/\/+$/, "")}${path}`, timeoutMs, maxBytes);
  const result = schema.safeParse(jsonOf(text));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new PeerFault(`${issue?.path.map(String).join(".") ?? ""}: ${issue?.message ?? "can't be used"}`);
}

/** What is shown of a node's URL. */
export function hostOf(url: string): string {
  return new URL(url).host;
}

async function textOf(url: string, timeoutMs: number, maxBytes: number): Promise<string> {
  try {
    const response = await fetch(url, {
      headers: { accept: "application/json" },
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new PeerFault(`HTTP ${response.status}`);
    }
    return await boundedText(response, maxBytes);
  } catch (error) {
    if (error instanceof PeerFault) throw error;
    throw new PeerFault(reasonOf(error), { cause: error });
  }
}

async function boundedText(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  for await (const chunk of (response.body as AsyncIterable<Uint8Array> | null) ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new PeerFault(`its answer is longer than ${maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PeerFault("its answer is not JSON");
  }
}

/** What fetch says lies one or two causes deep: "fetch failed" helps nobody. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "no answer in time";
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}
