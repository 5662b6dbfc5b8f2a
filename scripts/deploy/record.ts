import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { keccak256 } from "ethers";
import { artifacts, config } from "hardhat";
import type { Creation } from "../../ignition/modules/tournament.ts";
import { present } from "../support/present.ts";
import { UsageError } from "../support/terminal.ts";
import { type Contracts, creationOf, futureOf } from "./apply.ts";
import type { Created } from "./check.ts";
import { addressOf, type ContractName, CREATE_X, initCodeHashOf, type Planned, salt } from "./create2.ts";
import { type Sent, sentFrom, type Site } from "./site.ts";

type Strings<T> = {
  readonly [K in keyof T]: T[K] extends bigint ? string : T[K] extends object ? Strings<T[K]> : T[K];
};

/** A transaction and its block; null where somebody else had deployed the same before. */
type Origin = { readonly transaction: string | null; readonly block: number | null };

export type ContractRecord = Origin & {
  readonly name: ContractName;
  readonly address: string;
  readonly constructorArgument: string;
  readonly initCodeHash: string;
  readonly codeHash: string;
};

/** What stands on a chain, in the contract's units, and which sources it is from. */
export type DeploymentRecord = {
  readonly network: string;
  readonly chainId: number;
  /** Who sent the transactions, and so created the tournaments. */
  readonly deployer: string;
  readonly sources: { readonly version: string; readonly commit: string; readonly compiler: string };
  readonly factory: string;
  readonly salt: string;
  readonly token: string;
  readonly contracts: readonly ContractRecord[];
  readonly tournaments: readonly (Strings<Creation> &
    Origin & { readonly number: string; readonly organizer: string })[];
};

const FILE = "record.json";
/** The record of a checkout that can't tell its commit, or has changes that are in none. */
export const NO_COMMIT = "none";

/** @throws UsageError where the file is there but can't be read as JSON. */
export function readRecord(folder: string): DeploymentRecord | undefined {
  const file = join(folder, FILE);
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8")) as DeploymentRecord;
  } catch (error) {
    throw new UsageError(`${file} is not JSON (${String(error)}); take it from the repository anew`);
  }
}

/** Writes the record, whole or not at all; what it said of the same contracts' sources stays. */
export async function writeRecord(site: Site, contracts: Contracts, created: readonly Created[]): Promise<string> {
  const { connection, folder } = site;
  const before = readRecord(folder);
  const sent = await sentFrom(site);
  const planned = [contracts.token, contracts.staking].filter((contract) => contract !== undefined);
  const record: DeploymentRecord = {
    network: connection.networkName,
    chainId: Number((await connection.ethers.provider.getNetwork()).chainId),
    deployer: before?.deployer ?? site.deployer,
    sources: before?.sources ?? (await sourcesNow()),
    factory: CREATE_X,
    salt: salt(),
    token: contracts.staking.argument,
    contracts: await Promise.all(planned.map((contract) => contractRecord(site, contract, sent))),
    tournaments: created.map((tournament) => tournamentRecord(tournament, sent)),
  };
  await mkdir(folder, { recursive: true });
  const file = join(folder, FILE);
  await writeFile(`${file}.new`, `${JSON.stringify(record, asStrings, 2)}\n`);
  await rename(`${file}.new`, file);
  return file;
}

async function contractRecord({ connection }: Site, contract: Planned, sent: readonly Sent[]): Promise<ContractRecord> {
  const { name, address, argument, initCodeHash } = contract;
  const codeHash = keccak256(await connection.ethers.provider.getCode(address));
  const origin = originOf(sent.find(({ future }) => future === futureOf(contract)));
  return { name, address, constructorArgument: argument, initCodeHash, codeHash, ...origin };
}

function tournamentRecord({ plan, number }: Created, sent: readonly Sent[]): DeploymentRecord["tournaments"][number] {
  const { name, limits, guardian, registrar, minStake, reporters, quorum, organizer } = plan;
  const settings = { number, name, limits, guardian, registrar, minStake, reporters, quorum, organizer };
  const written = JSON.parse(JSON.stringify(settings, asStrings)) as Strings<typeof settings>;
  return { ...written, ...originOf(creationOf(sent, name)) };
}

