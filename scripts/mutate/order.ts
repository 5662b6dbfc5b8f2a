import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { join as joinPosix } from "node:path/posix";
import { child, type Node, text, walk } from "./ast.ts";
import type { Sources } from "./compiler.ts";
import type { Mutant } from "./mutation.ts";
import type { Step, Test } from "./protocol.ts";

/** Tests of the tests, which run no contract, and 65,536 rounds for their gas, which takes the instrumented code minutes. */
const LEFT_OUT = ["test/contracts/completeness.ts", "test/contracts/holds.ts"];

/** Mocha files that test a library through a harness of its own and reach no other code. They are slow. */
const HARNESSES: Readonly<Record<string, string>> = {
  "test/contracts/payout-random.ts": "contracts/mocks/PayoutHarness.sol",
};

/** How many tests that killed a neighbour are tried before all others. */
const FAVOURITES = 8;

/** Which tests judge a mutant, the likeliest to kill it first. */
export class Order {
  readonly #mocha: ReadonlyMap<string, string>;
  readonly #solidity: readonly string[];
  readonly #sources: Sources;
  readonly #entries: ReadonlyMap<string, readonly string[]>;

  constructor(root: string, sources: Sources, contracts: readonly Node[]) {
    const folders = ["test/contracts", "test/adversary"];
    const files = folders.flatMap((folder) => list(root, folder, ".ts")).filter((file) => !LEFT_OUT.includes(file));
    this.#mocha = new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")]));
    this.#solidity = [...sources.keys()].filter((path) => path.endsWith(".t.sol"));
    this.#sources = sources;
    this.#entries = entryPoints(contracts);
  }

  /** Everything, for the contract as it is. */
  all(): Step[] {
    return [...this.#solidity.map(solidity), { runner: "mocha", files: [...this.#mocha.keys()] }];
  }

  /** @param quick Only the likeliest: enough to kill most mutants, and too few to say that one survives. */
  steps(mutant: Mutant, favourites: readonly Test[], quick = false): Step[] {
    const fuzz = this.#solidity.filter((file) => !isInvariant(file) && reaches(file, mutant.file, this.#sources));
    const own = `${basename(mutant.file, ".sol")}.t.sol`;
    fuzz.sort((a, b) => Number(basename(b) === own) - Number(basename(a) === own));
    const invariants = this.#solidity.filter((file) => isInvariant(file) && reaches(file, mutant.file, this.#sources));
    const mocha: Step = { runner: "mocha", files: this.#mochaFor(mutant) };
    const library = mutant.file.startsWith("contracts/libraries/");
    const units = fuzz.map(solidity);
    const liked = favouriteSteps(favourites.slice(0, FAVOURITES));
    if (quick) return [...liked, ...(library ? units.slice(0, 2) : [{ ...mocha, files: mocha.files.slice(0, 3) }])];
    return [...liked, ...(library ? [...units, mocha] : [mocha, ...units]), ...invariants.map(solidity)];
  }

  /** Mocha files by how often they name what leads to the mutant's function. */
  #mochaFor(mutant: Mutant): string[] {
    const names = this.#entries.get(mutant.site) ?? [mutant.site];
    const pattern = new RegExp(names.join("|"), "gi");
    const score = (file: string) => [...(this.#mocha.get(file) ?? "").matchAll(pattern)].length;
    return [...this.#mocha.keys()]
      .filter((file) => {
        const harness = HARNESSES[file];
        return harness === undefined || reaches(harness, mutant.file, this.#sources);
      })
      .map((file) => ({ file, slow: file in HARNESSES, score: score(file) }))
      .sort((a, b) => Number(a.slow) - Number(b.slow) || b.score - a.score)
      .map(({ file }) => file);
  }
}

function list(root: string, folder: string, extension: string): string[] {
  try {
    return readdirSync(join(root, folder))
      .filter((name) => name.endsWith(extension))
      .map((name) => `${folder}/${name}`);
  } catch {
    return []; // a folder that is not there yet
  }
}

function isInvariant(file: string): boolean {
  return file.startsWith("test/invariant/");
}

function solidity(file: string): Step {
  return { runner: "solidity", files: [file] };
}

function favouriteSteps(tests: readonly Test[]): Step[] {
  const steps = new Map<string, { runner: Test["runner"]; files: string[]; titles: string[] }>();
  for (const { runner, file, title } of tests) {
    // Mocha runs many files at once, the Solidity runner one after the other.
    const key = runner === "mocha" ? runner : file;
    const step = steps.get(key) ?? { runner, files: [], titles: [] };
    steps.set(key, step);
    if (!step.files.includes(file)) step.files.push(file);
    step.titles.push(title);
  }
  return [...steps.values()];
}

/** Whether a source imports another one, itself or through others. */
function reaches(from: string, to: string, sources: Sources, seen = new Set<string>()): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  const imports = (sources.get(from) ?? "").matchAll(/^import [^"]*"(\.[^"]+)"/gm);
  return [...imports].some(([, path]) => reaches(joinPosix(dirname(from), path ?? ""), to, sources, seen));
}

/** For each function's name, the functions open to callers from which it is reached. */
function entryPoints(contracts: readonly Node[]): ReadonlyMap<string, readonly string[]> {
  const callers = new Map<number, Set<Node>>();
  const definitions: Node[] = [];
  for (const contract of contracts) {
    walk(contract, (node, ancestors) => {
      if (node.nodeType === "FunctionDefinition") definitions.push(node);
      if (node.nodeType !== "FunctionCall") return;
      const caller = ancestors.find((one) => one.nodeType === "FunctionDefinition");
      const target = Number(child(node, "expression")["referencedDeclaration"]);
      if (caller !== undefined) callers.set(target, (callers.get(target) ?? new Set()).add(caller));
    });
  }
  const entries = new Map<string, string[]>();
  for (const definition of definitions) {
    const reached = new Set([definition]);
    for (const one of reached) for (const caller of callers.get(Number(one["id"])) ?? []) reached.add(caller);
    const open = [...reached].filter((one) => ["external", "public"].includes(text(one, "visibility")));
    const names = open.map((one) => text(one, "name")).filter((name) => name !== "");
    if (names.length > 0) entries.set(text(definition, "name"), names);
  }
  return entries;
}
