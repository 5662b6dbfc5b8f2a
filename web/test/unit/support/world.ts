import fc from "fast-check";
import type { Scores } from "@numeraire-staking/oracle/core/words";
import type { Terms } from "@numeraire-staking/oracle/core/payout";
import type { Schedule } from "../../../src/core/rounds.ts";
import type { RiskLimits, Standing } from "../../../src/core/worst-case.ts";
import type { Leaving } from "../../../src/core/exit.ts";

/** What is done to a world. What isn't possible at the moment does nothing. Amounts in nano-NMR, times in seconds. */
export type Deed =
  | { readonly kind: "open"; readonly terms: Terms; readonly gaps: readonly number[] }
  | { readonly kind: "wait"; readonly seconds: number }
  | { readonly kind: "lock" | "void"; readonly round: number; readonly batches: readonly number[] }
  | {
      readonly kind: "settle";
      readonly round: number;
      readonly batches: readonly number[];
      readonly scores: Scores;
      readonly others: bigint;
    }
  | { readonly kind: "add" | "request"; readonly amount: bigint }
  | { readonly kind: "cancel" | "withdraw" };

/** When a deed is done that is begun now: one after another, a second apart. */
export function timeOf(deed: Deed, now: number, schedule: Schedule | undefined): number {
  if (deed.kind === "wait") return now + deed.seconds;
  if (deed.kind === "lock") return Math.max(now + 1, schedule?.closesAt ?? 0);
  if (deed.kind === "settle") return Math.max(now + 1, schedule?.resolvesAt ?? 0);
  return now + 1;
}

/** A tournament with one position of ours, as a model or on a chain. */
export interface World {
  /**
   * Does it, unless it isn't possible; a lock waits for the round's close before, a settlement for its scores. Does nothing
   * that would be done later than `latest`.
   */
  act(deed: Deed, latest?: number): Promise<void>;
  /** The position and its rounds; mined by half an hour from now. */
  standing(): Promise<Standing>;
  leaving(): Promise<Leaving>;
  /** What was withdrawn so far, wei. */
  withdrawn(): bigint;
}

const ONE = 10 ** 9;

export const limits: fc.Arbitrary<RiskLimits> = fc.record({
  maxClip: fc.constantFrom(0.05, 0.25, 1 / 3, 0.5, 1).map((share) => BigInt(Math.floor(share * ONE))),
  maxExposure: fc.constantFrom(1 / 64, 0.5, 1).map((share) => BigInt(Math.floor(share * ONE))),
  maxRoundsInFlight: fc.integer({ min: 1, max: 4 }),
});

/** From single nano-NMR, where roundings show, to some NMR. */
const amounts = fc.oneof(fc.bigInt({ min: 1n, max: 50n }), fc.bigInt({ min: 10n ** 6n, max: 5n * 10n ** 9n }));
const scores = fc.oneof(
  fc.constantFrom(-2n, -2n, -1n, 0n, 1n, 2n).map((score): Scores => [score * BigInt(ONE), 0n]),
  fc.tuple(fc.bigInt({ min: -300_000_000n, max: 300_000_000n }), fc.bigInt({ min: -300_000_000n, max: 300_000_000n })),
);
/** Counted back from the newest. */
const round = fc.constantFrom(0, 0, 0, 1, 1, 2, 3);
/** Mostly all at once: histories get nowhere where a second deed has to fit the first. */
const batches = fc.constantFrom<readonly number[]>([0, 1], [1, 0], [0, 1], [0], [1]);

function opening({ maxClip, maxExposure }: RiskLimits): fc.Arbitrary<Deed> {
  const terms = fc.record({
    multipliers: fc.constantFrom<readonly [bigint, bigint]>([10n ** 9n, 0n], [5n * 10n ** 8n, 2n * 10n ** 9n]),
    clip: fc.oneof(fc.constant(maxClip), fc.bigInt({ min: 0n, max: maxClip })),
    stakeThreshold: fc.constantFrom(0n, 0n, 0n, 10n ** 9n),
    exposure: fc.oneof(fc.constant(maxExposure), fc.bigInt({ min: 0n, max: maxExposure })),
  });
  const gap = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 50_000 }));
  const gaps = fc.array(gap, { minLength: 4, maxLength: 4 });
  return fc.record({ kind: fc.constant("open" as const), terms, gaps });
}

/** What others do, and time. */
export function othersDeeds(of: RiskLimits, most: number): fc.Arbitrary<Deed[]> {
  return fc.array(
    fc.oneof(
      { weight: 4, arbitrary: opening(of) },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant("wait" as const), seconds: fc.integer({ min: 1, max: 3_000 }) }),
      },
      { weight: 8, arbitrary: fc.record({ kind: fc.constant("lock" as const), round, batches }) },
      {
        weight: 6,
        arbitrary: fc.record({ kind: fc.constant("settle" as const), round, batches, scores, others: amounts }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("void" as const), round, batches }) },
    ),
    { maxLength: most, size: "max" },
  );
}

/** What the staker does. */
export const ownDeed = fc.oneof(
  fc.record({ kind: fc.constantFrom<"add" | "request">("add", "request"), amount: amounts }),
  fc.record({ kind: fc.constantFrom<"cancel" | "withdraw">("cancel", "withdraw") }),
);

/** Others' deeds with the staker's among them, the first of which is a stake worth speaking of. */
export function everybodysDeeds(of: RiskLimits, most: number): fc.Arbitrary<Deed[]> {
  return fc
    .tuple(othersDeeds(of, most), fc.array(fc.tuple(ownDeed, fc.nat(most)), { maxLength: 5 }))
    .map(([deeds, own]) =>
      own.reduce<Deed[]>((all, [deed, place]) => all.toSpliced(place % (all.length + 1), 0, deed), deeds),
    )
    .map((deeds) => [{ kind: "add", amount: 3n * 10n ** 9n }, ...deeds]);
}
