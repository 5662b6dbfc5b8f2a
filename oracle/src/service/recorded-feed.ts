import { AsyncLocalStorage } from "node:async_hooks";
import type { Hex } from "viem";
import { InputError } from "../core/errors.ts";
import type { Feed, FeedDetails } from "../feeds/feed.ts";
import type { Body, Tap } from "../feeds/tap.ts";

/** A question to a feed and what came back: a body, a fault of the answer, or nothing. */
export type Exchange = {
  readonly question: string;
  readonly body: Body | null;
  readonly fault: { readonly field: string; readonly reason: string } | null;
};

/** How one reading of a round's scores ended. */
export type Outcome =
  | { readonly kind: "read"; readonly digest: Hex }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "down" };

/** One reading of a round's scores: its questions in their order. */
export type Call = { readonly exchanges: readonly Exchange[]; readonly outcome: Outcome };

export type RecordedFeed = {
  readonly feed: Feed;
  /** The readings of rounds' scores since the list of rounds was last asked for, as every turn does first. */
  readonly calls: () => ReadonlyMap<bigint, readonly Call[]>;
};

/** The feed that `make` makes; what it is answered on its rounds' scores is kept. */
export function recordedFeed(make: (tap: Tap) => Feed): RecordedFeed {
  // A reading that nobody waits for any more goes on beside the next one.
  const current = new AsyncLocalStorage<Exchange[]>();
  let calls = new Map<bigint, Call[]>();
  const feed = make(async (question, ask) => {
    const exchanges = current.getStore() ?? [];
    try {
      const body = await ask();
      exchanges.push({ question, body, fault: null });
      return body;
    } catch (error) {
      const fault = error instanceof InputError ? { field: error.field, reason: error.reason } : null;
      exchanges.push({ question, body: null, fault });
      throw error;
    }
  });

  const details = async (round: bigint): Promise<FeedDetails> => {
    const exchanges: Exchange[] = [];
    const reading = current.run(exchanges, () => feed.details(round));
    const outcome = await outcomeOf(reading);
    calls.set(round, [...(calls.get(round) ?? []), { exchanges, outcome }]);
    return reading;
  };

  return {
    feed: {
      rounds() {
        calls = new Map();
        return feed.rounds();
      },
      details,
    },
    calls: () => calls,
  };
}

/** How a reading ends. */
export async function outcomeOf(reading: Promise<FeedDetails>): Promise<Outcome> {
  try {
    return { kind: "read", digest: (await reading).digest };
  } catch (error) {
    return error instanceof InputError ? { kind: "refused", message: error.message } : { kind: "down" };
  }
}

/** Answers the questions of a reading as they were answered then, in the same order. */
export function replayTap(exchanges: readonly Exchange[]): Tap {
  const left = [...exchanges];
  return (question) => {
    const next = left.shift();
    if (next?.question !== question) {
      throw new InputError("question", `${question} is asked, recorded was ${next?.question ?? "none"}`);
    }
    if (next.body !== null) return Promise.resolve(next.body);
    if (next.fault !== null) throw new InputError(next.fault.field, next.fault.reason);
    throw new Error("there was no answer");
  };
}
