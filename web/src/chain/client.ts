import { type Address, type Client, createClient, fallback, http } from "viem";
import type { Config } from "../config/config.ts";

/** The chain, and where on it the contract is. Everything that is read of a chain takes this, and asks by viem's single actions. */
export type Chain = {
  readonly client: Client;
  readonly id: number;
  readonly contract: Address;
  /** Block of the contract's deployment. */
  readonly deploymentBlock: bigint;
};

const TIMEOUT_MS = 10_000;

/** The chain of a configuration, over its own endpoints: the first that answers. Requests of one moment travel together. */
export function chainOf({ rpcUrls, chainId, contract, deploymentBlock }: Config): Chain {
  const endpoints = rpcUrls.map((url) => http(url, { batch: true, timeout: TIMEOUT_MS, retryCount: 1 }));
  return {
    client: createClient({ transport: fallback(endpoints) }),
    id: chainId,
    contract,
    deploymentBlock: BigInt(deploymentBlock),
  };
}
