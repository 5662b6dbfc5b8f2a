import type { Plan } from "../core/actions.ts";
import type { Testimony } from "../core/attestation.ts";
import type { ChainFacts, FeedView, Settings } from "../core/facts.ts";
import { decisionsOf, factsFor, listFor, outlineOf, testimonyFor } from "../core/slice.ts";
import type { Call } from "./recorded-feed.ts";
import type { RecordingFolder } from "./recording-folder.ts";
import type { FeedSource, RecordedTurn } from "./turn-schema.ts";

/** Everything that a turn was decided from, and what was decided. */
export type Decided = {
  readonly facts: ChainFacts;
  readonly feed: FeedView;
  readonly testimony: Testimony;
  readonly plan: Plan;
};

/** Keeps what turns were decided from. Never fails: answers what went wrong, for it must not stop a round. */
export type Recorder = (decided: Decided) => Promise<readonly unknown[]>;

/** What is the same in all turns of a life. */
export type Recording = {
  readonly settings: Settings;
  readonly source: FeedSource;
  /** The readings of the feed in this turn. */
  readonly calls: () => ReadonlyMap<bigint, readonly Call[]>;
  readonly now?: () => number;
};

/** Records each round's turns in which something else was decided than in the one before. */
export function recorder(folder: RecordingFolder, recording: Recording): Recorder {
  let outlines: ReadonlyMap<bigint, string> = new Map();
  return async (decided) => {
    const calls = recording.calls();
    const errors: unknown[] = [];
    const next = new Map<bigint, string>();
    for (const round of roundsOf(decided)) {
      const outline = outlineOf(decisionsOf(decided.plan, round), decided.feed, round);
      next.set(round, outline);
      if (outlines.get(round) === outline) continue;
      try {
        await folder.add(round, turnOf(decided, round, calls.get(round) ?? [], recording));
      } catch (error) {
        errors.push(error);
      }
    }
    outlines = next;
    return errors;
  };
}

/** What one round's decisions were made from. */
export function turnOf(
  { facts, feed, testimony, plan }: Decided,
  round: bigint,
  calls: readonly Call[],
  { settings, source, now = Date.now }: Recording,
): RecordedTurn {
  const sheet = feed.sheets.get(round);
  return {
    at: now(),
    settings,
    source,
    facts: factsFor(facts, round),
    list: listFor(feed, round),
    sheet: sheet?.ok === true ? { ok: true, digest: sheet.value.digest, readAt: sheet.value.readAt } : (sheet ?? null),
    calls,
    testimony: testimonyFor(testimony, round),
    decisions: decisionsOf(plan, round),
  };
}

/** The rounds in flight, and those that the plan has something to say of. */
function roundsOf({ facts, plan }: Decided): ReadonlySet<bigint> {
  const said = [...plan.actions, ...plan.waiting, ...plan.notes].flatMap(({ round }) => round ?? []);
  return new Set([...facts.rounds.map(({ number }) => number), ...said]);
}
