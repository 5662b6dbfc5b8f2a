import type { Action, Plan, Reason } from "./actions.ts";
import type { Evidence, Testimony } from "./attestation.ts";
import { canonicalText } from "./canonical.ts";
import type { ChainFacts, FeedList, FeedView, RoundFacts } from "./facts.ts";

// Of all that a turn was decided from, what one round's decisions were decided from: enough to decide them again.

/** What the plan says of a round. */
export function decisionsOf(plan: Plan, round: bigint): Plan {
  const ofRound = (each: Action | Reason): boolean => each.round === round;
  return {
    actions: plan.actions.filter(ofRound),
    waiting: plan.waiting.filter(ofRound),
    notes: plan.notes.filter(ofRound),
  };
}

/** What makes decisions others than before: times and numbers in their messages may go on meanwhile. */
export function outlineOf({ actions, waiting, notes }: Plan, feed: FeedView, round: bigint): string {
  const sheet = feed.sheets.get(round);
  return canonicalText({
    actions: actions.map(({ kind, ...action }) => [
      kind,
      "batch" in action ? action.batch : null,
      "scoresHash" in action ? action.scoresHash : null,
    ]),
    waiting: waiting.map(({ code, batch }) => [code, batch]),
    notes: notes.map(({ code, batch }) => [code, batch]),
    digest: sheet?.ok === true ? sheet.value.digest : null,
  });
}

/** The chain as far as the round needs it: of other rounds, only what they take from the reserve. */
export function factsFor(facts: ChainFacts, round: bigint): ChainFacts {
  return {
    ...facts,
    rounds: facts.rounds.map((each) => (each.number === round ? each : withoutWords(each))),
    finished: new Map([...facts.finished].filter(([number]) => number === round)),
  };
}

/** What the feed lists of the round, and what has no number. */
export function listFor({ rounds, refused }: FeedView, round: bigint): FeedList {
  return {
    rounds: rounds.ok ? { ok: true, value: rounds.value.filter(({ number }) => number === round) } : rounds,
    refused: refused.filter(({ number }) => number === round || number === null),
  };
}

export function testimonyFor({ attestations, own, others, peers }: Testimony, round: bigint): Testimony {
  const ofRound = (each: Pick<Evidence, "round">): boolean => each.round === round;
  return {
    attestations: attestations.filter(ofRound),
    own: own.filter(ofRound),
    others: others.filter(ofRound),
    peers,
  };
}

function withoutWords(round: RoundFacts): RoundFacts {
  const batches = round.batches.map((batch) => ({
    ...batch,
    stakes: batch.state === "unlocked" ? batch.stakes : [],
    scores: [],
  }));
  return { ...round, batches };
}
