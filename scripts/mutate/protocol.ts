/** A test that can tell a mutant from the contract. */
export type Test = { readonly runner: "mocha" | "solidity"; readonly file: string; readonly title: string };

/** One run of tests: all of some mocha files, in this order, or of a Solidity file; or just those that are named. */
export type Step = {
  readonly runner: Test["runner"];
  readonly files: readonly string[];
  readonly titles?: readonly string[];
};

/** What a judge is asked: does any of these steps fail with this mutant on? 0 is the contract as it is. */
export type Question = { readonly number: number; readonly steps: readonly Step[] };

export type Answer =
  | { readonly verdict: "killed"; readonly killer: Test; readonly why: string }
  | { readonly verdict: "survived" }
  | { readonly verdict: "broken"; readonly why: string };
