import type { Node } from "./ast.ts";
import type { Source } from "./source.ts";

/**
 * What can be done to a place: the operator's name and the text that stands there then. A literal has no type of its own:
 * `type` is the one that it takes there.
 */
export type Change = { readonly operator: Operator; readonly text: string; readonly type?: string };

/** What each operator does; the names are part of a mutant's id. */
export const OPERATORS = {
  arithmetic: "`+` and `-` swapped, `*` and `/` swapped, `%` to `*`; `sdiv` to `div`",
  comparison: "`<` to `>=` and the like, `==` to `!=`",
  boundary: "`<` to `<=` and the like",
  logical: "`&&` and `||` swapped",
  clause: "one side of `&&` or `||` left out",
  bitwise: "`&` and `|` swapped, `^` to `|`",
  shift: "`<<` and `>>` swapped, `sar` to `shr`",
  unary: "`-`, `~`, `!`, `iszero`, `not`, `signextend` left out",
  step: "`++` and `--` swapped, or left out where the value is used; `+=` and `-=`, `|=` and `&=` swapped",
  number: "a literal + 1, - 1, or 0",
  constant: "a constant, where it is used, + 1, - 1 (a hash: its last bit turned)",
  enum: "the next value of an enumeration",
  text: "a string to the empty one",
  condition: "a condition to true, to false",
  deletion: "a statement left out",
  initial: "a variable starts as zero",
  swap: "two arguments, members or components of equal type change places",
  return: "zero, true or false returned",
  guard: "`nonReentrant` left out",
} as const;

export type Operator = keyof typeof OPERATORS;

/** How a place can hold several texts at once, of which the chain chooses one. */
export type Kind = "expression" | "statement" | "yulExpression" | "yulStatement" | "modifier";

export type Place = {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
  readonly changes: readonly Change[];
};

/** A function and the places in it. */
export type Site = { readonly contract: string; readonly name: string; readonly places: readonly Place[] };

/** What a finder of changes may look up. */
export type Scope = {
  readonly source: Source;
  readonly declarations: ReadonlyMap<number, Node>;
};

export type Mutant = {
  /** File, function, operator and a count of that operator in the function: stays when other code changes. */
  readonly id: string;
  /** What the block's coinbase must be to switch it on. */
  readonly number: number;
  readonly file: string;
  readonly line: number;
  /** The function's name. */
  readonly site: string;
  readonly operator: Operator;
  readonly before: string;
  readonly after: string;
};

/** Text on one line. */
export function flat(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

export function describeChange({ before, after }: Pick<Mutant, "before" | "after">): string {
  return `${before} → ${after === "" ? "(nothing)" : after}`;
}
