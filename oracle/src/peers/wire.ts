import { type Address, getAddress, type Hex, isAddress, isHex, numberToHex } from "viem";
import { z } from "zod";
import type { Attestation, Evidence } from "../core/attestation.ts";
import type { SignedHeartbeat } from "../core/heartbeat.ts";
import { LANES, POSITIONS_PER_BATCH, WORDS_PER_BATCH } from "../core/words.ts";

// What nodes tell each other: one schema for who serves and for who asks. What a newer node says beyond it is ignored.

const MAX_REPORTERS = 64;
/** Of a round: a million positions' batches. */
const MAX_BATCHES = 1_024;
const MAX_FIELDS = 128;
const MAX_TEXT = 400;
const MAX_VERSION = 64;

const hex = (bytes: number) =>
  z
    .string()
    .refine((text): text is Hex => isHex(text) && text.length === 2 + 2 * bytes, { error: `must be ${bytes} bytes` })
    .transform((text) => text.toLowerCase() as Hex);
const address = z
  .string()
  .refine((text): text is Address => isAddress(text, { strict: false }), { error: "must be an address" })
  .transform((text) => getAddress(text));
const uint32 = z.int().min(0).max(0xffff_ffff);
const seconds = z
  .int()
  .min(0)
  .max(2 ** 40);
/** A uint64 as decimal text. */
const uint64 = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,19})$/, { error: "must be a whole number as text" })
  .transform(BigInt)
  .refine((value) => value < 2n ** 64n, { error: "must fit 64 bits" });
const word = hex(32).transform(BigInt);

const domain = z.object({ chainId: z.int().min(1), contract: address, tournament: uint32 });
const report = z.object({
  tournament: uint32,
  round: uint64,
  batch: uint32,
  attempt: uint32,
  stakesHash: hex(32),
  scoresHash: hex(32),
});
const attestation = report.extend({ feedDigest: hex(32), reporter: address, signature: hex(65) });
const position = z.object({
  position: z
    .int()
    .min(0)
    .max(MAX_BATCHES * POSITIONS_PER_BATCH),
  model: hex(32),
  raw: z
    .record(z.string().max(MAX_TEXT), z.string().max(MAX_TEXT).nullable())
    .refine((fields) => Object.keys(fields).length <= MAX_FIELDS, { error: `must have at most ${MAX_FIELDS} fields` })
    .nullable(),
});
const evidence = report.extend({
  scores: z.array(word).max(WORDS_PER_BATCH),
  feedDigest: hex(32),
  readAt: seconds,
  positions: z.array(position).max(WORDS_PER_BATCH * LANES),
});

/** `/v1/attestations?round=N`: what the node's own reporters and all others it heard of say now. */
export const attestationsAnswer = domain.extend({
  reporters: z.array(address).max(MAX_REPORTERS),
  attestations: z.array(attestation).max(MAX_BATCHES * MAX_REPORTERS),
});

/** `/v1/rounds/:round/evidence`: what the node computed, batch by batch, and from which texts. */
export const evidenceAnswer = domain.extend({ evidence: z.array(evidence).max(MAX_BATCHES) });

const heartbeat = z.object({
  tournament: uint32,
  time: seconds,
  block: uint64,
  feedDigest: hex(32),
  version: z.string().max(MAX_VERSION),
  reporter: address,
  signature: hex(65),
});

/** `/v1/heartbeats`: how the node is, and what its reporters' keys signed last to show that they can. */
export const heartbeatsAnswer = domain.extend({
  version: z.string().max(MAX_VERSION),
  time: z
    .number()
    .min(0)
    .max(2 ** 40),
  block: uint64,
  reporters: z.array(address).max(MAX_REPORTERS),
  heartbeats: z.array(heartbeat).max(MAX_REPORTERS),
});

/** What a node keeps of its own signatures between two lives. */
export const keptAttestations = domain.extend({ attestations: z.array(attestation) });

export type Domain = z.output<typeof domain>;
export type AttestationsAnswer = Domain & {
  readonly reporters: readonly Address[];
  readonly attestations: readonly Attestation[];
};
/** `time`: the node's clock, unix seconds; `block`: the latest that it looked at. */
export type HeartbeatsAnswer = Domain & {
  readonly version: string;
  readonly time: number;
  readonly block: bigint;
  readonly reporters: readonly Address[];
  readonly heartbeats: readonly SignedHeartbeat[];
};
export type EvidenceAnswer = Domain & { readonly evidence: readonly Evidence[] };

/** As the schemas read it: words as hex, other large numbers as decimal text. */
export function toWire(value: Omit<AttestationsAnswer, "reporters"> | EvidenceAnswer | HeartbeatsAnswer): string {
  return JSON.stringify(value, (key, each: unknown) => {
    if (key === "scores" && Array.isArray(each)) return each.map((score: bigint) => numberToHex(score, { size: 32 }));
    return typeof each === "bigint" ? each.toString() : each;
  });
}
