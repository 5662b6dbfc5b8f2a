import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, reserve } from "../client/index.ts";
import { buildSubgraph } from "../engine/build.ts";
import { deploy } from "../engine/engine.ts";
import { choosePorts, type Ports } from "../engine/ports.ts";
import { type Postgres, startPostgres } from "../engine/postgres.ts";
import type { Child } from "../engine/process.ts";
import { NMR, type OwnChain, startChain } from "./chain.ts";
import { CONFIG_FILE, configurable, startNode } from "./configured.ts";
import { createTournament } from "./history.ts";

const NOBODY = `0x${"0".repeat(40)}`;
const ANYWHERE = { GRAPH_DATABASE_URL: "postgresql://graph:x@db/graph", MAINNET_RPC_URL: "http://127.0.0.1:1" };
const VARIABLES = { ...ANYWHERE, GRAPH_REPLICA_URL: "postgresql://graph:x@replica/graph" };

describe("graph-node's configuration file", () => {
  let folder: string;
  let program: string;
  let committed: string;
  let ipfs: Server;
  let ipfsUrl: string;
  let count = 0;

  /** A folder with a configuration file and a manifest of nothing. */
  const place = async (config: string): Promise<{ cwd: string; manifest: string }> => {
    const cwd = join(folder, `node-${count++}`);
    await mkdir(cwd);
    await writeFile(join(cwd, CONFIG_FILE), config);
    await writeFile(join(cwd, "idle.yaml"), "");
    return { cwd, manifest: join(cwd, "idle.yaml") };
  };
  const check = async (config: string, variables: Record<string, string> = VARIABLES) => {
    const lines: string[] = [];
    const log = (line: string): void => void lines.push(line);
    const env = { ...variables, IPFS: ipfsUrl };
    const node = await startNode({
      name: "check",
      program,
      ...(await place(config)),
      argument: "--check-config",
      env,
      log,
    });
    await node.ended;
    return { exitCode: await node.exitCode, output: lines.join("\n") };
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cluster-test-"));
    program = await configurable(folder);
    committed = await readFile(new URL("../deploy/graph-node.toml", import.meta.url), "utf8");
    ipfs = createServer((_, response) => response.setHeader("content-type", "application/json").end('{"Version":"0"}'));
    await new Promise<void>((resolve) => ipfs.listen(0, "127.0.0.1", resolve));
    ipfsUrl = `http://127.0.0.1:${(ipfs.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    ipfs.close();
    ipfs.closeAllConnections();
    await rm(folder, { recursive: true, force: true });
  });

  it("is good, says graph-node", async () => {
    const { exitCode, output } = await check(committed);
    expect(output).toContain("Successfully validated configuration");
    expect(exitCode).toBe(0);
  });

  it.each([
    ["a shard that isn't there", 'shard = "primary"', 'shard = "secondary"', /unknown shard/],
    ["no indexer", '["index_node_0", "index_node_1"]', "[]", /indexers? must not be empty|indexer/],
    ["no default rule", "[[deployment.rule]]", '[[deployment.rule]]\nmatch = { name = "x" }', /default rule/],
    ["a field that graph-node doesn't know", "[chains.mainnet]", "[chains.mainnet]\nprotocol = 1", /protocol|type/],
  ])("is refused with %s", async (_, old, changed, reason) => {
    expect(committed).toContain(old);
    const { exitCode, output } = await check(committed.replace(old, changed));
    expect(output).toMatch(reason);
    expect(exitCode).toBe(1);
  });

  it("is refused without the variables that it names", async () => {
    const { exitCode, output } = await check(committed, ANYWHERE);
    expect(output).toContain("GRAPH_REPLICA_URL");
    expect(exitCode).toBe(1);
  });

  describe("runs", () => {
    let chain: OwnChain;
    let postgres: Postgres;
    const nodes: Child[] = [];

    const where = () => ({ address: chain.address, startBlock: 0, network: "mainnet" });
    const start = async (id: string): Promise<Ports> => {
      const ports = await choosePorts({});
      const { cwd } = await place(committed);
      // gnd deploys what it is given, on the node that it starts; the rules are for what arrives at the admin port.
      const manifest = await buildSubgraph({ ...where(), address: NOBODY, outDir: join(cwd, "idle") });
      const database = { GRAPH_DATABASE_URL: postgres.url, GRAPH_REPLICA_URL: postgres.url };
      const env = { ...database, MAINNET_RPC_URL: chain.rpcUrl, IPFS: ipfsUrl };
      const log = process.env.LOG ? console.log : () => undefined;
      nodes.push(await startNode({ name: id, program, cwd, manifest, argument: `--node-id=${id}`, env, ports, log }));
      return ports;
    };

    beforeAll(async () => {
      chain = await startChain();
      postgres = await startPostgres(folder, (await choosePorts({})).postgres, () => undefined);
    }, 60_000);

    afterAll(async () => {
      for (const node of nodes) await node.stop();
      await postgres.stop();
      await chain.stop();
    });

    // A query node can't be run so: gnd ends when a node doesn't take the deployment that it insists on.
    it("two index nodes over one database: what one indexes, both answer", async () => {
      const first = await start("index_node_0");
      const second = await start("index_node_1");
      const manifest = await buildSubgraph({ ...where(), outDir: join(folder, "build") });
      await deploy(`http://127.0.0.1:${first.admin}`, "numeraire-staking", manifest, AbortSignal.timeout(60_000));
      await createTournament(chain, "Classic", chain.owner);
      await chain.send(chain.owner, "fundReserve", 1, 5n * NMR);
      const block = await chain.client.getBlockNumber();

      for (const { graphql } of [first, second]) {
        const index = connect(`http://127.0.0.1:${graphql}/subgraphs/name/numeraire-staking`);
        const trouble = async (): Promise<string> => index.head().then(() => "", String);
        await expect.poll(trouble, { timeout: 60_000 }).toBe("");
        await index.reach(block);
        expect((await index.ask(reserve, { tournament: "1" })).tournament?.reserveNmr).toBe("5");
      }
    }, 180_000);
  });
});
