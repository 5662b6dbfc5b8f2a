// graph-node itself, with its database, on this machine. The deployment is made through graph-node's admin interface:
// what `gnd dev` is given on its command line is indexed anew at every start, a deployment resumes where it was. The
// command line demands a manifest all the same, and gets an idle one.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EngineError } from "./errors.ts";
import { choosePorts, type Ports } from "./ports.ts";
import { startPostgres } from "./postgres.ts";
import { type Child, endOrphan, identityOf, type Log, startChild } from "./process.ts";
import { indexedBlock, QueryError } from "./query.ts";

export { EngineError } from "./errors.ts";
export type { Ports } from "./ports.ts";
export type { Log } from "./process.ts";

const START_PATIENCE_MS = 60_000;

/** What makes up for a long chain quickly; each may be set otherwise in the environment. */
const FIRST_SYNC = {
  GRAPH_ENTITY_CACHE_SIZE: "256000", // kB: all positions of a big tournament, or each settlement selects each of them
  GRAPH_STORE_WRITE_BATCH_SIZE: "2000", // kB: a batch is weighed anew with every block that joins it
  // An index a column is cheaper to make once the rows are there: one block before the head, or at the next start.
  GRAPH_POSTPONE_ATTRIBUTE_INDEX_CREATION: "true",
  GRAPH_POSTPONE_INDEXES_CREATION_THRESHOLD: "1",
};

export interface EngineOptions {
  /** Folder of the database; a start on the same folder resumes. */
  dataDir: string;
  /** JSON-RPC of the chain, http or https. */
  rpcUrl: string;
  /** Manifest that `buildSubgraph` returned. */
  manifest: string;
  /** Ports; 0 or absent: any free one. */
  ports?: Partial<Ports>;
  /** Name of the subgraph in the GraphQL URL. */
  name?: string;
  /** Receives every line that PostgreSQL and graph-node write. */
  log?: Log;
}

export interface Engine {
  graphqlUrl: string;
  adminUrl: string;
  statusUrl: string;
  ports: Ports;
  pids: { postgres: number; graphNode: number };
  /** Resolves when a part ends that was not told to, to the error that says which. */
  failed: Promise<EngineError>;
  /** Deploys another manifest beside the first, and returns the URL of its GraphQL. */
  deploy(name: string, manifest: string): Promise<string>;
  /** Ends the indexing of a subgraph. */
  remove(name: string): Promise<void>;
  /** Ends everything; may be called again. */
  stop(): Promise<void>;
}

