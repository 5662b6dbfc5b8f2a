import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { getAddress, type TransactionReceipt } from "ethers";
import { artifacts, config } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import {
  errorDeploymentResultToExceptionMessage,
  HardhatArtifactResolver,
} from "@nomicfoundation/hardhat-ignition/helpers";
import {
  deploy,
  type DeploymentParameters,
  DeploymentResultType,
  type IgnitionModule,
  type IgnitionModuleResult,
  status,
  wipe,
} from "@nomicfoundation/ignition-core";
import { present } from "../support/present.ts";
import { salt } from "./create2.ts";

/** Where something is deployed: a chain, who sends, and the folder of Ignition's journal, by which a run goes on. */
export type Site = {
  readonly connection: NetworkConnection<string>;
  readonly deployer: string;
  readonly folder: string;
};

/** A transaction of the journal that succeeded. */
export type Sent = { readonly future: string; readonly receipt: TransactionReceipt };

/** The deployment did not come to its end; what stands of it is in the journal. */
export class DeploymentError extends Error {}

const artifactResolver = new HardhatArtifactResolver(artifacts);

export async function siteOf(connection: NetworkConnection<string>, folder: string): Promise<Site> {
  const [signer] = await connection.ethers.getSigners();
  return { connection, folder, deployer: getAddress(present(signer, "an account to send from").address) };
}

/** Runs a module, or goes on with it where the journal stops. @throws DeploymentError */
export async function ignite(
  { connection, deployer, folder }: Site,
  ignitionModule: IgnitionModule<string, string, IgnitionModuleResult<string>>,
  deploymentParameters: DeploymentParameters = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const result = await deploy({
    ...connection.networkConfig.ignition,
    config: config.ignition,
    artifactResolver,
    provider: connection.provider,
    deploymentDir: folder,
    ignitionModule,
    deploymentParameters,
    accounts: [deployer],
    strategy: "create2",
    strategyConfig: { salt: salt() },
  });
  if (result.type === DeploymentResultType.SUCCESSFUL_DEPLOYMENT) return;
  throw new DeploymentError(errorDeploymentResultToExceptionMessage(result));
}

export type Progress = "unknown" | "begun" | "done" | "failed";

/** How far the journal has come with a future; what timed out counts as failed, for only wiping it lets a run go on. */
export async function progressOf({ folder }: Site, future: string): Promise<Progress> {
  if (!hasJournal(folder)) return "unknown";
  const { successful, failed, timedOut, started } = await status(folder, artifactResolver);
  if (successful.includes(future)) return "done";
  if ([...failed, ...timedOut].some(({ futureId }) => futureId === future)) return "failed";
  return started.includes(future) ? "begun" : "unknown";
}

/** Makes the journal forget a future. */
export async function forget({ folder }: Site, future: string): Promise<void> {
  await wipe(folder, artifactResolver, future);
}

type JournalLine = { type: string; futureId: string; hash: string; receipt: { status: string } };

/**
 * The journal's successful transactions, in order. Ignition's own list can't be had any more once a future was wiped.
 */
export async function sentFrom({ connection, folder }: Site): Promise<Sent[]> {
  if (!hasJournal(folder)) return [];
  const lines = (await readFile(journalOf(folder), "utf8")).split("\n").filter((line) => line !== "");
  const hashes = new Map<string, string>();
  for (const { type, futureId, hash, receipt } of lines.map((line) => JSON.parse(line) as JournalLine)) {
    if (type === "TRANSACTION_CONFIRM" && receipt.status === "SUCCESS") hashes.set(futureId, hash);
    if (type === "WIPE_APPLY") hashes.delete(futureId);
  }
  const { provider } = connection.ethers;
  return Promise.all(
    [...hashes].map(async ([future, hash]) => ({
      future,
      receipt: present(await provider.getTransactionReceipt(hash), `the receipt of transaction ${hash}`),
    })),
  );
}

export function hasJournal(folder: string): boolean {
  return existsSync(journalOf(folder));
}

function journalOf(folder: string): string {
  return join(folder, "journal.jsonl");
}

export async function hasCode({ connection }: Pick<Site, "connection">, address: string): Promise<boolean> {
  return (await connection.ethers.provider.getCode(address)) !== "0x";
}
