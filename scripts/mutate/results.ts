import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Test } from "./protocol.ts";

/** What became of a mutant. `seconds` is how long that took to find out. */
export type Result = {
  readonly id: string;
  readonly status: "killed" | "limit" | "survived";
  readonly seconds: number;
  readonly killer?: Test;
  readonly why?: string;
};

type Line = Result & { readonly state: string };

/**
 * The latest result of each mutant, a line each, so that a run that was ended goes on where it stood. Results of another
 * state of contracts and tests don't count, but their killers are asked first.
 */
export class Results {
  readonly #path: string;
  readonly #state: string;
  readonly #latest = new Map<string, Line>();

  constructor(path: string, state: string) {
    this.#path = path;
    this.#state = state;
    const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
    for (const line of lines.filter((one) => one.endsWith("}"))) {
      const result = JSON.parse(line) as Line;
      this.#latest.set(result.id, result);
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, [...this.#latest.values()].map(toLine).join(""));
  }

  get(id: string): Result | undefined {
    const line = this.#latest.get(id);
    return line?.state === this.#state ? line : undefined;
  }

  /** What killed it the last time that it was judged. */
  killerOf(id: string): Test | undefined {
    return this.#latest.get(id)?.killer;
  }

  add(result: Result): void {
    const line = { ...result, state: this.#state };
    this.#latest.set(result.id, line);
    appendFileSync(this.#path, toLine(line));
  }
}

function toLine(line: Line): string {
  return `${JSON.stringify(line)}\n`;
}
