import { type Address, type Hex, isAddress, isHex } from "viem";
import { z } from "zod";
import type { Testimony } from "../core/attestation.ts";
import type { ChainFacts, FeedList, Reading, Settings } from "../core/facts.ts";
import type { Call } from "./recorded-feed.ts";

// A recorded turn, as a bundle from elsewhere is checked before it is believed.

const hex = z.string().refine((text): text is Hex => isHex(text), { error: "must be hexadecimal" });
const address = z
  .string()
  .refine((text): text is Address => isAddress(text, { strict: false }), { error: "must be an address" });
const whole = z.int();
const seconds = z.int();

const terms = z.object({
  multipliers: z.tuple([z.bigint(), z.bigint()]),
  clip: z.bigint(),
  stakeThreshold: z.bigint(),
  exposure: z.bigint(),
});
const schedule = z.object({
  closesAt: seconds,
  lockedBy: seconds,
  resolvesAt: seconds,
  settledBy: seconds,
  disputeWindow: seconds,
});
const batch = z.object({
  index: whole,
  state: z.enum(["unlocked", "locked", "reported", "settled"]),
  attempt: whole,
  reportedAt: seconds,
  stakes: z.array(z.bigint()),
  stakesHash: hex,
  lockedAtBlock: z.bigint().nullable(),
  scores: z.array(z.bigint()),
  vetoedHash: hex.nullable(),
});
const round = z.object({
  number: z.bigint(),
  state: z.enum(["open", "locking", "locked"]),
  terms,
  schedule,
  reporters: z.array(address),
  quorum: whole,
  batches: z.array(batch),
});
const facts = z.object({
  chainId: whole,
  contract: address,
  block: z.object({ number: z.bigint(), hash: hex, timestamp: seconds }),
  finalized: z.bigint(),
  tournament: whole,
  organizer: address,
  hasRegistrar: z.boolean(),
  limits: z.object({
    maxClip: z.bigint(),
    maxExposure: z.bigint(),
    maxRoundsInFlight: whole,
    maxDuration: seconds,
    minDisputeWindow: seconds,
  }),
  latestRound: z.bigint(),
  roundsInFlight: whole,
  freeReserve: z.bigint(),
  models: z.array(hex),
  rounds: z.array(round),
  finished: z.map(z.bigint(), z.enum(["settled", "void"])),
});
const fault = z.object({
  ok: z.literal(false),
  code: z.enum(["feed_down", "feed_refused", "feed_changed", "feed_confirming"]),
  message: z.string(),
});
const offer = z.object({
  number: z.bigint(),
  opensAt: seconds,
  closesAt: seconds,
  resolvesAt: seconds,
  resolved: z.boolean(),
  terms,
});
const list = z.object({
  rounds: z.union([z.object({ ok: z.literal(true), value: z.array(offer) }), fault]),
  refused: z.array(z.object({ number: z.bigint().nullable(), message: z.string() })),
});
const exchange = z.object({
  question: z.string(),
  body: z.object({ status: whole, text: z.string() }).nullable(),
  fault: z.object({ field: z.string(), reason: z.string() }).nullable(),
});
const outcome = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("read"), digest: hex }),
  z.object({ kind: z.literal("refused"), message: z.string() }),
  z.object({ kind: z.literal("down") }),
]);
const report = z.object({
  tournament: whole,
  round: z.bigint(),
  batch: whole,
  attempt: whole,
  stakesHash: hex,
  scoresHash: hex,
});
const evidence = report.extend({
  scores: z.array(z.bigint()),
  feedDigest: hex,
  readAt: seconds,
  positions: z.array(
    z.object({ position: whole, model: hex, raw: z.record(z.string(), z.string().nullable()).nullable() }),
  ),
});
const testimony = z.object({
  attestations: z.array(report.extend({ feedDigest: hex, reporter: address, signature: hex })),
  own: z.array(evidence),
  others: z.array(evidence),
  peers: z.array(z.object({ host: z.string(), reporters: z.array(address).nullable(), fault: z.string().nullable() })),
});
const settings = z.object({
  reporters: z.array(address),
  relayer: address.nullable(),
  organizer: address.nullable(),
  lockWindow: seconds,
  settleWindow: seconds,
  disputeWindow: seconds,
  openMargin: seconds,
  repeatVetoed: z.boolean(),
  turnSeconds: seconds,
});
/** How to understand the feed's bodies. Where they came from, which may be a secret, is not told. */
const source = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("numerai"), tournament: whole, gated: z.boolean().optional() }),
  z.object({ kind: z.literal("http"), tournament: whole }),
  z.object({ kind: z.literal("folder"), path: z.string() }),
]);

export const recordedTurn = z.object({
  /** Milliseconds of the recording machine's clock. */
  at: whole,
  settings,
  source,
  facts,
  list,
  /** What the plan was given for the round's scores; null: nothing was asked for. */
  sheet: z.union([z.object({ ok: z.literal(true), digest: hex, readAt: seconds }), fault]).nullable(),
  /** The readings behind it. */
  calls: z.array(z.object({ exchanges: z.array(exchange), outcome })),
  testimony,
  /** What was decided; compared as text alone. */
  decisions: z.unknown(),
});

export type FeedSource = z.output<typeof source>;

export type RecordedTurn = {
  readonly at: number;
  readonly settings: Settings;
  readonly source: FeedSource;
  readonly facts: ChainFacts;
  readonly list: FeedList;
  readonly sheet: { readonly ok: true; readonly digest: Hex; readonly readAt: number } | Fault | null;
  readonly calls: readonly Call[];
  readonly testimony: Testimony;
  readonly decisions: unknown;
};

type Fault = Extract<Reading<never>, { readonly ok: false }>;
