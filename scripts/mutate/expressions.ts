import { child, children, type Node, optional, rangeOf, text, typeOf } from "./ast.ts";
import type { Change, Operator, Scope } from "./mutation.ts";
import type { Source } from "./source.ts";
import { constantValue, contextType, enumValues, isConstant, isWritten, parameterTypes } from "./types.ts";

type Find = (node: Node, ancestors: readonly Node[], scope: Scope) => Change[];

const BINARY: Readonly<Record<string, readonly (readonly [Operator, string])[]>> = {
  "+": [["arithmetic", "-"]],
  "-": [["arithmetic", "+"]],
  "*": [["arithmetic", "/"]],
  "/": [["arithmetic", "*"]],
  "%": [["arithmetic", "*"]],
  "<": [
    ["boundary", "<="],
    ["comparison", ">="],
  ],
  "<=": [
    ["boundary", "<"],
    ["comparison", ">"],
  ],
  ">": [
    ["boundary", ">="],
    ["comparison", "<="],
  ],
  ">=": [
    ["boundary", ">"],
    ["comparison", "<"],
  ],
  "==": [["comparison", "!="]],
  "!=": [["comparison", "=="]],
  "&": [["bitwise", "|"]],
  "|": [["bitwise", "&"]],
  "^": [["bitwise", "|"]],
  "<<": [["shift", ">>"]],
  ">>": [["shift", "<<"]],
  "&&": [["logical", "||"]],
  "||": [["logical", "&&"]],
};

const COMPOUND: Readonly<Record<string, string>> = { "+=": "-=", "-=": "+=", "|=": "&=", "&=": "|=", "*=": "/=" };

/** All changes of an expression. Each text is an expression of the same type. */
export function changesOf(node: Node, ancestors: readonly Node[], scope: Scope): Change[] {
  if (isWritten(node, ancestors)) return [];
  const value = constantValue(node);
  if (value !== undefined) return isWhole(node, ancestors) ? numbers(node, value, ancestors, scope) : [];
  return FINDERS[node.nodeType]?.(node, ancestors, scope) ?? [];
}

const FINDERS: Readonly<Record<string, Find>> = {
  BinaryOperation: binary,
  UnaryOperation: unary,
  Assignment: (node, _, { source }) => {
    const swapped = COMPOUND[text(node, "operator")];
    if (swapped === undefined) return [];
    const [left, right] = [child(node, "leftHandSide"), child(node, "rightHandSide")];
    return [{ operator: "step", text: `${source.slice(left)} ${swapped} ${source.slice(right)}` }];
  },
  FunctionCall: (node, _, scope) =>
    text(node, "kind") === "typeConversion" ? converted(node, scope) : swapsIn(node, scope),
  TupleExpression: (node, _, { source }) => {
    const components = children(node, "components");
    return swaps(node, components, components.map(typeOf), source);
  },
  Identifier: constants,
  MemberAccess: (node, ancestors, scope) => [...enums(node, scope), ...constants(node, ancestors, scope)],
  Literal: (node) => {
    if (typeOf(node) === "bool")
      return [{ operator: "return", text: text(node, "value") === "true" ? "false" : "true" }];
    if (text(node, "kind") === "string" && text(node, "value") !== "")
      return [{ operator: "text", text: '""', type: "bytes32" }];
    return [];
  },
};

/** Whether a constant expression is not just a part of another one, or of a type. */
function isWhole(node: Node, ancestors: readonly Node[]): boolean {
  const parent = ancestors.at(-1);
  if (parent === undefined || node.nodeType === "TupleExpression" || parent.nodeType === "ArrayTypeName") return false;
  const around = parent.nodeType === "TupleExpression" ? ancestors.at(-2) : parent;
  const isConverted = parent.nodeType === "FunctionCall" && text(parent, "kind") === "typeConversion";
  return !isConverted && (around === undefined || constantValue(around) === undefined);
}

function operand(node: Node, source: Source): string {
  const plain = !["BinaryOperation", "Conditional", "Assignment"].includes(node.nodeType);
  return plain ? source.slice(node) : `(${source.slice(node)})`;
}

