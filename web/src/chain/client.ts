import { type Address, type Client, createClient, custom, type EIP1193Parameters, fallback, http } from "viem";
import type { Config } from "../config/config.ts";

/** The chain, and where on it the contract is. Everything that is read of a chain takes this, and asks by viem's single actions. */
export type Chain = {
  readonly client: Client;
  readonly id: number;
  readonly contract: Address;
  /** Block of the contract's deployment. */
  readonly deploymentBlock: bigint;
};

/** A wallet, as EIP-1193 has it. */
export type Provider = { request(args: { method: string; params?: unknown }): Promise<unknown> };

const TIMEOUT_MS = 10_000;

/**
 * The chain of a configuration, over its own endpoints: the first that answers. Requests of one moment travel together.
 * @param wallet Asked only where none of them answers, and only while it is on the same chain.
 */
export function chainOf({ rpcUrls, chainId, contract, deploymentBlock }: Config, wallet?: Provider): Chain {
  const endpoints = rpcUrls.map((url) => http(url, { batch: true, timeout: TIMEOUT_MS, retryCount: 1 }));
  const last = wallet === undefined ? [] : [custom(onlyOn(chainId, wallet), { retryCount: 0 })];
  return {
    client: createClient({ transport: fallback([...endpoints, ...last]) }),
    id: chainId,
    contract,
    deploymentBlock: BigInt(deploymentBlock),
  };
}

function onlyOn(chainId: number, wallet: Provider): { request(args: EIP1193Parameters): Promise<unknown> } {
  return {
    async request(args) {
      const actual = Number(await wallet.request({ method: "eth_chainId" }));
      if (actual !== chainId) throw new Error(`the wallet is on chain ${actual}, and can't be asked about ${chainId}`);
      return wallet.request(args);
    },
  };
}
