import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { concatHex, getAddress, type Hex, hexToBigInt, keccak256, numberToHex, sliceHex, toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterEach, describe, expect, it } from "vitest";
import type { Attestation, Evidence } from "../src/core/attestation.ts";
import type { ChainFacts } from "../src/core/facts.ts";
import { type Report, reportDocument } from "../src/core/report.ts";
import { hashWords, packScores, packStakes } from "../src/core/words.ts";
import { attestationBook } from "../src/peers/book.ts";
import { DataFolderTrouble, type Kept, keptIn, NOWHERE } from "../src/peers/folder.ts";
import { askAll, askForEvidence, type PeersOptions, type Told } from "../src/peers/gather.ts";
import { attestationsAnswer, evidenceAnswer, toWire } from "../src/peers/wire.ts";
import type { ReportSigner } from "../src/signers/report-signer.ts";
import { batch, chain, ME, round, START } from "./plan-world.ts";
import { hash, reportFields } from "./signers-values.ts";

const [A, B, C] = ["a", "b", "c"].map(signer) as [ReportSigner, ReportSigner, ReportSigner];
const STAKES = packStakes([1n, 2n]);
const LOCK = hashWords(STAKES);
const held = { state: "locked", stakes: STAKES, stakesHash: LOCK } as const;
const facts = chain(START + 1_000, [
  round({
    state: "locked",
    reporters: [A.address, B.address],
    batches: [batch(0, held), batch(1, { ...held, state: "reported" }), batch(2)],
  }),
]);
const DOMAIN = { chainId: facts.chainId, contract: getAddress(facts.contract), tournament: facts.tournament };
const SIGNED = { chainId: facts.chainId, verifyingContract: facts.contract };
const REPORT: Report = {
  tournament: 1,
  round: 1n,
  batch: 0,
  attempt: 0,
  stakesHash: LOCK,
  scoresHash: hashWords([5n]),
};
const DIGEST = hashWords([1n]);

function signer(name: string): ReportSigner {
  const account = privateKeyToAccount(keccak256(toHex(name)));
  return {
    address: account.address,
    sign: (domain, report) => account.signTypedData(reportDocument(domain, report)),
  };
}

async function attested(by: ReportSigner, changes: Partial<Report> = {}): Promise<Attestation> {
  const report = { ...REPORT, ...changes };
  return { ...report, feedDigest: DIGEST, reporter: by.address, signature: await by.sign(SIGNED, report) };
}

function book(mine: readonly ReportSigner[] = [], kept: Kept = NOWHERE) {
  return attestationBook({ domain: SIGNED, mine: mine.map(({ address }) => address), kept });
}

/** The other of the two signatures that say the same: as valid to mathematics, and refused by the contract. */
function mirrored(signature: Hex): Hex {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const s = order - hexToBigInt(sliceHex(signature, 32, 64));
  const v = sliceHex(signature, 64) === "0x1b" ? "0x1c" : "0x1b";
  return concatHex([sliceHex(signature, 0, 32), numberToHex(s, { size: 32 }), v]);
}

