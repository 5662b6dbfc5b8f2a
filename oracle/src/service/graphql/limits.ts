import {
  type ASTVisitor,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
} from "graphql";
import { createGraphQLError } from "graphql-yoga";
import { MOST_BATCHES, MOST_POSITIONS, MOST_ROUNDS } from "./type-definitions.ts";

/** Fields within fields. What a query asks of the schema itself, graphql-js limits. */
export const MOST_DEPTH = 8;
/** Fields, those of a list as often as it may have members. */
export const MOST_COST = 25_000;
/** A list without a page size of its own has about so many members. */
const USUAL_LIST = 8;
const LISTS: ReadonlySet<string> = new Set(["signatures", "position", "inRounds"]);
/** What must be worked out for each use, whatever is asked of it. */
const WORK: ReadonlyMap<string, number> = new Map([["staker", 1_000]]);
/** How many members a page has: without a size in the query, and at most. */
const PAGES: ReadonlyMap<string, { readonly usual: number; readonly most: number }> = new Map([
  ["rounds", { usual: 20, most: MOST_ROUNDS }],
  ["deadlines", { usual: 20, most: MOST_ROUNDS }],
  ["batches", { usual: 20, most: MOST_BATCHES }],
  ["audits", { usual: 16, most: MOST_ROUNDS }],
  ["positions", { usual: 100, most: MOST_POSITIONS }],
]);

type Measure = { readonly depth: number; readonly cost: number };

/** Refuses queries that are too deep or that would cost too much, before anything is worked out. */
export function limits(variables: Readonly<Record<string, unknown>>) {
  return (context: ValidationContext): ASTVisitor => ({
    OperationDefinition(operation) {
      const { depth, cost } = measured(operation.selectionSet, context, variables, []);
      if (depth > MOST_DEPTH) report(context, `is ${depth} fields deep; at most ${MOST_DEPTH} are allowed`);
      if (cost > MOST_COST)
        report(context, `may ask for ${cost} fields; at most ${MOST_COST} are allowed: ask for smaller pages`);
    },
  });
}

function report(context: ValidationContext, fault: string): void {
  context.reportError(createGraphQLError(`query: ${fault}`));
}

/** Fragments that hold themselves are refused elsewhere; here they must only end. */
function measured(
  { selections }: SelectionSetNode,
  context: ValidationContext,
  variables: Readonly<Record<string, unknown>>,
  within: readonly string[],
): Measure {
  const parts = selections.map((selection): Measure => {
    if (selection.kind === Kind.FIELD) return ofField(selection, context, variables, within);
    if (selection.kind === Kind.INLINE_FRAGMENT) return measured(selection.selectionSet, context, variables, within);
    const fragment: FragmentDefinitionNode | null | undefined = context.getFragment(selection.name.value);
    if (fragment == null || within.includes(fragment.name.value)) return { depth: 0, cost: 0 };
    return measured(fragment.selectionSet, context, variables, [...within, fragment.name.value]);
  });
  return {
    depth: Math.max(0, ...parts.map(({ depth }) => depth)),
    cost: Math.min(
      Number.MAX_SAFE_INTEGER,
      parts.reduce((sum, { cost }) => sum + cost, 0),
    ),
  };
}

function ofField(
  field: FieldNode,
  context: ValidationContext,
  variables: Readonly<Record<string, unknown>>,
  within: readonly string[],
): Measure {
  const name = field.name.value;
  if (field.selectionSet === undefined) return { depth: 1, cost: name === "reporters" ? USUAL_LIST : 1 };
  if (name.startsWith("__")) return { depth: 1, cost: 1 };
  const { depth, cost } = measured(field.selectionSet, context, variables, within);
  const page = PAGES.get(name);
  const members = page !== undefined ? pageSize(field, page, variables) : LISTS.has(name) ? USUAL_LIST : 1;
  return { depth: depth + 1, cost: 1 + (WORK.get(name) ?? 0) + members * cost };
}

function pageSize(
  { arguments: given }: FieldNode,
  { usual, most }: { usual: number; most: number },
  variables: Readonly<Record<string, unknown>>,
): number {
  const value = given?.find(({ name }) => name.value === "first")?.value;
  if (value?.kind === Kind.INT) return Math.max(0, Number(value.value));
  if (value?.kind !== Kind.VARIABLE) return usual;
  const variable = variables[value.name.value];
  // One that is left out has a default that isn't looked for.
  return typeof variable === "number" ? Math.max(0, variable) : most;
}
