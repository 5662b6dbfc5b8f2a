import { defineChain, fallback, http } from "viem";
import { createConfig } from "wagmi";
import type { Config } from "../config/config.ts";

/** Wallets that announce themselves in the browser (EIP-6963), and no other: no library of a vendor is loaded for any. */
export function walletConfigOf({ chainId, chainName, rpcUrls }: Config) {
  const [first = "", ...others] = rpcUrls;
  const chain = defineChain({
    id: chainId,
    name: chainName,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [first, ...others] } },
  });
  return createConfig({
    chains: [chain],
    transports: { [chainId]: fallback(rpcUrls.map((url) => http(url))) },
    multiInjectedProviderDiscovery: true,
  });
}
