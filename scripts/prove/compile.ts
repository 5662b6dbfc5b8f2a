// One run of the compiler, standard JSON in and out. A process of its own: the compiler never yields, so that only ending
// its process ends it, and z3 starts afresh for every property, which makes every run the same.
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

/** What a run says: the compiler's output, and the processor's time, which other programs lengthen least. */
export interface Run {
  readonly output: string;
  readonly seconds: number;
}

const { compile } = createRequire(import.meta.url)("solc") as { compile: (input: string) => string };
const output = compile(await text(process.stdin));
const { user, system } = process.cpuUsage();
process.stdout.write(JSON.stringify({ output, seconds: (user + system) / 1e6 } satisfies Run));
