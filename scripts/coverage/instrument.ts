import { createHash } from "node:crypto";
import { allChildren, child, children, type Node, parse, range } from "./ast.ts";

/** A statement, or a condition with two outcomes. */
export type Probe = {
  readonly kind: "statement" | "condition";
  /** 64 hexadecimal digits, even; a condition that was true sends one more. */
  readonly id: string;
  readonly line: number;
  /** The code, on one line. */
  readonly text: string;
};

/** File that instrumented sources import. */
export const PROBE_SOURCE = "__Probe.sol";

/** `Probe.sol` once more, for blocks of assembly: they can't call Solidity. */
const YUL_PROBE = [
  "function __hit(id) {",
  "let before := mload(0) mstore(0, id)",
  "pop(staticcall(gas(), 0xc0bEc0BEc0BeC0bEC0beC0bEC0bEC0beC0beC0BE, 0, 32, 0, 0)) mstore(0, before)",
  "} function __seen(id, outcome) -> same { __hit(add(id, iszero(iszero(outcome)))) same := outcome }",
].join(" ");

/** Branches that nothing below takes apart: better an error than overlooked. */
const UNKNOWN = new Set(["TryStatement", "YulSwitch"]);
const YUL_BRANCHES = new Set(["YulIf", "YulForLoop", "YulBlock"]);
const LOGICAL = new Set(["&&", "||"]);

/**
 * Puts a probe before every statement and around every condition, by the compiler's own tree. Conditions are what `if`,
 * `?:` and loops ask, and every operand of `&&` and `||`; they are taken apart at these and at `!`, to what has no part.
 * @param name Tells the ids of sources apart.
 * @throws Error on a construct whose branches it doesn't know.
 */
export function instrument(name: string, content: string): { source: string; probes: Probe[] } {
  const work = new Instrumentation(name, Buffer.from(content));
  work.visit(parse(name, content));
  return { source: `${work.source()}\nimport {Probe as __Probe} from "${PROBE_SOURCE}";\n`, probes: work.probes };
}

/**
 * Calls every pure function a view: a probe looks at the world, so whoever calls one is pure no more. Sources without
 * probes need it where they call those that have some.
 */
export function withoutPure(name: string, content: string): string {
  const bytes = Buffer.from(content);
  const edits: Edit[] = [];
  const visit = (node: Node): void => {
    if (node["stateMutability"] === "pure") edits.push(loosened(node, bytes));
    for (const next of allChildren(node)) visit(next);
  };
  visit(parse(name, content));
  return edited(bytes, edits);
}

function loosened(definition: Node, content: Buffer): Edit {
  const { end } = range(child(definition, "parameters"));
  const at = content.indexOf("pure", end);
  if (at < 0 || at > range(definition).end) throw new Error(`no "pure" found in ${definition.nodeType} at ${end}`);
  return { at, removes: "pure".length, text: "view", closes: false };
}

/** At a byte, so many bytes replaced by a text. */
type Edit = { readonly at: number; readonly removes?: number; readonly text: string; readonly closes: boolean };

/** What closes something goes before what opens the next at the same byte. */
function edited(content: Buffer, edits: readonly Edit[]): string {
  const parts: Buffer[] = [];
  let from = 0;
  for (const { at, removes = 0, text } of edits.toSorted(
    (a, b) => a.at - b.at || Number(b.closes) - Number(a.closes),
  )) {
    parts.push(content.subarray(from, at), Buffer.from(text));
    from = at + removes;
  }
  return Buffer.concat([...parts, content.subarray(from)]).toString();
}

class Instrumentation {
  readonly probes: Probe[] = [];
  readonly #name: string;
  /** The compiler counts bytes, not characters. */
  readonly #content: Buffer;
  readonly #edits: Edit[] = [];
  readonly #wrapped = new Set<Node>();

  constructor(name: string, content: Buffer) {
    this.#name = name;
    this.#content = content;
  }

