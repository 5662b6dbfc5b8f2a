import type { Address, PublicClient } from "viem";
import { httpEndpoint, votingClient } from "../chain/client.ts";
import type { EndpointView } from "../chain/endpoint.ts";
import { Vote } from "../chain/vote.ts";
import { InputError } from "../core/errors.ts";
import { readSecretFile } from "../signers/secret-file.ts";
import type { Config } from "./config.ts";
import { type ChainSeen, watchedChain } from "./watched-chain.ts";

/** The nodes of the configuration, and what to ask them about. */
export type ChainSource = {
  readonly vote: Vote;
  readonly client: PublicClient;
  readonly journaled: {
    readonly contract: Address;
    readonly tournament: number;
    readonly deploymentBlock: bigint;
    /** Most blocks of one question for events. */
    readonly range: bigint;
  };
};

/** Who is told of nodes that change their state, and of what goes by. */
export type Onlookers = {
  readonly onChange?: (view: EndpointView) => void;
  readonly see?: (seen: ChainSeen) => void;
};

const ignore = (): void => undefined;

/** Asks nothing yet. @throws InputError naming the node that can't be used */
export function chainSource(config: Config, { onChange = ignore, see = ignore }: Onlookers = {}): ChainSource {
  const { contract, tournament, chainId, rpcTimeoutMs } = config;
  const vote = new Vote({
    endpoints: rpcUrls(config).map((url) => httpEndpoint(url, rpcTimeoutMs)),
    quorum: config.rpcQuorum ?? Math.floor(config.rpcUrls.length / 2) + 1,
    chainId,
    onChange,
  });
  const [deploymentBlock, range] = [BigInt(config.deploymentBlock), BigInt(config.logRangeBlocks)];
  const client = votingClient({ request: watchedChain((question) => vote.request(question), see) });
  return { vote, client, journaled: { contract, tournament, deploymentBlock, range } };
}

function rpcUrls({ rpcUrls: nodes }: Config): string[] {
  const urls = nodes.map((node, index) => {
    if (typeof node === "string") return node;
    const field = `config.rpcUrls.${index}.urlFile`;
    const text = readSecretFile(node.urlFile, field);
    if (/^https?:$/.test(URL.parse(text)?.protocol ?? "")) return text;
    throw new InputError(field, "must hold an http:// or https:// URL");
  });
  const doubled = urls.findIndex((url, index) => urls.indexOf(url) < index);
  if (doubled < 0) return urls;
  throw new InputError(`config.rpcUrls.${doubled}`, "is there twice, and would vote twice; name another node");
}
