import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildSubgraph } from "../engine/build.ts";
import { compareWithChain } from "../engine/check.ts";
import { type Engine, startEngine } from "../engine/engine.ts";
import { query, queryAll, waitForBlock } from "../engine/query.ts";
import { type Chain, startChain } from "./chain.ts";
import { playFirstHalf, playManyPositions, playSecondHalf } from "./history.ts";

describe("subgraph on a real graph-node", () => {
  let chain: Chain;
  let engine: Engine;
  let folder: string;
  let manifest: string;
  let firstHalf: bigint;

  const start = (): Promise<Engine> =>
    startEngine({
      dataDir: join(folder, "data"),
      rpcUrl: chain.rpcUrl,
      manifest,
      log: process.env.LOG ? console.log : () => undefined,
    });
  const indexed = async (): Promise<bigint> => {
    const block = await chain.client.getBlockNumber();
    await waitForBlock(engine.graphqlUrl, block);
    return block;
  };
  const compareAt = (block: bigint, graphqlUrl = engine.graphqlUrl) =>
    compareWithChain({ graphqlUrl, rpcUrl: chain.rpcUrl, address: chain.address, block });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "subgraph-test-"));
    chain = await startChain();
    manifest = await buildSubgraph({
      address: chain.address,
      startBlock: 0,
      network: "local",
      outDir: join(folder, "build"),
    });
    engine = await start();
  }, 60_000);

  afterAll(async () => {
    await engine.stop();
    await chain.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("agrees with the chain after a round with a veto, a leaver and a burn", async () => {
    await playFirstHalf(chain);
    firstHalf = await indexed();
    expect(await compareAt(firstHalf)).toEqual([]);
  }, 60_000);

  it("resumes after a restart and agrees after cut burns and void rounds", async () => {
    await engine.stop();
    await playSecondHalf(chain);
    engine = await start();
    expect(await compareAt(await indexed())).toEqual([]);
  }, 60_000);

  it("agrees on rounds over two batches that positions join while they lock", async () => {
    await playManyPositions(chain);
    expect(await compareAt(await indexed())).toEqual([]);
  }, 60_000);

  it("answers about an older block", async () => {
    expect(await compareAt(firstHalf)).toEqual([]);
  });

  it("tells what differs", async () => {
    const payouts = await queryAll<{ payout: string }>(engine.graphqlUrl, "payouts", "payout");
    const { id, payout } = payouts.find((row) => BigInt(row.payout) < 0n) ?? { id: "", payout: "" };
    const altered = String(BigInt(payout) + 1n);
    // A liar between the index and the check that alters one number.
    const liar = createServer((request, response) => {
      void (async () => {
        let body = "";
        for await (const chunk of request) body += String(chunk);
        const answer = await fetch(engine.graphqlUrl, {
          method: "POST",
          body,
          headers: { "content-type": "application/json" },
        });
        const text = await answer.text();
        response.end(text.replace(`"${payout}"`, `"${altered}"`));
      })();
    });
    await new Promise<void>((resolve) => liar.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = liar.address() as { port: number };
      const block = await chain.client.getBlockNumber();
      const differences = await compareAt(block, `http://127.0.0.1:${port}`);
      expect(differences.map(({ text }) => text)).toContain(
        `payout ${id}, payout: ${altered} in the subgraph, ${payout} on the chain`,
      );
      expect(differences.map(({ what }) => what)).toContain(`round ${id.replace(/-\d+$/, "")}, sum of payouts`);
    } finally {
      liar.close();
    }
  });

  it("indexes names that are not text", async () => {
    expect(
      (await query<{ _meta: { hasIndexingErrors: boolean } }>(engine.graphqlUrl, "{ _meta { hasIndexingErrors } }"))
        ._meta.hasIndexingErrors,
    ).toBe(false);
  });
});
