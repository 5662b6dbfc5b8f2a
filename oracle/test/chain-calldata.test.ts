import fc from "fast-check";
import { concatHex, createPublicClient, custom, encodeFunctionData, type Hex, keccak256, toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import { reportsIn, settlesIn } from "../src/chain/calldata.ts";
import { numeraireStakingAbi as abi } from "../src/chain/generated/abi.ts";
import { signersIn } from "../src/chain/signed.ts";
import { reportDocument } from "../src/core/report.ts";
import { hashWords } from "../src/core/words.ts";

const accounts = [1, 2, 3].map((n) => privateKeyToAccount(keccak256(toHex(`reporter ${n}`))));
const reporters = accounts.map(({ address }) => address);
const words = fc.array(fc.bigInt(0n, 2n ** 256n - 1n), { minLength: 1, maxLength: 9 });
const bytes = fc.uint8Array({ maxLength: 70 }).map((each): Hex => toHex(each));
const domain = { chainId: 1, verifyingContract: `0x${"07".repeat(20)}` } as const;
/** A chain on which nobody is a contract. */
const client = createPublicClient({ transport: custom({ request: () => Promise.reject(new Error("nothing there")) }) });

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
  const reported = { report, scores, reporters };

  it("are those of the reporters at the set bits, over these very words", async () => {
    const data = multicall(reportCall(scores, [await sign(0), await sign(2)]));
    expect(await signersIn(data, reported, domain, client)).toEqual([reporters[0], reporters[2]]);
  });

  it("don't count for another attempt, lock or place, or where they are none", async () => {
    const otherAttempt = reportCall(scores, [await sign(0, { attempt: 1 }), await sign(2)]);
    const otherLock = reportCall(scores, [await sign(0, { stakesHash: hashWords([8n]) }), await sign(2)]);
    const otherPlace = reportCall(scores, [await sign(1), await sign(2)]);
    const none = reportCall(scores, ["0x", "0x1234"]);
    for (const data of [otherAttempt, otherLock, otherPlace]) {
      expect(await signersIn(data, reported, domain, client)).toEqual([reporters[2]]);
    }
    expect(await signersIn(none, reported, domain, client)).toEqual([]);
  });

  it("are unknown where the data holds another report or none", async () => {
    expect(await signersIn(reportCall([1n, 3n], []), reported, domain, client)).toBeNull();
    expect(await signersIn("0x", reported, domain, client)).toBeNull();
  });
});
