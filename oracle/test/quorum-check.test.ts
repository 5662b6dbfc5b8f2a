import { createServer } from "node:http";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkSetup } from "../src/service/check.ts";
import { buildOperators, keyFile, type Operator } from "./quorum-world.ts";
import { buildWorld, type World } from "./reconciler-world.ts";

describe("check of a node with peers", { timeout: 60_000 }, () => {
  let world: World;
  let operators: Operator[];
  beforeAll(async () => {
    world = await buildWorld({ positions: 1 });
    operators = await buildOperators(world, 3);
  }, 60_000);
  afterAll(() => world.close());

  const findings = async (changes: object) => {
    const all = await checkSetup(world.oracle({ keys: { reporters: [keyFile("reporter-0")] }, ...changes }));
    return all.filter(({ what }) => what === "quorum" || what === "peer").map(({ verdict, says }) => [verdict, says]);
  };
  const needed = "of the 2 signatures that a report of a new round needs can be made here";

  it("is good with less than a quorum of keys where the peers that answer have the others", async () => {
    const [, b] = operators as [Operator, Operator, Operator];
    expect(await findings({ peers: [{ url: b.url }] })).toEqual([
      ["good", `1 ${needed}, 2 together with the peers that answer`],
      ["good", `${new URL(b.url).host} answers, and says that it has the keys of ${world.reporters[1] ?? ""}`],
    ]);
  });

  it("can't tell where too few answer, and says of each why", async () => {
    const elsewhere = createServer((_, reply) => reply.end("{}")).listen(0, "127.0.0.1");
    await once(elsewhere, "listening");
    const { port } = elsewhere.address() as { port: number };
    expect(await findings({ peers: [{ url: `http://127.0.0.1:${port}` }] })).toEqual([
      [
        "unknown",
        `1 ${needed}, 1 together with the peers that answer; add peers to config.peers, or look why they don't answer`,
      ],
      ["unknown", expect.stringMatching(/^127\.0\.0\.1:\d+ can't be asked: chainId: /)],
    ]);
    elsewhere.close();
  });

  it("is bad with too few keys and nobody to ask", async () => {
    expect(await findings({})).toEqual([
      ["bad", `1 ${needed}; give the other operators' nodes as config.peers, or their keys`],
    ]);
  });
});
