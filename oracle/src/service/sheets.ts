import type { Hex } from "viem";
import type { ChainFacts } from "../core/facts.ts";
import type { Scores } from "../core/words.ts";
import type { Feed } from "../feeds/feed.ts";

/** The scores of a round as the feed had them, final or not. `readAt`: unix seconds. */
export type KnownSheet = {
  readonly digest: Hex;
  readonly readAt: number;
  readonly isFinal: boolean;
  readonly scores: ReadonlyMap<Hex, Scores | null>;
};

/** Scores for people to look at; nothing that is signed comes from here. */
export type Sheets = {
  /** Asks the feed for the round whose scores are the oldest, unless they are fresh or a question is under way. */
  onFacts(facts: ChainFacts): void;
  of(round: bigint): KnownSheet | null;
};

/** Milliseconds; a feed that has been asked, with success or without, is left alone so long. */
const FRESH_MS = 600_000;

export function sheetCache(feed: Pick<Feed, "details">, now: () => number = Date.now): Sheets {
  const known = new Map<bigint, KnownSheet>();
  const askedAt = new Map<bigint, number>();
  let isAsking = false;

  const ask = async (round: bigint): Promise<void> => {
    try {
      const { digest, models, resolved } = await feed.details(round);
      const scores = new Map(models.map((each) => [each.model, each.scores]));
      known.set(round, { digest, readAt: Math.floor(now() / 1_000), isFinal: resolved, scores });
    } catch {
      // The feed's faults are told where they are in the way; here the older scores stay.
    } finally {
      isAsking = false;
    }
  };

  return {
    onFacts({ rounds }) {
      const inFlight = rounds.filter(({ batches }) => batches.length > 0).map(({ number }) => number);
      for (const round of [...askedAt.keys()].filter((each) => !inFlight.includes(each))) {
        known.delete(round);
        askedAt.delete(round);
      }
      const [oldest] = inFlight.toSorted((a, b) => (askedAt.get(a) ?? 0) - (askedAt.get(b) ?? 0));
      if (isAsking || oldest === undefined || now() - (askedAt.get(oldest) ?? 0) < FRESH_MS) return;
      isAsking = true;
      askedAt.set(oldest, now());
      void ask(oldest);
    },
    of: (round) => known.get(round) ?? null,
  };
}
