import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ApolloClient, HttpLink, InMemoryCache } from "@apollo/client";
import { Client, fetchExchange } from "@urql/core";
import {
  buildClientSchema,
  getIntrospectionQuery,
  introspectionFromSchema,
  type IntrospectionQuery,
  lexicographicSortSchema,
  printSchema,
} from "graphql";
import { request } from "graphql-request";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apiSchema } from "../client/generator/api.ts";
import {
  connect,
  type Document,
  payoutHistory,
  positionsOf,
  reserve,
  stakeHistory,
  SubgraphError,
} from "../client/index.ts";
import * as nodes from "../client/nodes.ts";
import { buildSubgraph } from "../engine/build.ts";
import { deploy } from "../engine/engine.ts";
import { NMR } from "./chain.ts";
import { createTournament, playManyPositions } from "./history.ts";
import { startWorld, type World } from "./world.ts";

const own = <Result>(text: string): Document<Result, Record<string, never>> => text;
const troubleOf = async (asked: Promise<unknown>): Promise<[string, string]> => {
  const error: unknown = await asked.catch((reason: unknown) => reason);
  if (!(error instanceof SubgraphError)) throw new Error("no trouble", { cause: error });
  return [error.kind, error.message];
};

describe("client", () => {
  let world: World;
  let url: string;
  let staker: string;

  beforeAll(async () => {
    world = await startWorld();
    url = world.engine.graphqlUrl;
    staker = world.chain.owner.toLowerCase();
    for (const name of ["A", "B"]) await createTournament(world.chain, name, world.chain.owner);
    await playManyPositions(world.chain);
    await world.indexed();
  }, 240_000);

  afterAll(() => world.stop());

  it("is typed by the schema that graph-node serves", async () => {
    const served = await world.index.ask(own<IntrospectionQuery>(getIntrospectionQuery({ descriptions: false })));
    const schema = apiSchema(await readFile(new URL("../schema.graphql", import.meta.url), "utf8"));
    const derived = introspectionFromSchema(schema, { descriptions: false });
    const [ours, theirs] = [derived, served].map((answer) =>
      printSchema(lexicographicSortSchema(buildClientSchema(answer))),
    );
    expect(ours).toBe(theirs);
  });

  it("gives the same answers as graphql-request, urql and Apollo do with its documents", async () => {
    const values = { staker };
    const { positions } = await world.index.ask(positionsOf, values);
    expect(positions).toHaveLength(1000);
    expect((await request(url, nodes.positionsOf, values)).positions).toEqual(positions);
    expect((await request<{ positions: unknown }>(url, positionsOf, values)).positions).toEqual(positions); // as text

    const urql = new Client({ url, exchanges: [fetchExchange], preferGetMethod: false });
    const answered = await urql.query(nodes.positionsOf, values).toPromise();
    expect(answered.error).toBeUndefined();
    expect(answered.data?.positions).toEqual(positions);

    const apollo = new ApolloClient({ link: new HttpLink({ uri: url }), cache: new InMemoryCache() });
    const { data } = await apollo.query({ query: nodes.positionsOf, variables: values });
    const untyped: unknown = JSON.parse(JSON.stringify(data), (key, value: unknown) =>
      key === "__typename" ? undefined : value,
    );
    expect(untyped).toEqual({ positions });
  });

  it("reads all rows, of one block, while the chain goes on", async () => {
    let pages = 0;
    const index = connect(url, {
      async fetch(...request) {
        const answer = await fetch(...request);
        if (++pages === 2) {
          await world.chain.send(world.chain.owner, "increaseStake", 3, 1030, NMR); // the last row's position
          await world.indexed();
        }
        return answer;
      },
    });
    const before = await world.index.head();
    const { rows, block } = await index.all(stakeHistory, { staker });
    expect(block).toEqual({ hash: before.hash });
    expect(rows).toHaveLength(1031);
    expect(pages).toBe(3); // the newest block, and two pages
    expect((await world.index.all(stakeHistory, { staker })).rows).toHaveLength(1032);
    expect((await world.index.all(stakeHistory, { staker, block: { number: before.number } })).rows).toEqual(rows);

    const payouts = await world.index.all(payoutHistory, { staker });
    const { protocol } = await world.index.ask(
      own<{ protocol: { payoutCount: number } }>('{ protocol(id: "numeraire-staking") { payoutCount } }'),
    );
    expect(payouts.rows).toHaveLength(protocol.payoutCount);
    expect(new Set(payouts.rows.map(({ id }) => id)).size).toBe(protocol.payoutCount);
    expect(BigInt(payouts.rows[0]?.stakeWei ?? 0)).toBe(NMR);
  });

  it("pages nothing but a document with one list of rows with ids", async () => {
    for (const text of ["{ _meta { deployment } }", "{ positions { number } }", "{ positions { id } rounds { id } }"]) {
      const error: unknown = await world.index.all(own(text), {}).catch((reason: unknown) => reason);
      expect(error, text).toBeInstanceOf(TypeError);
    }
  });

  it("says what is wrong, and with what", async () => {
    expect(await troubleOf(world.index.ask(own("{ nonsense }")))).toEqual([
      "refused",
      expect.stringContaining("nonsense"),
    ]);
    const [noAnswer, whose] = await troubleOf(connect("http://127.0.0.1:1").head());
    expect(noAnswer).toBe("unreachable");
    expect(whose).toContain("the index at http://127.0.0.1:1 doesn't answer");
    expect((await troubleOf(connect(`${url}-other`).head()))[0]).toMatch(/^(refused|unreachable)$/);
    const { number } = await world.index.head();
    const [kind, message] = await troubleOf(world.index.reach(number + 5, { timeoutMs: 0 }));
    expect(kind).toBe("behind");
    expect(message).toContain(`is at block ${number}, and hasn't got block ${number + 5}`);
    expect((await troubleOf(world.index.ask(reserve, { tournament: "1", block: { number: number + 5 } })))[0]).toBe(
      "refused",
    );
  });

  it("refuses what the README says is refused", async () => {
    for (const refused of [
      "{ positions(first: 1001) { id } }",
      "{ positions(where: { number: 1, or: [{ number: 2 }] }) { id } }",
      "{ tournaments { positions(orderBy: staker__id) { id } } }",
    ]) {
      expect((await troubleOf(world.index.ask(own(refused))))[0], refused).toBe("refused");
    }
    for (const fine of [
      "{ positions(first: 1000, skip: 5000, orderBy: staker__id) { id } }",
      '{ positions(where: { activeWei_gt: "0", staker_: { positionCount_gt: 1 } }) { id } }',
      "{ positions(where: { or: [{ number: 2 }, { and: [{ number: 1 }] }] }) { id } }",
    ]) {
      await world.index.ask(own(fine));
    }
  });

  it("says that indexing has failed for good", async () => {
    const path = "src/mappings/stakes.ts";
    const source = await readFile(new URL(`../${path}`, import.meta.url), "utf8");
    const broken = source.replace(/(handleStakeIncreased.*\{\n)/, '$1  assert(false, "broken on purpose");\n');
    const where = { address: world.chain.address, startBlock: 0, network: "local" };
    const manifest = await buildSubgraph({
      ...where,
      outDir: join(world.folder, "broken"),
      overlay: { [path]: broken },
    });
    await deploy(world.engine.adminUrl, "broken", manifest, AbortSignal.timeout(30_000));
    const index = connect(url.replace(/[^/]+$/, "broken"));
    const patience = { timeoutMs: 120_000 };
    expect((await troubleOf(index.reach(10_000, patience)))[0]).toBe("failed");
    expect((await troubleOf(index.ask(reserve, { tournament: "1" })))[0]).toBe("failed");
  }, 180_000);

  it("is as small as the README says, and needs nothing", async () => {
    const folder = new URL("../build/client/", import.meta.url);
    const files = ["index.js", "errors.js", "generated/documents.js"];
    const texts = await Promise.all(files.map((file) => readFile(new URL(file, folder), "utf8")));
    const kilobytes = Math.ceil(gzipSync(texts.join("")).length / 1000);
    const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
    expect(readme).toContain(` ${kilobytes} kB (gz) `);
    for (const [, imported] of texts.join("").matchAll(/from "([^"]+)"/g)) expect(imported).toMatch(/^\.\//);
    const built = await import("@numeraire-staking/subgraph/client");
    const parsed = await import("@numeraire-staking/subgraph/client/nodes");
    expect(Object.keys(built)).toEqual(expect.arrayContaining(["connect", "SubgraphError", ...Object.keys(nodes)]));
    expect(Object.keys(parsed)).toEqual(Object.keys(nodes));
  });

  it("sends the headers it is given", async () => {
    const sent: unknown[] = [];
    const send: typeof fetch = (address, init) => {
      sent.push(init?.headers);
      return fetch(address, init);
    };
    await connect(url, { fetch: send, headers: { authorization: "Bearer key" } }).head();
    expect(sent).toEqual([{ "content-type": "application/json", authorization: "Bearer key" }]);
  });
});
