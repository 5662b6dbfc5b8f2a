import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { UsageError } from "../support/terminal.ts";
import { type Client, clientNamed } from "./clients.ts";

export const USAGE = `usage: npm start -- [options]

  --once               end with exit code 0 after the table
  --data DIR           play the real rounds of a folder (round-<number>.json) instead of a generated tournament
  --models N           models of the generated tournament (2000)
  --rounds N           rounds of the generated tournament (4)
  --seed N             seed of the generated tournament (1)
  --chain CLIENT       hardhat or anvil (hardhat)
  --rpc-port N         the chain's JSON-RPC (8545)
  --graphql-port N     the subgraph's GraphQL (8000)
  --oracle-port N      the oracle's service (8080)
  --feed-port N        the tournament simulator (8090)
  --web-port N         the web app (3000); 0 for any of the five: a free one`;

export type Options = {
  readonly once: boolean;
  /** Absolute; undefined: a generated tournament. */
  readonly data: string | undefined;
  readonly models: number;
  readonly rounds: number;
  readonly seed: number;
  readonly chain: Client;
  readonly ports: Readonly<Record<"rpc" | "graphql" | "oracle" | "feed" | "web", number>>;
};

/** Reads the command line. @throws UsageError naming the option, its value and what is allowed. */
export function readOptions(args: string[], folder: string): Options | "help" {
  const values = parse(args);
  if (values["help"] === true) return "help";
  const whole = (name: string, fallback: number, least: number, most: number): number => {
    const text = values[name];
    if (typeof text !== "string") return fallback;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new UsageError(`--${name}: ${text} is not a whole number from ${least} to ${most}`);
  };
  const port = (name: string, fallback: number): number => whole(`${name}-port`, fallback, 0, 65_535);
  return {
    once: values["once"] === true,
    data: typeof values["data"] === "string" ? resolve(folder, values["data"]) : undefined,
    models: whole("models", 2_000, 1, 20_000),
    rounds: whole("rounds", 4, 1, 50),
    seed: whole("seed", 1, 0, Number.MAX_SAFE_INTEGER),
    chain: clientNamed(values["chain"]),
    ports: {
      rpc: port("rpc", 8545),
      graphql: port("graphql", 8000),
      oracle: port("oracle", 8080),
      feed: port("feed", 8090),
      web: port("web", 3000),
    },
  };
}

function parse(args: string[]): Record<string, string | boolean | undefined> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args,
      options: {
        ...{ help: flag, once: flag, data: text, models: text, rounds: text, seed: text, chain: text },
        ...{ "rpc-port": text, "graphql-port": text, "oracle-port": text, "feed-port": text, "web-port": text },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}
