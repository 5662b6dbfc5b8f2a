import { z } from "zod";
import type { Config } from "../service/config.ts";
import { readiness } from "../service/readiness.ts";
import { REASONS } from "../service/reasons.ts";
import { roundsView } from "../service/round-view.ts";
import { instant, table } from "../service/table.ts";
import type { Tick } from "../service/tick.ts";
import { answer, configured, JSON_OPTION, type Options, type Register } from "./command.ts";
import { BAD_ANSWER, CANT_TELL_NOW, GOOD } from "./exit-codes.ts";
import { look } from "./look.ts";

export const status: Register = (program) => {
  configured(program, "status", "how the oracle and its rounds stand, and what is waited for", run).option(
    ...JSON_OPTION,
  );
};

const reason = z.object({ code: z.string(), message: z.string(), remedy: z.string(), until: z.number().nullable() });
const readyAnswer = z.object({
  ready: z.boolean(),
  obstacles: z.array(z.object({ code: z.string(), message: z.string(), remedy: z.string() })).readonly(),
  slackSeconds: z.number().nullable(),
});
const roundsAnswer = z.object({
  block: z.object({ number: z.string(), timestamp: z.number() }),
  rounds: z.array(
    z.object({
      round: z.string(),
      state: z.string(),
      batches: z.number(),
      locked: z.number(),
      reported: z.number(),
      settled: z.number(),
      waiting: z.array(reason),
    }),
  ),
  finished: z.array(z.object({ round: z.string(), state: z.string() })),
  waiting: z.array(reason),
});

const statusAnswer = z.object({
  audits: z.array(
    z.object({ round: z.string(), verdict: z.string(), differences: z.number(), findings: z.array(z.string()) }),
  ),
});

/** `rounds`: null where the service has not read the chain yet. `audits`: only a service has any. */
type Said = {
  readonly from: string;
  readonly readiness: z.output<typeof readyAnswer>;
  readonly rounds: z.output<typeof roundsAnswer> | null;
  readonly audits: z.output<typeof statusAnswer>["audits"];
};

const PATIENCE_MS = 5_000;

async function run(config: Config, options: Options): Promise<number> {
  const said = (await fromService(config)) ?? (await fromChain(config));
  answer(said, () => textOf(said), options);
  const { ready, obstacles } = said.readiness;
  if (ready) return GOOD;
  return obstacles.some(({ code }) => mustAct(code)) ? BAD_ANSWER : CANT_TELL_NOW;
}

/** What a newer service says that is unknown here is better looked at. */
function mustAct(code: string): boolean {
  const known = Object.entries(REASONS).find(([name]) => name === code);
  return known === undefined || known[1].level === "act";
}

/** null where no service of this program answers there. */
async function fromService({ host, port }: Config): Promise<Said | null> {
  if (port === 0) return null;
  const base = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  try {
    const ready = readyAnswer.parse(await get(`${base}/readyz`));
    const rounds = roundsAnswer.safeParse(await get(`${base}/rounds`));
    const { audits } = statusAnswer.parse(await get(`${base}/status`));
    return { from: `the service at ${base}`, readiness: ready, rounds: rounds.data ?? null, audits };
  } catch {
    return null;
  }
}

async function get(url: string): Promise<unknown> {
  const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(PATIENCE_MS) });
  return response.json();
}

async function fromChain(config: Config): Promise<Said> {
  const { facts, plan } = await look(config);
  const now = Date.now();
  const tick: Tick = { startedAt: now, finishedAt: now, facts, plan, done: [], failures: [] };
  const { maxBlockAgeSeconds } = config;
  return {
    from: "chain and feed: no service answers at config.host and config.port",
    readiness: readiness(tick, now, { overdueMs: Infinity, maxBlockAgeSeconds }),
    rounds: roundsView(tick, facts),
    audits: [],
  };
}

function textOf({ from, readiness: { ready, obstacles, slackSeconds }, rounds, audits }: Said): string {
  const slack = slackSeconds === null ? "nothing has a deadline" : `${slackSeconds} s to the next deadline`;
  const head = [
    `from ${from}`,
    `${ready ? "ready" : "not ready"}: ${slack}`,
    ...obstacles.map(({ code, message, remedy }) => `  ${code}: ${message}; ${remedy}`),
  ];
  if (rounds === null) return [...head, "the chain has not been read yet"].join("\n");
  const { block, finished, waiting } = rounds;
  const rows = rounds.rounds.map(({ round, state, batches, locked, reported, settled, waiting: [next] }) => [
    round,
    state,
    `${locked}/${reported}/${settled} of ${batches}`,
    next === undefined ? "" : untilOf(next),
  ]);
  const ended = (how: string): number => finished.filter(({ state }) => state === how).length;
  return [
    ...head,
    `block ${block.number} at ${instant(block.timestamp)}; ${ended("settled")} rounds settled, ${ended("void")} void`,
    ...(rows.length === 0
      ? ["no round is in flight"]
      : [table([["round", "state", "locked/reported/settled", "waits for"], ...rows])]),
    ...waiting.map((each) => untilOf(each)),
    ...auditLines(audits),
  ].join("\n");
}

function auditLines(audits: Said["audits"]): string[] {
  const clean = audits.filter(({ verdict }) => verdict === "clean").length;
  const others = audits.filter(({ verdict }) => verdict !== "clean");
  return [
    ...(clean === 0 ? [] : [`${clean} settled rounds proved again and found clean`]),
    ...others.map(({ round, verdict, findings: [first = ""] }) => `round ${round} proved again: ${verdict}; ${first}`),
  ];
}

function untilOf({ message, until }: z.output<typeof reason>): string {
  return until === null ? message : `${message} (until ${instant(until)})`;
}
