import { setTimeout as sleep } from "node:timers/promises";
import { InputError } from "../core/errors.ts";
import type { ChainFacts, FeedList, FeedView, Reading, ScoreSheet, Settings } from "../core/facts.ts";
import { wantedSheets } from "../core/steps/report.ts";
import { type Feed, type FeedDetails, type FeedRounds, FeedUnavailable } from "../feeds/feed.ts";

/**
 * Reads from the feed what a plan needs, and never fails: what can't be read is part of the view. `isSpent` says when to
 * stop asking; the rounds left out wait for the next turn.
 */
export async function readFeed(
  feed: Feed,
  facts: ChainFacts,
  settings: Settings,
  timeoutMs: number,
  isSpent: () => boolean,
): Promise<FeedView> {
  const list = listOf(await reading(() => feed.rounds(), timeoutMs));
  const sheets = new Map<bigint, Reading<ScoreSheet>>();
  for (const number of wantedSheets(facts, list, settings)) {
    if (isSpent()) break;
    sheets.set(number, await readTwice(feed, number, timeoutMs));
  }
  return { ...list, sheets };
}

function listOf(answer: Reading<FeedRounds>): FeedList {
  if (!answer.ok) return { rounds: answer, refused: [] };
  const { rounds, refused } = answer.value;
  return {
    rounds: { ok: true, value: rounds },
    refused: refused.map(({ number, fault }) => ({ number, message: fault.message })),
  };
}

/** What is signed was read twice and was the same both times. */
async function readTwice(feed: Feed, number: bigint, timeoutMs: number): Promise<Reading<FeedDetails>> {
  const first = await reading(() => feed.details(number), timeoutMs);
  if (!first.ok) return first;
  const second = await reading(() => feed.details(number), timeoutMs);
  if (!second.ok || second.value.digest === first.value.digest) return second;
  const message = `two readings differ: ${first.value.digest}, then ${second.value.digest}`;
  return { ok: false, code: "feed_changed", message };
}

async function reading<T>(read: () => Promise<T>, timeoutMs: number): Promise<Reading<T>> {
  try {
    return { ok: true, value: await withTimeout(read(), timeoutMs) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, code: error instanceof InputError ? "feed_refused" : "feed_down", message };
  }
}

async function withTimeout<T>(answer: Promise<T>, timeoutMs: number): Promise<T> {
  const over = new AbortController();
  const late = sleep(timeoutMs, undefined, { signal: over.signal, ref: false }).then(() => {
    throw new FeedUnavailable(`no answer in ${timeoutMs / 1_000} s`);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    over.abort();
    late.catch(() => undefined);
  }
}
