import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { declarations, isNode, type Node } from "./ast.ts";
import { blamed, instrument, type Instrumented, SWITCH, SWITCH_PATH, viewsForPure } from "./instrument.ts";
import { rewrite } from "./source.ts";

type Import = (path: string) => { contents: string } | { error: string };
type Solc = { readonly compile: (input: string, callbacks: { import: Import }) => string };
const solc = createRequire(import.meta.url)("solc") as Solc;

type CompilerError = {
  severity: string;
  formattedMessage: string;
  sourceLocation?: { file: string; start: number; end: number };
};
type Output = { errors?: CompilerError[]; sources?: Record<string, { ast: unknown }> };

/** Sources by path from the project's root, one character a byte. */
export type Sources = ReadonlyMap<string, string>;

/** What is mutated: the core and the libraries. The token, interfaces and mocks are not. */
export function isMutated(path: string): boolean {
  return /^contracts\/(core|libraries)\/\w+\.sol$/.test(path) || path === "contracts/NumeraireStaking.sol";
}

/** All contracts and Solidity tests of a project. */
export function readSources(root: string): Sources {
  const paths = ["contracts", "test"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) => `${folder}/${path}`),
  );
  const solidity = paths.filter((path) => path.endsWith(".sol")).sort();
  return new Map(solidity.map((path) => [path, readFileSync(join(root, path), "latin1")]));
}

function analyse(sources: Sources, root: string): Output {
  const input = {
    language: "Solidity",
    sources: Object.fromEntries([...sources].map(([path, text]) => [path, { content: toUtf8(text) }])),
    settings: { outputSelection: { "*": { "": ["ast"] } }, evmVersion: "cancun" },
  };
  const imported = (path: string) => ({ contents: readFileSync(join(root, "node_modules", path), "utf8") });
  return JSON.parse(solc.compile(JSON.stringify(input), { import: imported })) as Output;
}

function toUtf8(text: string): string {
  return Buffer.from(text, "latin1").toString("utf8");
}

/** @throws Error where the sources don't compile as they are. */
export function parse(sources: Sources, root: string): ReadonlyMap<string, Node> {
  const { errors = [], sources: analysed = {} } = analyse(sources, root);
  const wrong = errors.find(({ severity }) => severity === "error");
  if (wrong !== undefined) throw new Error(wrong.formattedMessage);
  const roots = new Map<string, Node>();
  for (const [path, { ast }] of Object.entries(analysed)) if (isNode(ast)) roots.set(path, ast);
  return roots;
}

/** All mutants, one number each from 1 on. */
export function findMutants(sources: Sources, root: string): { found: Instrumented[]; roots: Node[] } {
  const roots = parse(sources, root);
  const declared = declarations([...roots.values()]);
  const found: Instrumented[] = [];
  let number = 1;
  for (const [path, content] of sources) {
    const ast = roots.get(path);
    if (!isMutated(path) || ast === undefined) continue;
    const one = instrument(path, content, ast, declared, number);
    number += one.mutants.length;
    found.push(one);
  }
  return { found, roots: [...roots.values()] };
}

export type Schemata = { readonly sources: Sources; readonly invalid: ReadonlySet<number> };

/**
 * The sources with all mutants in them that the compiler takes; the others are `invalid`.
 * @throws Error for a fault of the compiler's that no mutant is to blame for.
 */
export function buildSchemata(original: Sources, found: readonly Instrumented[], root: string): Schemata {
  const invalid = new Set<number>();
  for (;;) {
    const sources = new Map([[SWITCH_PATH, SWITCH]]);
    for (const [path, content] of original) sources.set(path, rewrite(content, viewsForPure(content)));
    for (const one of found) sources.set(one.source.path, one.render(invalid));
    const errors = (analyse(sources, root).errors ?? []).filter(({ severity }) => severity === "error");
    if (errors.length === 0) return { sources, invalid };
    const before = invalid.size;
    for (const { sourceLocation: at, formattedMessage } of errors) {
      const guilty = at === undefined ? [] : blamed(sources.get(at.file) ?? "", at.start, at.end);
      if (guilty.length === 0) throw new Error(formattedMessage);
      for (const number of guilty) invalid.add(number);
    }
    if (invalid.size === before) throw new Error(errors[0]?.formattedMessage);
  }
}
