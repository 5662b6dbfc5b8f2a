import { randomOf } from "../../src/simulator/random.ts";

/** One stream of chance; each kind of fault has its own, so that taking one away moves the others as little as possible. */
export type Chance = {
  /** True so often. */
  is(probability: number): boolean;
  /** A whole number from `least` to `most`. */
  within(least: number, most: number): number;
  pick<T>(from: readonly T[]): T;
};

export function chanceOf(seed: number, stream: string): Chance {
  const random = randomOf(seed, stream);
  const within = (least: number, most: number): number => least + Math.floor(random.uniform() * (most - least + 1));
  return {
    is: (probability) => random.uniform() < probability,
    within,
    pick(from) {
      const found = from[within(0, from.length - 1)];
      if (found === undefined) throw new Error("there is nothing to pick from");
      return found;
    },
  };
}
