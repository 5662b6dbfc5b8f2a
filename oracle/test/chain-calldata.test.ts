import fc from "fast-check";
import {
  concatHex,
  createClient,
  custom,
  encodeFunctionData,
  hashTypedData,
  type Hex,
  hexToBigInt,
  keccak256,
  numberToHex,
  padHex,
  RpcRequestError,
  slice,
  toHex,
  zeroAddress,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import { reportsIn, settlesIn } from "../src/chain/calldata.ts";
import { numeraireStakingAbi as abi } from "../src/chain/generated/abi.ts";
import { type AskContract, askingAt, signedIn } from "../src/chain/signed.ts";
import { reportDocument } from "../src/core/report.ts";
import { hashWords } from "../src/core/words.ts";

const accounts = [1, 2, 3].map((n) => privateKeyToAccount(keccak256(toHex(`reporter ${n}`))));
const reporters = accounts.map(({ address }) => address);
const words = fc.array(fc.bigInt(0n, 2n ** 256n - 1n), { minLength: 1, maxLength: 9 });
const bytes = fc.uint8Array({ maxLength: 70 }).map((each): Hex => toHex(each));
const domain = { chainId: 1, verifyingContract: `0x${"07".repeat(20)}` } as const;
/** A chain on which nobody is a contract. */
const nobody: AskContract = () => Promise.resolve(false);

function reportCall(scores: readonly bigint[], signatures: readonly Hex[], signers = 0b101n): Hex {
  return encodeFunctionData({ abi, functionName: "report", args: [1, 5n, 0, scores, signers, signatures] });
}

function multicall(...calls: readonly Hex[]): Hex {
  return encodeFunctionData({ abi, functionName: "multicall", args: [calls] });
}

describe("calls in a transaction's data", () => {
  it("are found alone, in a multicall, in one within another, and behind whatever a wallet puts around", () => {
    fc.assert(
      fc.property(words, words, bytes, bytes, (scores, stakes, before, after) => {
        const report = reportCall(scores, ["0x12", "0x34"]);
        const settle = encodeFunctionData({ abi, functionName: "settle", args: [1, 4n, 0, stakes, scores] });
        const both = multicall(settle, report);
        for (const data of [
          report,
          both,
          multicall(both),
          concatHex([before, report, after]),
          concatHex([before, both]),
        ]) {
          expect(reportsIn(data)).toContainEqual([1, 5n, 0, scores, 0b101n, ["0x12", "0x34"]]);
        }
        expect(settlesIn(both)).toContainEqual([1, 4n, 0, stakes, scores]);
        expect(settlesIn(report)).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});

describe("a report's signatures", () => {
  const scores = [1n, 2n];
  const report = {
    tournament: 1,
    round: 5n,
    batch: 0,
    attempt: 0,
    stakesHash: hashWords([9n]),
    scoresHash: hashWords(scores),
  };
  const sign = (index: number, changes = {}): Promise<Hex> => {
    const account = accounts[index];
    if (account === undefined) throw new Error("no such reporter");
    return account.signTypedData(reportDocument(domain, { ...report, ...changes }));
  };
  const { attempt, stakesHash, ...place } = report;
  const reported = { ...place, attempts: [attempt], stakesHashes: [stakesHash], reporters };
  const signers = async (data: Hex, ask = nobody, changes = {}) => {
    const signed = await signedIn(data, { ...reported, ...changes }, domain, ask);
    return signed && signed.signatures.filter(({ isTrue }) => isTrue).map(({ reporter }) => reporter);
  };

  it("are those of the reporters at the set bits, over these very words", async () => {
    const [one, two] = [await sign(0), await sign(2)];
    const data = multicall(reportCall(scores, [one, two]));
    expect(await signers(data)).toEqual([reporters[0], reporters[2]]);
    expect(await signedIn(data, reported, domain, nobody)).toEqual({
      report,
      digest: hashTypedData(reportDocument(domain, report)),
      signers: 0b101n,
      signatures: [
        { reporter: reporters[0], signature: one, recovered: reporters[0], isTrue: true },
        { reporter: reporters[2], signature: two, recovered: reporters[2], isTrue: true },
      ],
    });
  });

  it("don't count for another attempt, lock or place, or where they are none", async () => {
    const otherAttempt = reportCall(scores, [await sign(0, { attempt: 1 }), await sign(2)]);
    const otherLock = reportCall(scores, [await sign(0, { stakesHash: hashWords([8n]) }), await sign(2)]);
    const otherPlace = reportCall(scores, [await sign(1), await sign(2)]);
    const none = reportCall(scores, ["0x", "0x1234"]);
    for (const data of [otherAttempt, otherLock, otherPlace]) expect(await signers(data)).toEqual([reporters[2]]);
    expect(await signers(none)).toEqual([]);
  });

  it("tell which attempt, which stakes and which scores were signed, where the events say something else", async () => {
    const data = reportCall(scores, [await sign(0), await sign(2)]);
    const lied = { attempts: [3, 0], stakesHashes: [hashWords([8n]), stakesHash], scoresHash: hashWords([1n]) };
    expect((await signedIn(data, { ...reported, ...lied }, domain, nobody))?.report).toEqual(report);
  });

  it("count only in the form that the contract takes", async () => {
    const signature = await sign(0);
    const [r, s, v] = [slice(signature, 0, 32), hexToBigInt(slice(signature, 32, 64)), Number(slice(signature, 64))];
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const high = concatHex([r, numberToHex(order - s, { size: 32 }), numberToHex(55 - v)]);
    const zero = concatHex([slice(signature, 0, 64), numberToHex(v - 27, { size: 1 })]);
    for (const other of [high, zero, concatHex([signature, "0x00"])]) {
      expect(await signers(reportCall(scores, [other], 1n))).toEqual([]);
    }
    expect(await signers(reportCall(scores, [signature], 1n))).toEqual([reporters[0]]);
  });

  it("of a contract are what it says of them, and nobody's where it can't be asked", async () => {
    const data = reportCall(scores, ["0x1234", await sign(2)]);
    expect(await signers(data, () => Promise.resolve(true))).toEqual([reporters[0], reporters[2]]);
    const untold = await signedIn(data, reported, domain, () => Promise.resolve(null));
    expect(untold?.signatures.map(({ isTrue }) => isTrue)).toEqual([null, true]);
  });

  it("are unknown where the data holds no report of the batch", async () => {
    expect(await signers(reportCall(scores, []), nobody, { batch: 1 })).toBeNull();
    expect(await signers("0x")).toBeNull();
  });
});

describe("a contract's word on a signature", () => {
  const asked = (answer: (tag: unknown) => Promise<unknown>) => {
    const request = ({ params }: { params: readonly unknown[] }) => answer(params[1]);
    const client = createClient({ transport: custom({ request }, { retryCount: 0 }) });
    return askingAt(client, 7n)(reporters[0] ?? zeroAddress, hashWords([1n]), "0x12");
  };
  const magic = padHex("0x1626ba7e", { dir: "right" });
  const pruned = new RpcRequestError({ body: {}, url: "", error: { code: -32000, message: "missing trie node" } });

  it.each<[string, (tag: unknown) => Promise<unknown>, boolean | null]>([
    ["true as of the block", (tag) => Promise.resolve(tag === "0x7" ? magic : "0x"), true],
    ["false by another answer", () => Promise.resolve(padHex("0x1626ba7e")), false],
    ["false by an answer that is too short", () => Promise.resolve("0x1626ba7e"), false],
    ["false of an account without code", () => Promise.resolve("0x"), false],
    [
      "true by what it says now, where that block is forgotten",
      (tag) => (tag === "0x7" ? Promise.reject(pruned) : Promise.resolve(magic)),
      true,
    ],
    [
      "unknown, where it says no now and that block is forgotten",
      (tag) => (tag === "0x7" ? Promise.reject(pruned) : Promise.resolve("0x")),
      null,
    ],
    ["unknown, where the answer is none", () => Promise.resolve(null), null],
    ["false where it reverts", () => Promise.reject(new Error("execution reverted")), false],
  ])("is %s", async (_, answer, expected) => {
    expect(await asked(answer)).toBe(expected);
  });
});
