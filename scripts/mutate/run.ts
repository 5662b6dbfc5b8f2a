import type { Say } from "../support/terminal.ts";
import type { Mutant } from "./mutation.ts";
import type { Order } from "./order.ts";
import { Judge, type Verdict } from "./pool.ts";
import type { Test } from "./protocol.ts";
import type { Result, Results } from "./results.ts";

/** Milliseconds that the contract as it is may take for all tests. */
const CONTROL_LIMIT = 30 * 60_000;

/** A mutant may take so many times the control's time, and a minute for a machine that is busy. */
const PATIENCE = 5;

/**
 * Runs all tests on the instrumented contracts with no mutant on.
 * @returns How long that took, in milliseconds.
 * @throws Error for a test that fails.
 */
export async function control(folder: string, order: Order, signal: AbortSignal): Promise<number> {
  const judge = new Judge(folder);
  signal.addEventListener("abort", () => {
    judge.stop();
  });
  const startedAt = performance.now();
  try {
    const verdict = await judge.ask({ number: 0, steps: order.all() }, CONTROL_LIMIT);
    if (verdict.verdict === "survived") return performance.now() - startedAt;
    throw new Error(`the instrumented contracts don't pass the tests with no mutant on: ${describe(verdict)}`);
  } finally {
    judge.stop();
  }
}

function describe(verdict: Verdict): string {
  if (verdict.verdict === "killed") return `"${verdict.killer.title}" in ${verdict.killer.file}: ${verdict.why}`;
  return verdict.verdict === "broken" ? verdict.why : verdict.verdict;
}

export type Run = {
  readonly folder: string;
  readonly order: Order;
  readonly results: Results;
  /** Milliseconds that the control took. */
  readonly controlTime: number;
  readonly jobs: number;
  /** Whether only the likeliest tests are asked; then what survives them is not judged. */
  readonly quick: boolean;
  readonly signal: AbortSignal;
};

/** Judges mutants, several at once, and keeps each result as soon as it is known. */
export async function judgeAll(mutants: readonly Mutant[], run: Run, say: Say): Promise<void> {
  const queue = [...mutants];
  const killers = new Killers();
  const progress = new Progress(mutants.length, run.jobs, say);
  const work = async (): Promise<void> => {
    const judge = new Judge(run.folder);
    run.signal.addEventListener("abort", () => {
      judge.stop();
    });
    try {
      for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
        const result = await judgeOne(mutant, judge, run, killers);
        if (!run.quick || result.status !== "survived") run.results.add(result);
        progress.add(result);
      }
    } finally {
      judge.stop();
    }
  };
  await Promise.all(Array.from({ length: run.jobs }, work));
}

async function judgeOne(mutant: Mutant, judge: Judge, run: Run, killers: Killers): Promise<Result> {
  const earlier = run.results.killerOf(mutant.id);
  const steps = run.order.steps(mutant, killers.likeliest(mutant, earlier), run.quick);
  const startedAt = performance.now();
  const verdict = await judge.ask({ number: mutant.number, steps }, run.controlTime * PATIENCE + 60_000);
  run.signal.throwIfAborted();
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  switch (verdict.verdict) {
    case "killed":
      killers.add(mutant, verdict.killer);
      return { id: mutant.id, status: "killed", seconds, killer: verdict.killer, why: verdict.why };
    case "broken":
      throw new Error(`${mutant.id} can't be judged: ${verdict.why}`);
    default:
      return { id: mutant.id, status: verdict.verdict, seconds };
  }
}

/** What killed neighbours kills a mutant as well, more often than not. */
class Killers {
  readonly #lists = new Map<string, Test[]>();

  likeliest(mutant: Mutant, earlier: Test | undefined): Test[] {
    const tests = [earlier, ...this.#of(mutant.site), ...this.#of(mutant.file)].filter((test) => test !== undefined);
    return [...new Map(tests.map((test) => [test.title, test])).values()];
  }

  add(mutant: Mutant, killer: Test): void {
    for (const key of [mutant.site, mutant.file]) {
      this.#lists.set(key, [killer, ...this.#of(key).filter(({ title }) => title !== killer.title)]);
    }
  }

  #of(key: string): readonly Test[] {
    return this.#lists.get(key) ?? [];
  }
}

class Progress {
  readonly #total: number;
  readonly #jobs: number;
  readonly #say: Say;
  readonly #startedAt = performance.now();
  #killed = 0;
  #survived = 0;

  constructor(total: number, jobs: number, say: Say) {
    this.#total = total;
    this.#jobs = jobs;
    this.#say = say;
  }

  add({ status }: Result): void {
    if (status === "survived") ++this.#survived;
    else ++this.#killed;
    const done = this.#killed + this.#survived;
    const each = (performance.now() - this.#startedAt) / done;
    const minutes = Math.ceil((each * (this.#total - done)) / 60_000);
    const counts = `${done}/${this.#total}, ${this.#killed} killed, ${this.#survived} survived`;
    this.#say(`${counts}, ${minutes} min left, ${this.#jobs} at once`);
  }
}
