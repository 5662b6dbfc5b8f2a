import { rungAt } from "../../chain/fee.ts";
import { deadlinesOf } from "../deadlines.ts";
import type { Code } from "../reasons.ts";
import { pending, type Tick } from "../tick.ts";
import { type Catalogue, counter, gauge, histogram, single, type Latest } from "./groups.ts";

const STEPS = ["open", "lock", "report", "settle", "void"] as const;

/** What turns did. Counters only rise, so that nothing is lost between two scrapes. */
export function turnMetrics(catalogue: Catalogue, latest: Latest): (tick: Tick) => void {
  const total = counter(catalogue, {
    name: "tick_total",
    help: "Turns; good: all went well, partly: an action failed, failed: chain, feed or signer could not be used",
    labels: ["result"],
  });
  const failed = counter(catalogue, {
    name: "failed_steps_total",
    help: "Failures by step, sign for a report that a key did not sign, read for those outside of one; and by reason code",
    labels: ["step", "reason"],
  });
  const missed = counter(catalogue, {
    name: "deadlines_missed_total",
    help: "Steps of rounds whose deadline passed without them, whoever should have taken them",
    labels: ["step"],
  });
  for (const result of ["good", "partly", "failed"]) total.inc({ result }, 0);
  for (const step of STEPS.slice(0, 4)) missed.inc({ step }, 0);
  const duration = histogram(
    catalogue,
    { name: "tick_duration_seconds", help: "How long a turn takes, seconds" },
    [0.1, 0.5, 1, 2, 5, 8, 12, 30, 60],
  );
  let lastSuccess: number | null = null;
  const help = "When the latest turn ended in which chain, feed and signers could be used, unix seconds";
  single(catalogue, "tick_last_success_timestamp_seconds", help, () => lastSuccess);
  blockMetrics(catalogue, latest);
  const transactions = transactionMetrics(catalogue, latest);
  const missedBy = missedSteps();

  return (tick) => {
    const result = resultOf(tick);
    total.inc({ result });
    duration.observe((tick.finishedAt - tick.startedAt) / 1_000);
    if (result !== "failed") lastSuccess = tick.finishedAt / 1_000;
    for (const { action, unsigned, code } of tick.failures) {
      failed.inc({ step: action?.kind ?? (unsigned === undefined ? "read" : "sign"), reason: code });
    }
    for (const step of missedBy(tick)) missed.inc({ step });
    transactions(tick);
  };
}

/** What a turn finds out about others, with everything that it needs at hand. */
const FOUND_OUT: ReadonlySet<Code> = new Set<Code>(["foreign_transaction", "audit_mismatch", "audit_unproved"]);

function resultOf({ facts, failures }: Tick): "good" | "partly" | "failed" {
  if (facts === null || failures.some(({ action, code }) => action === null && !FOUND_OUT.has(code))) return "failed";
  return failures.length === 0 ? "good" : "partly";
}

function blockMetrics(catalogue: Catalogue, latest: Latest): void {
  single(catalogue, "reference_block", "Number of the block that the latest turn looked at", () => {
    const facts = latest.withFacts?.facts ?? null;
    return facts === null ? null : Number(facts.block.number);
  });
  single(catalogue, "reference_block_age_seconds", "Age of that block by this machine's clock, seconds", () => {
    const facts = latest.withFacts?.facts ?? null;
    return facts === null ? null : Date.now() / 1_000 - facts.block.timestamp;
  });
}

function transactionMetrics(catalogue: Catalogue, latest: Latest): (tick: Tick) => void {
  const published = counter(catalogue, {
    name: "tx_published_total",
    help: "What came of each wish to send a step: done, already_done by somebody else, or the reason code of its failure",
    labels: ["step", "outcome"],
  });
  gauge(
    catalogue,
    {
      name: "tx_rung",
      help: "Rung of the fee's ladder that the dearest of the due transactions stands on; 0: not late",
      labels: ["step"],
    },
    () => rungsOf(latest.withFacts),
  );
  const gas = counter(catalogue, {
    name: "tx_gas_used_total",
    help: "Gas used by the transactions of this process, by step",
    labels: ["step"],
  });
  for (const step of STEPS) gas.inc({ step }, 0);
  return ({ done, failures }) => {
    for (const { action, outcome } of done) {
      published.inc({ step: action.kind, outcome: outcome.kind });
      if (outcome.kind === "done") gas.inc({ step: action.kind }, Number(outcome.gasUsed));
    }
    for (const { action, code } of failures) if (action !== null) published.inc({ step: action.kind, outcome: code });
  };
}

/** A pure function of the chain's time: what the executor offers at the head of its window. */
function rungsOf(tick: Tick | null) {
  const facts = tick?.facts ?? null;
  if (tick === null || facts === null) return [];
  const due = pending(tick);
  return STEPS.flatMap((step) => {
    const rungs = due
      .filter(({ kind }) => kind === step)
      .map(({ eligibleAt, deadline }) => rungAt({ now: facts.block.timestamp, eligibleAt, deadline }));
    return rungs.length === 0 ? [] : [{ labels: { step }, value: Math.max(...rungs) }];
  });
}

type Step = (typeof STEPS)[number];

/** Each missed step once: those seen past their deadline, and the next steps of rounds that became void since. */
function missedSteps(): (tick: Tick) => Step[] {
  let counted: ReadonlySet<string> = new Set();
  let expected: ReadonlyMap<bigint, Step> = new Map();
  let openable: ReadonlySet<bigint> = new Set();
  return (tick) => {
    const { facts, plan } = tick;
    if (facts === null) return [];
    const due = deadlinesOf(tick);
    const late = due.filter(({ deadline }) => deadline <= facts.block.timestamp);
    const voided = [...expected].filter(([round]) => facts.finished.get(round) === "void");
    const unopened = plan.waiting.flatMap(({ code, round }) =>
      code === "deadline_missed" && round !== null && openable.has(round) ? [[round, "open"] as const] : [],
    );
    const missed = [...late.map(({ round, step }) => [round, step] as const), ...voided, ...unopened];
    const keys = missed.map(([round, step]) => `${round.toString()} ${step}`);
    const news = missed.filter((_, index) => !counted.has(keys[index] ?? ""));
    counted = new Set(keys);
    expected = new Map(due.filter(({ step }) => step !== "open").map(({ round, step }) => [round, step]));
    openable = unopenedRounds(tick);
    return news.map(([, step]) => step);
  };
}

/** Rounds that may still be opened. What was too late when this process first saw it is not its miss. */
function unopenedRounds({ plan }: Tick): ReadonlySet<bigint> {
  const opens = plan.actions.filter(({ kind }) => kind === "open").map(({ round }) => round);
  const waiting = plan.waiting.filter(({ code }) => code !== "deadline_missed").flatMap(({ round }) => round ?? []);
  return new Set([...opens, ...waiting]);
}
