import { basename, dirname, relative } from "node:path/posix";
import { child, children, type Node, optional, rangeOf, text, walk } from "./ast.ts";
import { type Change, flat, type Kind, type Mutant, type Place, type Scope } from "./mutation.ts";
import { type Edit, rewrite, Source } from "./source.ts";
import { placesOf } from "./statements.ts";

/** Where the contracts ask which mutant is on; the tests see nothing of it. */
export const SWITCH_PATH = "contracts/Mutant.sol";

export const SWITCH = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

bytes32 constant GUARD = 0x9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f00;

function mutant(uint256 id) view returns (bool on) {
    assembly ("memory-safe") { on := eq(coinbase(), id) }
}

function enter(uint256 id) {
    if (mutant(id)) return;
    bool entered;
    assembly ("memory-safe") { entered := tload(GUARD) }
    if (entered) revert ReentrancyGuardTransient.ReentrancyGuardReentrantCall();
    assembly ("memory-safe") { tstore(GUARD, 1) }
}

function leave(uint256 id) {
    if (mutant(id)) return;
    assembly ("memory-safe") { tstore(GUARD, 0) }
}
`;

const PICK =
  " function mutantPick(number_, on_, off_) -> one_ { one_ := off_ if eq(coinbase(), number_) { one_ := on_ } } ";

type Numbered = { readonly number: number; readonly change: Change };

/** The mutants of a source and, for any choice of them, the source that holds them all. */
export class Instrumented {
  readonly source: Source;
  readonly mutants: readonly Mutant[];
  readonly #places: readonly { place: Place; contract: string; changes: readonly Numbered[] }[];

  constructor(source: Source, declarations: ReadonlyMap<number, Node>, firstNumber: number) {
    this.source = source;
    const scope: Scope = { source, declarations };
    const mutants: Mutant[] = [];
    const places: { place: Place; contract: string; changes: Numbered[] }[] = [];
    const counts = new Map<string, number>();
    for (const { contract, site, definition } of functionsOf(source)) {
      for (const place of inOrder(placesOf(definition, scope))) {
        const changes = place.changes.map((change) => {
          const key = `${basename(source.path, ".sol")}.${site}.${change.operator}`;
          const count = (counts.get(key) ?? 0) + 1;
          counts.set(key, count);
          const number = firstNumber + mutants.length;
          mutants.push(described(`${key}.${String(count)}`, number, source, site, place, change));
          return { number, change };
        });
        places.push({ place, contract, changes });
      }
    }
    this.mutants = mutants;
    this.#places = places;
  }

  /** The source with every mutant in it but those left out. */
  render(leftOut: ReadonlySet<number>): string {
    const edits: Edit[] = [...viewsForPure(this.source.text)];
    const guarded = new Set<string>();
    for (const { place, contract, changes } of this.#places) {
      const kept = changes.filter(({ number }) => !leftOut.has(number));
      if (kept.length === 0) continue;
      if (place.kind === "modifier") guarded.add(contract);
      const { start, end } = place;
      edits.push({ start, end, wrap: (inner) => WRAPPERS[place.kind](inner, kept, contract) });
    }
    edits.push(...this.#additions(guarded));
    return rewrite(this.source.text, edits);
  }

  #additions(guarded: ReadonlySet<string>): Edit[] {
    const { root, path } = this.source;
    const added: Edit[] = [];
    const insert = (at: number, what: string) => added.push({ start: at, end: at, wrap: (before) => before + what });
    const pragma = children(root, "nodes").find((node) => node.nodeType === "PragmaDirective");
    const from = relative(dirname(path), SWITCH_PATH);
    const imported = `import {mutant, enter, leave} from "${from.startsWith(".") ? from : `./${from}`}";`;
    if (pragma !== undefined) insert(rangeOf(pragma)[1], ` ${imported}`);
    walk(root, (node) => {
      if (node.nodeType === "InlineAssembly") insert(rangeOf(child(node, "AST"))[0] + 1, PICK);
      if (node.nodeType !== "ContractDefinition" || !guarded.has(text(node, "name"))) return;
      const guard = `guard${text(node, "name")}`;
      insert(rangeOf(node)[1] - 1, ` modifier ${guard}(uint256 number) { enter(number); _; leave(number); } `);
    });
    return added;
  }
}

/** Reads a source's mutants. Numbers count from `firstNumber`. */
export function instrument(
  path: string,
  content: string,
  root: Node,
  declarations: ReadonlyMap<number, Node>,
  firstNumber: number,
): Instrumented {
  return new Instrumented(new Source(path, content, root), declarations, firstNumber);
}

/** What reads a block's coinbase is a view: so is, in the instrumented copy, all that is pure. */
export function viewsForPure(content: string): Edit[] {
  return [...content.matchAll(/\bpure\b/g)].map(({ index }) => ({
    start: index,
    end: index + "pure".length,
    wrap: () => "view",
  }));
}

function functionsOf(source: Source): { contract: string; site: string; definition: Node }[] {
  const found: { contract: string; site: string; definition: Node }[] = [];
  for (const contract of children(source.root, "nodes")) {
    if (contract.nodeType !== "ContractDefinition" || text(contract, "contractKind") === "interface") continue;
    for (const definition of children(contract, "nodes")) {
      if (definition.nodeType !== "FunctionDefinition" || optional(definition, "body") === undefined) continue;
      const site = text(definition, "name") || text(definition, "kind");
      found.push({ contract: text(contract, "name"), site, definition });
    }
  }
  return found;
}

/** Places by where they start, and each text once. */
function inOrder(places: readonly Place[]): Place[] {
  const seen = new Set<string>();
  const sorted = [...places].sort((a, b) => a.start - b.start || b.end - a.end);
  return sorted.map((place) => ({
    ...place,
    changes: place.changes.filter(({ text: changed }) => {
      const key = `${String(place.start)} ${String(place.end)} ${changed}`;
      return !seen.has(key) && seen.add(key);
    }),
  }));
}

function described(id: string, number: number, source: Source, site: string, place: Place, change: Change): Mutant {
  return {
    id,
    number,
    file: source.path,
    line: source.lineAt(place.start),
    site,
    operator: change.operator,
    before: flat(Buffer.from(source.text.slice(place.start, place.end), "latin1").toString()),
    after: flat(Buffer.from(change.text, "latin1").toString()),
  };
}

function typed(inner: string, type: string | undefined): string {
  return type === undefined ? inner : `${type}(${inner})`;
}

/** Around each text stands its number, by which an error of the compiler finds its mutant. */
function marked({ number, change }: Numbered): string {
  return `/*<${String(number)}*/${typed(change.text, change.type)}/*${String(number)}>*/`;
}

const WRAPPERS: Readonly<Record<Kind, (inner: string, changes: readonly Numbered[], contract: string) => string>> = {
  expression: (inner, changes) =>
    `(${changes.map((one) => `mutant(${String(one.number)}) ? ${marked(one)} : `).join("")}${typed(inner, changes[0]?.change.type)})`,
  statement: (inner, changes) =>
    `{ ${changes.map((one) => `if (mutant(${String(one.number)})) { ${marked(one)} } else `).join("")}{ ${inner} } }`,
  yulExpression: (inner, changes) =>
    changes.reduce((rest, one) => `mutantPick(${String(one.number)}, ${marked(one)}, ${rest})`, inner),
  yulStatement: (inner, changes) => {
    const cases = changes.map((one) => `case ${String(one.number)} { ${marked(one)} }`).join(" ");
    return `switch coinbase() ${cases} default { ${inner} }`;
  },
  modifier: (_, changes, contract) => `guard${contract}(${String(changes[0]?.number)})`,
};

/** The mutants that an error of the compiler is about: the innermost text around it, or all that start inside it. */
export function blamed(rendered: string, start: number, end: number): number[] {
  const chosen = /^\(?mutant\((\d+)\)/.exec(rendered.slice(start, end));
  if (chosen?.[1] !== undefined) return [Number(chosen[1])];
  let innermost: number | undefined;
  for (const { index, 1: number } of rendered.matchAll(/\/\*<(\d+)\*\//g)) {
    if (index > start) break;
    if (rendered.indexOf(`/*${String(number)}>*/`, index) >= start) innermost = Number(number);
  }
  if (innermost !== undefined) return [innermost];
  return [...rendered.slice(start, end).matchAll(/\/\*<(\d+)\*\//g)].map(([, number]) => Number(number));
}
