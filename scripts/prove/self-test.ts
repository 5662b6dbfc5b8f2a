import { printTable, step, UsageError } from "../support/terminal.ts";
import { check, type Verdict } from "./check.ts";
import type { Edit } from "./cuts.ts";
import { inParallel } from "./parallel.ts";
import { type Property, sliceFor } from "./properties.ts";
import { blank, edited, type Sources } from "./sources.ts";

/** A library that is wrong, and the property that must notice. */
interface Mutant extends Edit {
  readonly property: string;
}

const PAYOUT_MATH = "contracts/libraries/PayoutMath.sol";
const WORDS = "contracts/libraries/Words.sol";
const STAKE_LEDGER = "contracts/libraries/StakeLedger.sol";

const MUTANTS: readonly Mutant[] = [
  {
    property: "rewardIsWithinClip",
    file: PAYOUT_MATH,
    from: "r.bound ? r.bound :",
    to: "r.bound ? r.bound + 1 :",
  },
  {
    property: "burnIsWithinClip",
    file: PAYOUT_MATH,
    from: "? -r.bound : rate;",
    to: "? -r.bound - 1 : rate;",
  },
  {
    property: "payoutHasSignOfRate",
    file: PAYOUT_MATH,
    from: "return (int256(stake) * rate) / ONE_EXPOSED_RATE;",
    to: "return (int256(stake) * -rate) / ONE_EXPOSED_RATE;",
  },
  {
    property: "payoutIsWithinStake",
    file: PAYOUT_MATH,
    from: "return (int256(stake) * rate) / ONE_EXPOSED_RATE;",
    to: "return (int256(stake) * rate) / 1e44;",
  },
  {
    property: "theBoundIsClipTimesExposure",
    file: PAYOUT_MATH,
    from: "* RATE_PER_CLIP * exposure",
    to: "* RATE_PER_CLIP * exposure + 1",
  },
  {
    property: "factorFillsTheThreshold",
    file: PAYOUT_MATH,
    from: "(threshold * ONE_FACTOR) / total",
    to: "(threshold * ONE_FACTOR) / total + 1",
  },
  {
    property: "oneMoreLaneIsEarmarked",
    file: PAYOUT_MATH,
    from: "return (staked * exposure * clip) / (ONE_NANO * ONE_NANO);",
    to: "return (staked * exposure * clip) / (ONE_NANO * ONE_NANO) + 1;",
  },
  {
    property: "lane1LeavesOthers",
    file: WORDS,
    from: "(word & ~(LANE_MASK << shift))",
    to: "(word & ~(LANE_MASK << (shift + 1)))",
  },
  {
    property: "lane3ReadsBack",
    file: WORDS,
    from: "(word & ~(LANE_MASK << shift))",
    to: "word",
  },
  {
    property: "appliedIsTheChange",
    file: STAKE_LEDGER,
    from: "applied = left - active - pending;",
    to: "applied = payout;",
  },
  {
    property: "nothingFallsBelowZero",
    file: STAKE_LEDGER,
    from: "if (left < 0) left = 0;",
    to: "",
  },
  {
    property: "rewardFollowsTheLeaver",
    file: STAKE_LEDGER,
    from: "if (pending == 0) return (applied, left);",
    to: "",
  },
];

/** A question whose only good answer is: not proved. */
interface Trap {
  readonly name: string;
  readonly what: string;
  readonly property: Property;
  readonly sources: Sources;
}

/**
 * Whether the proofs can fail: a library that is wrong must not be proved right, and no property may demand so much that
 * nothing meets it, for then it would be proved of anything.
 */
export async function selfTest(properties: readonly Property[], jobs: number): Promise<boolean> {
  const traps = [...mutants(properties), ...properties.filter(({ open }) => open === null).map(emptied)];
  const verdicts = await step(`${traps.length} traps`, (say) =>
    inParallel(
      traps,
      jobs,
      ({ property, sources }, signal) => check(property, sources, "measured", signal),
      (done) => {
        say(`${done} done`);
      },
    ),
  );
  const answers = traps.map((trap, index) => ({ trap, verdict: verdicts[index] as Verdict }));
  printTable(
    ["trap", "property", "result", "seconds"],
    answers.map(({ trap, verdict }) => [trap.what, trap.name, verdict.result, verdict.seconds.toFixed(1)]),
  );
  const sprung = answers.filter(({ verdict }) => verdict.result === "proved");
  for (const { trap } of sprung) console.error(`${trap.name} is proved although: ${trap.what}`);
  console.log(`${traps.length - sprung.length} of ${traps.length} traps not proved, as it must be`);
  return sprung.length === 0;
}

function mutants(properties: readonly Property[]): Trap[] {
  return MUTANTS.flatMap((mutant) =>
    properties
      .filter((property) => property.function.name === mutant.property)
      .map((property) => ({
        name: mutant.property,
        what: mutant.to === "" ? `without: ${mutant.from}` : mutant.to,
        property,
        sources: edited(sliceFor(property), [mutant]),
      })),
  );
}

/** The property with all that it asserts replaced by a falsehood at its end: proved only where its end is never reached. */
function emptied(property: Property): Trap {
  const { file, text, name, start } = property.function;
  const statements = text.replace(/\bassert\([\s\S]*?\);/g, blank);
  const end = statements.lastIndexOf("}");
  const source = sliceFor(property).get(file);
  if (source === undefined || end < 0) throw new UsageError(`${file}, ${name}: a function with a body is expected`);
  const falsehood = `${statements.slice(0, end)}assert(false);}`;
  return {
    name,
    what: "false at its end",
    property: { ...property, targets: ["assert"], assertions: [start + end] },
    sources: new Map([
      ...sliceFor(property),
      [file, source.slice(0, start) + falsehood + source.slice(start + text.length)],
    ]),
  };
}
