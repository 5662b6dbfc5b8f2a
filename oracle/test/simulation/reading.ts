import type { PublicClient } from "viem";
import { readFacts } from "../../src/chain/facts.ts";
import { journalReader } from "../../src/chain/journal.ts";
import type { Vote } from "../../src/chain/vote.ts";
import type { ChainFacts } from "../../src/core/facts.ts";
import { FIRST_BLOCK } from "./chain.ts";
import type { Request } from "./endpoints.ts";
import { clientOf } from "./rpc.ts";
import { DOMAIN } from "./script.ts";

/** How a life of a node sees the chain. */
export type Reading = { readonly client: PublicClient; readonly readFacts: () => Promise<ChainFacts> };

const RANGE = 1_000n;

/** As a node reads that believes what a quorum of endpoints says; `heard`: what was agreed on. */
export function readingOf(vote: Vote, heard: (request: Request, answer: unknown) => void): Reading {
  const client = clientOf(async (request) => {
    const answer = await vote.request(request);
    heard(request, answer);
    return answer;
  });
  const { chainId, contract, tournament } = DOMAIN;
  const journal = journalReader({ client, contract, tournament, deploymentBlock: FIRST_BLOCK, range: RANGE });
  const options = { client, journal, contract, chainId, tournament, finality: "finalized" } as const;
  return { client, readFacts: () => readFacts(options) };
}
