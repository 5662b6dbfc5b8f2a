// From nothing to the first facts, and a second look with nothing new: ours, or the way one would write it first. A process
// of its own; prints one line of JSON. Arguments: ours or plain, and what `StubOptions` says, as JSON.
import type { Hex } from "viem";
import { httpEndpoint, votingClient } from "../../oracle/src/chain/client.ts";
import { readFacts } from "../../oracle/src/chain/facts.ts";
import { journalReader } from "../../oracle/src/chain/journal.ts";
import { Vote } from "../../oracle/src/chain/vote.ts";
import { hashWords } from "../../oracle/src/core/words.ts";
import { plainStart } from "./plain-start.ts";
import { startStub } from "./stub.ts";
import { CHAIN_ID, CONTRACT, type StubOptions, TOURNAMENT } from "./stub-chain.ts";
import type { Asked } from "./stub-node.ts";

export type StartFigures = {
  /** Seconds. */
  readonly first: number;
  /** Of this process alone, all threads: on a machine that others use it says more than the clock. */
  readonly cpu: number;
  readonly asked: Asked;
  /** The next look; null: it would be the first again. */
  readonly again: { readonly seconds: number; readonly asked: Asked } | null;
  readonly peakMiB: number;
  readonly positions: number;
  readonly batches: number;
  /** Of all stakes in flight, in order. */
  readonly digest: Hex;
};

type Read = {
  readonly models: readonly Hex[];
  readonly rounds: readonly { readonly batches: readonly { readonly stakes: readonly bigint[] }[] }[];
};

/** Configuration's defaults. */
const RANGE = 10_000n;
const TIMEOUT_MS = 5_000;

function reader(url: string) {
  const vote = new Vote({ endpoints: [httpEndpoint(url, TIMEOUT_MS)], quorum: 1, chainId: CHAIN_ID });
  const client = votingClient(vote);
  const at = { client, contract: CONTRACT, tournament: TOURNAMENT };
  const journal = journalReader({ ...at, deploymentBlock: 0n, range: RANGE });
  return () => readFacts({ ...at, journal, chainId: CHAIN_ID, finality: "finalized" });
}

async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; value: T }> {
  const begun = performance.now();
  const value = await work();
  return { seconds: (performance.now() - begun) / 1_000, value };
}

async function measure(): Promise<StartFigures> {
  const [, , kind, options = "{}"] = process.argv;
  const stub = await startStub(JSON.parse(options) as StubOptions);
  try {
    await stub.asked();
    const read: () => Promise<Read> = kind === "plain" ? () => plainStart(stub.url, RANGE) : reader(stub.url);
    const before = process.cpuUsage();
    const first = await timed(read);
    const { user, system } = process.cpuUsage(before);
    const asked = await stub.asked();
    const again = kind === "plain" ? null : { seconds: (await timed(read)).seconds, asked: await stub.asked() };
    const batches = first.value.rounds.flatMap((round) => round.batches);
    return {
      first: first.seconds,
      cpu: (user + system) / 1e6,
      asked,
      again,
      peakMiB: process.resourceUsage().maxRSS / 2 ** 10,
      positions: first.value.models.length,
      batches: batches.length,
      digest: hashWords(batches.flatMap(({ stakes }) => stakes)),
    };
  } finally {
    stub.close();
  }
}

console.log(JSON.stringify(await measure()));
