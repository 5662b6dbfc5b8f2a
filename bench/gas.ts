// What a position and round costs, beside what others do with the same positions; what people pay; what a whole round
// costs. Every amount and score is non-zero, of either sign, and signed by 2 of 3 reporters. Run with `npm run bench:gas`.
import { parseArgs } from "node:util";
import { step, UsageError } from "../scripts/support/terminal.ts";
import { measureRound, type Step } from "../test/support/gas.ts";
import { onFixedChain } from "../test/support/gas-snapshot.ts";
import { measureUsers } from "../test/support/gas-users.ts";
import { measureAlternatives } from "./alternatives.ts";
import { type Breakdown, breakDown } from "./breakdown.ts";
import { type Figures, printFigures } from "./tables.ts";

const USAGE = "usage: npm run bench:gas -- [--json]";
/** As many as the largest of Numerai's rounds had that were settled for everybody to see. */
const WHOLE_ROUND = 4_910;

function readArguments(): { json: boolean } {
  try {
    const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
    return values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; ${USAGE}`);
  }
}

async function measure(): Promise<Figures> {
  const breakdown = new Map<Step, Breakdown>();
  const round = await step("A full batch", (say) =>
    onFixedChain((chain) =>
      measureRound(chain, {
        say,
        watch: async (name, hash) => void breakdown.set(name, await breakDown(chain, hash)),
      }),
    ),
  );
  const alternatives = await step("The way others do it", (say) =>
    onFixedChain((chain) => measureAlternatives(chain, say)),
  );
  const users = await step("Organizers and stakers", (say) => onFixedChain((chain) => measureUsers(chain, say)));
  const gas = await step(`${WHOLE_ROUND} positions`, (say) =>
    onFixedChain((chain) => measureRound(chain, { positions: WHOLE_ROUND, say })),
  );
  return {
    round,
    breakdown: Object.fromEntries(breakdown),
    alternatives,
    users,
    whole: { positions: WHOLE_ROUND, gas },
  };
}

try {
  const { json } = readArguments();
  const figures = await measure();
  if (json) {
    console.log(JSON.stringify(figures, (_, value: unknown) => (typeof value === "bigint" ? Number(value) : value), 2));
  } else printFigures(figures);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`bench:gas: ${error.message}`);
  process.exitCode = 2;
}