function originOf(sent: Sent | undefined): Origin {
  return { transaction: sent?.receipt.hash ?? null, block: sent?.receipt.blockNumber ?? null };
}

/** The checkout's version, its commit, unless what decides the code was changed since, and its compiler. */
export async function sourcesNow(): Promise<DeploymentRecord["sources"]> {
  const root = config.paths.root;
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const buildInfoId = present(
    await artifacts.getBuildInfoId("contracts/NumeraireStaking.sol:NumeraireStaking"),
    "build",
  );
  const buildInfo = present(await artifacts.getBuildInfoPath(buildInfoId), "build info");
  const { solcLongVersion } = JSON.parse(readFileSync(buildInfo, "utf8")) as { solcLongVersion: string };
  return { version, commit: commitOf(root), compiler: solcLongVersion };
}

function commitOf(root: string): string {
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    const changed = git("status", "--porcelain", "--", "contracts", "hardhat.config.ts", "package-lock.json");
    return changed === "" ? git("rev-parse", "HEAD") : NO_COMMIT;
  } catch {
    return NO_COMMIT;
  }
}

/**
 * What is wrong with a record by itself and against this checkout: none, where its addresses follow from its code, its code
 * is that of the artifacts kept beside it, and it is either today's code or names the commit of its own.
 */
export async function auditRecord(folder: string): Promise<string[]> {
  const record = readRecord(folder);
  if (record === undefined) return [`${FILE} is missing`];
  const problems: string[] = [];
  const expect = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem);
  };
  const chain = /^chain-(\d+)$/.exec(basename(folder))?.[1];
  expect(chain === undefined || chain === String(record.chainId), `chainId ${record.chainId} is not the folder's`);
  expect(record.factory === CREATE_X, `factory ${record.factory} is not CreateX`);
  const hasCommit = /^[0-9a-f]{40}$/.test(record.sources.commit);
  for (const contract of record.contracts) {
    const { name, address, initCodeHash, constructorArgument: argument } = contract;
    expect(
      addressOf(initCodeHash, record.salt) === address,
      `${name}: address ${address} does not follow from its code`,
    );
    const kept = join(folder, "artifacts", `${futureOf(contract)}.json`);
    if (contract.transaction !== null) {
      const { bytecode } = JSON.parse(readFileSync(kept, "utf8")) as { bytecode: string };
      expect(initCodeHashOf(bytecode, argument) === initCodeHash, `${name}: its artifact has another code`);
    }
    const { bytecode } = await artifacts.readArtifact(name);
    const current = initCodeHashOf(bytecode, argument) === initCodeHash;
    expect(current || hasCommit, `${name}: is not this checkout's code, and sources.commit names no other`);
  }
  const staking = record.contracts.find(({ name }) => name === "NumeraireStaking");
  expect(
    staking?.constructorArgument === record.token,
    `token ${record.token} is not what the staking contract was given`,
  );
  return problems;
}

/** Records beside this one where the same token is staked, but elsewhere: their sources were others. A line each. */
export function differing(folder: string, { token, staking }: Contracts): string[] {
  const all = dirname(folder);
  if (token === undefined || !existsSync(all)) return [];
  const names = readdirSync(all).filter((name) => /^chain-\d+$/.test(name));
  return names
    .filter((name) => join(all, name) !== folder)
    .flatMap((name) => readRecord(join(all, name)) ?? [])
    .flatMap(({ chainId, sources, contracts }) => {
      const ours = contracts.some(
        ({ name, constructorArgument }) => name === "Numeraire" && constructorArgument === token.argument,
      );
      const there = contracts.find(({ name }) => name === "NumeraireStaking")?.address;
      if (!ours || there === undefined || there === staking.address) return [];
      return [
        `chain ${chainId} has NumeraireStaking at ${there}: for the same address here check out ${sources.commit}`,
      ];
    });
}

function asStrings(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
