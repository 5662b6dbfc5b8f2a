import fc from "fast-check";
import { getAddress, type Hex, keccak256, toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { Heartbeat } from "../src/core/heartbeat.ts";
import type { Report } from "../src/core/report.ts";
import type { UnsignedTransaction } from "../src/core/transaction.ts";

/** A key that is nobody's. */
export const KEY = keccak256(toHex("a reporter's key"));
export const ADDRESS = privateKeyToAccount(KEY).address;
export const CONTRACT = getAddress(`0x${"c0".repeat(20)}`);
export const TOURNAMENT = 3;
export const domain = { chainId: 31_337, verifyingContract: CONTRACT } as const;
export const scope = { ...domain, tournament: TOURNAMENT } as const;

export const report: Report = {
  tournament: TOURNAMENT,
  round: 5n,
  batch: 0,
  attempt: 1,
  stakesHash: `0x${"12".repeat(32)}`,
  scoresHash: `0x${"34".repeat(32)}`,
};

export const transaction: UnsignedTransaction = {
  type: "eip1559",
  chainId: 31_337,
  to: CONTRACT,
  data: "0x12345678",
  nonce: 7,
  gas: 21_000n,
  maxFeePerGas: 2_000_000_000n,
  maxPriorityFeePerGas: 1_000_000_000n,
};

const uint = (bits: bigint) => fc.bigInt({ min: 0n, max: 2n ** bits - 1n });
const uint32 = fc.nat(2 ** 32 - 1);
export const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes): Hex => toHex(bytes));

/** The fields of a report, to the edges of every type. */
export const reportFields = {
  tournament: uint32,
  round: uint(64n),
  batch: uint32,
  attempt: uint32,
  stakesHash: hash,
  scoresHash: hash,
};

/** Reports of the scope. */
export const reports: fc.Arbitrary<Report> = fc.record({ ...reportFields, tournament: fc.constant(TOURNAMENT) });

export const heartbeat: Heartbeat = {
  tournament: TOURNAMENT,
  time: 1_790_000_000,
  block: 24_000_000n,
  feedDigest: `0x${"56".repeat(32)}`,
  version: "0.1.0",
};

/** Heartbeats of the scope, to the edges of every type. */
export const heartbeats: fc.Arbitrary<Heartbeat> = fc.record({
  tournament: fc.constant(TOURNAMENT),
  time: fc.nat(2 ** 40 - 1),
  block: uint(64n),
  feedDigest: hash,
  version: fc.string({ maxLength: 64 }),
});

export const transactions: fc.Arbitrary<UnsignedTransaction> = fc
  .record({
    data: fc.uint8Array({ maxLength: 200 }).map((bytes): Hex => toHex(bytes)),
    nonce: fc.nat(),
    gas: uint(24n),
    fee: uint(60n),
    tip: uint(60n),
  })
  .map(({ data, nonce, gas, fee, tip }) => ({
    ...transaction,
    data,
    nonce,
    gas,
    maxFeePerGas: fee > tip ? fee : tip,
    maxPriorityFeePerGas: fee > tip ? tip : fee,
  }));
