import { rmSync } from "node:fs";
import { join } from "node:path";
import { hashWords } from "../src/core/words.ts";
import { type Report, reportDocument } from "../src/core/report.ts";
import { recoverTypedDataAddress } from "viem";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildOperators, drive, keyFile, type Operator } from "./quorum-world.ts";
import { buildWorld, KEYS, ROUND, TOURNAMENT, type World } from "./reconciler-world.ts";
import { oracleReading } from "./service-process.ts";
import { type RemoteSigner, remoteSigner } from "./signers-remote-server.ts";

// One report, signed by hand beside three operators, who may have signed it already.

const LOCKED = 3;
const HASHES = [1n, 2n].map((word) => hashWords([word])) as [`0x${string}`, `0x${string}`];
type Signed = readonly { readonly address: string; readonly signature: `0x${string}` }[];

describe("oracle sign", { timeout: 120_000 }, () => {
  let world: World;
  let operators: Operator[];
  let signer: RemoteSigner;
  let report: Report;

  beforeAll(async () => {
    world = await buildWorld({ positions: 3 });
    operators = await buildOperators(world, 3);
    signer = await remoteSigner(KEYS.reporters[0] as `0x${string}`, "/canary-token");
    await drive(world, operators, async () => (await world.round()).state === 1);
    await world.moveTo(world.times.closesAt);
    await drive(world, operators, async () => (await world.round()).state === LOCKED);
    const { attempt, stakesHash } = await world.batch(0);
    report = { tournament: TOURNAMENT, round: ROUND, batch: 0, attempt, stakesHash, scoresHash: HASHES[0] };
  }, 120_000);
  beforeEach(() => {
    signer.mischief = null;
    rmSync(join(world.folder, "by-hand"), { recursive: true, force: true });
  });
  afterAll(async () => {
    await signer.close();
    await world.close();
  });

  const sign = (changes: Partial<Report> = {}, configured: object = {}) => {
    const absent = keyFile("none");
    const reporter = { kind: "remote", url: signer.url, address: world.reporters[0] };
    const settings = {
      keys: { reporters: [reporter], relayer: absent, organizer: absent },
      peers: operators.map(({ url }) => ({ url })),
      dataFolder: "by-hand",
      ...configured,
    };
    const text = JSON.stringify({ ...report, ...changes, round: (changes.round ?? report.round).toString() });
    return oracleReading(text, "sign", "--config", world.writeConfig("sign.json", settings), "--report", "-");
  };

  it("refuses what no reporter may sign now: before the resolution, another lock, attempt, batch or round", async () => {
    expect(await sign()).toMatchObject({ code: 1, out: "", err: "oracle: round 5 batch 0 resolves later\n" });
    await world.moveTo(world.times.resolvesAt);
    for (const [changes, why] of [
      [{ stakesHash: HASHES[1] }, /^oracle: round 5 batch 0 is at attempt 0 on the stakes 0x/],
      [{ attempt: 1 }, /^oracle: round 5 batch 0 is at attempt 0 on the stakes 0x/],
      [{ batch: 1 }, /^oracle: round 5 batch 1 is not in flight\n$/],
      [{ round: 4n }, /^oracle: round 4 batch 0 is not in flight\n$/],
    ] as const) {
      const { code, out, err } = await sign(changes);
      expect({ code, out }).toEqual({ code: 1, out: "" });
      expect(err).toMatch(why);
    }
    const strangers = await sign({}, { keys: { reporters: [keyFile("stranger")] } });
    expect(strangers).toMatchObject({ code: 1, err: expect.stringContaining("none of them here") as string });
  });

  it("signs with the reporters' keys alone, once for an attempt, and the same again where it is asked again", async () => {
    const first = await sign();
    expect(first).toMatchObject({ code: 0, err: "" });
    const [signature] = JSON.parse(first.out) as Signed;
    const document = reportDocument({ chainId: 31_337, verifyingContract: world.contract }, report);
    expect(await recoverTypedDataAddress({ ...document, signature: signature?.signature ?? "0x" })).toBe(
      world.reporters[0],
    );
    signer.asked.length = 0;
    expect(await sign()).toEqual(first);
    const other = await sign({ scoresHash: HASHES[1] });
    expect(other).toMatchObject({ code: 1, out: "" });
    expect(other.err).toMatch(/^oracle: equivocation_guard: 0x\w{40} has signed the scores 0x\w{64} for attempt 0 of /);
    for (const hash of HASHES) expect(other.err).toContain(hash);
    expect(signer.asked).toEqual([]);
  });

  it("answers 3 where the signer is down or no peer answers, and 1 where the signer refuses", async () => {
    signer.mischief = (_, response) => void response.writeHead(502).end();
    expect(await sign()).toMatchObject({ code: 3, out: "", err: expect.stringContaining("HTTP 502") as string });
    signer.mischief = () => ({ result: `0x${"11".repeat(65)}` });
    expect(await sign()).toMatchObject({ code: 1, out: "" });
    signer.asked.length = 0;
    const alone = await sign({}, { peers: [{ url: "http://127.0.0.1:9" }] });
    expect(alone).toMatchObject({ code: 3, out: "", err: expect.stringMatching(/^oracle: no peer answers/) as string });
    expect(signer.asked).toEqual([]);
    expect(await sign({}, { rpcUrls: ["http://127.0.0.1:9"] })).toMatchObject({ code: 3, out: "" });
  });

  it("binds a service that runs with the same folder: it serves the signature, and signs nothing else", async () => {
    const [a] = operators as [Operator];
    a.restart({ dataFolder: join(world.folder, "by-hand"), peers: [] });
    await a.oracle.attester.hear(await a.oracle.readFacts());
    expect(await sign({}, { peers: [] })).toMatchObject({ code: 0 });
    const codes = (await a.tick()).plan.waiting.map(({ code }) => code);
    expect(codes).toContain("equivocation_guard");
    const { attestations } = await a.get<{ attestations: { scoresHash: string }[] }>("/v1/attestations?round=5");
    expect(attestations.map(({ scoresHash }) => scoresHash)).toEqual([HASHES[0]]);
  });

  it("signs nothing else than a peer has of the key, whatever its own folder says", async () => {
    const [a, b] = operators as [Operator, Operator];
    a.restart();
    await a.tick();
    await b.tick();
    const { err, code } = await sign();
    expect(code).toBe(1);
    expect(err).toMatch(/^oracle: equivocation_guard: /);
    expect(err).toContain(HASHES[0]);
  });
});
