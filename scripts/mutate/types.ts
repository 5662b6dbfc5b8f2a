import { child, children, isNode, type Node, optional, text, typeOf } from "./ast.ts";
import type { Scope } from "./mutation.ts";

/** Types of the parameters or members that a call's arguments fill, as far as its declaration is known. */
export function parameterTypes(call: Node, scope: Scope): (string | undefined)[] {
  const args = children(call, "arguments");
  const callee = child(call, "expression");
  const target = callee.nodeType === "FunctionCallOptions" ? child(callee, "expression") : callee;
  const declared = scope.declarations.get(Number(target["referencedDeclaration"]));
  if (declared === undefined) return args.map(() => undefined);
  const list = optional(declared, "parameters");
  const parameters = list === undefined ? children(declared, "members") : children(list, "parameters");
  const names = Array.isArray(call["names"]) ? (call["names"] as unknown[]) : [];
  // A function attached by `using for` has one more: what stands before the dot.
  const attached = names.length === 0 ? parameters.length - args.length : 0;
  return args.map((_, index) => {
    const named = names.length > 0 ? parameters.find((one) => text(one, "name") === names[index]) : undefined;
    const parameter = named ?? parameters[index + attached];
    return parameter === undefined ? undefined : typeOf(parameter);
  });
}

/** The type that a literal takes where it stands; `uint256` where nothing tells. */
export function contextType(node: Node, ancestors: readonly Node[], scope: Scope): string {
  const parent = ancestors.at(-1);
  if (parent === undefined) return "uint256";
  switch (parent.nodeType) {
    case "BinaryOperation": {
      const shift = ["<<", ">>"].includes(text(parent, "operator"));
      if (shift) return parent["leftExpression"] === node ? typeOf(parent) : "uint256";
      const common = parent["commonType"];
      return typeOf({ ...parent, typeDescriptions: common });
    }
    case "Assignment":
      return typeOf(child(parent, "leftHandSide"));
    case "VariableDeclarationStatement":
      return typeOf(children(parent, "declarations")[0] ?? parent);
    case "Conditional":
      return typeOf(parent).startsWith("uint8") ? contextType(parent, ancestors.slice(0, -1), scope) : typeOf(parent);
    case "FunctionCall": {
      const index = children(parent, "arguments").indexOf(node);
      return parameterTypes(parent, scope)[index] ?? "uint256";
    }
    case "TupleExpression":
      return componentType(node, parent, ancestors.slice(0, -1), scope);
    case "Return":
      return returnTypes(ancestors)[0] ?? "uint256";
    default:
      return "uint256";
  }
}

function componentType(node: Node, tuple: Node, ancestors: readonly Node[], scope: Scope): string {
  const components = children(tuple, "components");
  if (components.length === 1) return contextType(tuple, ancestors, scope);
  if (ancestors.at(-1)?.nodeType !== "Return") return "uint256";
  return returnTypes(ancestors)[components.indexOf(node)] ?? "uint256";
}

function returnTypes(ancestors: readonly Node[]): string[] {
  const definition = ancestors.find((one) => one.nodeType === "FunctionDefinition");
  if (definition === undefined) return [];
  return children(child(definition, "returnParameters"), "parameters").map(typeOf);
}

/** Whether a node declares a constant of a contract or file, whose value the compiler writes where it is used. */
export function isConstant(declared: Node | undefined): declared is Node {
  return declared?.nodeType === "VariableDeclaration" && declared["constant"] === true;
}

/** The value of an expression that the compiler works out: a literal, or several. */
export function constantValue(node: Node): bigint | undefined {
  const match = /^int_const (-?\d+)$/.exec(typeOf(node));
  return match?.[1] === undefined ? undefined : BigInt(match[1]);
}

/** An enumeration's values, in order, by one of them. */
export function enumValues(member: Node, scope: Scope): string[] {
  const reference = Number(member["referencedDeclaration"]);
  if (scope.declarations.get(reference)?.nodeType !== "EnumValue") return [];
  for (const declared of scope.declarations.values()) {
    if (declared.nodeType !== "EnumDefinition") continue;
    const members = children(declared, "members");
    if (members.some((one) => one["id"] === reference)) return members.map((one) => text(one, "name"));
  }
  return [];
}

/** Whether an expression stands where it is written to, so that no other expression can take its place. */
export function isWritten(node: Node, ancestors: readonly Node[]): boolean {
  const parent = ancestors.at(-1);
  if (parent === undefined) return false;
  if (parent.nodeType === "Assignment") return parent["leftHandSide"] === node;
  if (parent.nodeType === "TupleExpression") return isWritten(parent, ancestors.slice(0, -1));
  return false;
}

/** Whether an expression is a statement of its own. */
export function isStatement(ancestors: readonly Node[]): boolean {
  const [grand, parent] = ancestors.slice(-2);
  if (parent?.nodeType !== "ExpressionStatement") return false;
  return !(isNode(grand) && grand.nodeType === "ForStatement" && grand["loopExpression"] === parent);
}
