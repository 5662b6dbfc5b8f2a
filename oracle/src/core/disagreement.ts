import type { Address, Hex } from "viem";
import { type Evidence, isSameAttempt, isSameReport, type PositionEvidence, type Testimony } from "./attestation.ts";
import type { ChainFacts } from "./facts.ts";
import { formatNmr, parseDecimal } from "./units.ts";
import { hashWords, POSITIONS_PER_BATCH, type Scores, unpackScores } from "./words.ts";

/**
 * One field in which two nodes differ. `cause`: "text": the feed wrote something else for them; "version": it wrote the
 * same, and one of them computes wrongly; "unknown": only the words are known. Texts are as the feed wrote them, null
 * where it wrote nothing; words are decimals.
 */
export type Difference = {
  readonly batch: number;
  readonly lane: number;
  readonly position: number;
  readonly model: Hex | null;
  readonly field: string;
  readonly mine: string | null;
  readonly theirs: string | null;
  readonly cause: "text" | "version" | "unknown";
};

/** Other scores for a batch than this node's. */
export type Disagreement = {
  readonly mine: Evidence;
  readonly scoresHash: Hex;
  /** Who signed them. */
  readonly reporters: readonly Address[];
  /** Whether the contract holds them. */
  readonly isReported: boolean;
  /** What they were made from; null: not told. */
  readonly theirs: Pick<Evidence, "feedDigest" | "readAt"> | null;
  /** null: the words behind the hash are unknown. */
  readonly differences: readonly Difference[] | null;
};

type Score = Scores | undefined;

/** Every other opinion on what this node holds for right, of reporters and of the contract. */
export function disagreements(facts: ChainFacts, { own, attestations, others }: Testimony): Disagreement[] {
  return own.flatMap((mine) => {
    const dissent = attestations.filter((each) => isSameAttempt(each, mine) && each.scoresHash !== mine.scoresHash);
    const reported = reportedEvidence(facts, mine);
    const hashes = new Set([
      ...dissent.map(({ scoresHash }) => scoresHash),
      ...(reported === null ? [] : [reported.scoresHash]),
    ]);
    return [...hashes].map((scoresHash): Disagreement => {
      const told = others.find((each) => isSameReport(each, { ...mine, scoresHash }));
      const isReported = reported?.scoresHash === scoresHash;
      const theirs = told ?? (isReported ? reported : undefined);
      return {
        mine,
        scoresHash,
        reporters: dissent.filter((each) => each.scoresHash === scoresHash).map(({ reporter }) => reporter),
        isReported,
        theirs: told ?? null,
        differences: theirs === undefined ? null : differences(mine, theirs),
      };
    });
  });
}

/** Where two nodes part, lane by lane, in the order of the positions. */
export function differences(mine: Evidence, theirs: Evidence): Difference[] {
  const [ours, other] = [unpackScores(mine.scores), unpackScores(theirs.scores)];
  const [a, b] = [byPosition(mine), byPosition(theirs)];
  const lanes = Array.from({ length: Math.max(ours.length, other.length) }, (_, lane) => lane);
  return lanes
    .filter((lane) => !isSameScore(ours[lane], other[lane]))
    .flatMap((lane) => {
      const position = mine.batch * POSITIONS_PER_BATCH + lane;
      const [left, right] = [a.get(position), b.get(position)];
      const found = left && right ? fieldDifferences(left, right) : [];
      const cause = left && right ? "version" : "unknown";
      const shown = found.length > 0 ? found : scoreDifferences(ours[lane], other[lane], cause);
      const at = { batch: mine.batch, lane, position, model: left?.model ?? right?.model ?? null };
      return shown.map((difference) => ({ ...at, ...difference }));
    });
}

