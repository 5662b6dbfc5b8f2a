import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { type Client, type Log, startNode } from "./clients.ts";

const ETHER = 10n ** 18n;

export type Account = { readonly key: `0x${string}`; readonly address: string };

export type ChainOptions = {
  readonly client: Client;
  /** 0, or absent: any that is free. */
  readonly port?: number;
  /** Time of the first block, unix seconds. */
  readonly startsAt: number;
  /** Each gets 10,000 ether, and signs what is sent from it over the connection. */
  readonly accounts: readonly Account[];
  /** Receives every line that the client writes. */
  readonly log?: Log;
};

export type Chain = {
  readonly url: string;
  /** ethers and Ignition over JSON-RPC. */
  readonly connection: NetworkConnection;
  /** Resolves when the client ends without being told to, to the error that says so. */
  readonly failed: Promise<Error>;
  /** Time of the latest block, unix seconds. */
  now(): Promise<number>;
  /** Mines a block at that time, unless the chain is there already. */
  advanceTo(time: number): Promise<void>;
  stop(): Promise<void>;
};

/** A fresh account; keys are made anew at every start and live no longer than the chain. */
export function newAccount(): Account {
  const key = generatePrivateKey();
  return { key, address: privateKeyToAddress(key) };
}

/** Starts a local chain on loopback. */
export async function startChain(options: ChainOptions): Promise<Chain> {
  const { client, port = 0, startsAt, accounts, log = () => undefined } = options;
  const node = await startNode(client, port, startsAt, log);
  try {
    // A kept connection may be closed by the server in the very moment of the next request; a new one costs nothing here.
    const httpHeaders = { connection: "close" };
    const override = { url: node.url, httpHeaders, accounts: accounts.map(({ key }) => key) };
    const connection = await network.create({ network: "local", override });
    const call = (method: string, params: unknown[] = []): Promise<unknown> =>
      connection.provider.request({ method, params });
    for (const { address } of accounts) {
      await call("hardhat_setBalance", [address, `0x${(10_000n * ETHER).toString(16)}`]);
    }
    const now = async (): Promise<number> =>
      Number(((await call("eth_getBlockByNumber", ["latest", false])) as { timestamp: string }).timestamp);
    return {
      url: node.url,
      connection,
      failed: node.failed,
      now,
      async advanceTo(time) {
        if ((await now()) >= time) return;
        await call("evm_setNextBlockTimestamp", [time]);
        await call("evm_mine");
      },
      async stop() {
        await connection.close();
        await node.stop();
      },
    };
  } catch (error) {
    await node.stop();
    throw error;
  }
}