describe("the book of attestations", () => {
  it("takes what a reporter of the round signed for a batch as it stands, once", async () => {
    const known = book();
    const said = await attested(A);
    expect(await known.hear([said, said, await attested(B, { batch: 1 })], facts)).toEqual({ count: 0, why: "" });
    expect(await known.hear([said], facts)).toEqual({ count: 0, why: "" });
    expect(known.attestations).toHaveLength(2);
  });

  it("refuses and names what isn't true", async () => {
    const said = await attested(A);
    const cases: readonly [Attestation, RegExp][] = [
      [await attested(C), /^0x\w+ is no reporter of round 1$/],
      [{ ...said, reporter: B.address }, /^a signature is not by 0x\w+, its reporter$/],
      [{ ...said, scoresHash: hashWords([6n]) }, /^a signature is not by /],
      [{ ...said, signature: mirrored(said.signature) }, /is not in the form that the contract takes$/],
      [{ ...said, signature: concatHex([sliceHex(said.signature, 0, 64), "0x00"]) }, /is not in the form/],
      [{ ...said, signature: `0x${"ff".repeat(32)}${"11".repeat(32)}1b` }, /^a signature is not by /],
      [{ ...said, signature: `0x${"00".repeat(64)}1b` }, /is not in the form/],
    ];
    for (const [bad, why] of cases) {
      const known = book();
      const answer = await known.hear([bad], facts);
      expect(answer).toMatchObject({ count: 1, why: expect.stringMatching(why) as string });
      expect(known.attestations).toEqual([]);
    }
  });

  it("leaves aside what is of another lock, attempt, batch, round or tournament, without a reproach", async () => {
    const known = book();
    const stale = [
      { stakesHash: hashWords([3n]) },
      { attempt: 1 },
      { batch: 2 },
      { batch: 9 },
      { round: 2n },
      { tournament: 2 },
    ];
    const said = await Promise.all(stale.map((changes) => attested(A, changes)));
    expect(await known.hear(said, facts)).toEqual({ count: 0, why: "" });
    expect(known.attestations).toEqual([]);
  });

  it("refuses a signature for another chain or contract", async () => {
    for (const domain of [
      { ...SIGNED, chainId: 2 },
      { ...SIGNED, verifyingContract: ME },
    ]) {
      const signature = await A.sign(domain, REPORT);
      const said = { ...REPORT, feedDigest: DIGEST, reporter: A.address, signature };
      expect((await book().hear([said], facts)).count).toBe(1);
    }
  });

  it("keeps two of a reporter who contradicts itself, and stops listening to a flood of lies", async () => {
    const known = book();
    const many = await Promise.all([1n, 2n, 3n, 4n].map((word) => attested(A, { scoresHash: hashWords([word]) })));
    await known.hear(many, facts);
    expect(known.attestations).toEqual(many.slice(0, 2));
    const lies = await Promise.all(Array.from({ length: 40 }, () => attested(C)));
    const answer = await book().hear([...lies, await attested(B)], facts);
    expect(answer.count).toBe(16);
  });

  it("drops others' words with their attempt, and its own only with the round", async () => {
    const known = book([A]);
    await known.hear([await attested(A), await attested(B)], facts);
    const [held_] = facts.rounds;
    const vetoed: ChainFacts = {
      ...facts,
      rounds: held_ === undefined ? [] : [{ ...held_, batches: [batch(0, { ...held, attempt: 1 })] }],
    };
    known.forget(vetoed);
    expect(known.attestations.map(({ reporter }) => reporter)).toEqual([A.address]);
    known.forget({ ...facts, rounds: [] });
    expect(known.attestations).toHaveLength(1);
    known.forget({ ...facts, rounds: [], finished: new Map([[1n, "void"]]) });
    expect(known.attestations).toEqual([]);
  });
});

describe("the data folder", () => {
  const folders: string[] = [];
  const folder = (): string => {
    const path = mkdtempSync(join(tmpdir(), "oracle-data-"));
    folders.push(path);
    return path;
  };
  afterEach(() => {
    for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
  });
  const only = (path: string): string => join(path, readdirSync(path)[0] ?? "nothing");

  it("gives a next life what this one signed, and nothing of others", async () => {
    const path = join(folder(), "made");
    const first = book([A], keptIn(path, DOMAIN));
    await first.hear([await attested(B)], facts);
    await first.sign([await attested(A)]);
    const second = book([A], keptIn(path, DOMAIN));
    await second.remember(facts);
    expect(second.attestations).toEqual([await attested(A)]);
    expect(readdirSync(path)).toHaveLength(1);
    await book([B], keptIn(path, DOMAIN)).sign([await attested(B)]);
    const third = book([A, B], keptIn(path, DOMAIN));
    await third.remember(facts);
    expect(third.attestations.map(({ reporter }) => reporter)).toEqual([A.address, B.address]);
  });

  it("gets back what another node had heard before it was deleted, for the life after next", async () => {
    const path = folder();
    const second = book([A], keptIn(path, DOMAIN));
    await second.hear([await attested(A), await attested(B)], facts);
    const third = book([A], keptIn(path, DOMAIN));
    await third.remember(facts);
    expect(third.attestations).toEqual([await attested(A)]);
  });

  it("keeps tournaments apart", async () => {
    const path = folder();
    await book([A], keptIn(path, DOMAIN)).sign([await attested(A)]);
    const other = book([A], keptIn(path, { ...DOMAIN, tournament: 2 }));
    await other.remember(facts);
    expect(other.attestations).toEqual([]);
  });

  it.each<[string, (text: string) => string]>([
    ["cut short", (text) => text.slice(0, -20)],
    ["empty", () => ""],
    ["of something else", () => "[]"],
    ["forged", (text) => text.replace(hashWords([5n]), hashWords([6n]))],
  ])("is as good as deleted where its file is %s", async (_, change) => {
    const path = folder();
    await book([A], keptIn(path, DOMAIN)).sign([await attested(A)]);
    writeFileSync(only(path), change(readFileSync(only(path), "utf8")));
    const next = book([A], keptIn(path, DOMAIN));
    await next.remember(facts);
    expect(next.attestations).toEqual([]);
  });

  it("that can't be written to is named, and stops nothing", async () => {
    const file = join(folder(), "file");
    writeFileSync(file, "");
    const known = book([A], keptIn(join(file, "below"), DOMAIN));
    await expect(known.sign([await attested(A)])).rejects.toThrow(DataFolderTrouble);
    expect(known.attestations).toHaveLength(1);
  });

  it("has a signature on disk before anybody can hear of it", async () => {
    const path = folder();
    const kept = keptIn(path, DOMAIN);
    const known = book([A], {
      ...kept,
      write: async (attestations) => {
        expect(known.attestations).toEqual([]);
        await kept.write(attestations);
        expect(existsSync(only(path))).toBe(true);
      },
    });
    await known.sign([await attested(A)]);
    expect(known.attestations).toHaveLength(1);
  });
});

