import { type Address, isAddress } from "viem";
import * as z from "zod/mini";

const address = z.custom<Address>((value) => typeof value === "string" && isAddress(value));
const url = z.url({ protocol: /^https?$/ });
const whole = z.int().check(z.nonnegative());

/** Where the app finds its chain, its contracts and, where there are any, the index and the oracles. */
const schema = z.strictObject({
  /** The chain's name, for people. */
  chainName: z.string().check(z.minLength(1)),
  chainId: whole,
  /** JSON-RPC of the chain. More than one: the next is asked where one doesn't answer. */
  rpcUrls: z.array(url).check(z.minLength(1)),
  /** JSON-RPC of another operator's node: a check asks it too, and believes only what both say. null: one node is believed. */
  witnessUrl: z._default(z.nullable(url), null),
  /** Address of the staking contract. */
  contract: address,
  /** Block of the contract's deployment: nothing before it is read. */
  deploymentBlock: whole,
  /** The subgraph's GraphQL; null: the app shows what the chain alone can tell. */
  subgraphUrl: z.nullable(url),
  /** Services of oracles, asked for projected payouts; the first that answers counts. */
  oracleUrls: z.array(url),
  /** How often the page looks for a new block, of the chain and of the index, milliseconds. */
  pollMs: z._default(z.int().check(z.minimum(100)), 4_000),
  /** Page of a transaction, with {hash} in it; null: hashes are not links. */
  explorerUrl: z.nullable(z.string()),
});

export type Config = Readonly<z.infer<typeof schema>>;

/**
 * Reads a configuration.
 * @throws Error naming each field that is wrong, and its value
 */
export function parseConfig(value: unknown): Config {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => `${path.join(".") || "config"}: ${message}`);
  throw new Error(`the configuration can't be used: ${faults.join("; ")}`);
}

/** The hosts that the page may talk to, for its content security policy. */
export function hostsOf({ rpcUrls, witnessUrl, subgraphUrl, oracleUrls }: Config): string[] {
  const urls = [...rpcUrls, witnessUrl, subgraphUrl, ...oracleUrls].filter((each) => each !== null);
  return [...new Set(urls.map((each) => new URL(each).origin))];
}
