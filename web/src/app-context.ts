import { connect, type Subgraph } from "@numeraire-staking/subgraph/client";
import { createContext, useContext } from "react";
import { type Chain, chainOf, type Provider } from "./chain/client.ts";
import type { Config } from "./config/config.ts";

/** What every part of the app may ask. */
export type App = {
  readonly config: Config;
  readonly chain: Chain;
  /** The same chain as somebody else's node tells it; null: this deployment names none. */
  readonly witness: Chain | null;
  /** Known only once one is connected, and another one whenever the user chooses so. */
  readonly wallet: { current: Provider | null };
  /** null: this deployment has no index. */
  readonly index: Subgraph | null;
};

const INDEX_TIMEOUT_MS = 15_000;

export function appOf(config: Config): App {
  const { subgraphUrl, witnessUrl } = config;
  const index = subgraphUrl === null ? null : connect(subgraphUrl, { timeoutMs: INDEX_TIMEOUT_MS });
  const wallet: App["wallet"] = { current: null };
  const witness = witnessUrl === null ? null : chainOf({ ...config, rpcUrls: [witnessUrl] });
  return { config, chain: chainOf(config, () => wallet.current), witness, wallet, index };
}

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error("a component stands outside of the app");
  return app;
}
