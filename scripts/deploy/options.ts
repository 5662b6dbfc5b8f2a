import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { getAddress, isAddress } from "ethers";
import { UsageError } from "../support/terminal.ts";

export const USAGE = `usage: npm run deploy -- --network NAME --parameters FILE [options]

  --network NAME         a network of hardhat.config.ts
  --parameters FILE      what to deploy; ignition/parameters holds examples
  --dry-run              plays everything on a fork in this process, prints it with its costs, sends nothing
  --check                reads a deployment back and compares it with the parameters; sends nothing
  --verify               publishes the sources at explorers; sends nothing to the chain
  --from ADDRESS         with --dry-run: whose deployment to play, where the key is not at hand
  --deployment-id ID     name of the record below ignition/deployments (chain-<chain id>)
  --yes                  does not ask for the network's name before sending`;

export type Mode = "deploy" | "dry-run" | "check" | "verify";

export type Options = {
  readonly mode: Mode;
  readonly network: string;
  /** Absolute. */
  readonly parameters: string;
  readonly from: string | undefined;
  readonly deploymentId: string | undefined;
  readonly yes: boolean;
};

const MODES = ["dry-run", "check", "verify"] as const;

/** Reads the command line; paths count from `folder`. @throws UsageError naming the option and what to do. */
export function readOptions(args: string[], folder: string): Options | "help" {
  const values = parse(args);
  if (values.help === true) return "help";
  const { network, parameters, from, "deployment-id": deploymentId } = values;
  if (network === undefined || parameters === undefined) {
    throw new UsageError(`--network and --parameters are both needed\n${USAGE}`);
  }
  const [mode = "deploy", another] = MODES.filter((name) => values[name] === true);
  if (another !== undefined) throw new UsageError(`--${mode} and --${another}: give one of them`);
  if (from !== undefined && mode !== "dry-run") throw new UsageError("--from: goes with --dry-run only");
  if (deploymentId !== undefined && !/^[A-Za-z][A-Za-z0-9-]*$/.test(deploymentId)) {
    throw new UsageError(`--deployment-id: ${deploymentId}; must be letters, digits and dashes, a letter first`);
  }
  return {
    mode,
    network,
    parameters: resolve(folder, parameters),
    from: from === undefined ? undefined : addressOf(from),
    deploymentId,
    yes: values.yes === true,
  };
}

function addressOf(text: string): string {
  if (!isAddress(text)) throw new UsageError(`--from: ${String(text)} is not an address`);
  return getAddress(text);
}

function parse(args: string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = {
    ...{ help: flag, "dry-run": flag, check: flag, verify: flag, yes: flag },
    ...{ network: text, parameters: text, from: text, "deployment-id": text },
  };
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}
