// A chain that does what it is told: anyone's transactions without a key, blocks at any time, and back again.
import { startAnvil } from "../../scripts/stack/clients.ts";
import { EngineError } from "../engine/errors.ts";

/** Where Hardhat's test runner is. A history is signed for it. */
const CHAIN_ID = 31_337;
/** How many of the latest blocks can be asked about. Each is a copy of the whole state in memory. */
const STATES_KEPT = 300;
const PER_REQUEST = 200;

export interface Call {
  method: string;
  params: unknown[];
}

export interface Anvil {
  url: string;
  rpc<T>(method: string, ...params: unknown[]): Promise<T>;
  /** Many calls, in order. */
  batch<T>(calls: readonly Call[]): Promise<T[]>;
  stop(): Promise<void>;
}

export async function startObedientAnvil(): Promise<Anvil> {
  const node = await startAnvil(
    0,
    [
      ...["--chain-id", String(CHAIN_ID), "--no-mining", "--auto-impersonate", "--gas-limit", "1000000000000000"],
      ...["--gas-price", "0", "--base-fee", "0", "--disable-min-priority-fee"],
      ...["--prune-history", String(STATES_KEPT)],
    ],
    () => undefined,
  );

  const batch = async <T>(calls: readonly Call[]): Promise<T[]> => {
    const results: T[] = [];
    for (let first = 0; first < calls.length; first += PER_REQUEST) {
      const some = calls.slice(first, first + PER_REQUEST);
      results.push(...(await post<T>(node.url, some)));
    }
    return results;
  };
  return {
    url: node.url,
    batch,
    rpc: async <T>(method: string, ...params: unknown[]) => (await batch<T>([{ method, params }]))[0] as T,
    stop: () => node.stop(),
  };
}

async function post<T>(url: string, calls: readonly Call[]): Promise<T[]> {
  const body = JSON.stringify(calls.map((call, id) => ({ jsonrpc: "2.0", id, ...call })));
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  const answers = (await response.json()) as { id: number; result?: T; error?: { message: string } }[];
  return answers
    .sort((a, b) => a.id - b.id)
    .map(({ id, result, error }) => {
      if (error) throw new EngineError(`anvil refuses ${calls[id]?.method ?? ""}: ${error.message}`);
      return result as T;
    });
}
