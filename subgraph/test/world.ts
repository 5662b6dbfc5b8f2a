// A chain with the contracts, and their index by a real graph-node, asked through the client.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Block, connect, type Subgraph } from "../client/index.ts";
import { buildSubgraph } from "../engine/build.ts";
import { type Engine, startEngine } from "../engine/engine.ts";
import { type OwnChain, startChain } from "./chain.ts";

export interface World {
  chain: OwnChain;
  engine: Engine;
  index: Subgraph;
  /** Of its own, until it stops; graph-node runs in its `data`. */
  folder: string;
  /** Waits until the index has all that the chain has. */
  indexed(): Promise<Block>;
  stop(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "subgraph-world-"));
  const chain = await startChain();
  const outDir = join(folder, "build");
  const manifest = await buildSubgraph({ address: chain.address, startBlock: 0, network: "local", outDir });
  const engine = await startEngine({
    dataDir: join(folder, "data"),
    rpcUrl: chain.rpcUrl,
    manifest,
    log: process.env.LOG ? console.log : () => undefined,
  });
  const index = connect(engine.graphqlUrl);
  return {
    ...{ chain, engine, index, folder },
    indexed: async () => index.reach(await chain.client.getBlockNumber()),
    async stop() {
      await engine.stop();
      await chain.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
