import { withoutUrls } from "../chain/errors.ts";
import type { ChainFacts } from "../core/facts.ts";
import { unknown } from "../core/findings.ts";
import { type RoundAudit, sayFinding } from "./round-audit.ts";
import type { Failure } from "./tick.ts";

/** Proves settled rounds again. May reject: then nothing is known of any of them. */
export type AuditRounds = (rounds: readonly bigint[]) => Promise<readonly RoundAudit[]>;

/** Audits of settled rounds, beside the turns. */
export type Audits = {
  /**
   * Starts the audits that are due, unless some are under way or the turn has other work, and answers what came of those
   * before. Waits for nothing.
   */
  look(facts: ChainFacts, isIdle: boolean): Failure[];
  /** Of this life, the latest first. */
  readonly latest: readonly RoundAudit[];
};

export type AuditorOptions = {
  readonly audit: AuditRounds;
  /** Told of every round once, when nothing more will be tried. */
  readonly onAudit: (audit: RoundAudit) => void;
  /** Milliseconds. */
  readonly now?: () => number;
};

/** Of the rounds that were settled before this life, so many are proved once more: nothing remembers an audit. */
export const AUDITED_AT_START = 3;
/** A process that is killed again and again shall do something else. */
export const FIRST_AUDIT_MS = 60_000;
/** What couldn't be proved is tried again so much later, and so often in all. */
export const AGAIN_MS = 1_200_000;
export const MOST_TRIES = 3;
const KEPT = 16;

/** A round to be audited: the block in which it was first seen settled, how often it was tried, and when it may be. */
type Due = { readonly since: bigint; readonly tries: number; readonly notBefore: number };

export function auditor({ audit, onAudit, now = Date.now }: AuditorOptions): Audits {
  const firstAt = now() + FIRST_AUDIT_MS;
  const due = new Map<bigint, Due>();
  /** Rounds that need no audit any more; null before the first look. */
  let over: Set<bigint> | null = null;
  let isRunning = false;
  let latest: readonly RoundAudit[] = [];
  const news: Failure[] = [];

  const judge = (found: RoundAudit): void => {
    const { round } = found;
    const { since, tries } = due.get(round) ?? { since: 0n, tries: MOST_TRIES };
    if (!isProved(found) && tries + 1 < MOST_TRIES) {
      due.set(round, { since, tries: tries + 1, notBefore: now() + AGAIN_MS });
      return;
    }
    due.delete(round);
    over?.add(round);
    latest = [found, ...latest].slice(0, KEPT);
    news.push(...failureOf(found));
    onAudit(found);
  };

  const run = async (rounds: readonly bigint[]): Promise<void> => {
    isRunning = true;
    const found = await audit(rounds).catch((error: unknown) => rounds.map((round) => unproved(round, error)));
    isRunning = false;
    found.forEach(judge);
  };

  return {
    look({ finished, block, finalized }, isIdle) {
      const settled = [...finished].filter(([, how]) => how === "settled").map(([round]) => round);
      over ??= new Set(settled.toSorted((a, b) => Number(a - b)).slice(0, -AUDITED_AT_START));
      for (const round of due.keys()) if (!finished.has(round)) due.delete(round);
      for (const round of settled) {
        if (!over.has(round) && !due.has(round)) due.set(round, { since: block.number, tries: 0, notBefore: firstAt });
      }
      // A settlement that may still go away proves nothing.
      const ready = [...due].filter(([, { since, notBefore }]) => since <= finalized && notBefore <= now());
      if (isIdle && !isRunning && ready.length > 0) void run(ready.map(([round]) => round));
      return news.splice(0);
    },
    get latest() {
      return latest;
    },
  };
}

function isProved({ verdict }: RoundAudit): boolean {
  return verdict === "clean" || verdict === "differs";
}

function unproved(round: bigint, error: unknown): RoundAudit {
  const message = withoutUrls(error instanceof Error ? error.message : String(error));
  return { round, verdict: "unknown", batches: 0, positions: 0, findings: [unknown("payout", null, message)] };
}

function failureOf(audit: RoundAudit): Failure[] {
  if (audit.verdict === "clean") return [];
  const sought = audit.verdict === "differs" ? "difference" : "unknown";
  const [first, ...more] = audit.findings.filter(({ verdict }) => verdict === sought);
  const message = `${first === undefined ? "" : sayFinding(audit, first)}; ${more.length} more like it`;
  return [{ action: null, code: audit.verdict === "differs" ? "audit_mismatch" : "audit_unproved", message }];
}
