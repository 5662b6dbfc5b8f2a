// All that the browser's tests need, once for all of their files: a chain with a history, its index, the app as it is
// published, a browser. Everything is real; nothing is reset between tests, which bring accounts and models of their own.
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { hardhat } from "viem/chains";
import { buildSubgraph } from "../../../../subgraph/engine/build.ts";
import { startEngine } from "../../../../subgraph/engine/engine.ts";
import { connect } from "@numeraire-staking/subgraph/client";
import { type ChainPlace, startChain } from "../../../../subgraph/test/chain.ts";
import { publish } from "../../../publish/publish.ts";
import { serve } from "../../../publish/serve.ts";
import { type Config, parseConfig } from "../../../src/config/config.ts";
import { buildApp } from "./build.ts";
import { CHROMIUM_FLAGS, chromiumPath } from "./chromium.ts";
import { HISTORY_DAYS, playHistory } from "./history.ts";

const DAY = 86_400;

/** Where everything is; plain data, so that it can be handed to another process. */
export type Places = {
  readonly place: ChainPlace;
  readonly config: Config;
  readonly graphqlUrl: string;
  readonly adminUrl: string;
  readonly webUrl: string;
  /** Playwright's door to the browser. */
  readonly browserUrl: string;
};

export type Stage = { readonly places: Places; stop(): Promise<void> };

/** Starts everything, in about ten seconds. */
export async function startStage(): Promise<Stage> {
  const executablePath = chromiumPath();
  const cleanups: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), "web-stage-"));
    cleanups.push(() => rm(folder, { recursive: true, force: true }));
    // PostgreSQL runs as an ordinary user where we are root, and must be able to enter.
    await chmod(folder, 0o755);
    const chain = await startChain(undefined, { startsAt: Math.floor(Date.now() / 1_000) - HISTORY_DAYS * DAY });
    cleanups.push(() => chain.stop());

    const outDir = join(folder, "subgraph");
    const manifest = await buildSubgraph({ address: chain.address, startBlock: 0, network: "local", outDir });
    const starting = startEngine({ dataDir: join(folder, "index"), rpcUrl: chain.rpcUrl, manifest });
    cleanups.push(() => starting.then((engine) => engine.stop()).catch(() => undefined));
    const launching = chromium.launchServer({ executablePath, args: CHROMIUM_FLAGS, host: "127.0.0.1" });
    cleanups.push(() => launching.then((browser) => browser.close()).catch(() => undefined));
    const [engine, browser] = await Promise.all([starting, launching, playHistory(chain), buildApp()]);
    await connect(engine.graphqlUrl).reach(await chain.client.getBlockNumber());

    const config = parseConfig({
      chainName: "the test chain",
      chainId: hardhat.id,
      rpcUrls: [chain.rpcUrl],
      contract: chain.address,
      deploymentBlock: 0,
      subgraphUrl: engine.graphqlUrl,
      oracleUrls: [],
      pollMs: 500,
      explorerUrl: null,
    });
    const published = join(folder, "web");
    await publish(config, published);
    const web = await serve(published, 0);
    cleanups.push(() => web.stop());
    return {
      places: {
        place: chain.place,
        config,
        graphqlUrl: engine.graphqlUrl,
        adminUrl: engine.adminUrl,
        webUrl: web.url,
        browserUrl: browser.wsEndpoint(),
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