/** Starts PostgreSQL and graph-node, deploys the manifest and resolves once GraphQL answers. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { rpcUrl, manifest, name = "numeraire-staking", log = () => undefined } = options;
  const dataDir = resolve(options.dataDir);
  if (/[:,]/.test(dataDir)) throw new EngineError(`graph-node can't use a folder with a colon or comma: ${dataDir}`);
  const gnd = graphNodeBinary();
  await mkdir(dataDir, { recursive: true }).catch(rethrow);
  const release = await claim(dataDir);
  const cleanups: (() => Promise<void>)[] = [release];
  const ending = new AbortController();
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (stopping ??= (async () => {
      ending.abort();
      for (const cleanup of cleanups.reverse()) await cleanup();
    })());

  try {
    await checkChain(dataDir, rpcUrl);
    const deployment = await adoptDeployment(dataDir, manifest);
    const ports = await choosePorts(options.ports ?? {});

    const postgres = await startPostgres(dataDir, ports.postgres, log);
    cleanups.push(() => postgres.stop());
    await remember(dataDir, [postgres]);

    const ipfs = await startIpfsStandIn(ports.ipfs);
    cleanups.push(ipfs);

    let panic = (): void => undefined;
    const panicked = new Promise<void>((resolve) => (panic = resolve));
    const graphNode = await startChild({
      name: "graph-node",
      command: gnd,
      args: [
        ...["dev", "--manifests", `${deployment.folder}/idle.yaml:.`],
        ...["--http-port", String(ports.graphql), "--admin-port", String(ports.admin)],
        ...["--index-node-port", String(ports.status), "--metrics-port", String(ports.metrics)],
      ],
      cwd: dataDir,
      orphanSignal: "KILL", // it can't end without its log; its database takes no harm
      // By environment rather than argument: a password and perhaps an RPC key, which `ps` would show to everybody.
      env: {
        ...{ GRAPH_LOG: "warn", GRAPH_LOG_TIME_FORMAT: "%H:%M:%S%.3f", ...FIRST_SYNC, ...process.env },
        POSTGRES_URL: postgres.url,
        ETHEREUM_RPC: `${deployment.network}:${rpcUrl}`,
        IPFS: `http://127.0.0.1:${ports.ipfs}`,
        // graph-node switches backtraces on, and makes one for errors it makes and drops all the time: half of its time.
        RUST_LIB_BACKTRACE: "0",
        GRAPH_CACHED_SUBGRAPH_IDS: "none", // or a query pinned to a block may answer from before a reorg
        GRAPH_CHAIN_HEAD_WATCHER_TIMEOUT: "1", // or a reorg may go unseen for half a minute
        GRAPH_STORE_DISABLE_CHAIN_HEAD_PTR_CACHE: "true", // or a block already fetched may go unseen for two seconds
        ETHEREUM_POLLING_INTERVAL: "200",
      },
      log(line) {
        log(line);
        if (line.includes(" panicked at ")) panic();
      },
      secrets: [rpcUrl, postgres.url],
    });
    cleanups.push(() => graphNode.stop());
    await remember(dataDir, [postgres, graphNode]);

    const ended = Promise.race([postgres.ended, graphNode.ended]);
    const adminUrl = `http://127.0.0.1:${ports.admin}`;
    const urlOf = (subgraph: string): string => `http://127.0.0.1:${ports.graphql}/subgraphs/name/${subgraph}`;
    const graphqlUrl = urlOf(name);
    const patience = AbortSignal.any([ending.signal, AbortSignal.timeout(START_PATIENCE_MS)]);
    const ready = deploy(adminUrl, name, join(deployment.folder, "subgraph.yaml"), patience)
      .then(() => firstAnswer(graphqlUrl, patience))
      .catch((error: unknown) => {
        throw patience.aborted ? graphNode.failure("does not answer") : error;
      });
    // graph-node outlives its own panics, half dead: the first is taken for the end, once it is written out.
    const collapse = panicked.then(() => sleep(300)).then(() => graphNode.failure("failed to start"));
    ready.catch(() => undefined); // may be rejected after the race is lost
    const failure = await Promise.race([ready, ended, collapse]);
    if (failure) throw failure;

    return {
      graphqlUrl,
      adminUrl,
      statusUrl: `http://127.0.0.1:${ports.status}/graphql`,
      ports,
      pids: { postgres: postgres.pid, graphNode: graphNode.pid },
      async deploy(other, otherManifest) {
        const { folder } = await adoptDeployment(dataDir, otherManifest);
        await deploy(adminUrl, other, join(folder, "subgraph.yaml"), ending.signal);
        return urlOf(other);
      },
      remove: (other) => callAdmin(adminUrl, "subgraph_remove", { name: other }, ending.signal),
      failed: ended.then((error) => (ending.signal.aborted ? new Promise<never>(() => undefined) : error)),
      stop,
    };
  } catch (error) {
    await stop();
    return rethrow(error);
  }
}

/** Path of graph-node for this platform. */
export function graphNodeBinary(): string {
  const name = `@graphprotocol/gnd-${process.platform}-${process.arch}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/gnd`);
  } catch {
    throw new EngineError(
      `graph-node is not installed for this platform (no ${name}): the engine needs Linux x64, and \`npm ci\` with optional dependencies`,
    );
  }
}

/** One line an operator can act on for what the file system or the network says. */
function rethrow(error: unknown): never {
  const { code, path = "" } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC") throw new EngineError(`no space left on the disk: ${path}`);
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") throw new EngineError(`no permission: ${path}`);
  throw error;
}

const claimFile = (dataDir: string): string => join(dataDir, "engine.json");

interface Claim {
  owner: string;
  children: string[];
}

/** Makes this process the only user of the folder, and ends what a killed one left behind. */
async function claim(dataDir: string): Promise<() => Promise<void>> {
  const path = claimFile(dataDir);
  if (existsSync(path)) {
    const { owner, children } = JSON.parse(readFileSync(path, "utf8")) as Claim;
    const pid = Number(owner.split(":")[0]);
    if (identityOf(pid) === owner) throw new EngineError(`${dataDir} is in use by an engine of process ${pid}`);
    for (const child of children.reverse()) await endOrphan(child);
  }
  await remember(dataDir, []);
  return () => rm(path, { force: true });
}

async function remember(dataDir: string, children: Child[]): Promise<void> {
  const identities = [process.pid, ...children.map(({ pid }) => pid)].map((pid) => identityOf(pid) ?? `${pid}:gone`);
  const [owner = "", ...rest] = identities;
  const path = claimFile(dataDir);
  await writeFile(`${path}.new`, JSON.stringify({ owner, children: rest } satisfies Claim));
  await rename(`${path}.new`, path);
}

