import { answerIn, meaningIn } from "@numeraire-staking/oracle/chain/refusals";
import {
  type Address,
  type Client,
  createClient,
  custom,
  type EIP1193Parameters,
  fallback,
  http,
  type Transport,
} from "viem";
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
const SILENCE_MS = 10_000;

/**
 * The chain of a configuration, over its own endpoints: the first that answers. Requests of one moment travel together.
 * @param wallet The one of the moment. Asked only where none of them answers, and only while it is on the same chain.
 */
export function chainOf(
  { rpcUrls, chainId, contract, deploymentBlock }: Pick<Config, "rpcUrls" | "chainId" | "contract" | "deploymentBlock">,
  wallet: () => Provider | null = () => null,
): Chain {
  const endpoints = overHttp(rpcUrls, () => wallet() !== null);
  const last = custom(onlyOn(chainId, wallet), { retryCount: 0 });
  // Without a wallet what the endpoints said is all that there is to say.
  const shouldThrow = (error: Error): boolean => wallet() === null || isAnswer(error);
  return {
    client: createClient({ transport: fallback([endpoints, last], { retryCount: 0, shouldThrow }) }),
    id: chainId,
    contract,
    deploymentBlock: BigInt(deploymentBlock),
  };
}

/** The first endpoint that answers. Where none did, and somebody else can be asked, they are left alone for a while. */
function overHttp(urls: readonly string[], canBeLeft: () => boolean): Transport {
  let silentUntil = 0;
  const all = fallback(
    urls.map((url) => http(url, { batch: true, timeout: TIMEOUT_MS, retryCount: 1 })),
    { retryCount: 0 },
  );
  return (options) => {
    const { request, ...transport } = all(options);
    const ask: typeof request = async (...args) => {
      if (canBeLeft() && Date.now() < silentUntil) throw new Error("no endpoint has answered");
      try {
        return await request(...args);
      } catch (error) {
        if (!isAnswer(error)) silentUntil = Date.now() + SILENCE_MS;
        throw error;
      }
    };
    return { ...transport, request: ask };
  };
}

/** Whether a node has answered: its no is no failure of the node, and the wallet's would only repeat it. */
function isAnswer(error: unknown): boolean {
  return answerIn(error) !== null && meaningIn(error) !== "limited";
}

function onlyOn(
  chainId: number,
  wallet: () => Provider | null,
): { request(args: EIP1193Parameters): Promise<unknown> } {
  return {
    async request(args) {
      const provider = wallet();
      if (provider === null) throw new Error("no wallet is connected any more");
      const actual = Number(await provider.request({ method: "eth_chainId" }));
      if (actual !== chainId) throw new Error(`the wallet is on chain ${actual}, and can't be asked about ${chainId}`);
      return provider.request(args);
    },
  };
}
