/** A node of the compiler's AST, or of the Yul AST inside an InlineAssembly. What a kind of node has is asked for by name. */
export type Node = { readonly nodeType: string; readonly src: string; readonly [field: string]: unknown };

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "nodeType" in value;
}

/** A child that must be there. */
export function child(node: Node, field: string): Node {
  const value = node[field];
  if (!isNode(value)) throw new Error(`${node.nodeType} at ${node.src} has no ${field}`);
  return value;
}

export function optional(node: Node, field: string): Node | undefined {
  const value = node[field];
  return isNode(value) ? value : undefined;
}

/** Children in a list; holes, as in `(, x) = f()`, are left out. */
export function children(node: Node, field: string): Node[] {
  const value = node[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

export function text(node: Node, field: string): string {
  const value = node[field];
  return typeof value === "string" ? value : "";
}

/** The type of an expression as the compiler writes it, e.g. `uint256`, `int_const 1`. */
export function typeOf(node: Node): string {
  const types = node["typeDescriptions"];
  if (typeof types !== "object" || types === null || !("typeString" in types)) return "";
  return typeof types.typeString === "string" ? types.typeString : "";
}

/** First byte and the one after the last. Sources are read as latin1, so that a byte is a character. */
export function rangeOf(node: Node): readonly [start: number, end: number] {
  const [start = 0, length = 0] = node.src.split(":").map(Number);
  return [start, start + length];
}

export type Visit = (node: Node, ancestors: readonly Node[]) => void;

/** Visits a node and everything under it, parents first; the nearest ancestor stands last. */
export function walk(node: Node, visit: Visit, ancestors: readonly Node[] = []): void {
  visit(node, ancestors);
  const inner = [...ancestors, node];
  for (const value of Object.values(node)) {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) if (isNode(one)) walk(one, visit, inner);
  }
}

/** Every declaration of some sources by its id. */
export function declarations(roots: readonly Node[]): ReadonlyMap<number, Node> {
  const byId = new Map<number, Node>();
  for (const root of roots) {
    walk(root, (node) => {
      if (typeof node["id"] === "number") byId.set(node["id"], node);
    });
  }
  return byId;
}
