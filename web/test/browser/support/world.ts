// The stage as a test file sees it.
import { type Browser, chromium } from "playwright-core";
import { inject, onTestFinished } from "vitest";
import { type Block, connect, type Subgraph } from "@numeraire-staking/subgraph/client";
import { type Chain, chainAt } from "../../../../subgraph/test/chain.ts";
import type { Places } from "./stage.ts";

export type World = Places & {
  readonly chain: Chain;
  readonly index: Subgraph;
  readonly browser: Browser;
  /** Waits until the index has all that the chain has. */
  readonly indexed: () => Promise<Block>;
  /** From here on no block is mined by itself, until the test ends; returns what mines one. */
  readonly holdBlocks: () => Promise<() => Promise<void>>;
  /** The index answers, but reads no more blocks until the test ends. */
  readonly holdIndex: () => Promise<void>;
};

/** What a block never takes to be indexed. */
const STOPPED_MS = 2_000;

let opened: Promise<World> | undefined;

/** The world of all tests, over connections of this process. */
export function theWorld(): Promise<World> {
  return (opened ??= open(inject("places")));
}

async function open(places: Places): Promise<World> {
  const chain = await chainAt(places.place);
  const index = connect(places.graphqlUrl);
  const indexed = async (): Promise<Block> => index.reach(await chain.client.getBlockNumber());
  return {
    ...{ ...places, chain, index, indexed },
    browser: await chromium.connect(places.browserUrl),
    async holdBlocks() {
      await chain.client.setAutomine(false);
      onTestFinished(async () => {
        await chain.client.mine({ blocks: 1 });
        await chain.client.setAutomine(true);
      });
      return () => chain.client.mine({ blocks: 1 });
    },
    async holdIndex() {
      const deployment = await deploymentOf(places.graphqlUrl);
      await callAdmin(places.adminUrl, "subgraph_pause", deployment);
      onTestFinished(async () => {
        await callAdmin(places.adminUrl, "subgraph_resume", deployment);
        await indexed();
      });
      // The answer comes before the last blocks are through: it has stopped once a block stays out.
      let stopped = false;
      while (!stopped) {
        await chain.client.mine({ blocks: 1 });
        stopped = await index.reach(await chain.client.getBlockNumber(), { timeoutMs: STOPPED_MS }).then(
          () => false,
          () => true,
        );
      }
    },
  };
}

async function deploymentOf(url: string): Promise<string> {
  const answer = (await post(url, { query: "{ _meta { deployment } }" })) as {
    data: { _meta: { deployment: string } };
  };
  return answer.data._meta.deployment;
}

async function callAdmin(url: string, method: string, deployment: string): Promise<void> {
  const answer = await post(url, { jsonrpc: "2.0", id: 1, method, params: { deployment } });
  const { error } = answer as { error?: { message: string } };
  if (error !== undefined) throw new Error(`graph-node refuses ${method}: ${error.message}`);
}

async function post(url: string, body: unknown): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  return (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).json();
}
