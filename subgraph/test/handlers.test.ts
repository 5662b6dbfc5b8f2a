import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { choosePorts } from "../engine/ports.ts";
import { type Postgres, startPostgres } from "../engine/postgres.ts";
import { readAbi } from "../engine/build.ts";
import type { Case } from "./handlers/events.ts";
import { compileProject, gndTest, type Outcome, titleOf } from "./handlers/gnd.ts";
import { roundCases } from "./handlers/rounds.ts";
import { settlementCases } from "./handlers/settlements.ts";
import { stakeCases } from "./handlers/stakes.ts";
import { tournamentCases } from "./handlers/tournaments.ts";

const cases = [...tournamentCases, ...stakeCases, ...roundCases, ...settlementCases];

/** As many as Vitest runs at once. Two runs that set up one database at the same time stand in each other's way. */
const DATABASES = ["first", "second", "third", "fourth", "fifth"];

/** Makes databases, and returns their URLs. */
async function databasesAt(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  for (const name of DATABASES) await client.query(`create database ${name}`);
  await client.end();
  return DATABASES.map((name) => Object.assign(new URL(url), { pathname: name }).href);
}

/** The same test, but that the event it is about never happened. */
function withoutIts(test: Case): Case {
  const blocks = test.blocks.map((block) => ({ ...block, logs: block.logs.filter(({ event }) => event !== test.of) }));
  return { ...test, blocks };
}

describe("handlers, by `gnd test`", () => {
  let folder: string;
  let compiled: string;
  let postgres: Postgres;
  let free: string[] = [];
  let runs = 0;

  const run = async (test: Case): Promise<Outcome> => {
    const own = join(folder, `run-${runs++}`);
    const database = free.pop();
    if (database === undefined) throw new Error("more runs at once than there are databases");
    try {
      await mkdir(own);
      return await gndTest(own, compiled, test, database);
    } finally {
      free.push(database);
    }
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "handlers-test-"));
    compiled = await compileProject();
    postgres = await startPostgres(folder, (await choosePorts({})).postgres, () => undefined);
    free = await databasesAt(postgres.url);
  }, 180_000);

  afterAll(async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.concurrent.each(cases.map((test) => [titleOf(test), test] as const))(
    "%s",
    async (title, test) => {
      const { exitCode, output } = await run(test);
      expect(output).toContain(`✔ ${title}`);
      expect(exitCode, output).toBe(0);

      const without = await run(withoutIts(test));
      expect(without.output).toContain(`✘ ${title}`);
      expect(without.output).not.toContain("Handler error");
      expect(without.exitCode, without.output).not.toBe(0);
    },
    120_000,
  );

  it("there is a handler for each event of the contracts, and a test for each handler", async () => {
    const manifest = await readFile(new URL("../subgraph.yaml", import.meta.url), "utf8");
    const handled = [...manifest.matchAll(/^ +handler: handle(\w+)$/gm)].map(([, name]) => name ?? "");
    const emitted = (await readAbi()).flatMap((item) => (item.type === "event" ? [item.name] : []));
    expect(handled.toSorted()).toEqual(emitted.toSorted());
    expect([...new Set(cases.map(({ of }) => of))].toSorted()).toEqual(handled.toSorted());
  });
});
