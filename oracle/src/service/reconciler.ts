import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { ChainRefusal, ChainTrouble, withoutUrls } from "../chain/errors.ts";
import type { Action, Plan } from "../core/actions.ts";
import type { ChainFacts, Settings } from "../core/facts.ts";
import { plan } from "../core/plan.ts";
import { wantedReports } from "../core/steps/report.ts";
import { DataFolderTrouble } from "../peers/folder.ts";
import { SignerRefusal, SignerTrouble } from "../signers/errors.ts";
import type { Accounts } from "./accounts.ts";
import type { Attester } from "./attest.ts";
import type { Audits } from "./auditor.ts";
import type { FeedReader } from "./feed-view.ts";
import type { Heart } from "./heart.ts";
import type { Performer } from "./perform.ts";
import type { Recorder } from "./recorder.ts";
import { tickReporter } from "./tick-log.ts";
import type { Done, Failure, Tick } from "./tick.ts";

export type ReconcilerOptions = {
  readonly readFacts: () => Promise<ChainFacts>;
  readonly readFeed: FeedReader;
  readonly attester: Pick<Attester, "hear" | "attest" | "unchecked">;
  readonly settings: Settings;
  readonly perform: Performer;
  /** Keeps what the turn was decided from. */
  readonly record?: Recorder;
  /** Has reporters' keys show that they can sign, beside the turn. */
  readonly heart?: Pick<Heart, "look">;
  /** Looks at the accounts once everything is done. */
  readonly accounts?: Pick<Accounts, "look">;
  /** Has settled rounds proved again, where the turn has nothing else to do. */
  readonly audits?: Pick<Audits, "look">;
  /** Told of every turn. */
  readonly onTick?: (tick: Tick) => void;
  readonly log: Logger;
  readonly pollIntervalMs: number;
  readonly tickBudgetMs: number;
};

export type Reconciler = {
  /** Looks once and does what is due. Never rejects: what went wrong is in the answer. */
  tick(): Promise<Tick>;
  /** Does so until the signal; an action under way is left to the chain, whose state tells the next life. */
  run(signal: AbortSignal): Promise<void>;
  /** The latest turn, and the latest that could read the chain. */
  readonly latest: Tick | null;
  readonly latestWithFacts: Tick | null;
};

const NO_PLAN: Plan = { actions: [], waiting: [], notes: [] };

/**
 * Brings the chain to where the feed says it should be. It remembers nothing that a restart would miss: every turn starts
 * from what chain and feed say then.
 */
export function reconciler(options: ReconcilerOptions): Reconciler {
  const report = tickReporter(options.log);
  let latest: Tick | null = null;
  let latestWithFacts: Tick | null = null;

  const tick = async (): Promise<Tick> => {
    const turn = await takeTurn(options);
    latest = turn;
    if (turn.facts !== null) latestWithFacts = turn;
    report(turn);
    options.onTick?.(turn);
    return turn;
  };

  return {
    tick,
    async run(signal) {
      while (!signal.aborted) {
        await tick();
        await sleep(options.pollIntervalMs, undefined, { signal }).catch(() => undefined);
      }
    },
    get latest() {
      return latest;
    },
    get latestWithFacts() {
      return latestWithFacts;
    },
  };
}

async function takeTurn(options: ReconcilerOptions): Promise<Tick> {
  const startedAt = Date.now();
  const isSpent = (): boolean => Date.now() - startedAt >= options.tickBudgetMs;
  const failures: Failure[] = [];
  const done: Done[] = [];
  let facts: ChainFacts | null = null;
  let wanted = NO_PLAN;
  try {
    facts = await options.readFacts();
    // Asked at every turn for all of it: there is no message that could be lost.
    const [feed] = await Promise.all([
      options.readFeed(facts, isSpent, options.attester.unchecked(facts)),
      options.attester.hear(facts),
    ]);
    const reports = wantedReports(facts, feed, options.settings);
    const { testimony, errors } = await options.attester.attest(facts, feed, reports);
    failures.push(...errors.map(({ error, ...unsigned }) => ({ ...failureOf(null, error), ...unsigned })));
    wanted = plan(facts, feed, testimony, options.settings, reports);
    const unrecorded = await options.record?.({ facts, feed, testimony, plan: wanted });
    failures.push(...(unrecorded ?? []).map((error) => failureOf(null, error)));
    for (const result of await options.perform(wanted.actions, startedAt + options.tickBudgetMs)) {
      if ("outcome" in result) done.push(result);
      else failures.push(failureOf(result.action, result.error));
    }
    failures.push(...(options.heart?.look(facts, feed) ?? []).map((error) => failureOf(null, error)));
    failures.push(...((await options.accounts?.look(facts, done, failures)) ?? []));
    failures.push(...(options.audits?.look(facts, wanted.actions.length === 0) ?? []));
  } catch (error) {
    failures.push(failureOf(null, error));
  }
  return { startedAt, finishedAt: Date.now(), facts, plan: wanted, done, failures };
}

function failureOf(action: Action | null, error: unknown): Failure {
  const isChains = error instanceof ChainTrouble || error instanceof ChainRefusal;
  if (isChains || error instanceof SignerTrouble || error instanceof SignerRefusal) {
    return { action, code: error.code, message: error.message };
  }
  if (error instanceof DataFolderTrouble) return { action, code: "data_folder", message: error.message };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { action, code: "bug", message: withoutUrls(text) };
}
