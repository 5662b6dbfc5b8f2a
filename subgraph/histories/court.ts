// Histories before the judge: played on a real chain, indexed by a real graph-node, compared at several blocks of each.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toFunctionSelector } from "viem";
import { checkIndex } from "../check/check.ts";
import { described } from "../check/compare.ts";
import { buildSubgraph } from "../engine/build.ts";
import { type Engine, startEngine } from "../engine/engine.ts";
import { waitForBlock } from "../engine/query.ts";
import { type Anvil, startObedientAnvil } from "./anvil.ts";
import type { History } from "./record.ts";
import { replay } from "./replay.ts";
import { addTally, type Tally, tallyOf } from "./tally.ts";

/** A history is compared at its end and so many times before. */
const LOOKS_BEFORE = 3;

export interface Verdict {
  tally: Tally;
  /** What differs, in words; empty: nothing. */
  differences: string[];
}

export interface Court {
  judge(history: History): Promise<Verdict>;
  stop(): Promise<void>;
}

/** One chain and one graph-node for some histories. Not for all there are: the chain remembers each. */
export async function openCourt(): Promise<Court> {
  const folder = await mkdtemp(join(tmpdir(), "histories-"));
  const chain = await startObedientAnvil();
  let engine: Engine | undefined;
  let count = 0;

  const deploy = async (address: string, startBlock: number): Promise<{ name: string; url: string }> => {
    const name = `history-${count++}`;
    const outDir = join(folder, name);
    const manifest = await buildSubgraph({ address, startBlock, network: "local", outDir });
    if (engine) return { name, url: await engine.deploy(name, manifest) };
    engine = await startEngine({ dataDir: join(folder, "data"), rpcUrl: chain.url, manifest, name });
    return { name, url: engine.graphqlUrl };
  };
  return {
    async judge(history) {
      const { first, last } = await replay(chain, history);
      const { name, url } = await deploy(history.staking, first);
      await waitForBlock(url, last, { timeoutMs: 300_000 });
      const verdict = await compareAt(chain, url, history.staking, first, blocksOf(first, last));
      await engine?.remove(name);
      return verdict;
    },
    async stop() {
      await engine?.stop();
      await chain.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function blocksOf(first: number, last: number): number[] {
  const part = (last - first) / (LOOKS_BEFORE + 1);
  const before = Array.from({ length: LOOKS_BEFORE }, (_, index) => Math.round(first + part * (index + 1)));
  return [...new Set([...before, last])];
}

/** @returns What differs, and what had happened by the last of the blocks. */
export async function compareAt(
  chain: Anvil,
  graphqlUrl: string,
  address: string,
  fromBlock: number,
  blocks: readonly number[],
): Promise<Verdict> {
  const differences: string[] = [];
  const compared: Tally = {};
  let happened: Tally = {};
  for (const block of blocks) {
    const checked = await checkIndex({ graphqlUrl, rpcUrl: chain.url, address, block, fromBlock, limit: 1_000 });
    const { rows, fields, views, ledger } = checked;
    differences.push(...checked.differences.map((difference) => `block ${block}: ${described(difference)}`));
    addTally(compared, {
      "blocks compared": 1,
      "rows compared": rows,
      "fields compared": fields,
      "views compared": views,
    });
    happened = tallyOf(ledger);
  }
  const token = (await burnsByMint(chain, address)) ? "histories on mainnet NMR" : "histories on Numeraire";
  return { differences, tally: { [token]: 1, ...happened, ...compared } };
}

async function burnsByMint(chain: Anvil, to: string): Promise<boolean> {
  const data = toFunctionSelector("burnsByMint()");
  return BigInt(await chain.rpc<string>("eth_call", { to, data }, "latest")) === 1n;
}
