import fc from "fast-check";
import { concatHex, encodeAbiParameters, hashTypedData, type Hex, keccak256, numberToHex, toHex } from "viem";
import { describe, expect, it } from "vitest";
import { CONTRACT, reportDocument } from "../src/core/report.ts";
import { reportFields } from "./signers-values.ts";

const REPORT =
  "Report(uint32 tournament,uint64 round,uint32 batch,uint32 attempt,bytes32 stakesHash,bytes32 scoresHash)";
const DOMAIN = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";

const reports = fc.record(reportFields);
const domains = fc.record({
  chainId: fc.nat(),
  verifyingContract: fc.bigInt(0n, 2n ** 160n - 1n).map((value) => numberToHex(value, { size: 20 })),
});

/** Of words of 32 bytes, as the contract hashes them. */
function hashed(type: string, ...words: readonly (Hex | bigint | number)[]): Hex {
  const values = words.map(BigInt);
  const types = values.map(() => ({ type: "uint256" }) as const);
  return keccak256(concatHex([keccak256(toHex(type)), encodeAbiParameters(types, values)]));
}

describe("a report's document", () => {
  it("has the hash that EIP-712 and the contract's type string give it", () => {
    fc.assert(
      fc.property(domains, reports, (domain, report) => {
        const { tournament, round, batch, attempt, stakesHash, scoresHash } = report;
        const [name, version] = [keccak256(toHex(CONTRACT.name)), keccak256(toHex(CONTRACT.version))];
        const separator = hashed(DOMAIN, name, version, domain.chainId, domain.verifyingContract);
        const struct = hashed(REPORT, tournament, round, batch, attempt, stakesHash, scoresHash);
        const expected = keccak256(concatHex(["0x1901", separator, struct]));
        expect(hashTypedData(reportDocument(domain, report))).toBe(expected);
      }),
    );
  });
});
