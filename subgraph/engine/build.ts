// Builds the subgraph without network and without touching a tracked file. The WebAssembly is the same for every
// deployment, so it is compiled once for its sources and cached; a deployment only differs in three lines of manifest.
import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import type { Abi } from "viem";
import { EngineError } from "./errors.ts";
import { placeOn } from "./networks.ts";

const run = promisify(execFile);
const subgraphDir = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const artifactPath = join(
  subgraphDir,
  "../artifacts/contracts/interfaces/INumeraireStaking.sol/INumeraireStaking.json",
);
/** Path of graph-cli. */
export const graphCli = createRequire(import.meta.url).resolve("@graphprotocol/graph-cli/bin/run.js");

/** Where a staking contract is. */
export interface Place {
  /** Name of the chain in The Graph's registry ("mainnet"), or any name for a chain of one's own. */
  network: string;
  /** Address of the staking contract. */
  address: string;
  /** Block of its deployment, or any earlier one. */
  startBlock: number;
}

export interface BuildOptions extends Place {
  /** Folder for the result; created, or its files of the same names replaced. */
  outDir: string;
  /** Source files to add or to replace, by their paths in this folder. */
  overlay?: Record<string, string>;
}

/** Builds the subgraph for one deployed contract into `outDir` and returns the path of its manifest. */
export async function buildSubgraph({ outDir, overlay = {}, ...place }: BuildOptions): Promise<string> {
  const { address, startBlock, network } = place;
  if (!/^0x[0-9a-fA-F]{40}$/.test(address)) throw new EngineError(`address is not an address: ${address}`);
  if (!Number.isSafeInteger(startBlock) || startBlock < 0) {
    throw new EngineError(`startBlock is not a block number: ${startBlock}`);
  }
  if (!/^[a-z0-9-]+$/.test(network)) throw new EngineError(`network is not a name in lower case: ${network}`);

  const compiled = await compile(overlay);
  await mkdir(outDir, { recursive: true });
  await cp(compiled, outDir, { recursive: true });
  const manifestPath = join(resolve(outDir), "subgraph.yaml");
  const manifest = await readFile(manifestPath, "utf8");
  await writeFile(manifestPath, settled(manifest, place));
  return manifestPath;
}

/** A manifest of the contract at that place. */
function settled(manifest: string, { network, address, startBlock }: Place): string {
  return manifest
    .replace(/^( +network:) .*$/m, `$1 ${network}`)
    .replace(/^( +address:) .*$/m, `$1 "${address.toLowerCase()}"`)
    .replace(/^( +startBlock:) .*$/m, `$1 ${startBlock}`);
}

/** Writes a project for graph-cli into a folder beside this one: sources, types, and the manifest of the contract at that place. */
export async function writeProject(folder: string, place: Place): Promise<void> {
  const sources = await sourcesOf({});
  await writeSources(folder, { ...sources, "subgraph.yaml": settled(sources["subgraph.yaml"] ?? "", place) });
}

/** The ABI of the staking contract as Hardhat compiled it. */
export async function readAbi(): Promise<Abi> {
  const artifact = await readFile(artifactPath, "utf8").catch(() => {
    throw new EngineError(`${artifactPath} is missing: run \`npx hardhat compile\` first`);
  });
  return (JSON.parse(artifact) as { abi: Abi }).abi;
}

/** Writes the ABI and the generated types that the mappings import into `folder`/generated. */
async function generateTypes(folder: string): Promise<void> {
  await mkdir(join(folder, "generated/abis"), { recursive: true });
  await writeFile(join(folder, "generated/abis/NumeraireStaking.json"), JSON.stringify(await readAbi(), null, 2));
  await graph(folder, "codegen", "--skip-migrations");
}

/**
 * Compiles the mappings unless that was done for these very sources, and returns the folder of the result.
 * @param overlay Files to add or to replace, by their paths in this folder.
 */
export async function compile(overlay: Record<string, string> = {}): Promise<string> {
  const sources = await sourcesOf(overlay);
  const hash = createHash("sha256").update(JSON.stringify(await readAbi()));
  hash.update(await readFile(join(dirname(graphCli), "../package.json")));
  for (const [path, text] of Object.entries(sources)) hash.update(`\0${path}\0`).update(text);

  const compiled = join(subgraphDir, "build", `compiled-${hash.digest("hex").slice(0, 16)}`);
  if (await exists(compiled)) return compiled;

  // Compiled in a folder of its own and moved into place whole: builds may run at the same time, or be killed.
  const workDir = join(subgraphDir, "build", `work-${randomUUID()}`);
  try {
    await writeSources(workDir, sources);
    await graph(workDir, "build", "--skip-migrations");
    await rename(join(workDir, "build"), compiled).catch(async (error: unknown) => {
      if (!(await exists(compiled))) throw error;
    });
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
  return compiled;
}

async function sourcesOf(overlay: Record<string, string>): Promise<Record<string, string>> {
  const sources: Record<string, string> = {};
  for (const path of ["schema.graphql", "subgraph.yaml", ...(await filesIn("src"))]) {
    sources[path] = await readFile(join(subgraphDir, path), "utf8");
  }
  return { ...sources, ...overlay };
}

async function writeSources(folder: string, sources: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(sources)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await generateTypes(folder);
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(subgraphDir, folder), { recursive: true, withFileTypes: true });
  const root = join(subgraphDir, "/");
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort();
}

async function graph(folder: string, ...args: string[]): Promise<void> {
  await run(process.execPath, [graphCli, ...args], { cwd: folder }).catch((error: unknown) => {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => /error|✖/i.test(line));
    throw new EngineError(`graph ${args[0] ?? ""} failed: ${lines.join(" ").trim() || String(error)}`);
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

if (process.argv[1] && import.meta.filename === resolve(process.argv[1])) {
  const { values } = parseArgs({
    options: {
      types: { type: "boolean" },
      network: { type: "string" },
      networks: { type: "string" },
      out: { type: "string" },
    },
  });
  if (values.types) {
    await generateTypes(subgraphDir);
  } else if (values.network === undefined) {
    console.error(`usage: ${basename(process.argv[1])} --network NAME [--networks FILE] [--out FOLDER] | --types`);
    process.exitCode = 2;
  } else {
    await buildSubgraph({
      ...(await placeOn(values.network, values.networks)),
      outDir: values.out ?? join(subgraphDir, "build", values.network),
    }).then(console.log, (error: unknown) => {
      if (!(error instanceof EngineError)) throw error;
      console.error(error.message);
      process.exitCode = 1;
    });
  }
}
