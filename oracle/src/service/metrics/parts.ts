import type { Account } from "../accounts.ts";
import { readiness, type ReadinessOptions } from "../readiness.ts";
import { REASONS, reasonCodes } from "../reasons.ts";
import type { RoundAudit } from "../round-audit.ts";
import type { Tick } from "../tick.ts";
import type { FeedSeen, SignerSeen } from "../watched.ts";
import { type Catalogue, counter, gauge, histogram, single, type Latest } from "./groups.ts";

/** Fields that are told apart; a feed that breaks in more ways than these is told as one. */
const MOST_FIELDS = 30;

/** What stands in the way of readiness, a series for each code that can. */
export function readinessMetrics(catalogue: Catalogue, latest: Latest, options: ReadinessOptions): void {
  const codes = reasonCodes().filter((code) => REASONS[code].unready);
  const help = "1 while the reason code is in the way of the next deadline, else 0";
  gauge(catalogue, { name: "readyz", help, labels: ["code"] }, () => {
    const { obstacles } = readiness(latest.any, Date.now(), options);
    return codes.map((code) => ({ labels: { code }, value: obstacles.some((each) => each.code === code) ? 1 : 0 }));
  });
}

export function feedMetrics(catalogue: Catalogue): { see: (seen: FeedSeen) => void; onTick: (tick: Tick) => void } {
  const help =
    "Questions to the feed; refused: it answered what can't be used, down: it didn't answer, failed: our fault";
  const requests = counter(catalogue, { name: "feed_requests_total", help, labels: ["outcome"] });
  for (const outcome of ["answered", "refused", "down", "failed"]) requests.inc({ outcome }, 0);
  const refusedHelp = "Answers of the feed that were refused, by the field at fault";
  const refused = counter(catalogue, { name: "feed_refused_total", help: refusedHelp, labels: ["field"] });
  const changedHelp = "Rounds whose scores were another in the second of the two readings before a signature";
  const changed = counter(catalogue, { name: "feed_changed_after_read_total", help: changedHelp, labels: [] });
  let answeredAt: number | null = null;
  single(catalogue, "feed_age_seconds", "Since the feed's latest usable answer, seconds", () =>
    answeredAt === null ? null : (Date.now() - answeredAt) / 1_000,
  );
  const fields = new Set<string>();
  let changing: ReadonlySet<bigint | null> = new Set();
  return {
    see({ outcome, field }) {
      requests.inc({ outcome });
      if (outcome === "answered") answeredAt = Date.now();
      if (field === null) return;
      if (fields.size < MOST_FIELDS) fields.add(field);
      refused.inc({ field: fields.has(field) ? field : "other" });
    },
    onTick({ plan }) {
      const now = new Set(plan.waiting.filter(({ code }) => code === "feed_changed").map(({ round }) => round));
      changed.inc([...now].filter((round) => !changing.has(round)).length);
      changing = now;
    },
  };
}

export function signerMetrics(catalogue: Catalogue): (seen: SignerSeen) => void {
  const help = "How long a signature of a report takes, seconds";
  const duration = histogram(catalogue, { name: "signer_duration_seconds", help }, [0.01, 0.1, 0.5, 1, 2, 5]);
  const errorsHelp = "Signatures that could not be had, by reason code";
  const errors = counter(catalogue, { name: "signer_errors_total", help: errorsHelp, labels: ["class"] });
  for (const fault of ["signer_down", "signer_refused"]) errors.inc({ class: fault }, 0);
  return ({ fault, ms }) => {
    duration.observe(ms / 1_000);
    if (fault !== null) errors.inc({ class: fault });
  };
}

/** The accounts that pay for gas. The counter of foreign transactions follows what the watch has counted. */
export function accountMetrics(catalogue: Catalogue, accounts: () => readonly Account[]): () => void {
  const of = (value: (account: Account) => number) => () =>
    accounts().map((account) => ({ labels: { key: account.key }, value: value(account) }));
  const labels = ["key"] as const;
  gauge(
    catalogue,
    { name: "balance_wei", help: "Ether of the account, wei", labels },
    of((each) => Number(each.balanceWei)),
  );
  const leftHelp = "Rounds of today's size that the account can pay for, at five times today's gas price";
  gauge(
    catalogue,
    { name: "balance_rounds_left", help: leftHelp, labels },
    of((each) => each.roundsLeft),
  );
  gauge(
    catalogue,
    { name: "nonce_confirmed", help: "Transactions of the account in blocks", labels },
    of((each) => each.nonce),
  );
  const foreignHelp = "Transactions of the account that this process did not send";
  const foreign = counter(catalogue, { name: "tx_foreign_total", help: foreignHelp, labels });
  const told = new Map<string, number>();
  return () => {
    for (const { key, foreign: count } of accounts()) {
      foreign.inc({ key }, count - (told.get(key) ?? 0));
      told.set(key, count);
    }
  };
}

/** Rounds that were proved again. */
export function auditMetrics(catalogue: Catalogue): (audit: RoundAudit) => void {
  const mismatchHelp = "Settled rounds that are not what chain, feed and formula give; page";
  const mismatches = counter(catalogue, { name: "audit_mismatch_total", help: mismatchHelp, labels: [] });
  const help = "Batches of settled rounds that were proved again, by the verdict on their round";
  const batches = counter(catalogue, { name: "audit_batches_total", help, labels: ["result"] });
  for (const result of ["clean", "differs", "unknown"]) batches.inc({ result }, 0);
  let last: bigint | null = null;
  single(catalogue, "audit_last_round", "Round that was proved again last", () =>
    last === null ? null : Number(last),
  );
  return ({ round, verdict, batches: count }) => {
    last = round;
    mismatches.inc(verdict === "differs" ? 1 : 0);
    batches.inc({ result: verdict === "open" ? "unknown" : verdict }, count);
  };
}

/** What is running, and where it belongs. Values are names, so the number is always 1. */
export function infoMetrics(catalogue: Catalogue, build: BuildInfo, config: ConfigInfo): void {
  const labels = ["version", "node"] as const;
  gauge(catalogue, { name: "build_info", help: "1; what is running", labels }, () => [{ labels: build, value: 1 }]);
  gauge(
    catalogue,
    { name: "config_info", help: "1; what it runs for", labels: ["chain_id", "contract", "tournament", "feed"] },
    () => [{ labels: config, value: 1 }],
  );
}

export type BuildInfo = { readonly version: string; readonly node: string };
export type ConfigInfo = {
  readonly chain_id: string;
  readonly contract: string;
  readonly tournament: string;
  readonly feed: string;
};
