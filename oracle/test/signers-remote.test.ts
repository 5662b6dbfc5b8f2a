import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { type Hex, hashTypedData, keccak256, recoverAddress, toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Report, reportDocument } from "../src/core/report.ts";
import type { UnsignedTransaction } from "../src/core/transaction.ts";
import { SignerRefusal, SignerTrouble } from "../src/signers/errors.ts";
import { localKey } from "../src/signers/local-key.ts";
import { remoteKey } from "../src/signers/remote-key.ts";
import {
  documentOf,
  highSDocument,
  highSTransaction,
  honest,
  type Mischief,
  type RemoteSigner,
  remoteSigner,
  reply,
  transactionOf,
  unknownMethod,
} from "./signers-remote-server.ts";
import { ADDRESS, domain, KEY, report, reports, transaction, transactions } from "./signers-values.ts";

const OTHER_KEY = keccak256(toHex("another key"));
const TIMEOUT_MS = 300;
const TOKEN = "canary-token";

let signer: RemoteSigner;
beforeAll(async () => {
  signer = await remoteSigner(KEY, `/v1/${TOKEN}?key=${TOKEN}`);
});
afterAll(() => signer.close());
beforeEach(() => {
  signer.mischief = null;
  signer.asked.length = 0;
});

const key = (url = signer.url) => remoteKey({ url, address: ADDRESS, timeoutMs: TIMEOUT_MS });
const signed = (given: Report = report) => key().signReport(reportDocument(domain, given));
const local = localKey(KEY);

/** The error, which names the signer and never shows its URL. */
async function failureOf(asked: Promise<unknown>): Promise<Error> {
  const error = await asked.then(
    () => new Error("it didn't fail"),
    (error: unknown) => error as Error,
  );
  expect(error.message).toMatch(/^the signer of 0x\w{40} at 127\.0\.0\.1:\d+ /);
  expect(`${error.message} ${String(error.stack)} ${JSON.stringify(error)}`).not.toContain(TOKEN);
  expect(error.cause).toBeUndefined();
  return error;
}

describe("a remote signer", () => {
  it("gives the very signatures that the key gives here", async () => {
    await fc.assert(
      fc.asyncProperty(reports, async (given) => {
        const document = reportDocument(domain, given);
        const signature = await signed(given);
        expect(signature).toBe(await local.signReport(document));
        expect(await recoverAddress({ hash: hashTypedData(document), signature })).toBe(ADDRESS);
      }),
      { numRuns: 100 },
    );
  });

  it("gives the very transactions that the key gives here", async () => {
    await fc.assert(
      fc.asyncProperty(transactions, async (given) => {
        expect(await key().signTransaction(given)).toBe(await local.signTransaction(given));
      }),
      { numRuns: 100 },
    );
  });

  it("with a high s is put right, for the contract takes only the low one", async () => {
    signer.mischief = ({ method, params }, response) => {
      const answer = method === "eth_signTransaction" ? highSTransaction(KEY, params) : highSDocument(KEY, params);
      void answer.then((result) => reply(response, signer.asked.at(-1) ?? never(), { result }));
    };
    await fc.assert(
      fc.asyncProperty(reports, transactions, async (given, payment) => {
        expect(await signed(given)).toBe(await local.signReport(reportDocument(domain, given)));
        expect(await key().signTransaction(payment)).toBe(await local.signTransaction(payment));
      }),
      { numRuns: 25 },
    );
  });

  it("may count its parities from 0", async () => {
    const expected = await local.signReport(reportDocument(domain, report));
    signer.mischief = () => ({ result: `${expected.slice(0, 130)}0${expected.endsWith("1b") ? 0 : 1}` });
    expect(await signed()).toBe(expected);
  });

  it("that knows typed data by its older name only is asked by that", async () => {
    signer.mischief = (question, response) => {
      if (question.method === "eth_signTypedData_v4") return unknownMethod;
      void honest(KEY, question).then((content) => reply(response, question, content));
      return undefined;
    };
    expect(await signed()).toBe(await local.signReport(reportDocument(domain, report)));
    expect(signer.asked.map(({ method }) => method)).toEqual(["eth_signTypedData_v4", "eth_signTypedData"]);
  });

  it("may answer with a transaction in an object, as geth does", async () => {
    const raw = await local.signTransaction(transaction);
    signer.mischief = () => ({ result: { raw, tx: { hash: keccak256(raw) } } });
    expect(await key().signTransaction(transaction)).toBe(raw);
  });

  it("is told every number, the domain and the types", async () => {
    await signed({ ...report, round: 2n ** 64n - 1n });
    const [question] = signer.asked;
    const [address, text] = question?.params ?? [];
    expect(address).toBe(ADDRESS);
    expect(JSON.parse(String(text))).toMatchObject({
      domain: { name: "NumeraireStaking", version: "1", chainId: 31_337, verifyingContract: domain.verifyingContract },
      primaryType: "Report",
      message: { ...report, round: "18446744073709551615" },
    });
    await key().signTransaction(transaction);
    expect(transactionOf(signer.asked[1]?.params ?? [])).toEqual({ ...transaction, value: 0n });
  });
});