describe("what nodes tell each other", () => {
  const reports = { ...reportFields, feedDigest: hash };
  const attestations = fc.record({
    ...reports,
    reporter: fc.bigInt(0n, 2n ** 160n - 1n).map((n) => getAddress(numberToHex(n, { size: 20 }))),
    signature: fc.bigInt(0n, 2n ** 520n - 1n).map((n) => numberToHex(n, { size: 65 })),
  });
  const texts = fc.string({ maxLength: 20 }).filter((text) => text !== "__proto__");
  const evidence = fc.record({
    ...reports,
    scores: fc.array(fc.bigInt(0n, 2n ** 256n - 1n), { maxLength: 5 }),
    readAt: fc.nat(),
    positions: fc.array(
      fc.record({
        position: fc.nat(1_000_000),
        model: hash,
        raw: fc.option(fc.dictionary(texts, fc.option(texts), { maxKeys: 4, noNullPrototype: true })),
      }),
      { maxLength: 4 },
    ),
  });

  it("is read as it was written", () => {
    fc.assert(
      fc.property(fc.array(attestations), fc.array(evidence, { maxLength: 3 }), (said, shown) => {
        const answer = { ...DOMAIN, reporters: said.map(({ reporter }) => reporter).slice(0, 64), attestations: said };
        expect(attestationsAnswer.parse(JSON.parse(toWire(answer)))).toEqual(answer);
        const other = { ...DOMAIN, evidence: shown };
        expect(evidenceAnswer.parse(JSON.parse(toWire(other)))).toEqual(other);
      }),
    );
  });

  it("may say more than is known here, as a newer version's does", () => {
    const text = JSON.stringify({ ...DOMAIN, reporters: [], attestations: [], version: "9" });
    expect(attestationsAnswer.parse(JSON.parse(text))).toEqual({ ...DOMAIN, reporters: [], attestations: [] });
  });
});

