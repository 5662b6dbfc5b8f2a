import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { present } from "../support/present.ts";
import { UsageError } from "../support/terminal.ts";
import { CUTS } from "./cuts.ts";
import { edited, functionsOf, readSources, sliced, type SolidityFunction, type Sources } from "./sources.ts";

const FOLDER = "scripts/prove/properties";

/** What is asked of z3 for a property: its assertions, or that arithmetic never fails anywhere it leads. */
export type Target = "assert" | "overflow" | "underflow" | "divByZero";
const TARGETS: readonly Target[] = ["assert", "overflow", "underflow", "divByZero"];

/** An external function of a contract in `properties/`. */
export interface Property {
  readonly function: SolidityFunction;
  /** What it says, in plain words. */
  readonly words: string;
  readonly cuts: readonly string[];
  /** Library text that is restated in the property rather than called: `Library: text`. */
  readonly restates: readonly string[];
  /** Why it is not proved, and what stands in for it; null: it is to be proved. */
  readonly open: string | null;
  readonly targets: readonly Target[];
  /** Where its assertions stand in its file, in bytes. */
  readonly assertions: readonly number[];
  /** The file and what it imports, with the cuts made; and all functions in there. */
  readonly sources: Sources;
  readonly functions: readonly SolidityFunction[];
}

/**
 * All properties, in the order of their files.
 * @throws UsageError where one says nothing, asks nothing, or no longer fits the libraries.
 */
export async function readProperties(): Promise<Property[]> {
  const files = (await readdir(fileURLToPath(new URL("./properties", import.meta.url)))).sort();
  const lists = await Promise.all(
    files.map(async (file) => {
      const entry = `${FOLDER}/${file}`;
      const sources = await readSources(entry);
      const functions = functionsOf(sources);
      return functions
        .filter((each) => each.file === entry && each.visibility === "external")
        .map((each) => asProperty(each, sources, functions));
    }),
  );
  return lists.flat();
}

/** What the compiler is given for a property. */
export function sliceFor(property: Property): Sources {
  return sliced(property.sources, property.functions, property.function);
}

function asProperty(subject: SolidityFunction, original: Sources, functions: readonly SolidityFunction[]): Property {
  const tags = tagsOf(subject.notes);
  const wrong = (what: string): UsageError => new UsageError(`${subject.file}, ${subject.name}: ${what}`);
  const all = (tag: string): string[] => tags.filter(([name]) => name === tag).map(([, text]) => text);
  const listed = (tag: string): string[] => all(tag).flatMap((text) => text.split(" "));

  const words = all("notice").join(" ");
  if (words === "") throw wrong("says nothing in plain words: add @notice");
  const cuts = listed("custom:cuts");
  const edits = cuts.flatMap((cut) => {
    const known = CUTS[cut];
    if (known === undefined) throw wrong(`no cut is called ${cut}: see scripts/prove/cuts.ts`);
    return known.edits;
  });
  const targets = listed("custom:targets").map((name) => {
    const target = TARGETS.find((each) => each === name);
    if (target === undefined) throw wrong(`no target is called ${name}: ${TARGETS.join(", ")}`);
    return target;
  });
  const assertions = [...subject.text.matchAll(/\bassert\(/g)].map(({ index }) => subject.start + index);
  if (assertions.length === 0 && targets.length === 0) throw wrong("asserts nothing and has no @custom:targets");
  const sources = edited(original, edits);
  const restates = all("custom:restates");
  for (const quote of restates) if (!stands(quote, original)) throw wrong(`the library no longer says ${quote}`);
  return {
    function: subject,
    words,
    cuts,
    restates,
    open: all("custom:open")[0] ?? null,
    targets: targets.length === 0 ? ["assert"] : targets,
    assertions: targets.length === 0 ? assertions : [],
    sources,
    // Cuts are made in libraries: they move functions there, and no property.
    functions: [
      ...functions.filter(({ file }) => file === subject.file),
      ...(cuts.length === 0 ? functions : functionsOf(sources)).filter(({ file }) => file !== subject.file),
    ],
  };
}

/** The tags of a NatSpec comment and their text, on one line each. */
function tagsOf(notes: string): [name: string, text: string][] {
  return [...notes.matchAll(/@([\w:]+)\s+([^@]*)/g)].map(([, name = "", text = ""]) => [
    name,
    text.replace(/\s+/g, " ").trim(),
  ]);
}

/** Whether a library has the text, whatever its line breaks. */
function stands(quote: string, sources: Sources): boolean {
  const [, library, text] = present(/^(\w+): (.*)$/.exec(quote), `"Library: text" in ${quote}`);
  const source = sources.get(`contracts/libraries/${library ?? ""}.sol`) ?? "";
  return source.replace(/\s+/g, " ").includes(text ?? "");
}