  source(): string {
    return edited(this.#content, this.#edits);
  }

  visit(node: Node): void {
    if (UNKNOWN.has(node.nodeType)) throw new Error(`${this.#name}: no probes are known for ${node.nodeType}`);
    if (node["stateMutability"] === "pure") this.#edits.push(loosened(node, this.#content));
    this.#probe(node);
    for (const next of allChildren(node)) this.visit(next);
  }

  #probe(node: Node): void {
    switch (node.nodeType) {
      case "Block":
      case "UncheckedBlock":
        for (const statement of children(node, "statements")) this.#before(statement, "__Probe.hit(", "); ");
        return;
      case "IfStatement":
        this.#conditions(child(node, "condition"));
        for (const body of [...children(node, "trueBody"), ...children(node, "falseBody")]) this.#body(body);
        return;
      case "ForStatement":
      case "WhileStatement":
      case "DoWhileStatement":
        for (const condition of children(node, "condition")) this.#conditions(condition);
        this.#body(child(node, "body"));
        return;
      case "Conditional":
        this.#conditions(child(node, "condition"));
        return;
      case "BinaryOperation":
        if (LOGICAL.has(String(node["operator"]))) this.#conditions(node);
        return;
      case "InlineAssembly":
        this.#insert(range(child(node, "AST")).start + 1, ` ${YUL_PROBE} `);
        return;
      case "YulBlock":
        this.#yulStatements(children(node, "statements"));
        return;
      case "YulIf":
      case "YulForLoop":
        this.#around(child(node, "condition"), "__seen(");
        return;
    }
  }

  /** What follows each other without a branch is run as one, and there is much of it: the first of it tells of all. */
  #yulStatements(statements: readonly Node[]): void {
    let afterBranch = true;
    for (const statement of statements) {
      if (statement.nodeType === "YulFunctionDefinition") continue;
      if (afterBranch) this.#before(statement, "__hit(", ") ");
      afterBranch = YUL_BRANCHES.has(statement.nodeType);
    }
  }

  /** A body without braces gets them, or its probe would be the body. */
  #body(body: Node): void {
    if (body.nodeType === "Block") return;
    const { start, end } = range(body);
    this.#insert(start, "{ ");
    this.#before(body, "__Probe.hit(", "); ");
    // The range of most statements leaves their semicolon out.
    const [rest = ""] = /^\s*;/.exec(this.#content.toString("utf8", end)) ?? [];
    if (rest === "" && !/[;}]$/.test(this.#content.toString("utf8", start, end))) {
      throw new Error(`${this.#name}: no end found of the ${body.nodeType} on line ${this.#lineOf(start)}`);
    }
    this.#edits.push({ at: end + rest.length, text: " }", closes: true });
  }

  #conditions(root: Node): void {
    for (const part of partsOf(root)) {
      if (this.#wrapped.has(part)) continue;
      this.#wrapped.add(part);
      this.#around(part, "__Probe.seen(");
    }
  }

  #before(statement: Node, open: string, close: string): void {
    this.#insert(range(statement).start, `${open}0x${this.#register("statement", statement)}${close}`);
  }

  #around(condition: Node, open: string): void {
    const { start, end } = range(condition);
    this.#insert(start, `${open}0x${this.#register("condition", condition)}, `);
    this.#edits.push({ at: end, text: ")", closes: true });
  }

  #insert(at: number, text: string): void {
    this.#edits.push({ at, text, closes: false });
  }

  #register(kind: Probe["kind"], node: Node): string {
    const { start, end } = range(node);
    const digest = createHash("sha256").update(`${this.#name} ${kind} ${start} ${end}`).digest();
    digest.writeUInt8(digest.readUInt8(31) & 0xfe, 31);
    const id = digest.toString("hex");
    const text = this.#content.toString("utf8", start, end).replace(/\s+/g, " ");
    this.probes.push({ kind, id, line: this.#lineOf(start), text });
    return id;
  }

  #lineOf(at: number): number {
    return this.#content.toString("utf8", 0, at).split("\n").length;
  }
}

/** The conditions that a condition is made of by `&&`, `||`, `!` and parentheses. */
function partsOf(node: Node): Node[] {
  const operator = String(node["operator"]);
  if (node.nodeType === "BinaryOperation" && LOGICAL.has(operator)) {
    return [...partsOf(child(node, "leftExpression")), ...partsOf(child(node, "rightExpression"))];
  }
  if (node.nodeType === "UnaryOperation" && operator === "!") return partsOf(child(node, "subExpression"));
  const [component] = children(node, "components");
  return node.nodeType === "TupleExpression" && component !== undefined ? partsOf(component) : [node];
}
