import { canonicalText } from "../core/canonical.ts";
import { InputError } from "../core/errors.ts";
import type { FeedView, Reading, ScoreSheet } from "../core/facts.ts";
import { plan } from "../core/plan.ts";
import { decisionsOf } from "../core/slice.ts";
import type { Feed, FeedDetails } from "../feeds/feed.ts";
import { folderFeed } from "../feeds/folder.ts";
import { neutralFeed } from "../feeds/neutral-feed.ts";
import { numeraiFeed } from "../feeds/numerai.ts";
import type { Tap } from "../feeds/tap.ts";
import { type Bundle, wholeTurn } from "./bundle.ts";
import { type Call, outcomeOf, replayTap } from "./recorded-feed.ts";
import { recordedTurn, type RecordedTurn } from "./turn-schema.ts";

/** One turn, decided again. `difference`: the first one, null where every byte is the same. */
export type Replayed = {
  readonly turn: number;
  readonly at: number;
  readonly block: bigint;
  /** What the feed's bodies come to, where they were read. */
  readonly digest: string | null;
  readonly decisions: string;
  readonly difference: string | null;
};

/** Where the bodies are understood, the host they came from is of no account. */
const NOWHERE = "http://replay.invalid";

/**
 * Decides all turns of a bundle again: from the bodies that the feed gave then, read anew, and from the chain's facts.
 * @throws InputError where a turn isn't one
 */
export async function replayBundle({ of, turns, parts }: Bundle): Promise<Replayed[]> {
  const replayed: Replayed[] = [];
  for (const [index, kept] of turns.entries()) {
    const raw = wholeTurn(kept, parts);
    const { data: turn, error } = recordedTurn.safeParse(raw);
    if (turn === undefined) {
      const [issue] = error.issues;
      throw new InputError(`bundle turn ${index + 1} ${issue?.path.map(String).join(".") ?? ""}`, issue?.message ?? "");
    }
    replayed.push(await replayTurn(turn, of.round, index + 1));
  }
  return replayed;
}

async function replayTurn(turn: RecordedTurn, round: bigint, number: number): Promise<Replayed> {
  const { at, facts, settings, testimony, calls, list } = turn;
  let details: FeedDetails | null = null;
  let difference: string | null = null;
  for (const [index, call] of calls.entries()) {
    const again = await readAgain(turn, call, round);
    // Somebody who only looks may have asked in the same turn, and been answered otherwise.
    if (turn.sheet?.ok !== true || again.details?.digest === turn.sheet.digest) details = again.details;
    difference ??= differenceOf(`reading ${index + 1} of the feed`, call.outcome, again.outcome);
  }
  const sheet = sheetOf(turn, details);
  difference ??= differenceOf(
    "the scores' digest",
    turn.sheet?.ok === true ? turn.sheet.digest : null,
    digestOf(sheet),
  );
  const feed: FeedView = { ...list, sheets: new Map(sheet === undefined ? [] : [[round, sheet]]) };
  const decisions = decisionsOf(plan(facts, feed, testimony, settings), round);
  difference ??= differenceOf("the decisions", turn.decisions, decisions);
  return {
    turn: number,
    at,
    block: facts.block.number,
    digest: digestOf(sheet),
    decisions: canonicalText(decisions),
    difference,
  };
}

/** One reading, from what was answered then and by the clock of then. */
async function readAgain({ source, facts }: RecordedTurn, { exchanges }: Call, round: bigint) {
  const clock = (): number => facts.block.timestamp;
  const reading = feedOf(source, clock, replayTap(exchanges)).details(round);
  const outcome = await outcomeOf(reading);
  return { outcome, details: outcome.kind === "read" ? await reading : null };
}

function feedOf(source: RecordedTurn["source"], clock: () => number, tap: Tap): Feed {
  if (source.kind === "folder") return folderFeed(source.path, clock, tap);
  const options = { url: NOWHERE, tournament: source.tournament, clock, tap };
  if (source.kind === "http") return neutralFeed(options);
  return numeraiFeed({ ...options, ...(source.gated !== undefined && { gated: source.gated }) });
}

/** What an earlier turn had a part in, as that a first reading is to be confirmed, is taken as it was. */
function sheetOf({ sheet }: RecordedTurn, details: FeedDetails | null): Reading<ScoreSheet> | undefined {
  if (sheet?.ok !== true) return sheet ?? undefined;
  if (details !== null) return { ok: true, value: { ...details, readAt: sheet.readAt } };
  return { ok: false, code: "feed_down", message: "its scores are not in the bundle" };
}

function digestOf(sheet: Reading<ScoreSheet> | undefined): string | null {
  return sheet?.ok === true ? sheet.value.digest : null;
}

/** null where both have the same text; else where they part. */
function differenceOf(what: string, recorded: unknown, again: unknown): string | null {
  const [was, is] = [canonicalText(recorded), canonicalText(again)];
  if (was === is) return null;
  let at = 0;
  while (at < was.length && was[at] === is[at]) at += 1;
  const from = Math.max(0, at - 40);
  const shown = (text: string): string => text.slice(from, from + 120);
  return `${what}: recorded ${shown(was)}, replayed ${shown(is)}`;
}
