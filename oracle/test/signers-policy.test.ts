import { spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import fc from "fast-check";
import { hashDomain, hashTypedData } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signerGate } from "../examples/signer-gate.ts";
import { heartbeatDocument, type HeartbeatDocument } from "../src/core/heartbeat.ts";
import { DOMAIN_TYPE, type Report, reportDocument, type ReportDocument } from "../src/core/report.ts";
import { InputError } from "../src/core/errors.ts";
import type { UnsignedTransaction } from "../src/core/transaction.ts";
import { SignerRefusal } from "../src/signers/errors.ts";
import type { Key } from "../src/signers/key.ts";
import { localKey } from "../src/signers/local-key.ts";
import { heartSigner } from "../src/signers/heart-signer.ts";
import { permittedDocument, permittedHeartbeat, permittedReport } from "../src/signers/policy.ts";
import { remoteKey } from "../src/signers/remote-key.ts";
import { reportSigner } from "../src/signers/report-signer.ts";
import { transactionSigner } from "../src/signers/transaction-signer.ts";
import { complaintOf, secretFolder } from "./signers-files.ts";
import {
  ADDRESS,
  CONTRACT,
  domain,
  heartbeat,
  heartbeats,
  KEY,
  report,
  reports,
  scope,
  transaction,
} from "./signers-values.ts";

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** A document as it comes over the wire. */
function wire(given: Report = report): { [name: string]: Json } {
  return wireOf(reportDocument(domain, given));
}

function wireOf({ types, ...document }: ReportDocument | HeartbeatDocument): { [name: string]: Json } {
  const whole = { ...document, types: { EIP712Domain: DOMAIN_TYPE, ...types } };
  const text = JSON.stringify(whole, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
  return JSON.parse(text) as { [name: string]: Json };
}

/** Every place in a value, deepest first. */
function places(value: Json, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== "object" || value === null) return [path];
  const inner = Object.entries(value).flatMap(([name, child]) => places(child, [...path, name]));
  return [...inner, path];
}

function replaced(value: Json, [name, ...rest]: readonly (string | number)[], by: Json): Json {
  if (name === undefined) return by;
  if (Array.isArray(value))
    return value.map((child, index) => (index === Number(name) ? replaced(child, rest, by) : child));
  const members = value as { [name: string]: Json };
  return { ...members, [name]: replaced(members[name] ?? null, rest, by) };
}

