import { z } from "zod";

// What is asked and answered, once: requests are checked with these, and /openapi.json is made from them.

const count = z.int().min(0);
const seconds = z.int().meta({ description: "unix seconds" });
const nano = z
  .string()
  .regex(/^-?\d+$/)
  .meta({ description: "1e-9, decimal" });
const number = z.string().regex(/^\d+$/);

const ALLOWED = "must be a whole number from 1 to 18446744073709551615";
const roundNumber = z
  .string()
  .refine((text) => /^[1-9]\d{0,19}$/.test(text) && BigInt(text) < 2n ** 64n, { error: ALLOWED })
  .meta({ description: `a round; ${ALLOWED}`, example: "7" });

export const roundParams = z.object({ round: roundNumber });
export const attestationsQuery = z.object({ round: roundNumber.optional() });

/** Every refusal has these; the last three where a parameter is at fault. */
export const refusal = z.object({
  error: z.string(),
  field: z.string().optional(),
  value: z.string().optional(),
  allowed: z.string().optional(),
  routes: z.array(z.string()).optional(),
});

export const live = z.object({ live: z.literal(true) });

export const readinessAnswer = z.object({
  ready: z.boolean(),
  obstacles: z.array(z.object({ code: z.string(), message: z.string(), remedy: z.string(), page: z.string() })),
  slackSeconds: z.int().nullable().meta({ description: "from the latest block to the nearest deadline" }),
});

const reason = z.object({
  code: z.string(),
  round: number.nullable(),
  batch: count.nullable(),
  until: seconds.nullable(),
  message: z.string(),
  remedy: z.string(),
  page: z.string(),
});
const schedule = z.object({
  closesAt: seconds,
  lockedBy: seconds,
  resolvesAt: seconds,
  settledBy: seconds,
  disputeWindow: z.int().meta({ description: "seconds" }),
});
const summary = z.object({
  round: number,
  state: z.enum(["open", "locking", "locked"]),
  schedule,
  batches: count,
  unlocked: count,
  locked: count,
  reported: count,
  settled: count,
});
const finished = z.object({ round: number, state: z.enum(["settled", "void"]) });

export const roundsAnswer = z.object({
  tournament: count,
  block: z.object({ number, hash: z.string(), timestamp: seconds }),
  freeReserveNano: nano,
  rounds: z.array(summary.extend({ waiting: z.array(reason) })),
  finished: z.array(finished),
  waiting: z.array(reason),
  notes: z.array(reason),
});

export const roundAnswer = z.union([
  finished,
  summary.extend({
    terms: z.object({
      multipliersNano: z.array(nano),
      clipNano: nano,
      stakeThresholdNano: nano,
      exposureNano: nano,
    }),
    reporters: z.array(z.string()),
    quorum: count,
    each: z.array(
      z.object({
        batch: count,
        state: z.enum(["unlocked", "locked", "reported", "settled"]),
        attempt: count,
        reportedAt: seconds.nullable(),
        stakedNano: nano,
      }),
    ),
    due: z.array(z.object({ action: z.string(), eligibleAt: seconds, deadline: seconds.nullable() })),
    waiting: z.array(reason),
    notes: z.array(reason),
    errors: z.array(
      z.object({
        action: z.string().nullable(),
        code: z.string(),
        message: z.string(),
        remedy: z.string(),
        page: z.string(),
      }),
    ),
  }),
]);

export const statusAnswer = z.object({
  version: z.string(),
  chainId: z.string(),
  contract: z.string(),
  tournament: z.string(),
  lastTurn: z
    .object({ endedAt: z.int().meta({ description: "unix milliseconds" }), tookMs: count, failures: count })
    .nullable(),
  deadlines: z.array(
    z.object({
      round: number,
      step: z.enum(["open", "lock", "report", "settle"]),
      batches: count,
      eligibleAt: seconds,
      deadline: seconds,
      slackSeconds: z.int(),
      share: z.number().meta({ description: "of the window that is left, 0 to 1" }),
    }),
  ),
  operators: z.array(z.object({ reporter: z.string(), signed: count, missing: count })),
  peers: z.array(
    z.object({
      host: z.string(),
      up: z.boolean(),
      fault: z.string().nullable(),
      version: z.string().nullable(),
      clockOffsetSeconds: z.number().nullable().meta({ description: "positive: its clock is ahead" }),
      beating: z.array(z.string()).meta({ description: "its reporters whose keys can sign" }),
      silent: z.array(z.string()).meta({ description: "its reporters whose keys have not shown it for three minutes" }),
    }),
  ),
  endpoints: z.array(z.object({ endpoint: count, host: z.string(), state: z.string(), head: number.nullable() })),
  accounts: z.array(
    z.object({
      key: z.string(),
      address: z.string(),
      balanceWei: z.string(),
      roundsLeft: z.number(),
      foreignTransactions: count,
    }),
  ),
  audits: z
    .array(
      z.object({
        round: number,
        verdict: z.enum(["clean", "differs", "unknown", "open"]),
        batches: count,
        positions: count,
        differences: count,
        findings: z.array(z.string()).meta({ description: "the first ten" }),
      }),
    )
    .meta({ description: "settled rounds that were proved again, the latest first" }),
  acts: z
    .array(
      z.object({
        at: z.int().meta({ description: "unix milliseconds" }),
        what: z.string(),
        result: z.string(),
        code: z.string().nullable(),
      }),
    )
    .meta({ description: "the latest first" }),
});

export const heartbeatsText = z.object({}).loose().meta({ description: "see oracle/src/peers/wire.ts" });

export const attestationsText = z.object({}).loose().meta({ description: "see oracle/src/peers/wire.ts" });

export const disagreementAnswer = z.object({
  round: number,
  disagreements: z.array(
    z.object({
      batch: count,
      attempt: count,
      stakesHash: z.string(),
      message: z.string(),
      mine: z.object({ scoresHash: z.string(), feedDigest: z.string(), readAt: seconds }),
      theirs: z.object({
        scoresHash: z.string(),
        feedDigest: z.string().nullable(),
        readAt: seconds.nullable(),
        reporters: z.array(z.string()),
        isReported: z.boolean(),
      }),
      count: count.nullable(),
      differences: z.array(z.object({}).loose()),
    }),
  ),
});
