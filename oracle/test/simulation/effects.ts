import type { Chance } from "./chance.ts";

/** Something that a node does beyond its own memory: it happens when its turn is drawn, or never. */
type Effect = {
  readonly operator: number;
  readonly name: string;
  readonly happen: () => void;
  readonly fail: (error: Error) => void;
};

/** The process is dead: whatever it still tries comes to nothing. */
export class Killed extends Error {
  constructor() {
    super("killed");
    this.name = "Killed";
  }
}

/** All effects of all nodes that are under way. Between any two of them anything may happen. */
export class Effects {
  readonly pending: Effect[] = [];
  readonly #isAlive: (operator: number) => boolean;
  readonly #seen: (operator: number, name: string, isDone: boolean) => void;

  constructor(isAlive: (operator: number) => boolean, seen: (operator: number, name: string, isDone: boolean) => void) {
    this.#isAlive = isAlive;
    this.#seen = seen;
  }

  /** `fault`: what happens instead now and then. */
  of<T>(operator: number, name: string, act: () => T | Promise<T>, fault: () => Error | null): Promise<T> {
    if (!this.#isAlive(operator)) return Promise.reject(new Killed());
    return new Promise<T>((resolve, reject) => {
      const happen = (): void => {
        const error = fault();
        this.#seen(operator, name, error === null);
        if (error !== null) {
          reject(error);
          return;
        }
        try {
          resolve(act());
        } catch (thrown) {
          reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
        }
      };
      this.pending.push({ operator, name, happen, fail: reject });
    });
  }

  /** Lets some of them happen, in any order. */
  some(chance: Chance): void {
    for (let left = chance.within(1, this.pending.length); left > 0; left -= 1) {
      const [effect] = this.pending.splice(chance.within(0, this.pending.length - 1), 1);
      effect?.happen();
    }
  }

  /** Those of a node come to nothing. */
  kill(operator: number): void {
    const own = this.pending.filter((each) => each.operator === operator);
    for (const each of own) {
      this.pending.splice(this.pending.indexOf(each), 1);
      each.fail(new Killed());
    }
  }
}
