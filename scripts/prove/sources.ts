import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { present } from "../support/present.ts";
import { UsageError } from "../support/terminal.ts";
import type { Edit } from "./cuts.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const { compile } = createRequire(import.meta.url)("solc") as { compile: (input: string) => string };

/**
 * Files by path from the root. The text is kept a byte a character, as the compiler counts places in bytes: blanking out
 * and editing then never moves what stands before.
 */
export type Sources = ReadonlyMap<string, string>;

export interface Node {
  readonly nodeType: string;
  readonly src: string;
  readonly name?: string;
  readonly visibility?: string;
  readonly contractKind?: string;
  readonly documentation?: { readonly text: string } | null;
  readonly nodes?: readonly Node[];
}

export interface SolidityFunction {
  readonly file: string;
  readonly contract: string;
  readonly name: string;
  readonly visibility: string;
  readonly notes: string;
  readonly start: number;
  readonly text: string;
}

/** Reads a file and all that it imports. Only relative imports: what is proved depends on nothing from outside. */
export async function readSources(entry: string): Promise<Sources> {
  const sources = new Map<string, string>();
  const follow = async (path: string): Promise<void> => {
    if (sources.has(path)) return;
    const text = await readFile(join(ROOT, path), "latin1");
    sources.set(path, text);
    for (const [, imported] of text.matchAll(/^import .*"(\..*)";$/gm)) {
      await follow(posix.join(posix.dirname(path), present(imported, "an import's path")));
    }
  };
  await follow(entry);
  return sources;
}

/**
 * The sources with the edits made.
 * @throws UsageError where an edit's text does not stand in its file exactly once.
 */
export function edited(sources: Sources, edits: readonly Edit[]): Sources {
  const result = new Map(sources);
  for (const { file, from, to } of edits) {
    const parts = present(result.get(file), `${file} among the sources`).split(from);
    if (parts.length !== 2) {
      throw new UsageError(
        `${file} has ${parts.length - 1} times, not once: ${from}\nThe library changed; look at the proof again, then at scripts/prove/cuts.ts`,
      );
    }
    result.set(file, parts.join(to));
  }
  return result;
}

/** What the compiler is given, and takes. */
export function asInput(sources: Sources): Record<string, { content: string }> {
  return Object.fromEntries(
    [...sources].map(([path, text]) => [path, { content: Buffer.from(text, "latin1").toString("utf8") }]),
  );
}

/** Every function of every contract and library. */
export function functionsOf(sources: Sources): SolidityFunction[] {
  const output = JSON.parse(
    compile(
      JSON.stringify({
        language: "Solidity",
        sources: asInput(sources),
        settings: { stopAfter: "parsing", outputSelection: { "*": { "": ["ast"] } } },
      }),
    ),
  ) as { errors?: { severity: string; formattedMessage: string }[]; sources: Record<string, { ast: Node }> };
  const error = output.errors?.find(({ severity }) => severity === "error");
  if (error !== undefined) throw new UsageError(error.formattedMessage);
  return Object.entries(output.sources).flatMap(([file, { ast }]) =>
    (ast.nodes ?? [])
      .filter(({ contractKind }) => contractKind === "contract" || contractKind === "library")
      .flatMap((contract) =>
        (contract.nodes ?? [])
          .filter(({ nodeType }) => nodeType === "FunctionDefinition")
          .map((node) => asFunction(sources, file, contract, node)),
      ),
  );
}

function asFunction(sources: Sources, file: string, contract: Node, node: Node): SolidityFunction {
  const [start = 0, length = 0] = node.src.split(":").map(Number);
  return {
    file,
    contract: contract.name ?? "",
    name: node.name ?? "",
    visibility: node.visibility ?? "",
    notes: node.documentation?.text ?? "",
    start,
    text: present(sources.get(file), file).slice(start, start + length),
  };
}

/**
 * The sources with every function blanked out that one does not lead to: z3 is given the program whole, and what it need
 * not look at costs it most of its time. Functions go by their names, so rather too many stay than too few.
 */
export function sliced(sources: Sources, functions: readonly SolidityFunction[], kept: SolidityFunction): Sources {
  const others = functions.filter(({ file, visibility }) => !(file === kept.file && visibility === "external"));
  const reached = new Set<SolidityFunction>([kept]);
  for (const { text } of reached) {
    const words = new Set(text.match(/\w+/g));
    for (const other of others) if (words.has(other.name)) reached.add(other);
  }
  const result = new Map(sources);
  for (const unused of functions.filter((each) => !reached.has(each))) {
    const text = present(result.get(unused.file), unused.file);
    const end = unused.start + unused.text.length;
    result.set(unused.file, text.slice(0, unused.start) + blank(unused.text) + text.slice(end));
  }
  return result;
}

/** As many bytes and lines, and nothing else. */
export function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}
