import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { network } from "hardhat";
import { startChild } from "../../subgraph/engine/process.ts";
import { UsageError } from "../support/terminal.ts";

/** What runs a local chain. Both execute with revm, under the same rules; what is around it is written twice. */
export const CLIENTS = ["hardhat", "anvil"] as const;
export type Client = (typeof CLIENTS)[number];

/** @throws UsageError on any other name. */
export function clientNamed(name: unknown = "hardhat"): Client {
  const client = CLIENTS.find((known) => known === name);
  if (client === undefined) throw new UsageError(`--chain: ${String(name)} is not one of ${CLIENTS.join(", ")}`);
  return client;
}

export type Log = (line: string) => void;

/** A chain that listens on loopback, mines every transaction at once, and knows no keys. */
export type Node = {
  readonly url: string;
  /** Resolves when it ends without being told to, to the error that says so. */
  readonly failed: Promise<Error>;
  stop(): Promise<void>;
};

type Start = (port: number, startsAt: number, log: Log) => Promise<Node>;

const HOST = "127.0.0.1";
/** What Hardhat gives its blocks. */
const BLOCK_GAS = 60_000_000;
/** Old states in memory. None goes to disk then; without a limit all do, gigabytes of them, and stay there. */
const STATES_KEPT = 32;

const STARTS: Record<Client, Start> = { hardhat: startHardhat, anvil: startMiningAnvil };

/**
 * Starts an empty chain of osaka's rules, the limit of 16,777,216 gas a transaction included.
 * @param port 0: any that is free.
 * @param startsAt Time of the first block, unix seconds.
 */
export function startNode(client: Client, port: number, startsAt: number, log: Log): Promise<Node> {
  return STARTS[client](port, startsAt, log);
}

async function startHardhat(port: number, startsAt: number): Promise<Node> {
  const override = { initialDate: new Date(startsAt * 1000), accounts: [] };
  const server = await network.createServer({ network: "chain", override }, HOST, port);
  const { port: listening } = await server.listen();
  return {
    url: `http://${HOST}:${listening}`,
    failed: new Promise<never>(() => undefined),
    stop: () => server.close(),
  };
}

function startMiningAnvil(port: number, startsAt: number, log: Log): Promise<Node> {
  const states = ["--prune-history", String(STATES_KEPT)];
  return startAnvil(port, ["--timestamp", String(startsAt), "--gas-limit", String(BLOCK_GAS), ...states], log);
}

/**
 * Starts anvil on loopback, without accounts, under the same rules.
 * @param args What else it is to be told.
 * @throws UsageError where it doesn't start, with its words.
 */
export async function startAnvil(port: number, args: readonly string[], log: Log): Promise<Node> {
  let listens!: (url: string) => void;
  const listening = new Promise<string>((resolve) => (listens = resolve));
  const child = await startChild({
    name: "anvil",
    command: anvilBinary(),
    args: [
      ...["--host", HOST, "--port", String(port), "--accounts", "0"],
      ...["--hardfork", "osaka", "--enable-tx-gas-limit", ...args],
    ],
    env: process.env,
    cwd: tmpdir(),
    log: (line) => {
      log(line);
      const [, url] = /Listening on (\S+)/.exec(line) ?? [];
      if (url !== undefined) listens(`http://${url}`);
    },
    orphanSignal: "KILL",
  });
  const url = await Promise.race([listening, child.ended]);
  if (url instanceof Error) throw new UsageError(url.message);
  let stopping = false;
  return {
    url,
    failed: child.ended.then((error) => (stopping ? new Promise<never>(() => undefined) : error)),
    stop: () => {
      stopping = true;
      return child.stop();
    },
  };
}

function anvilBinary(): string {
  try {
    const manifest = createRequire(import.meta.url).resolve("@foundry-rs/anvil-linux-amd64/package.json");
    return join(manifest, "../bin/anvil");
  } catch {
    throw new UsageError("anvil is not installed: its package is for Linux on x64; --chain hardhat runs anywhere");
  }
}
