import { child, children, type Node, optional, rangeOf, text, typeOf, walk } from "./ast.ts";
import { changesOf, swapsIn } from "./expressions.ts";
import type { Change, Place, Scope } from "./mutation.ts";
import { constantValue, isStatement } from "./types.ts";
import { yulPlaces } from "./yul.ts";

/** Every place of a function where something can change. */
export function placesOf(definition: Node, scope: Scope): Place[] {
  const places: Place[] = [...guards(definition)];
  const body = optional(definition, "body");
  if (body === undefined) return places;
  const visit = (node: Node, ancestors: readonly Node[]): void => {
    if (node.nodeType === "InlineAssembly") places.push(...yulPlaces(node, scope));
    else places.push(...statements(node, ancestors, scope), ...expressions(node, ancestors, scope));
  };
  walk(body, visit, [definition]);
  return places.filter((place) => place.changes.length > 0);
}

function guards(definition: Node): Place[] {
  return children(definition, "modifiers")
    .filter((modifier) => text(child(modifier, "modifierName"), "name") === "nonReentrant")
    .map((modifier) => placed("modifier", modifier, [{ operator: "guard", text: "" }]));
}

function placed(kind: Place["kind"], node: Node, changes: readonly Change[]): Place {
  const [start, end] = rangeOf(node);
  return { kind, start, end, changes };
}

/** The place of a statement with its semicolon. */
function statement(node: Node, changes: readonly Change[], { source }: Scope): Place {
  const place = placed("statement", node, changes);
  if (source.text[place.end] !== ";") throw new Error(`no semicolon after ${source.slice(node)}`);
  return { ...place, end: place.end + 1 };
}

function statements(node: Node, ancestors: readonly Node[], scope: Scope): Place[] {
  switch (node.nodeType) {
    case "ExpressionStatement": {
      const expression = child(node, "expression");
      if (!isStatement([...ancestors, node])) return [];
      const changes = changesOf(expression, [...ancestors, node], scope).map(ended);
      const deletion = isReferenceSet(expression) ? [] : [{ operator: "deletion", text: "" } as const];
      return [statement(node, [...changes, ...deletion], scope)];
    }
    case "EmitStatement":
      return [
        statement(node, [...raised(node, "eventCall", "emit", scope), { operator: "deletion", text: "" }], scope),
      ];
    case "RevertStatement":
      return [statement(node, raised(node, "errorCall", "revert", scope), scope)];
    case "IfStatement":
    case "WhileStatement":
    case "ForStatement":
    case "Conditional":
      return conditions(node);
    case "Return":
      return returned(node);
    case "VariableDeclarationStatement":
      return initial(node);
    default:
      return [];
  }
}

/** Whether a statement points a variable at storage, which the compiler wants done on every path. */
function isReferenceSet(expression: Node): boolean {
  return expression.nodeType === "Assignment" && typeOf(child(expression, "leftHandSide")).endsWith("storage pointer");
}

function ended(change: Change): Change {
  return { ...change, text: `${change.text};` };
}

function raised(node: Node, field: "eventCall" | "errorCall", keyword: string, scope: Scope): Change[] {
  return swapsIn(child(node, field), scope).map((change) => ended({ ...change, text: `${keyword} ${change.text}` }));
}

function conditions(node: Node): Place[] {
  const condition = optional(node, "condition");
  if (condition === undefined) return [];
  const changes = ["true", "false"].map((value) => ({ operator: "condition", text: value }) as const);
  return [placed("expression", condition, changes)];
}

function returned(node: Node): Place[] {
  const expression = optional(node, "expression");
  if (expression === undefined || expression.nodeType === "Literal") return [];
  const type = typeOf(expression);
  if (type === "bool") {
    const changes = ["true", "false"].map((value) => ({ operator: "return", text: value }) as const);
    return [placed("expression", expression, changes)];
  }
  return isZeroable(type) ? [placed("expression", expression, [{ operator: "return", text: `${type}(0)` }])] : [];
}

function initial(node: Node): Place[] {
  const value = optional(node, "initialValue");
  if (value === undefined || constantValue(value) !== undefined || value.nodeType === "Literal") return [];
  const type = typeOf(children(node, "declarations")[0] ?? node);
  if (Array.isArray(node["declarations"]) && node["declarations"].length !== 1) return [];
  if (type === "bool") return [placed("expression", value, [{ operator: "initial", text: "false" }])];
  return isZeroable(type) ? [placed("expression", value, [{ operator: "initial", text: `${type}(0)` }])] : [];
}

function isZeroable(type: string): boolean {
  return /^(u?int\d+|address|bytes\d+)$/.test(type);
}

function expressions(node: Node, ancestors: readonly Node[], scope: Scope): Place[] {
  // A statement's own expression was changed with it: it may have no value to choose.
  const parent = ancestors.at(-1);
  if (isStatement(ancestors) || parent?.nodeType === "EmitStatement" || parent?.nodeType === "RevertStatement")
    return [];
  if (parent?.["typeName"] === node || isCallee(node, parent)) return [];
  return [placed("expression", node, changesOf(node, ancestors, scope))];
}

function isCallee(node: Node, parent: Node | undefined): boolean {
  return (
    (parent?.nodeType === "FunctionCall" || parent?.nodeType === "FunctionCallOptions") && parent["expression"] === node
  );
}
