import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, reserve } from "../client/index.ts";
import { graphCli } from "../engine/build.ts";
import { networksOf, readNetworks } from "../engine/networks.ts";
import { NMR } from "./chain.ts";
import { createTournament } from "./history.ts";
import { startWorld, type World } from "./world.ts";

const engineScript = (name: string): string => new URL(`../engine/${name}`, import.meta.url).pathname;

interface Outcome {
  code: number;
  output: string;
}

async function run(...args: string[]): Promise<Outcome> {
  return promisify(execFile)(process.execPath, args).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    (error: unknown) => {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, output: stdout + stderr };
    },
  );
}

const SHA_256 = Buffer.from([0x12, 0x20]); // and its length: how an IPFS hash begins
const BASE_58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

function base58(bytes: Buffer): string {
  let text = "";
  for (let rest = BigInt(`0x${bytes.toString("hex")}`); rest > 0n; rest /= 58n)
    text = (BASE_58[Number(rest % 58n)] ?? "") + text;
  return text;
}

/** As much of IPFS as `graph deploy` needs; what is added is a file where graph-node, which has no IPFS here, looks for it. */
async function startIpfs(folder: string): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { pathname, searchParams } = new URL(request.url ?? "", "http://ipfs");
      let answer: object = { Pins: searchParams.getAll("arg") }; // to /api/v0/pin/add
      if (pathname === "/api/v0/add") {
        const body = Buffer.concat(chunks);
        const boundary = body.subarray(0, body.indexOf("\r\n"));
        const content = body.subarray(body.indexOf("\r\n\r\n") + 4, body.lastIndexOf(boundary) - 2);
        const Hash = base58(Buffer.concat([SHA_256, createHash("sha256").update(content).digest()]));
        await writeFile(join(folder, Hash), content);
        answer = { Name: Hash, Hash, Size: String(content.length) };
      }
      response.setHeader("content-type", "application/json").end(`${JSON.stringify(answer)}\n`);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe("networks", () => {
  let folder: string;
  let world: World;
  let file: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "networks-test-"));
    world = await startWorld();
    file = join(folder, "networks.json");
    const source = { address: world.chain.address, startBlock: 1 };
    await writeFile(file, JSON.stringify({ local: { NumeraireStaking: source } }));
  }, 120_000);

  afterAll(async () => {
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("are those of the committed records of deployments", async () => {
    expect(await readNetworks()).toEqual(await networksOf());
  });

  it("are read from records, chains of a day left out", async () => {
    const contracts = [
      { name: "Numeraire", address: "0x01", block: 6 },
      { name: "NumeraireStaking", address: "0x02", block: 7 },
    ];
    const someoneElses = [{ name: "NumeraireStaking", address: "0x03", block: null }];
    for (const [name, record] of Object.entries({
      "chain-1": { network: "mainnet", contracts },
      "chain-8453": { network: "base", contracts: someoneElses },
      "chain-31337": { network: "hardhat", contracts },
      "local-1": { network: "local", contracts },
    })) {
      await mkdir(join(folder, "records", name), { recursive: true });
      await writeFile(join(folder, "records", name, "record.json"), JSON.stringify(record));
    }
    expect(await networksOf(join(folder, "records"))).toEqual({
      mainnet: { NumeraireStaking: { address: "0x02", startBlock: 7 } },
      base: { NumeraireStaking: { address: "0x03", startBlock: 0 } },
    });
  });

  it("build by name", async () => {
    const out = join(folder, "build");
    const build = (...args: string[]): Promise<Outcome> => run(engineScript("build.ts"), ...args);
    expect((await build("--network", "local", "--networks", file, "--out", out)).code).toBe(0);
    const manifest = await readFile(join(out, "subgraph.yaml"), "utf8");
    expect(manifest).toContain("network: local");
    expect(manifest).toContain(`address: "${world.chain.address.toLowerCase()}"`);
    expect(manifest).toContain("startBlock: 1");

    const unknown = await build("--network", "atlantis", "--networks", file);
    expect(unknown.code).toBe(1);
    expect(unknown.output).toContain("has no NumeraireStaking on atlantis (it has: local)");
    expect((await build()).code).toBe(2);
    expect((await run(engineScript("deploy.ts"))).code).toBe(2);
  });

  it("deploy by name, through graph-cli, to a graph-node", async () => {
    const { server, url } = await startIpfs(join(world.folder, "data"));
    try {
      const node = ["--node", world.engine.adminUrl];
      expect(await run(graphCli, "create", ...node, "deployed")).toMatchObject({ code: 0 });
      const flags = ["--network", "local", "--networks", file, ...node, "--ipfs", url, "--version-label", "v1"];
      const { code, output } = await run(engineScript("deploy.ts"), "deployed", ...flags);
      expect(output).toContain("Deployed to");
      expect(code).toBe(0);

      await createTournament(world.chain, "Classic", world.chain.owner);
      await world.chain.send(world.chain.owner, "fundReserve", 1, 5n * NMR);
      const index = connect(world.engine.graphqlUrl.replace(/[^/]+$/, "deployed"));
      await index.reach(await world.chain.client.getBlockNumber());
      expect((await index.ask(reserve, { tournament: "1" })).tournament?.reserveNmr).toBe("5");
    } finally {
      server.close();
      server.closeAllConnections();
    }
  }, 240_000);
});