/** An index belongs to one chain, known by its first block. */
async function checkChain(dataDir: string, rpcUrl: string): Promise<void> {
  const response = await fetch(rpcUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_getBlockByNumber", params: ["0x0", false] }),
    signal: AbortSignal.timeout(10_000),
  }).then(
    (answer) => answer.json() as Promise<{ result?: { hash?: string } }>,
    () => undefined,
  );
  const genesis = response?.result?.hash;
  if (genesis === undefined) throw new EngineError(`no Ethereum node answers at ${new URL(rpcUrl).origin}`);

  const path = join(dataDir, "genesis");
  const indexed = existsSync(path) ? await readFile(path, "utf8") : genesis;
  if (indexed !== genesis) {
    throw new EngineError(`${dataDir} is the index of another chain (genesis ${indexed}, not ${genesis}): delete it`);
  }
  await writeFile(path, genesis);
}

/**
 * Copies a build into the data folder under a name made from its content: it must stay as long as the index does, and
 * a changed build must be another deployment. Its path is the deployment's id.
 */
async function adoptDeployment(dataDir: string, manifest: string): Promise<{ folder: string; network: string }> {
  const source = dirname(resolve(manifest));
  const yaml = await readFile(manifest, "utf8").catch(() => {
    throw new EngineError(`${manifest} is missing: build the subgraph first`);
  });
  const hash = createHash("sha256");
  for (const file of (await readdir(source, { recursive: true, withFileTypes: true })).sort((a, b) =>
    join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1,
  )) {
    if (file.isFile()) hash.update(`\0${file.name}\0`).update(await readFile(join(file.parentPath, file.name)));
  }
  const folder = join(dataDir, "deployments", hash.digest("hex").slice(0, 16));
  const network = /^ +network: (\S+)$/m.exec(yaml)?.[1];
  const wasm = /^ +file: (\S+\.wasm)$/m.exec(yaml)?.[1];
  if (network === undefined || wasm === undefined) throw new EngineError(`${manifest} is not a built manifest`);

  await cp(source, folder, { recursive: true });
  await writeFile(join(folder, "idle.graphql"), "type Idle @entity(immutable: true) { id: ID! }\n");
  await writeFile(join(folder, "idle.yaml"), idleManifest(network, wasm));
  return { folder, network };
}

/** Looks at block 0 only, for an event of nobody. */
function idleManifest(network: string, wasm: string): string {
  const address = `"0x${"0".repeat(40)}"`;
  const abi = wasm.replace(/wasm$/, "json");
  return `specVersion: 1.3.0
schema: { file: idle.graphql }
dataSources:
  - kind: ethereum/contract
    name: Idle
    network: ${network}
    source: { abi: NumeraireStaking, address: ${address}, startBlock: 0, endBlock: 0 }
    mapping:
      kind: ethereum/events
      apiVersion: 0.0.9
      language: wasm/assemblyscript
      file: ${wasm}
      entities: [Idle]
      abis: [{ name: NumeraireStaking, file: ${abi} }]
      eventHandlers: [{ event: "RoundVoided(indexed uint32,indexed uint64)", handler: handleRoundVoided }]
`;
}

/** graph-node asks an IPFS for its version when it starts, and for nothing else while manifests come from files. */
async function startIpfsStandIn(port: number): Promise<() => Promise<void>> {
  const server = createServer((request, response) => {
    response.writeHead(request.url?.startsWith("/api/v0/version") ? 200 : 404, { "content-type": "application/json" });
    response.end('{"Version":"stand-in"}');
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new EngineError(`the stand-in for IPFS: ${error.message}`)));
    server.listen(port, "127.0.0.1", resolve);
  });
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
}

/** Makes graph-node index a manifest under a name. */
export async function deploy(adminUrl: string, name: string, manifest: string, patience: AbortSignal): Promise<void> {
  await callAdmin(adminUrl, "subgraph_create", { name }, patience);
  await callAdmin(adminUrl, "subgraph_deploy", { name, ipfs_hash: manifest }, patience);
}

async function callAdmin(
  adminUrl: string,
  method: string,
  params: Record<string, string>,
  patience: AbortSignal,
): Promise<void> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const headers = { "content-type": "application/json" };
  const response = await untilAnswered(() => fetch(adminUrl, { method: "POST", headers, body }), patience);
  const { error } = (await response.json()) as { error?: { message: string } };
  if (error) throw new EngineError(`graph-node refuses ${method}: ${error.message}`);
}

async function firstAnswer(graphqlUrl: string, patience: AbortSignal): Promise<void> {
  await untilAnswered(async () => {
    await indexedBlock(graphqlUrl).catch((error: unknown) => {
      // Indexing may have failed in an earlier life: the engine runs, and says so to whoever asks.
      if (!(error instanceof QueryError)) throw error;
    });
  }, patience);
}

async function untilAnswered<T>(ask: () => Promise<T>, patience: AbortSignal): Promise<T> {
  for (;;) {
    patience.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // a TypeError is how fetch reports a refused connection
    }
    await sleep(50, undefined, { signal: patience });
  }
}
