import { createRequire } from "node:module";

/** A node of solc's tree, of Solidity or of Yul. */
export type Node = { readonly nodeType: string; readonly src: string; readonly [field: string]: unknown };

type Solc = { compile(input: string): string };
type Output = {
  readonly sources?: Record<string, { readonly ast: Node }>;
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
};

const solc = createRequire(import.meta.url)("solc") as Solc;

/** Parses a source without looking at what it imports. @throws Error with what the compiler says. */
export function parse(name: string, content: string): Node {
  const input = {
    language: "Solidity",
    sources: { [name]: { content } },
    settings: { stopAfter: "parsing", outputSelection: { "*": { "": ["ast"] } } },
  };
  const { sources, errors = [] } = JSON.parse(solc.compile(JSON.stringify(input))) as Output;
  const tree = sources?.[name]?.ast;
  if (tree === undefined) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  return tree;
}

/** First byte of the node in its source, and the byte after its last. */
export function range({ src }: Node): { start: number; end: number } {
  const [start = 0, length = 0] = src.split(":").map(Number);
  return { start, end: start + length };
}

/** A child that must be there. */
export function child(node: Node, field: string): Node {
  const value = node[field];
  if (!isNode(value)) throw new Error(`${node.nodeType} at ${node.src}: no ${field}`);
  return value;
}

/** Children of a field, none where it is empty. */
export function children(node: Node, field: string): Node[] {
  const value = node[field];
  return (Array.isArray(value) ? (value as unknown[]) : [value]).filter(isNode);
}

/** All children. */
export function allChildren(node: Node): Node[] {
  return Object.keys(node).flatMap((field) => children(node, field));
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "nodeType" in value;
}