describe("the policy of reporters' keys", () => {
  it("permits every report of its tournament, and makes the document anew", () => {
    fc.assert(
      fc.property(reports, (given) => {
        const expected = reportDocument(domain, given);
        expect(permittedDocument(wire(given), scope)).toEqual(expected);
        expect(permittedDocument(expected, scope)).toEqual(expected);
        expect(permittedReport(wire(given)["message"], scope)).toEqual(given);
      }),
    );
  });

  it("reads a document the same way whether it names the domain's type or not, and a chain id in text", () => {
    const { types, ...rest } = wire();
    const { EIP712Domain, ...bare } = types as { [name: string]: Json };
    expect(EIP712Domain).toHaveLength(4);
    const others = [{ ...rest, types: bare }, replaced(wire(), ["domain", "chainId"], "31337")];
    for (const document of others) expect(permittedDocument(document, scope)).toEqual(reportDocument(domain, report));
  });

  it("permits no document in which anything is another, whatever stands there", () => {
    const document = wire();
    fc.assert(
      fc.property(
        fc.constantFrom(...places(document)),
        fc.oneof(
          fc.jsonValue() as fc.Arbitrary<Json>,
          fc.constantFrom<Json>("Grant", "0x", -1, 2 ** 53, "01", "0x1", " 3", {}),
        ),
        (path, value) => {
          const changed = replaced(document, path, value);
          let permitted: unknown;
          try {
            permitted = permittedDocument(changed, scope);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
            return;
          }
          // What is permitted after all is a report of this scope: the digest is that of its own message.
          const message = (permitted as ReturnType<typeof reportDocument>).message;
          expect(permitted).toEqual(reportDocument(domain, message));
          expect(message.tournament).toBe(scope.tournament);
          expect(
            path.length === 0 || path[0] === "message" || JSON.stringify(changed) === JSON.stringify(document),
          ).toBe(true);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it("permits no document with one more member anywhere, or with one less", () => {
    const document = wire();
    const objects = places(document).filter((path) => {
      const value = path.reduce<Json>((inner, name) => (inner as { [name: string]: Json })[name] ?? null, document);
      return typeof value === "object" && value !== null && !Array.isArray(value);
    });
    expect(objects).toHaveLength(14);
    for (const path of objects) {
      expect(complaintOf(() => permittedDocument(replaced(document, [...path, "more"], 1), scope))).toMatch(
        /^InputError: document/,
      );
    }
    for (const path of ["domain", "types", "primaryType", "message"]) {
      const less = Object.fromEntries(Object.entries(document).filter(([name]) => name !== path));
      expect(complaintOf(() => permittedDocument(less, scope))).toMatch(new RegExp(`^InputError: document.${path}: `));
    }
  });

  it.each<[string, readonly string[], Json, string]>([
    ["another chain", ["domain", "chainId"], 1, "document.domain.chainId: must be 31337"],
    [
      "another contract",
      ["domain", "verifyingContract"],
      ADDRESS,
      `document.domain.verifyingContract: must be ${CONTRACT}`,
    ],
    ["another protocol", ["domain", "name"], "Other", 'document.domain.name: must be "NumeraireStaking"'],
    ["another version", ["domain", "version"], "2", 'document.domain.version: must be "1"'],
    ["a salt", ["domain", "salt"], "0x", "document.domain.salt: is no part of a report"],
    ["a grant", ["primaryType"], "Grant", 'document.primaryType: must be "Report"'],
    ["another tournament", ["message", "tournament"], 4, "document.message.tournament: must be 3"],
    [
      "a negative round",
      ["message", "round"],
      -1,
      "document.message.round: must be a whole number below 2^64, as text from 2^53",
    ],
    [
      "a round too large",
      ["message", "round"],
      "18446744073709551616",
      "document.message.round: must be a whole number below 2^64",
    ],
    [
      "a round that lost digits",
      ["message", "round"],
      2 ** 60,
      "document.message.round: must be a whole number below 2^64",
    ],
    ["half a hash", ["message", "scoresHash"], "0x12", "document.message.scoresHash: must be 0x and 64 hex digits"],
  ])("names what is wrong with %s", (_, path, value, message) => {
    expect(complaintOf(() => permittedDocument(replaced(wire(), path, value), scope))).toContain(
      `InputError: ${message}`,
    );
  });
});

/** A key that would sign anything, and says what it was asked. */
function spy(): Key & { readonly asked: unknown[] } {
  const asked: unknown[] = [];
  const key = localKey(KEY);
  return {
    ...key,
    asked,
    signReport: (document) => {
      asked.push(document);
      return key.signReport(document);
    },
    signHeartbeat: (document) => {
      asked.push(document);
      return key.signHeartbeat(document);
    },
    signTransaction: (given) => {
      asked.push(given);
      return key.signTransaction(given);
    },
  };
}

describe("heartbeats", () => {
  it("of its tournament are permitted, made anew, and no more than that", () => {
    fc.assert(
      fc.property(heartbeats, reports, (given, other) => {
        const expected = heartbeatDocument(domain, given);
        expect(permittedHeartbeat(wireOf(expected), scope)).toEqual(expected);
        // Neither passes for the other, whatever is in it.
        expect(() => permittedDocument(wireOf(expected), scope)).toThrow(InputError);
        expect(() => permittedHeartbeat(wire(other), scope)).toThrow(InputError);
      }),
    );
  });

  it("in which anything is another are refused, or are heartbeats of this scope after all", () => {
    const document = wireOf(heartbeatDocument(domain, heartbeat));
    fc.assert(
      fc.property(fc.constantFrom(...places(document)), fc.jsonValue() as fc.Arbitrary<Json>, (path, value) => {
        const changed = replaced(document, path, value);
        try {
          const { message } = permittedHeartbeat(changed, scope);
          expect(message.tournament).toBe(scope.tournament);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          return;
        }
        expect(path[0] === "message" || JSON.stringify(changed) === JSON.stringify(document)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
    for (const path of [[], ["domain"], ["types"], ["message"]])
      expect(() => permittedHeartbeat(replaced(document, [...path, "more"], 1), scope)).toThrow(InputError);
    const long = replaced(document, ["message", "version"], "x".repeat(65));
    expect(complaintOf(() => permittedHeartbeat(long, scope))).toContain("must be at most 64 characters");
  });

  it("never ask the key for one of another tournament or chain", async () => {
    const key = spy();
    const signer = heartSigner(key, scope);
    for (const other of [{ tournament: 4 }, { block: 2n ** 64n }, { version: "x".repeat(65) }, { round: 5n }]) {
      await expect(signer.sign({ ...heartbeat, ...other })).rejects.toThrow(/^a reporter's key signs only heartbeats/);
    }
    expect(key.asked).toEqual([]);
    expect(await signer.sign(heartbeat)).toBe(await localKey(KEY).signHeartbeat(heartbeatDocument(domain, heartbeat)));
    expect(key.asked).toHaveLength(1);
  });

  it("are in another domain than the contract's, so that no signature of one counts as a report", () => {
    const own = heartbeatDocument(domain, heartbeat).domain;
    const contracts = reportDocument(domain, report).domain;
    expect(own.name).not.toBe(contracts.name);
    const types = { EIP712Domain: DOMAIN_TYPE };
    const separator = (each: typeof own | typeof contracts) =>
      hashDomain({ domain: { ...each, chainId: BigInt(each.chainId) }, types });
    expect(separator(own)).not.toBe(separator(contracts));
  });
});

describe("a reporter's signer", () => {
  it("has no way but sign", () => {
    expect(Object.keys(reportSigner(spy(), scope)).toSorted()).toEqual(["address", "sign"]);
  });

  it("signs every report of its scope and never asks its key for another", async () => {
    const key = spy();
    const signer = reportSigner(key, scope);
    const elsewhere = [
      { ...domain, chainId: 1 },
      { ...domain, verifyingContract: ADDRESS },
      { ...domain, salt: "0x" },
    ];
    for (const other of elsewhere) await expect(signer.sign(other, report)).rejects.toBeInstanceOf(SignerRefusal);
    const others = [
      { ...report, tournament: 4 },
      { ...report, round: 2n ** 64n },
      { ...report, batch: -1 },
      { ...report, attempt: 0.5 },
      { ...report, grant: 1 },
    ];
    for (const other of others) {
      await expect(signer.sign(domain, other)).rejects.toThrow(
        /^a reporter's key signs only reports of its tournament: /,
      );
    }
    expect(key.asked).toEqual([]);
    expect(await signer.sign(domain, report)).toBe(await key.signReport(reportDocument(domain, report)));
  });
});

describe("a sender's signer", () => {
  const sender = (key: Key) => transactionSigner(key, { chainId: 31_337, contract: CONTRACT });

  it("has no way but signTransaction", () => {
    expect(Object.keys(sender(spy())).toSorted()).toEqual(["address", "signTransaction"]);
  });

  it("pays for calls of the contract only, and drops ether and access lists that slipped in", async () => {
    const key = spy();
    for (const other of [{ to: ADDRESS }, { chainId: 1 }]) {
      await expect(sender(key).signTransaction({ ...transaction, ...other })).rejects.toThrow(
        /^a sender's key signs only calls of 0x\w+ on chain 31337; asked for one to /,
      );
    }
    expect(key.asked).toEqual([]);
    const smuggled = { ...transaction, value: 10n ** 18n, accessList: [{ address: ADDRESS, storageKeys: [] }] };
    expect(await sender(key).signTransaction(smuggled satisfies UnsignedTransaction)).toBe(
      await localKey(KEY).signTransaction(transaction),
    );
  });
});

describe("the gate before a remote signer", () => {
  const key = spy();
  const gate = signerGate({ report: reportSigner(key, scope), heart: heartSigner(key, scope) }, scope);
  let url = "";
  beforeAll(async () => {
    await gate.listen({ port: 0, host: "127.0.0.1" });
    url = `http://127.0.0.1:${(gate.server.address() as AddressInfo).port}/`;
  });
  afterAll(() => gate.close());
  const ask = async (method: string, params: unknown, id: unknown = 1) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id, method, params }),
    });
    return (await response.json()) as { result?: string; error?: { code: number; message: string } };
  };

  it("serves an oracle as its remote signer", async () => {
    const remote = remoteKey({ url, address: ADDRESS, timeoutMs: 5_000 });
    await remote.probe();
    const document = reportDocument(domain, report);
    expect(await remote.signReport(document)).toBe(await localKey(KEY).signReport(document));
    const beat = heartbeatDocument(domain, heartbeat);
    expect(await remote.signHeartbeat(beat)).toBe(await localKey(KEY).signHeartbeat(beat));
  });

  it("lets nothing through but reports and heartbeats of its tournament, by whatever method", async () => {
    key.asked.length = 0;
    const raw = hashTypedData(reportDocument(domain, report));
    const methods = [
      "eth_sign",
      "eth_signTransaction",
      "eth_sendTransaction",
      "personal_sign",
      "eth_signTypedData_v3",
      "account_signData",
      "__proto__",
      "",
    ];
    for (const method of methods) expect((await ask(method, [ADDRESS, raw])).error?.code).toBe(-32_601);
    const documents: Json[] = [
      JSON.stringify(replaced(wire(), ["domain", "chainId"], 1)),
      JSON.stringify(replaced(wire(), ["primaryType"], "Grant")),
      JSON.stringify(replaced(wire(), ["primaryType"], "Heartbeat")),
      JSON.stringify(replaced(wireOf(heartbeatDocument(domain, heartbeat)), ["primaryType"], "Report")),
      JSON.stringify(replaced(wireOf(heartbeatDocument(domain, heartbeat)), ["domain", "name"], "NumeraireStaking")),
      JSON.stringify(replaced(wire(), ["types", "Report", 0, "type"], "uint256")),
      wire(),
      "no JSON",
      raw,
      null,
    ];
    for (const document of documents)
      expect((await ask("eth_signTypedData_v4", [ADDRESS, document])).error?.code).toBe(-32_602);
    expect((await ask("eth_signTypedData_v4", [CONTRACT, JSON.stringify(wire())])).error?.message).toBe("no such key");
    expect(await ask("eth_signTypedData_v4", "text")).toEqual({ error: "this is no JSON-RPC question" });
    expect(JSON.stringify(await ask("eth_signTypedData_v4", ["x".repeat(20_000)]))).toContain("too large");
    expect(key.asked).toEqual([]);
  });

  it("runs from a configuration, before that configuration's reporter", async () => {
    const { write, close } = secretFolder();
    const config = write(
      JSON.stringify({
        rpcUrls: ["http://127.0.0.1:9"],
        chainId: domain.chainId,
        contract: CONTRACT,
        tournament: scope.tournament,
        feed: { kind: "folder", path: "." },
        keys: { reporters: [{ kind: "file", file: "key" }], relayer: { kind: "file", file: "not here" } },
      }),
      "config.json",
    );
    write(KEY, "key");
    const child = spawn(process.execPath, [join(import.meta.dirname, "../examples/signer-gate.ts"), config, "0"]);
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const remote = remoteKey({ url: line.toString().trim(), address: ADDRESS, timeoutMs: 5_000 });
    const document = reportDocument(domain, report);
    expect(await remote.signReport(document)).toBe(await localKey(KEY).signReport(document));
    child.kill();
    close();
  });
});
