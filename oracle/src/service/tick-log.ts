import type { Logger } from "pino";
import { describe } from "../core/actions.ts";
import { type Code, REASONS } from "./reasons.ts";
import { type Tick, triedIn } from "./tick.ts";

/** Something to say, and what makes it the same thing again in the next turn. */
type News = { readonly key: string; readonly code: Code; readonly message: string };

const LEVELS = { wait: "info", look: "warn", act: "error" } as const;

/** Logs what turns do and what is new in what they wait for; what goes on unchanged is said once. */
export function tickReporter(log: Logger): (tick: Tick) => void {
  let known: ReadonlySet<string> = new Set();
  return (tick) => {
    for (const { action, outcome } of tick.done) {
      const { round, kind } = action;
      log.info({ round: round.toString(), kind, ...plain(outcome) }, `${describe(action)}: ${outcome.kind}`);
    }
    const news = newsOf(tick);
    for (const { key, code, message } of news) {
      if (known.has(key)) continue;
      const { level, remedy } = REASONS[code];
      log[LEVELS[level]]({ code, remedy }, message);
    }
    known = new Set(news.map(({ key }) => key));
    log.debug({ block: tick.facts?.block.number.toString(), ms: tick.finishedAt - tick.startedAt }, "turn over");
  };
}

function newsOf({ plan, failures }: Tick): News[] {
  const reasons = [...plan.waiting, ...plan.notes].map(({ code, round, batch, message }) => ({
    key: `${code} ${String(round)} ${String(batch)}`,
    code,
    message,
  }));
  const faults = failures.map((failure) => {
    const { code, message } = failure;
    const tried = triedIn(failure);
    const what = tried === null ? "" : `${tried}: `;
    return { key: `${code} ${what}`, code, message: `${what}${message}` };
  });
  return [...reasons, ...faults];
}

function plain(outcome: Tick["done"][number]["outcome"]): Record<string, string> {
  return outcome.kind === "done"
    ? { transaction: outcome.hash, gasUsed: outcome.gasUsed.toString() }
    : { answer: outcome.message };
}
