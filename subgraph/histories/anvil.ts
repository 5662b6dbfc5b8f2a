// A chain that does what it is told: anyone's transactions without a key, blocks at any time, and back again.
import { tmpdir } from "node:os";
import { anvilBinary } from "../../scripts/stack/clients.ts";
import { EngineError } from "../engine/errors.ts";
import { startChild } from "../engine/process.ts";

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

export async function startAnvil(): Promise<Anvil> {
  let listens!: (url: string) => void;
  const listening = new Promise<string>((resolve) => (listens = resolve));
  const child = await startChild({
    name: "anvil",
    command: anvilBinary(),
    args: [
      ...["--host", "127.0.0.1", "--port", "0", "--chain-id", String(CHAIN_ID), "--accounts", "0"],
      ...["--no-mining", "--auto-impersonate", "--hardfork", "osaka", "--enable-tx-gas-limit"],
      ...["--gas-limit", "1000000000000000", "--gas-price", "0", "--base-fee", "0", "--disable-min-priority-fee"],
      ...["--prune-history", String(STATES_KEPT)],
    ],
    env: process.env,
    cwd: tmpdir(),
    log: (line) => {
      const [, url] = /Listening on (\S+)/.exec(line) ?? [];
      if (url !== undefined) listens(`http://${url}`);
    },
    orphanSignal: "KILL",
  });
  const url = await Promise.race([listening, child.ended]);
  if (url instanceof Error) throw url;

  const batch = async <T>(calls: readonly Call[]): Promise<T[]> => {
    const results: T[] = [];
    for (let first = 0; first < calls.length; first += PER_REQUEST) {
      const some = calls.slice(first, first + PER_REQUEST);
      results.push(...(await post<T>(url, some)));
    }
    return results;
  };
  return {
    url,
    batch,
    rpc: async <T>(method: string, ...params: unknown[]) => (await batch<T>([{ method, params }]))[0] as T,
    stop: () => child.stop(),
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
