import { child, children, type Node, rangeOf, text, walk } from "./ast.ts";
import type { Change, Operator, Place, Scope } from "./mutation.ts";
import { isConstant } from "./types.ts";

type Rewrite = readonly [operator: Operator, make: (...args: string[]) => string];

const called =
  (name: string) =>
  (...args: string[]) =>
    `${name}(${args.join(", ")})`;

/** Built-in functions without effects, and what stands in their place. */
const BUILTINS: Readonly<Record<string, readonly Rewrite[]>> = {
  add: [["arithmetic", called("sub")]],
  sub: [
    ["arithmetic", called("add")],
    ["swap", (a, b) => `sub(${b}, ${a})`],
  ],
  mul: [["arithmetic", called("div")]],
  div: [["arithmetic", called("mul")]],
  sdiv: [
    ["arithmetic", called("mul")],
    ["arithmetic", called("div")],
    ["swap", (a, b) => `sdiv(${b}, ${a})`],
  ],
  and: [["bitwise", called("or")]],
  or: [["bitwise", called("and")]],
  xor: [["bitwise", called("or")]],
  shl: [["shift", called("shr")]],
  shr: [["shift", called("shl")]],
  sar: [
    ["shift", called("shr")],
    ["shift", called("shl")],
  ],
  lt: [
    ["boundary", (a, b) => `iszero(gt(${a}, ${b}))`],
    ["comparison", (a, b) => `iszero(lt(${a}, ${b}))`],
  ],
  gt: [
    ["boundary", (a, b) => `iszero(lt(${a}, ${b}))`],
    ["comparison", (a, b) => `iszero(gt(${a}, ${b}))`],
  ],
  slt: [
    ["boundary", (a, b) => `iszero(sgt(${a}, ${b}))`],
    ["comparison", (a, b) => `iszero(slt(${a}, ${b}))`],
  ],
  sgt: [
    ["boundary", (a, b) => `iszero(slt(${a}, ${b}))`],
    ["comparison", (a, b) => `iszero(sgt(${a}, ${b}))`],
  ],
  eq: [["comparison", (a, b) => `iszero(eq(${a}, ${b}))`]],
  iszero: [["unary", (a) => `iszero(iszero(${a}))`]],
  not: [["unary", (a) => a]],
  signextend: [["unary", (_, b) => b]],
};

/** Built-in functions whose arguments mean different things; those of a log are topics from the third on. */
const ORDERED: Readonly<Record<string, number>> = { calldatacopy: 0, mstore: 0, sstore: 0, log4: 2 };

/** Every place of an inline assembly where something can change. */
export function yulPlaces(assembly: Node, scope: Scope): Place[] {
  const constants = constantReferences(assembly, scope);
  const own = new Set<string>();
  const places: Place[] = [];
  walk(child(assembly, "AST"), (node) => {
    if (node.nodeType === "YulFunctionDefinition") own.add(text(node, "name"));
  });
  walk(child(assembly, "AST"), (node, ancestors) => {
    const parent = ancestors.at(-1);
    places.push(...statements(node, own, scope));
    if (parent === undefined || parent["functionName"] === node || parent.nodeType === "YulExpressionStatement") return;
    places.push(placed("yulExpression", node, expressions(node, own, constants, scope)));
  });
  return places.filter((place) => place.changes.length > 0);
}

function placed(kind: Place["kind"], node: Node, changes: readonly Change[]): Place {
  const [start, end] = rangeOf(node);
  return { kind, start, end, changes };
}

/** Where an assembly names a constant of the contract. */
function constantReferences(assembly: Node, { declarations }: Scope): Set<string> {
  const references = Array.isArray(assembly["externalReferences"]) ? (assembly["externalReferences"] as unknown[]) : [];
  const found = references as { src: string; declaration: number }[];
  return new Set(found.filter((one) => isConstant(declarations.get(one.declaration))).map((one) => one.src));
}

function statements(node: Node, own: ReadonlySet<string>, { source }: Scope): Place[] {
  switch (node.nodeType) {
    case "YulExpressionStatement": {
      const swaps = swapsIn(child(node, "expression"), own, source.slice.bind(source));
      return [placed("yulStatement", node, [...swaps, { operator: "deletion", text: "" }])];
    }
    case "YulAssignment":
      return [placed("yulStatement", node, [{ operator: "deletion", text: "" }])];
    case "YulVariableDeclaration": {
      const value = child(node, "value");
      if (value.nodeType === "YulLiteral") return [];
      return [placed("yulExpression", value, [{ operator: "initial", text: "0" }])];
    }
    case "YulIf":
    case "YulForLoop":
      return [
        placed("yulExpression", child(node, "condition"), [
          { operator: "condition", text: "1" },
          { operator: "condition", text: "0" },
        ]),
      ];
    default:
      return [];
  }
}

function swapsIn(call: Node, own: ReadonlySet<string>, slice: (node: Node) => string): Change[] {
  const name = text(child(call, "functionName"), "name");
  const first = own.has(name) ? 0 : ORDERED[name];
  if (first === undefined) return [];
  const args = children(call, "arguments").map(slice);
  const changes: Change[] = [];
  for (let i = first; i + 1 < args.length; ++i) {
    const swapped = [...args.slice(0, i), args[i + 1] ?? "", args[i] ?? "", ...args.slice(i + 2)];
    if (args[i] !== args[i + 1]) changes.push({ operator: "swap", text: called(name)(...swapped) });
  }
  return changes;
}

function expressions(node: Node, own: ReadonlySet<string>, constants: ReadonlySet<string>, scope: Scope): Change[] {
  const slice = scope.source.slice.bind(scope.source);
  if (node.nodeType === "YulFunctionCall") {
    const args = children(node, "arguments").map(slice);
    const rewrites = BUILTINS[text(child(node, "functionName"), "name")] ?? [];
    return [...rewrites.map(([operator, make]) => ({ operator, text: make(...args) })), ...swapsIn(node, own, slice)];
  }
  if (node.nodeType === "YulLiteral" && text(node, "kind") === "number") {
    const value = BigInt(text(node, "value"));
    const others = new Set([value + 1n, value - 1n, 0n]);
    others.delete(value);
    return [...others].filter((one) => one >= 0n).map((one) => ({ operator: "number", text: one.toString() }));
  }
  if (node.nodeType === "YulIdentifier" && constants.has(node.src)) {
    return ["add", "sub"].map((name) => ({ operator: "constant", text: `${name}(${slice(node)}, 1)` }));
  }
  return [];
}
