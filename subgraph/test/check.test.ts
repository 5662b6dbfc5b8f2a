import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkIndex } from "../check/check.ts";
import { Ledger } from "../check/ledger.ts";
import { readSchema } from "../check/schema.ts";
import { buildSubgraph, readAbi } from "../engine/build.ts";
import { type Engine, startEngine } from "../engine/engine.ts";
import { waitForBlock } from "../engine/query.ts";
import { type OwnChain, startChain } from "./chain.ts";
import { type Database, openDatabase } from "./database.ts";
import { playFirstHalf, playSecondHalf } from "./history.ts";

const MAIN = fileURLToPath(new URL("../check/main.ts", import.meta.url));

interface Ended {
  code: number;
  out: string;
  err: string;
}

describe("subgraph:check", () => {
  let chain: OwnChain;
  let engine: Engine;
  let database: Database;
  let folder: string;
  let head: bigint;

  const run = (...args: string[]): Promise<Ended> =>
    new Promise((resolve) => {
      execFile(process.execPath, [MAIN, ...args], (error, out, err) => {
        resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err });
      });
    });
  const check = (...more: string[]): Promise<Ended> =>
    run("--graphql", engine.graphqlUrl, "--rpc", chain.rpcUrl, "--address", chain.address, ...more);
  const differencesOf = async () => {
    const { graphqlUrl } = engine;
    const options = { graphqlUrl, rpcUrl: chain.rpcUrl, address: chain.address, limit: Infinity };
    return (await checkIndex(options)).differences;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "check-test-"));
    chain = await startChain();
    await playFirstHalf(chain);
    await playSecondHalf(chain);
    const outDir = join(folder, "build");
    const manifest = await buildSubgraph({ address: chain.address, startBlock: 0, network: "local", outDir });
    const dataDir = join(folder, "data");
    engine = await startEngine({ dataDir, rpcUrl: chain.rpcUrl, manifest });
    head = await chain.client.getBlockNumber();
    await waitForBlock(engine.graphqlUrl, head);
    database = await openDatabase(dataDir, engine.ports.postgres);
  }, 120_000);

  afterAll(async () => {
    await database.close();
    await engine.stop();
    await chain.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("says in one line that all is equal, and how much was compared", async () => {
    const { code, out, err } = await check();
    expect(err).toBe("");
    expect(out).toMatch(/^equal: \d+ rows, [\d,]+ fields and [\d,]+ values of views at block \d+\n$/);
    expect(code).toBe(0);
    const json = await check("--json", "--block", String(head - 9n), "--from-block", "1");
    expect(JSON.parse(json.out)).toMatchObject({ verdict: "equal", block: Number(head - 9n), different: 0 });
  }, 60_000);

  it("finds a number that was altered in the database, and says which", async () => {
    const { schema, run: sql } = database;
    expect(await sql(`update ${schema}.payout set payout_wei = payout_wei + 1 where id = '1-7-1'`)).toBe(1);
    const { code, out } = await check();
    expect(code).toBe(1);
    expect(out).toMatch(/│ Payout +│ +1-7-1 │ +payoutWei │ +-\d+ │ +-\d+ │/);
    expect(out).toMatch(/\ndifferent: 1 of /);
    await sql(`update ${schema}.payout set payout_wei = payout_wei - 1 where id = '1-7-1'`);
    expect((await check()).code).toBe(0);
  }, 60_000);

  it("finds a row too few and a row too many", async () => {
    const { schema, run: sql } = database;
    await sql(`create table kept as select * from ${schema}.burn where id = '1-9-0'`);
    expect(await sql(`delete from ${schema}.burn where id = '1-9-0'`)).toBe(1);
    const copy = `jsonb_populate_record(r, '{"vid": 9223372036854775000, "id": "1-0-99"}')`;
    const insert = `insert into ${schema}.stake_change select (${copy}).* from ${schema}.stake_change r`;
    expect(await sql(`${insert} where r.id = '1-0-0'`)).toBe(1);
    const { code, out } = await check("--json");
    expect(code).toBe(1);
    expect((JSON.parse(out) as { differences: object[] }).differences).toEqual([
      { entity: "StakeChange", id: "1-0-99", field: "(row)", subgraph: "there", chain: "nothing" },
      { entity: "Burn", id: "1-9-0", field: "(row)", subgraph: "nothing", chain: "there" },
    ]);
    await sql(`delete from ${schema}.stake_change where id = '1-0-99'`);
    await sql(`insert into ${schema}.burn select * from kept`);
    expect((await check()).code).toBe(0);
  }, 60_000);

  it("tells bad use from what it can't tell", async () => {
    for (const args of [["--block", "-1"], ["--rpc", "ftp://x"], ["--address", "0x12"], ["--what"]]) {
      const { code, err } = await check(...args);
      expect([code, err]).toEqual([2, expect.stringContaining("usage: npm run subgraph:check")]);
    }
    const ahead = await check("--block", String(head + 1n));
    expect(ahead).toMatchObject({ code: 3, out: "" });
    expect(ahead.err).toBe(`can't tell: the subgraph has only indexed up to block ${head}, not yet ${head + 1n}\n`);
    for (const option of ["--graphql", "--rpc"]) {
      const gone = await check(option, "http://127.0.0.1:1/", "--json");
      expect(gone.code).toBe(3);
      expect(JSON.parse(gone.out)).toMatchObject({ verdict: "can't tell" });
    }
    const elsewhere = await check("--address", `0x${"12".repeat(20)}`);
    expect([elsewhere.code, elsewhere.err]).toEqual([3, expect.stringContaining("there is no contract")]);
    const late = await check("--from-block", String(head - 3n));
    expect([late.code, late.err]).toEqual([3, expect.stringContaining("fromBlock is too late")]);
  }, 120_000);

  it("knows every event of the contract", async () => {
    const names = (await readAbi())
      .filter(({ type }) => type === "event")
      .map((event) => ("name" in event ? event.name : ""));
    const ledger = new Ledger();
    const unknown = names.filter((name) => !ledger.knows(name));
    expect(unknown).toEqual([]);
  });

  it("compares every stored field of every entity of the schema", async () => {
    const expected: string[] = [];
    for (const entity of await readSchema()) {
      for (const interval of entity.intervals.length > 0 ? entity.intervals : [undefined]) {
        const id = await database.spoil(entity, interval);
        const name = interval === undefined ? entity.name : `${entity.name} by ${interval}`;
        for (const { name: field } of entity.fields) if (field !== "id") expected.push(`${name} ${id} ${field}`);
      }
    }
    const found = new Set((await differencesOf()).map(({ entity, id, field }) => `${entity} ${id} ${field}`));
    expect(expected.filter((difference) => !found.has(difference))).toEqual([]);
    expect(expected.length).toBeGreaterThan(300);
  }, 60_000);
});