/** In one sentence: who differs, how often, where first, and what each had read. */
export function sayDisagreement(disagreement: Disagreement): string {
  const { mine, scoresHash, reporters, isReported, theirs, differences: found } = disagreement;
  const who = [...(isReported ? ["the contract"] : []), ...reporters].join(", ");
  const digests =
    `mine from feed digest ${mine.feedDigest} read ${instant(mine.readAt)}` +
    (theirs === null ? "" : `, theirs from ${theirs.feedDigest} read ${instant(theirs.readAt)}`);
  return `has other scores (${scoresHash}) by ${who} than mine (${mine.scoresHash}): ${sayFirst(found)}; ${digests}`;
}

function sayFirst(found: readonly Difference[] | null): string {
  const [first] = found ?? [];
  if (found === null) return "where they differ isn't known, for nobody who signed them shows what they are made from";
  if (first === undefined) return "no lane differs";
  const { position, lane, model, field, mine, theirs, cause } = first;
  const what = `position ${position} (lane ${lane}), model ${model ?? "none"}, ${field}: mine ${shown(mine)}, theirs ${shown(theirs)}`;
  const why =
    cause === "version" ? "; the feed wrote the same for both, so one computes wrongly: compare the versions" : "";
  return `${found.length} ${found.length === 1 ? "difference" : "differences"}, the first at ${what}${why}`;
}

/** The standing report of the batch where it isn't what this node holds for right. */
function reportedEvidence({ rounds }: ChainFacts, mine: Evidence): Evidence | null {
  const batch = rounds.find(({ number }) => number === mine.round)?.batches.find(({ index }) => index === mine.batch);
  if (batch === undefined || batch.scores.length === 0) return null;
  const { attempt, stakesHash, scores } = batch;
  const reported = { ...mine, attempt, stakesHash, scores, scoresHash: hashWords(scores), positions: [] };
  return isSameAttempt(reported, mine) && reported.scoresHash !== mine.scoresHash ? reported : null;
}

type Found = Pick<Difference, "field" | "mine" | "theirs" | "cause">;

/** Texts that mean the same number aren't different, however they are written. */
function fieldDifferences(a: PositionEvidence, b: PositionEvidence): Found[] {
  if (a.model !== b.model) return [{ field: "model", mine: a.model, theirs: b.model, cause: "text" }];
  const { raw: ours } = a;
  const { raw: other } = b;
  if (ours === null || other === null) {
    if (ours === other) return [];
    return [{ field: "model", mine: ours && a.model, theirs: other && b.model, cause: "text" }];
  }
  return [...new Set([...Object.keys(ours), ...Object.keys(other)])].flatMap((field): Found[] => {
    const [mine, theirs] = [ours[field] ?? null, other[field] ?? null];
    return isSameText(mine, theirs) ? [] : [{ field, mine, theirs, cause: "text" }];
  });
}

function scoreDifferences(a: Score, b: Score, cause: "version" | "unknown"): Found[] {
  return ([0, 1] as const).flatMap((index): Found[] => {
    const text = (score: Score): string | null => (score === undefined ? null : formatNmr(score[index]));
    const [mine, theirs] = [text(a), text(b)] as const;
    return mine === theirs ? [] : [{ field: `score ${index}`, mine, theirs, cause }];
  });
}

function isSameScore(a: Score, b: Score): boolean {
  return a?.[0] === b?.[0] && a?.[1] === b?.[1];
}

function isSameText(a: string | null, b: string | null): boolean {
  if (a === b || a === null || b === null) return a === b;
  const [x, y] = [decimalOf(a), decimalOf(b)];
  return x !== null && y !== null && x.digits * 10n ** BigInt(y.scale) === y.digits * 10n ** BigInt(x.scale);
}

function decimalOf(text: string) {
  try {
    return parseDecimal(text, "text");
  } catch {
    return null;
  }
}

function byPosition({ positions }: Evidence): ReadonlyMap<number, PositionEvidence> {
  return new Map(positions.map((each) => [each.position, each]));
}

function shown(text: string | null): string {
  return text === null ? "nothing" : text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}

function instant(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace(".000Z", "Z");
}