function binary(node: Node, _: readonly Node[], { source }: Scope): Change[] {
  const operator = text(node, "operator");
  const left = operand(child(node, "leftExpression"), source);
  const right = operand(child(node, "rightExpression"), source);
  const changes = (BINARY[operator] ?? []).map(([name, other]) => ({
    operator: name,
    text: `${left} ${other} ${right}`,
  }));
  if (operator !== "&&" && operator !== "||") return changes;
  return [...changes, { operator: "clause", text: left }, { operator: "clause", text: right }];
}

function unary(node: Node, ancestors: readonly Node[], { source }: Scope): Change[] {
  const operator = text(node, "operator");
  const inner = source.slice(child(node, "subExpression"));
  if (["-", "~", "!"].includes(operator)) return [{ operator: "unary", text: inner }];
  if (operator !== "++" && operator !== "--") return [];
  const other = operator === "++" ? "--" : "++";
  const swapped: Change = { operator: "step", text: node["prefix"] === true ? other + inner : inner + other };
  const statement = ancestors.at(-1)?.nodeType === "ExpressionStatement";
  const loop = ancestors.at(-2)?.nodeType === "ForStatement";
  return statement && !loop ? [swapped] : [swapped, { operator: "step", text: inner }];
}

function numbers(node: Node, value: bigint, ancestors: readonly Node[], scope: Scope): Change[] {
  const type = contextType(node, ancestors, scope);
  const match = /^(u?)int\d+$/.exec(type);
  if (match === null) return [];
  const least = match[1] === "u" ? 0n : undefined;
  const others = new Set([value + 1n, value - 1n, 0n]);
  others.delete(value);
  return [...others]
    .filter((other) => least === undefined || other >= least)
    .map((other) => ({ operator: "number", text: other.toString(), type }));
}

/** `address(0)` and the like: the number changes, the type stays. */
function converted(node: Node, { source }: Scope): Change[] {
  const [argument] = children(node, "arguments");
  const value = argument === undefined ? undefined : constantValue(argument);
  if (value === undefined) return [];
  const type = source.slice(child(node, "expression"));
  return [{ operator: "number", text: `${type}(${(value + 1n).toString()})` }];
}

function constants(node: Node, ancestors: readonly Node[], scope: Scope): Change[] {
  const base = optional(node, "expression");
  const own = scope.source.slice(node);
  const metaMost = base !== undefined && text(node, "memberName") === "max" && typeOf(base).startsWith("type(");
  if (metaMost) return [{ operator: "constant", text: `${own} - 1` }];
  const declared = scope.declarations.get(Number(node["referencedDeclaration"]));
  if (!isConstant(declared) || ancestors.at(-1)?.nodeType === "MemberAccess") return [];
  if (typeOf(declared) === "bytes32") return [{ operator: "constant", text: `${own} ^ bytes32(uint256(1))` }];
  if (!/^u?int\d+$/.test(typeOf(declared))) return [];
  return ["+", "-"].map((sign) => ({ operator: "constant", text: `${own} ${sign} 1` }));
}

function enums(node: Node, scope: Scope): Change[] {
  const values = enumValues(node, scope);
  const next = values[(values.indexOf(text(node, "memberName")) + 1) % values.length];
  return next === undefined
    ? []
    : [{ operator: "enum", text: `${scope.source.slice(child(node, "expression"))}.${next}` }];
}

/** Neighbours among a call's arguments that could stand in each other's place. */
export function swapsIn(call: Node, scope: Scope): Change[] {
  const args = children(call, "arguments");
  const declared = parameterTypes(call, scope);
  return swaps(
    call,
    args,
    args.map((one, index) => declared[index] ?? typeOf(one)),
    scope.source,
  );
}

function swaps(whole: Node, parts: readonly Node[], types: readonly string[], source: Source): Change[] {
  const changes: Change[] = [];
  const [start, end] = rangeOf(whole);
  for (let i = 0; i + 1 < parts.length; ++i) {
    const [a, b] = [parts[i], parts[i + 1]];
    if (a === undefined || b === undefined || types[i] !== types[i + 1] || source.slice(a) === source.slice(b))
      continue;
    const [[aStart, aEnd], [bStart, bEnd]] = [rangeOf(a), rangeOf(b)];
    const between = source.text.slice(aEnd, bStart);
    const swapped = source.slice(b) + between + source.slice(a);
    changes.push({
      operator: "swap",
      text: source.text.slice(start, aStart) + swapped + source.text.slice(bEnd, end),
    });
  }
  return changes;
}
