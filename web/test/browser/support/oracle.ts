// An oracle's own service over what it reads of the real chain; no feed, no keys: it shows, and signs nothing.
import type { AddressInfo } from "node:net";
import { createPublicClient, http, type Hex } from "viem";
import { hardhat } from "viem/chains";
import { onTestFinished } from "vitest";
import { readFacts } from "../../../../oracle/src/chain/facts.ts";
import { journalReader } from "../../../../oracle/src/chain/journal.ts";
import { appAt, READINESS, tickAt } from "../../../../oracle/test/service-world.ts";
import type { World } from "./world.ts";

/** Serves a tournament as it is now, to any page, until the test ends; returns where. */
export async function startOracle({ chain, config }: World, tournament: number): Promise<string> {
  const client = createPublicClient({ chain: hardhat, transport: http(chain.rpcUrl) });
  const { contract, chainId } = config;
  const journal = journalReader({ client, contract, tournament, deploymentBlock: 0n, range: 10_000n });
  const facts = await readFacts({ client, journal, contract, chainId, tournament, finality: "latest" });
  const tick = tickAt(facts);
  const app = appAt(tick, READINESS, tick, {
    positionsOf: (staker) => journal.positionsOf(staker.toLowerCase() as Hex),
    webOrigins: ["*"],
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(async () => {
    await app.close();
  });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}
