// networks.json, in graph-cli's own format: where the contract is on which chain. It is made from the records of deployments.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Place } from "./build.ts";
import { EngineError } from "./errors.ts";

const DATA_SOURCE = "NumeraireStaking";
const networksFile = resolve(import.meta.dirname, "../networks.json");
const deploymentsDir = resolve(import.meta.dirname, "../../ignition/deployments");

/** By the names of the chains, then of the data source. */
export type Networks = Record<string, Partial<Record<string, { address: string; startBlock: number }>>>;

interface DeploymentRecord {
  network: string;
  contracts: { name: string; address: string; block: number | null }[];
}

export async function readNetworks(file: string = networksFile): Promise<Networks> {
  const text = await readFile(file, "utf8").catch(() => {
    throw new EngineError(`${file} can't be read`);
  });
  return JSON.parse(text) as Networks;
}

/** Where the contract is on a network. */
export async function placeOn(network: string, file: string = networksFile): Promise<Place> {
  const networks = await readNetworks(file);
  const source = networks[network]?.[DATA_SOURCE];
  if (source === undefined) {
    const known = Object.keys(networks).join(", ") || "none yet";
    throw new EngineError(`${file} has no ${DATA_SOURCE} on ${network} (it has: ${known}): deploy there, or add it`);
  }
  return { network, ...source };
}

/** What the records of deployments say; those of chains for a day aren't kept in the repository. */
export async function networksOf(folder: string = deploymentsDir): Promise<Networks> {
  const networks: Networks = {};
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((name) => /^chain-\d+$/.test(name) && name !== "chain-31337").sort()) {
    const record = JSON.parse(await readFile(join(folder, name, "record.json"), "utf8")) as DeploymentRecord;
    const contract = record.contracts.find((contract) => contract.name === DATA_SOURCE);
    if (!contract) throw new EngineError(`${name} is a record without ${DATA_SOURCE}`);
    // Somebody else deployed the same: the record doesn't know in which block, and the first is early enough.
    networks[record.network] = { [DATA_SOURCE]: { address: contract.address, startBlock: contract.block ?? 0 } };
  }
  return networks;
}

if (process.argv[1] && import.meta.filename === resolve(process.argv[1])) {
  await writeFile(networksFile, `${JSON.stringify(await networksOf(), null, 2)}\n`);
}
