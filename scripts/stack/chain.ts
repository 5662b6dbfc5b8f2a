import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";

const ETHER = 10n ** 18n;

export type Account = { readonly key: `0x${string}`; readonly address: string };

export type Chain = {
  readonly url: string;
  /** ethers and Ignition over JSON-RPC; the node signs for all accounts. */
  readonly connection: NetworkConnection;
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

/** Starts a local chain on loopback whose first block is at `startsAt`, unix seconds. */
export async function startChain(port: number, startsAt: number, accounts: readonly Account[]): Promise<Chain> {
  const server = await network.createServer(
    {
      network: "chain",
      override: {
        initialDate: new Date(startsAt * 1000),
        accounts: accounts.map(({ key }) => ({ privateKey: key, balance: 10_000n * ETHER })),
      },
    },
    "127.0.0.1",
    port,
  );
  const { port: listening } = await server.listen();
  const url = `http://127.0.0.1:${listening}`;
  // A kept connection may be closed by the server in the very moment of the next request; a new one costs nothing here.
  const httpHeaders = { connection: "close" };
  const connection = await network.create({ network: "local", override: { url, httpHeaders } });
  const call = (method: string, params: unknown[] = []): Promise<unknown> =>
    connection.provider.request({ method, params });
  const now = async (): Promise<number> =>
    Number(((await call("eth_getBlockByNumber", ["latest", false])) as { timestamp: string }).timestamp);
  return {
    url,
    connection,
    now,
    async advanceTo(time) {
      if ((await now()) >= time) return;
      await call("evm_setNextBlockTimestamp", [time]);
      await call("evm_mine");
    },
    async stop() {
      await connection.close();
      await server.close();
    },
  };
}
