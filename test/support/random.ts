import { randomBytes } from "node:crypto";
import { keccak256, toBeHex } from "ethers";

const MASK_64 = 2n ** 64n - 1n;

/**
 * Random numbers that can be had again: TEST_SEED=0x… repeats a run. Put `label` in every message, so that a failure
 * tells the seed.
 */
export class Random {
  readonly label: string;
  #state: bigint;

  constructor(seed = process.env["TEST_SEED"] ?? `0x${randomBytes(8).toString("hex")}`) {
    this.label = `TEST_SEED=${seed}`;
    this.#state = BigInt(keccak256(toBeHex(BigInt(seed), 32))) & MASK_64;
  }

  /** The next 64 bits (splitmix64). */
  bits(): bigint {
    this.#state = (this.#state + 0x9e3779b97f4a7c15n) & MASK_64;
    let z = this.#state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK_64;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK_64;
    return z ^ (z >> 31n);
  }

  /** A number from `least` to `most`, both included, at most 2^64 apart. */
  between(least: bigint, most: bigint): bigint {
    return least + (this.bits() % (most - least + 1n));
  }

  index(length: number): number {
    return Number(this.bits() % BigInt(length));
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.index(choices.length)] ?? choices[0];
  }

  chance(percent: bigint): boolean {
    return this.bits() % 100n < percent;
  }
}
