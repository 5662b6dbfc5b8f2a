import type { Hex } from "viem";
import { InputError } from "../core/errors.ts";
import type { ChainFacts, FeedList, FeedView, Reading, ScoreSheet, Settings } from "../core/facts.ts";
import { wantedSheets } from "../core/steps/report.ts";
import { type Feed, type FeedDetails, type FeedRounds, FeedUnavailable } from "../feeds/feed.ts";

export type FeedReaderOptions = {
  readonly feed: Feed;
  readonly settings: Settings;
  readonly timeoutMs: number;
  /** How far apart two equal readings must be; 0: they follow on each other in one turn. */
  readonly settleSeconds: number;
  /** Milliseconds; what tells two readings apart is the time of this machine, not that of the chain. */
  readonly now?: () => number;
};

/**
 * Reads from the feed what a plan needs, and never fails: what can't be read is part of the view. `isSpent` says when to
 * stop asking; the rounds left out wait for the next turn. `also`: rounds to read beside those that are to be signed.
 */
export type FeedReader = (facts: ChainFacts, isSpent: () => boolean, also?: readonly bigint[]) => Promise<FeedView>;

/** What was read first, and when; a restart forgets it and waits anew. */
type Earlier = { readonly digest: Hex; readonly since: number };

export function feedReader({
  feed,
  settings,
  timeoutMs,
  settleSeconds,
  now = Date.now,
}: FeedReaderOptions): FeedReader {
  const earlier = new Map<bigint, Earlier>();

  const confirmed = async (number: bigint): Promise<Reading<FeedDetails>> => {
    const details = await reading(() => feed.details(number), timeoutMs);
    if (!details.ok || !details.value.resolved) return details;
    const { digest } = details.value;
    const first = earlier.get(number);
    if (first?.digest === digest && now() - first.since >= settleSeconds * 1_000) return details;
    if (first?.digest !== digest) earlier.set(number, { digest, since: now() });
    return first === undefined || first.digest === digest
      ? {
          ok: false,
          code: "feed_confirming",
          message: `to be read again as ${digest}, ${settleSeconds} s after the first time`,
        }
      : changed(first.digest, digest);
  };

  return async (facts, isSpent, also = []) => {
    const list = listOf(await reading(() => feed.rounds(), timeoutMs));
    const wanted = [...new Set([...wantedSheets(facts, list, settings), ...also])];
    for (const number of earlier.keys()) if (!wanted.includes(number)) earlier.delete(number);
    const sheets = new Map<bigint, Reading<ScoreSheet>>();
    for (const number of wanted) {
      if (isSpent()) break;
      const sheet = settleSeconds === 0 ? await readTwice(feed, number, timeoutMs) : await confirmed(number);
      sheets.set(number, sheet.ok ? { ok: true, value: { ...sheet.value, readAt: Math.floor(now() / 1_000) } } : sheet);
    }
    return { ...list, sheets };
  };
}

function listOf(answer: Reading<FeedRounds>): FeedList {
  if (!answer.ok) return { rounds: answer, refused: [] };
  const { rounds, refused } = answer.value;
  return {
    rounds: { ok: true, value: rounds },
    refused: refused.map(({ number, fault }) => ({ number, message: fault.message })),
  };
}

async function readTwice(feed: Feed, number: bigint, timeoutMs: number): Promise<Reading<FeedDetails>> {
  const first = await reading(() => feed.details(number), timeoutMs);
  if (!first.ok) return first;
  const second = await reading(() => feed.details(number), timeoutMs);
  if (!second.ok || second.value.digest === first.value.digest) return second;
  return changed(first.value.digest, second.value.digest);
}

function changed(first: Hex, second: Hex): Reading<FeedDetails> {
  return { ok: false, code: "feed_changed", message: `two readings differ: ${first}, then ${second}` };
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
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new FeedUnavailable(`no answer in ${timeoutMs / 1_000} s`));
    }, timeoutMs).unref();
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
