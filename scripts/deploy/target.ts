import { join } from "node:path";
import { Contract, keccak256 } from "ethers";
import { config, network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import { UsageError } from "../support/terminal.ts";
import { CREATE_X } from "./create2.ts";
import type { Parameters, TokenChoice } from "./parameters.ts";
import { hasCode, type Site } from "./site.ts";

const CREATE_X_CODE_HASH = "0xbd8a7ea8cfca7b4e5f5041d7d4b17bc317c5ce42cfbc42066a00cf26b43eb53f";
/** PUSH0 PUSH0 TSTORE, PUSH0 PUSH0 PUSH0 MCOPY, PUSH0 PUSH0 RETURN: runs only where the chain has come to Cancun. */
const CANCUN = "0x5f5f5d5f5f5f5e5f5ff3";
/** Our ledger counts NMR in steps of 1e-9. */
const TOKEN_DECIMALS = 18n;

/** Connects to a network of the configuration. @param keyless Whether nothing is to be sent, so that no key is asked for. */
export async function connect(name: string, keyless: boolean): Promise<NetworkConnection<string>> {
  const known = Object.entries(config.networks).filter(([, { type }]) => type === "http");
  if (!known.some(([network]) => network === name)) {
    const names = known.map(([network]) => network).join(", ");
    throw new UsageError(`--network: there is no ${name}; hardhat.config.ts has ${names}`);
  }
  return network.create(keyless ? { network: name, override: { accounts: "remote" } } : name);
}

/** Where a deployment's journal and record are. */
export function folderOf(deploymentId: string): string {
  return join(config.paths.ignition, "deployments", deploymentId);
}

/** What must hold on the chain before anything is worth trying. @throws UsageError naming what does not, and what to do. */
export async function requireUsable({ connection }: Pick<Site, "connection">, { chainId, token }: Parameters) {
  const { provider } = connection.ethers;
  const actual = Number((await provider.getNetwork()).chainId);
  if (actual !== chainId) {
    throw new UsageError(
      `chainId: the parameters are for chain ${chainId}, but ${connection.networkName} is chain ${actual}; ` +
        "name the other network or the other file",
    );
  }
  const createX = await provider.getCode(CREATE_X);
  if (keccak256(createX) !== CREATE_X_CODE_HASH) {
    const found = createX === "0x" ? "is missing" : "has another code";
    throw new UsageError(
      `CreateX ${found} at ${CREATE_X} on chain ${chainId}; see docs/deployment.md, "A new network"`,
    );
  }
  await provider.call({ data: CANCUN }).catch((error: unknown) => {
    throw new UsageError(
      `chain ${chainId} does not run the instructions of Cancun, which the contracts need (${String(error)})`,
    );
  });
  await requireToken({ connection }, token);
}

async function requireToken({ connection }: Pick<Site, "connection">, token: TokenChoice): Promise<void> {
  if (token.kind === "own") return;
  if (!(await hasCode({ connection }, token.address))) {
    throw new UsageError(`token.address: there is no contract at ${token.address} on this chain; mend the address`);
  }
  const contract = new Contract(
    token.address,
    ["function decimals() view returns (uint256)"],
    connection.ethers.provider,
  );
  const decimals = (await contract
    .getFunction("decimals")()
    .catch(() => undefined)) as bigint | undefined;
  if (decimals === TOKEN_DECIMALS) return;
  throw new UsageError(
    `token.address: ${token.address} has ${decimals ?? "no"} decimals; must be a token of ${TOKEN_DECIMALS}, as NMR is`,
  );
}
