import type { History } from "../chain/history.ts";
import { auditRound } from "../core/audit.ts";
import { InputError } from "../core/errors.ts";
import type { ScoreSheet } from "../core/facts.ts";
import { type AuditFinding, difference, unknown } from "../core/findings.ts";
import type { RoundHistory } from "../core/history.ts";
import { unpackStakes } from "../core/words.ts";
import { type Feed, FeedUnavailable } from "../feeds/feed.ts";

/**
 * What became of proving a round again. "clean": everything was proved. "unknown": something can't be proved, now or for
 * ever. "open": there is nothing to prove, yet or for ever.
 */
export type RoundAudit = {
  readonly round: bigint;
  readonly verdict: "clean" | "differs" | "unknown" | "open";
  readonly batches: number;
  readonly positions: number;
  readonly findings: readonly AuditFinding[];
};

/** Proves a round again from the chain's past and the feed. @throws ChainTrouble */
export async function auditOne(
  number: bigint,
  history: Pick<History, "round" | "models">,
  feed: Pick<Feed, "details">,
): Promise<RoundAudit> {
  const round = await history.round(number);
  if (round === null) return open(number, "was never opened");
  if (round.state === "void") return open(number, "is void: nothing of it was paid or burned");
  if (round.state !== "settled") return open(number, `is ${round.state}, not settled; look at it with: oracle explain`);
  const { sheet, findings } = await sheetOf(number, feed);
  const found = [...auditRound({ round, models: history.models, sheet }), ...findings];
  const { length: batches } = round.batches;
  return { round: number, verdict: verdictOf(found), batches, positions: positionsIn(round), findings: found };
}

export function sayFinding({ round }: Pick<RoundAudit, "round">, { verdict, batch, message }: AuditFinding): string {
  const where = batch === null ? "" : ` batch ${batch}`;
  return `${verdict}: round ${round.toString()}${where} ${message}`;
}

/** What the feed can't say is unknown; what it says wrongly is a difference. */
async function sheetOf(
  number: bigint,
  feed: Pick<Feed, "details">,
): Promise<{ sheet: ScoreSheet | null; findings: AuditFinding[] }> {
  const because = (finding: typeof unknown, message: string) => ({
    sheet: null,
    findings: [finding("feed", null, `feed: ${message}`)],
  });
  try {
    const details = await feed.details(number);
    if (!details.resolved) return because(unknown, "it doesn't call the round's scores final");
    return { sheet: { ...details, readAt: 0 }, findings: [] };
  } catch (error) {
    if (error instanceof FeedUnavailable) return because(unknown, error.message);
    if (error instanceof InputError) return because(difference, error.message);
    throw error;
  }
}

function verdictOf(findings: readonly AuditFinding[]): RoundAudit["verdict"] {
  if (findings.some(({ verdict }) => verdict === "difference")) return "differs";
  return findings.some(({ verdict }) => verdict === "unknown") ? "unknown" : "clean";
}

function open(round: bigint, message: string): RoundAudit {
  const why = unknown("payout", null, message);
  return { round, verdict: "open", batches: 0, positions: 0, findings: [why] };
}

function positionsIn({ batches }: RoundHistory): number {
  return batches.flatMap(({ lock }) => unpackStakes(lock?.stakes ?? [])).filter((stake) => stake > 0n).length;
}
