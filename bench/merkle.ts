import { concat, keccak256 } from "ethers";

/** A tree over as many leaves as a power of two; pairs are sorted before they are hashed, as MerkleProof expects. */
export class MerkleTree {
  /** From the leaves up to the root. */
  readonly #levels: string[][];

  constructor(leaves: readonly string[]) {
    if (leaves.length === 0 || !Number.isInteger(Math.log2(leaves.length))) {
      throw new RangeError(`${leaves.length} leaves are no power of two`);
    }
    let level = [...leaves];
    this.#levels = [level];
    while (level.length > 1) {
      level = Array.from({ length: level.length / 2 }, (_, index) => hashPair(level.slice(2 * index, 2 * index + 2)));
      this.#levels.push(level);
    }
  }

  get root(): string {
    return this.#levels.at(-1)?.[0] ?? "";
  }

  /** The siblings on the way from a leaf to the root. */
  proof(index: number): string[] {
    return this.#levels.slice(0, -1).map((level, height) => level[(index >> height) ^ 1] ?? "");
  }
}

function hashPair(pair: readonly string[]): string {
  return keccak256(concat([...pair].sort()));
}