describe("a remote signer with a fault", () => {
  const raw =
    (status: number, body: string): Mischief =>
    (_, response) =>
      void response.writeHead(status, { "content-type": "application/json" }).end(body);
  const trouble: [string, Mischief, RegExp][] = [
    ["that never answers", () => undefined, /doesn't answer within 0\.3 s$/],
    [
      "whose answer never ends",
      (_, response) => void response.writeHead(200).write('{"jsonrpc":'),
      /doesn't answer within 0\.3 s$/,
    ],
    ["that hangs up", (_, response) => void response.destroy(), /doesn't answer: (UND_ERR_SOCKET|ECONNRESET)$/],
    [
      "that hangs up in mid-answer",
      (_, response) => {
        response.writeHead(200, { "content-length": "500" }).write("{");
        setTimeout(() => response.destroy(), 20);
      },
      /doesn't answer: (UND_ERR_SOCKET|ECONNRESET)$/,
    ],
    ["that answers 500", raw(500, "oops"), /answers with HTTP 500$/],
    ["that answers 503 with its URL", raw(503, `{"path":"/v1/${TOKEN}"}`), /answers with HTTP 503$/],
    ["that asks for patience", raw(429, "{}"), /answers with HTTP 429$/],
    [
      "whose vault fails",
      () => ({ error: { code: -32_603, message: "vault:\n sealed" } }),
      /answers eth_signTypedData_v4 with error -32603: vault: sealed$/,
    ],
  ];
  it.each(trouble)("%s is trouble", async (_, mischief, message) => {
    signer.mischief = mischief;
    const startedAt = performance.now();
    const error = await failureOf(signed());
    expect(error).toBeInstanceOf(SignerTrouble);
    expect(error.message).toMatch(message);
    expect(performance.now() - startedAt).toBeLessThan(TIMEOUT_MS + 700);
  });

  const wrong = "is no JSON-RPC";
  const refusals: [string, Mischief, RegExp][] = [
    ["that lacks the key", () => ({ error: { code: -32_000, message: "no such key" } }), /error -32000: no such key$/],
    [
      "that repeats its URL",
      () => ({ error: { code: -32_000, message: `POST /v1/${TOKEN} denied` } }),
      /error -32000: \(not shown: it repeats the URL\)$/,
    ],
    ["that knows neither name", () => unknownMethod, /answers eth_signTypedData with error -32601: /],
    ["that doesn't let us in", raw(401, "no"), /answers with HTTP 401$/],
    ["that answers garbage", raw(200, "<html>welcome</html>"), new RegExp(wrong)],
    ["that answers nothing", raw(200, ""), new RegExp(wrong)],
    ["that answers null", raw(200, "null"), new RegExp(wrong)],
    ["that answers a list", raw(200, '[{"jsonrpc":"2.0","id":1,"result":"0x"}]'), new RegExp(wrong)],
    ["that answers another question", raw(200, '{"jsonrpc":"2.0","id":77,"result":"0x"}'), new RegExp(wrong)],
    ["that answers no result", raw(200, '{"jsonrpc":"2.0","id":1}'), new RegExp(wrong)],
    ["that answers in an older tongue", raw(200, '{"id":1,"result":"0x"}'), new RegExp(wrong)],
    [
      "that answers a book",
      raw(200, JSON.stringify({ a: "x".repeat(1_048_577) })),
      /answers with more than 1048576 bytes$/,
    ],
    ["whose signature is null", () => ({ result: null }), /gives no signature of 65 bytes$/],
    ["whose signature is empty", () => ({ result: "0x" }), /gives no signature of 65 bytes$/],
    ["whose signature is short", () => ({ result: `0x${"11".repeat(64)}` }), /gives no signature of 65 bytes$/],
    ["whose signature is long", () => ({ result: `0x${"11".repeat(66)}` }), /gives no signature of 65 bytes$/],
    ["whose signature is text", () => ({ result: `0x${"zz".repeat(65)}` }), /gives no signature of 65 bytes$/],
    [
      "whose v is odd",
      () => ({ result: `0x${"11".repeat(64)}1d` }),
      /gives a signature with v = 29; must be 27 or 28$/,
    ],
    ["whose v is a chain's", () => ({ result: `0x${"11".repeat(64)}25` }), /gives a signature with v = 37/],
    ["whose r and s are zero", () => ({ result: `0x${"00".repeat(64)}1b` }), /gives a signature of no key$/],
    ["whose r is no number of the field", () => ({ result: `0x${"ff".repeat(64)}1b` }), /gives a signature of no key$/],
  ];
  it.each(refusals)("%s is refused", async (_, mischief, message) => {
    signer.mischief = mischief;
    const error = await failureOf(signed());
    expect(error).toBeInstanceOf(SignerRefusal);
    expect(error.message).toMatch(message);
  });

  it.each<[string, (params: readonly unknown[]) => Promise<Hex>]>([
    ["of another key", (params) => privateKeyToAccount(OTHER_KEY).signTypedData(documentOf(params))],
    [
      "over another report",
      () => local.signReport(reportDocument(domain, { ...report, scoresHash: `0x${"77".repeat(32)}` })),
    ],
    ["for another chain", () => local.signReport(reportDocument({ ...domain, chainId: 1 }, report))],
    ["over the plain text", (params) => privateKeyToAccount(KEY).signMessage({ message: String(params[1]) })],
    ["high, and of another key", (params) => highSDocument(OTHER_KEY, params)],
  ])("whose signature is %s is refused", async (_, answer) => {
    signer.mischief = (question, response) =>
      void answer(question.params).then((result) => reply(response, question, { result }));
    const error = await failureOf(signed());
    expect(error).toBeInstanceOf(SignerRefusal);
    expect(error.message).toMatch(/gives a signature over something else, or of another key$/);
  });

  const changes: [string, Partial<UnsignedTransaction> & { value?: bigint }, RegExp][] = [
    ["another chain", { chainId: 1 }, /its chainid? is 1, asked was 31337$/i],
    ["another nonce", { nonce: 8 }, /its nonce is 8, asked was 7$/],
    ["nonce 0", { nonce: 0 }, /its nonce is 0, asked was 7$/],
    ["another receiver", { to: ADDRESS }, /its to is 0x\w{40}, asked was 0x\w{40}$/],
    ["ether in it", { value: 1n }, /its value is 1, asked was 0$/],
    ["another call", { data: "0x12345679" }, /its data is 0x12345679, asked was 0x12345678$/],
    ["more gas", { gas: 21_001n }, /its gas is 21001, asked was 21000$/],
    ["a higher fee", { maxFeePerGas: 11n ** 11n }, /its maxFeePerGas is 285311670611, asked was 2000000000$/],
    ["no tip", { maxPriorityFeePerGas: 1n }, /its maxPriorityFeePerGas is 1, asked was 1000000000$/],
  ];
  it.each(changes)("that signs a transaction with %s is refused", async (_, change, message) => {
    const result = await privateKeyToAccount(KEY).signTransaction({ ...transaction, ...change });
    signer.mischief = () => ({ result });
    const error = await failureOf(key().signTransaction(transaction));
    expect(error).toBeInstanceOf(SignerRefusal);
    expect(error.message).toMatch(/signed another transaction: /);
    expect(error.message).toMatch(message);
  });

  it("that changes any one thing deep inside a long call is refused", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 100, maxLength: 300 }), fc.nat(99), async (bytes, place) => {
        const asked = { ...transaction, data: toHex(bytes) };
        const other = bytes.with(place, (bytes.at(place) ?? 0) ^ 1);
        const result = await local.signTransaction({ ...asked, data: toHex(other) });
        signer.mischief = () => ({ result });
        expect(await failureOf(key().signTransaction(asked))).toBeInstanceOf(SignerRefusal);
      }),
      { numRuns: 30 },
    );
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ["of another key", () => privateKeyToAccount(OTHER_KEY).signTransaction(transaction), /or of another key$/],
    [
      "with an access list",
      () =>
        privateKeyToAccount(KEY).signTransaction({
          ...transaction,
          accessList: [{ address: ADDRESS, storageKeys: [] }],
        }),
      /gives a signature over something else/,
    ],
    [
      "of an older type",
      () =>
        privateKeyToAccount(KEY).signTransaction({
          type: "legacy",
          to: ADDRESS,
          nonce: 7,
          gas: 1n,
          gasPrice: 1n,
          chainId: 1,
        }),
      /its type is legacy, asked was eip1559$/,
    ],
    ["unsigned", () => Promise.resolve({ raw: "0x02c0" }), /gives no signed transaction$/],
    ["that is none", () => Promise.resolve("0x"), /gives no signed transaction$/],
    ["that is a number", () => Promise.resolve(7), /gives no signed transaction$/],
    ["that is an object in an object", () => Promise.resolve({ raw: { raw: "0x" } }), /gives no signed transaction$/],
  ])("whose transaction is one %s is refused", async (_, answer, message) => {
    const result = await answer();
    signer.mischief = () => ({ result });
    const error = await failureOf(key().signTransaction(transaction));
    expect(error).toBeInstanceOf(SignerRefusal);
    expect(error.message).toMatch(message);
  });

  it("that sends its callers elsewhere is not followed", async () => {
    const visits: unknown[] = [];
    const elsewhere = createServer((request, response) => {
      visits.push(request.url);
      response.end("{}");
    }).listen(0, "127.0.0.1");
    await once(elsewhere, "listening");
    const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
    for (const status of [301, 302, 307, 308]) {
      signer.mischief = (_, response) => void response.writeHead(status, { location }).end();
      expect((await failureOf(signed())).message).toMatch(new RegExp(`answers with HTTP ${status}$`));
    }
    elsewhere.close();
    expect(visits).toEqual([]);
  });

  it("that nobody runs is trouble, and using it again works once it runs", async () => {
    const other = await remoteSigner(KEY);
    const dead = key(other.url);
    await other.close();
    const error = await failureOf(dead.signReport(reportDocument(domain, report)));
    expect(error).toBeInstanceOf(SignerTrouble);
    expect(error.message).toMatch(/doesn't answer: ECONNREFUSED$/);
  });

  it("that hangs costs one wait, and not one for each of a tick's batches; it is asked again afterwards", async () => {
    const slow = key();
    const document = reportDocument(domain, report);
    signer.mischief = () => undefined;
    await failureOf(slow.signReport(document));
    signer.mischief = null;
    const startedAt = performance.now();
    for (let batch = 0; batch < 64; batch += 1) {
      const error = await failureOf(slow.signReport(document));
      expect(error).toBeInstanceOf(SignerTrouble);
      expect(error.message).toMatch(/left a question unanswered a moment ago/);
    }
    expect(performance.now() - startedAt).toBeLessThan(TIMEOUT_MS);
    expect(signer.asked).toHaveLength(1);
    await sleep(TIMEOUT_MS);
    expect(await slow.signReport(document)).toBe(await local.signReport(document));
  });
});

describe("whether a remote signer has the key", () => {
  it("is seen in its list of accounts, in any case of letters", async () => {
    await expect(key().probe()).resolves.toBeUndefined();
    expect(signer.asked.map(({ method }) => method)).toEqual(["eth_accounts"]);
  });

  it.each([[[]], [null], ["text"], [[null, 3, {}]], [["0x0000000000000000000000000000000000000001"]]])(
    "is denied by %j",
    async (result) => {
      signer.mischief = () => ({ result });
      const error = await failureOf(key().probe());
      expect(error).toBeInstanceOf(SignerRefusal);
      expect(error.message).toMatch(/doesn't list that key$/);
    },
  );

  it("can't be asked of one that keeps its list to itself, and that is no fault", async () => {
    signer.mischief = () => unknownMethod;
    await expect(key().probe()).resolves.toBeUndefined();
  });
});

function never(): never {
  throw new Error("nothing was asked");
}
