import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildSubgraph } from "../engine/build.ts";
import { EngineError, type EngineOptions, startEngine } from "../engine/engine.ts";
import { waitForBlock } from "../engine/query.ts";
import { type OwnChain, startChain } from "./chain.ts";

const HOLDER = `
  const { startEngine } = await import(process.argv[1]);
  const engine = await startEngine(JSON.parse(process.argv[2]));
  console.log(JSON.stringify(engine.pids));
  setInterval(() => undefined, 1_000_000);
`;

describe("engine", () => {
  let chain: OwnChain;
  let folder: string;
  let manifest: string;
  let dataDir: string;
  let count = 0;

  const options = () => ({ dataDir, rpcUrl: chain.rpcUrl, manifest });
  const failureOf = async (changed: Partial<EngineOptions>): Promise<string> => {
    try {
      await startEngine({ ...options(), ...changed });
    } catch (error) {
      expect(error).toBeInstanceOf(EngineError);
      return (error as EngineError).message;
    }
    throw new Error("the engine started");
  };
  /** Processes that have the data folder in their command line: ours, whoever started them. */
  const processes = (): string[] =>
    readdirSync("/proc")
      .filter((pid) => /^\d+$/.test(pid))
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        } catch {
          return "";
        }
      })
      .filter((line) => line.includes(dataDir) && !line.includes("await import"));
  const untilNoneLeft = async (): Promise<void> => {
    for (let i = 0; i < 140 && processes().length > 0; i++) await sleep(50);
    expect(processes()).toEqual([]);
  };
  const hold = async (): Promise<ChildProcess> => {
    const engineModule = new URL("../engine/engine.ts", import.meta.url).href;
    const args = ["--input-type=module", "-e", HOLDER, engineModule, JSON.stringify(options())];
    const holder = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    await once(holder.stdout, "data");
    return holder;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "engine-test-"));
    chain = await startChain();
    const outDir = join(folder, "build");
    manifest = await buildSubgraph({ address: chain.address, startBlock: 0, network: "local", outDir });
  }, 60_000);

  beforeEach(() => {
    dataDir = join(folder, `data ${count++}`);
  });

  afterAll(async () => {
    await chain.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("names a busy port and who wants it, and leaves nothing behind", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    expect(await failureOf({ ports: { graphql: port } })).toBe(
      `port ${port} is in use; graph-node's GraphQL server wants it`,
    );
    taken.close();
    await untilNoneLeft();
  });

  it("refuses a folder that graph-node can't name", async () => {
    expect(await failureOf({ dataDir: `${dataDir}:` })).toMatch(/^graph-node can't use a folder with a colon/);
  });

  it("says that no chain answers", async () => {
    expect(await failureOf({ rpcUrl: "http://127.0.0.1:1/key" })).toBe(
      "no Ethereum node answers at http://127.0.0.1:1",
    );
  });

  it("ends everything when graph-node refuses the build", async () => {
    const broken = join(folder, "broken");
    await cp(join(manifest, ".."), broken, { recursive: true });
    await writeFile(join(broken, "schema.graphql"), "type Nonsense {");
    expect(await failureOf({ manifest: join(broken, "subgraph.yaml") })).toMatch(
      /^graph-node refuses subgraph_deploy: [^\n]*$/,
    );
    await untilNoneLeft();
  }, 30_000);

  it("lets one engine at a time use a folder, and one chain", async () => {
    const engine = await startEngine(options());
    expect(await failureOf({})).toMatch(/is in use by an engine of process/);
    let failure: EngineError | undefined;
    void engine.failed.then((error) => (failure = error));
    await engine.stop();
    await engine.stop();
    expect(failure).toBeUndefined();
    await writeFile(join(dataDir, "genesis"), "0xother");
    expect(await failureOf({})).toMatch(/is the index of another chain \(genesis 0xother/);
    await untilNoneLeft();
  }, 30_000);

  it("says when a part dies, and stops the rest", async () => {
    const engine = await startEngine(options());
    process.kill(engine.pids.graphNode, "SIGKILL");
    expect((await engine.failed).message).toMatch(/^graph-node: ended \(SIGKILL\)/);
    await engine.stop();
    await untilNoneLeft();
  }, 30_000);

  it("shows no password in the list of processes or the log", async () => {
    const lines: string[] = [];
    const engine = await startEngine({ ...options(), log: (line) => lines.push(line) });
    await engine.stop();
    const password = readFileSync(join(dataDir, "postgres.password"), "utf8");
    expect(password).toHaveLength(48);
    expect(lines.join("\n")).not.toContain(password);
    expect(processes().join("\n")).not.toContain(password);
  }, 30_000);

  it("leaves no process behind when it is killed, and comes back", async () => {
    const holder = await hold();
    expect(processes().length).toBeGreaterThan(0);
    holder.kill("SIGKILL");
    await untilNoneLeft();
    const engine = await startEngine(options());
    await waitForBlock(engine.graphqlUrl, await chain.client.getBlockNumber());
    await engine.stop();
    await untilNoneLeft();
  }, 60_000);

  it("comes back while what a killed one left behind is still ending", async () => {
    const holder = await hold();
    holder.kill("SIGKILL");
    await once(holder, "exit");
    const engine = await startEngine(options());
    await waitForBlock(engine.graphqlUrl, await chain.client.getBlockNumber());
    await engine.stop();
    await untilNoneLeft();
  }, 60_000);
});
