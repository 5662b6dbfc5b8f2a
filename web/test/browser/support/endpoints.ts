import type { BrowserContext } from "playwright-core";
import type { Config } from "../../../src/config/config.ts";

/** What the page talks to, beside its own host. */
export type Endpoint = "chain" | "witness" | "index" | "oracle";

export type Endpoints = Readonly<Record<Endpoint, readonly string[]>>;

export function endpointsOf({ rpcUrls, witnessUrl, subgraphUrl, oracleUrls }: Config): Endpoints {
  const witness = witnessUrl === null ? [] : [witnessUrl];
  return { chain: rpcUrls, witness, index: subgraphUrl === null ? [] : [subgraphUrl], oracle: oracleUrls };
}

/** From here on nobody listens at these endpoints; at all others somebody does again. */
export async function forbid(context: BrowserContext, endpoints: Endpoints, dead: readonly Endpoint[]): Promise<void> {
  await context.unrouteAll();
  for (const url of dead.flatMap((name) => endpoints[name])) {
    await context.route(
      (asked) => asked.href.startsWith(new URL(url).href),
      (route) => route.abort("connectionrefused"),
    );
  }
}
