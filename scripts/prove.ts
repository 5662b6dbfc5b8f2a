// Proves the libraries' properties (scripts/prove/properties) with the compiler's own model checker, or says which it can't.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { check, type Verdict } from "./prove/check.ts";
import { inParallel } from "./prove/parallel.ts";
import { type Property, readProperties, sliceFor } from "./prove/properties.ts";
import { selfTest } from "./prove/self-test.ts";
import { wholeNumber } from "./support/arguments.ts";
import { printTable, step, UsageError } from "./support/terminal.ts";

const USAGE = "usage: npm run prove -- [--only PROPERTY] [--jobs NUMBER] [--self-test]";

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: "string" },
        jobs: { type: "string", default: String(availableParallelism()) },
        "self-test": { type: "boolean", default: false },
      },
    });
    return { only: values.only, jobs: wholeNumber("jobs", values.jobs, 99), selfTest: values["self-test"] };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; ${USAGE}`);
  }
}

function chosen(properties: readonly Property[], only: string | undefined): readonly Property[] {
  if (only === undefined) return properties;
  const found = properties.filter((property) => property.function.name === only);
  if (found.length > 0) return found;
  throw new UsageError(
    `--only ${only}: no such property; there are ${properties.map((each) => each.function.name).join(", ")}`,
  );
}

/** What a property is about: the library's code, the code with cuts, or the library's steps said again. */
function subject({ restates, cuts }: Property): string {
  if (restates.length > 0) return "restated";
  return cuts.length > 0 ? `code, cut: ${cuts.join(", ")}` : "code";
}

/** Whether the answer is the one that was declared. */
function agrees(property: Property, { result }: Verdict): boolean {
  return (result === "proved") === (property.open === null);
}

async function prove(properties: readonly Property[], jobs: number): Promise<boolean> {
  const verdicts = await step(`${properties.length} properties`, (say) =>
    inParallel(
      properties,
      jobs,
      (property, signal) =>
        check(property, sliceFor(property), property.open === null ? "unlimited" : "measured", signal),
      (done) => {
        say(`${done} done`);
      },
    ),
  );
  const answers = properties.map((property, index) => ({ property, verdict: verdicts[index] as Verdict }));
  printTable(
    ["property", "function", "of the", "result", "seconds"],
    answers.map(({ property, verdict }) => [
      property.words,
      `${property.function.contract}.${property.function.name}`,
      subject(property),
      property.open !== null && verdict.result !== "proved" ? "open" : verdict.result,
      verdict.seconds.toFixed(1),
    ]),
  );
  for (const { property } of answers.filter((each) => each.property.open !== null)) {
    console.log(`open: ${property.function.name}: ${property.open ?? ""}`);
  }
  const wrong = answers.filter(({ property, verdict }) => !agrees(property, verdict));
  for (const { property, verdict } of wrong) {
    const { contract, name } = property.function;
    if (property.open !== null)
      console.error(`${contract}.${name} is declared open, but proved: take @custom:open off`);
    else console.error(`${contract}.${name} is ${verdict.result}: ${verdict.details}`);
  }
  const proved = answers.filter(({ verdict }) => verdict.result === "proved").length;
  const open = answers.filter(({ property }) => property.open !== null).length;
  console.log(`${proved} proved, ${open} open as declared, ${wrong.length} otherwise than declared`);
  return wrong.length === 0;
}

try {
  const options = readArguments();
  const properties = chosen(await readProperties(), options.only);
  const good = options.selfTest ? await selfTest(properties, options.jobs) : await prove(properties, options.jobs);
  process.exitCode = good ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`prove: ${error.message}`);
  process.exitCode = 2;
}