describe("asking peers", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  const serve = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener).listen(0, "127.0.0.1");
    servers.push(server);
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  };
  const options = (urls: readonly string[], changes: Partial<PeersOptions> = {}): PeersOptions => ({
    urls,
    domain: DOMAIN,
    timeoutMs: 300,
    ...changes,
  });
  const good = toWire({ ...DOMAIN, reporters: [A.address], attestations: [] });
  const ask = async (listener: RequestListener, timeoutMs: number): Promise<Told | undefined> => {
    const [told] = await askAll(options([await serve(listener)], { timeoutMs }), []);
    return told;
  };

  it("hears all of them at once, a silent one costing the others nothing", async () => {
    const said = await attested(A);
    const answer = toWire({ ...DOMAIN, reporters: [A.address], attestations: [said] });
    const urls = [await serve((_, reply) => reply.end(answer)), await serve(() => undefined), "http://127.0.0.1:9"];
    const startedAt = Date.now();
    const told = await askAll(options(urls), [1n]);
    expect(Date.now() - startedAt).toBeLessThan(1_500);
    expect(told.map(({ state }) => state.reporters)).toEqual([[A.address], null, null]);
    expect(told[0]?.attestations).toEqual([said, said]);
    expect(told[1]?.state.fault).toBe("no answer in time");
    expect(told[2]?.state.fault).toMatch(/bad port|ECONNREFUSED/);
  });

  // Found by the simulation: the only copy of a signature was dropped with the question after it.
  it("hears what a node answered before it died over the next question, and counts it as one that is down", async () => {
    const said = await attested(A);
    const answer = toWire({ ...DOMAIN, reporters: [A.address], attestations: [said] });
    const url = await serve((request, reply) => {
      if (request.url?.includes("round=") === true) reply.destroy();
      else reply.end(answer);
    });
    const [told] = await askAll(options([url]), [1n, 2n]);
    expect(told?.attestations).toEqual([said]);
    expect(told?.state.reporters).toBeNull();
    expect(told?.state.fault).not.toBeNull();
  });

  it("asks below the path that the URL ends with", async () => {
    const asked: (string | undefined)[] = [];
    const url = await serve((request, reply) => {
      asked.push(request.url);
      reply.end(good);
    });
    await askAll(options([`${url}/oracle/`]), [7n]);
    expect(asked.toSorted()).toEqual(["/oracle/v1/attestations", "/oracle/v1/attestations?round=7"]);
  });

  it.each<[string, RequestListener, RegExp]>([
    ["a redirect", (_, reply) => reply.writeHead(302, { location: "/elsewhere" }).end(), /redirect/],
    ["an error", (_, reply) => reply.writeHead(500).end("secret-canary"), /^HTTP 500$/],
    ["no JSON", (_, reply) => reply.end("<html>secret-canary"), /^its answer is not JSON$/],
    ["JSON of something else", (_, reply) => reply.end("{}"), /^chainId: /],
    ["too much", (_, reply) => reply.end(`"${"x".repeat(17 * 2 ** 20)}"`), /longer than 16777216 bytes/],
    ["half an answer", (_, reply) => void reply.writeHead(200).write("{", () => reply.destroy()), /./],
    [
      "an answer that never ends",
      (_, reply) => {
        const more = setInterval(() => reply.write(" "), 20);
        reply.on("close", () => {
          clearInterval(more);
        });
      },
      /no answer in time/,
    ],
    [
      "another tournament",
      (_, reply) => reply.end(good.replace('"tournament":1', '"tournament":2')),
      /^it serves tournament 2 of 0x\w+ on chain 1$/,
    ],
  ])("hears nothing from one that answers with %s, and says why", async (what, listener, fault) => {
    const told = await ask(listener, what === "an answer that never ends" ? 300 : 20_000);
    expect(told).toMatchObject({ attestations: [], state: { reporters: null } });
    expect(told?.state.fault).toMatch(fault);
    expect(told?.state.fault).not.toContain("secret-canary");
    expect(told?.state.fault).not.toContain("http");
  });

  describe("for evidence", () => {
    const scores = packScores([[1n, 2n]]);
    const shown: Evidence = {
      ...REPORT,
      scoresHash: hashWords(scores),
      scores,
      feedDigest: DIGEST,
      readAt: START,
      positions: [],
    };
    const told = (url: string, reporters: readonly Hex[]): Told => ({
      url,
      state: { host: "h", reporters, fault: null },
      attestations: [],
    });
    const wanted = async () => [await attested(A, { scoresHash: shown.scoresHash })];

    it("takes what hashes to what was signed, from those who claim the reporter", async () => {
      let strangers = 0;
      const stranger = await serve((_, reply) => {
        strangers += 1;
        reply.end();
      });
      const owner = await serve((_, reply) => reply.end(toWire({ ...DOMAIN, evidence: [shown] })));
      const all = [told(stranger, [B.address]), told(owner, [A.address])];
      const answer = await askForEvidence(await wanted(), all, options([]), 0);
      expect(answer).toEqual({ evidence: [shown], faults: new Map() });
      expect(strangers).toBe(0);
    });

    it("refuses words that don't hash to what their node says, and names the fault", async () => {
      const lie = { ...shown, scores: packScores([[1n, 3n]]) };
      const liar = await serve((_, reply) => reply.end(toWire({ ...DOMAIN, evidence: [lie] })));
      const { evidence, faults } = await askForEvidence(await wanted(), [told(liar, [A.address])], options([]), 0);
      expect(evidence).toEqual([]);
      expect(faults.get(liar)).toBe(
        `its words of round 1 batch 0 hash to ${hashWords(lie.scores)}, not to ${lie.scoresHash} as it says`,
      );
    });

    it("leaves aside what wasn't asked for, and says who answers nothing", async () => {
      const other = await serve((_, reply) => reply.end(toWire({ ...DOMAIN, evidence: [{ ...shown, attempt: 1 }] })));
      const silent = await serve(() => undefined);
      const all = [told(other, [A.address]), told(silent, [A.address])];
      const { evidence, faults } = await askForEvidence(await wanted(), all, options([]), 0);
      expect(evidence).toEqual([]);
      expect([...faults]).toEqual([[silent, "no evidence: no answer in time"]]);
    });

    it("asks three at most, others in the next turn, so that no crowd of liars hides the one who has it", async () => {
      const asked: number[] = [];
      const all = await Promise.all(
        Array.from({ length: 7 }, async (_, index) =>
          told(
            await serve((__, reply) => {
              asked.push(index);
              reply.end(toWire({ ...DOMAIN, evidence: [] }));
            }),
            [A.address],
          ),
        ),
      );
      for (let turn = 0; turn < 7; turn += 1) await askForEvidence(await wanted(), all, options([]), turn);
      expect(asked).toHaveLength(21);
      expect(new Set(asked).size).toBe(7);
    });
  });
});
