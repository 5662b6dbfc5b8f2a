import fc from "fast-check";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { nextDeadline } from "../src/core/deadlines.ts";
import { deadlinesOf } from "../src/service/deadlines.ts";
import { readiness } from "../src/service/readiness.ts";
import { type Code, pageOf, REASONS, reasonCodes } from "../src/service/reasons.ts";
import { tickReporter } from "../src/service/tick-log.ts";
import { apply, batch, chain, chains, feedFor, plan, round, SETTINGS, START } from "./plan-world.ts";
import { appAt, READINESS, tickAt } from "./service-world.ts";

const CALM = chain(START - 10, [round()]);
const flap = fc.subarray(reasonCodes().filter((code) => code !== "deadline_near"));

describe("readiness", () => {
  it("is never sticky: 100 random flaps, each told as it is and forgotten with the next turn", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(flap, { minLength: 100, maxLength: 100 }), async (flaps) => {
        for (const codes of flaps) {
          const failures = codes.map((code) => ({ action: null, code, message: "why" }));
          const { ready, obstacles } = readiness(tickAt(CALM, { failures }), Date.now(), READINESS);
          const wanted = codes.filter((code) => REASONS[code].unready);
          expect(obstacles.map(({ code }) => code)).toEqual(wanted);
          expect(ready).toBe(wanted.length === 0);
        }
        const answer = await appAt(tickAt(CALM)).inject("/readyz");
        expect(answer.statusCode).toBe(200);
      }),
      { numRuns: 3 },
    );
  });

  it("names what to do, and the page that says more", async () => {
    const failures = [{ action: null, code: "feed_down", message: "timeout" } as const];
    const answer = await appAt(tickAt(CALM, { failures })).inject("/readyz");
    expect(answer.json()).toMatchObject({
      ready: false,
      slackSeconds: 610,
      obstacles: [
        { code: "feed_down", message: "timeout", remedy: REASONS.feed_down.remedy, page: pageOf("feed_down") },
      ],
    });
  });

  it("is lost near a deadline whatever the step waits for, and whoever should take it", () => {
    const locked = round({ state: "locked", batches: [batch(0, { state: "locked" })] });
    const codesAt = (now: number): Code[] => {
      const tick = tickAt(chain(now, [locked]), { plan: { actions: [], waiting: [], notes: [] } });
      return readiness(tick, Date.now(), READINESS).obstacles.map(({ code }) => code);
    };
    // The report may come from START + 1,000 to the second before START + 5,301.
    expect(codesAt(START + 4_225)).toEqual([]);
    expect(codesAt(START + 4_226)).toEqual(["deadline_near"]);
    expect(codesAt(START + 5_300)).toEqual(["deadline_near"]);
    expect(codesAt(START + 5_301)).toEqual([]);
  });
});

describe("the next deadline", () => {
  it("is that of a step of the plan wherever the plan has one", () => {
    fc.assert(
      fc.property(chains, (facts) => {
        const deadlines = facts.rounds.flatMap((each) => nextDeadline(each) ?? []);
        for (const { kind, round: number, deadline, eligibleAt } of plan(facts, feedFor(facts), SETTINGS).actions) {
          const next = deadlines.find((each) => each.round === number);
          if (kind === "open" || kind === "void" || next?.step !== kind) continue;
          expect(next.deadline).toBe(deadline);
          // Batches are settled one by one; the step as a whole is there with the last of them.
          expect(next.eligibleAt).toBeGreaterThanOrEqual(eligibleAt);
        }
      }),
    );
  });

  it("goes with the turn that met it, not before", () => {
    const facts = chain(START, [round({ batches: [batch(0), batch(1)] })]);
    const tick = tickAt(facts);
    expect(deadlinesOf(tick)).toMatchObject([{ step: "lock", batches: 2, deadline: START + 600 }]);
    const outcome = { kind: "already_done", message: "" } as const;
    const done = tick.plan.actions.map((action) => ({ action, outcome }));
    expect(deadlinesOf({ ...tick, done: done.slice(1) })).toMatchObject([{ step: "lock", batches: 1 }]);
    expect(deadlinesOf({ ...tick, done })).toEqual([]);
    const [first] = done;
    if (first === undefined) throw new Error("nothing was done");
    expect(nextDeadline(apply(facts, first.action).rounds[0] ?? round())).toMatchObject({ step: "lock", batches: 1 });
  });

  it("is none for a round that nobody stakes on", () => {
    expect(nextDeadline(round({ batches: [] }))).toBeNull();
  });
});

it("every line at error level has a code that somebody must act on, and a remedy", () => {
  const lines: { level: number; code?: Code; remedy?: string }[] = [];
  const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line) as (typeof lines)[number]) });
  const tell = tickReporter(log);
  const codes = reasonCodes();
  for (const code of codes) tell(tickAt(CALM, { failures: [{ action: null, code, message: "why" }] }));
  const errors = lines.filter(({ level }) => level >= 50);
  expect(errors.map(({ code }) => code)).toEqual(codes.filter((code) => REASONS[code].level === "act"));
  for (const { remedy } of errors) expect(remedy).toBeTruthy();
});
