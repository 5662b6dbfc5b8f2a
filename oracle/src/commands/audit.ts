import type { History } from "../chain/history.ts";
import { InputError } from "../core/errors.ts";
import type { Config } from "../service/config.ts";
import type { Oracle } from "../service/oracle.ts";
import { auditOne, type RoundAudit, sayFinding } from "../service/round-audit.ts";
import { table } from "../service/table.ts";
import { answer, configured, JSON_OPTION, type Options, type Register, roundNumber } from "./command.ts";
import { BAD_ANSWER, CANT_TELL_NOW, GOOD } from "./exit-codes.ts";
import { quietOracle } from "./look.ts";
import { type Say, step } from "./progress.ts";

export const audit: Register = (program) => {
  configured(program, "audit", "prove settled rounds again: words, signatures, times, scores and every payout", run)
    .argument("[round]", "number of the round; without it, all that are settled")
    .option("--all", "all settled rounds, as without a number")
    .option(...JSON_OPTION);
};

async function run(config: Config, options: Options, [word]: readonly string[]): Promise<number> {
  const wanted = word === undefined ? null : roundNumber(word);
  if (wanted !== null && options["all"] === true)
    throw new InputError("--all", "is given beside a round; give one of them");
  const audited = await step("auditing", async (say) => {
    const oracle = quietOracle(config);
    const history = await oracle.readHistory(say);
    // Feeds live by the chain's clock, which the facts bring.
    await oracle.readFacts();
    return auditAll(wanted === null ? history.rounds : [wanted], history, oracle, say);
  });
  answer({ rounds: audited.map(withText) }, () => textOf(audited), options);
  if (audited.some(({ verdict }) => verdict === "differs")) return BAD_ANSWER;
  const isClean = audited.length > 0 && audited.every(({ verdict }) => verdict === "clean");
  return isClean ? GOOD : CANT_TELL_NOW;
}

async function auditAll(
  numbers: readonly bigint[],
  history: History,
  { feed }: Oracle,
  say: Say,
): Promise<RoundAudit[]> {
  const audited: RoundAudit[] = [];
  for (const [index, number] of numbers.entries()) {
    say(`round ${number.toString()}, ${index + 1} of ${numbers.length}`);
    audited.push(await auditOne(number, history, feed));
  }
  return audited.filter(({ verdict }) => numbers.length === 1 || verdict !== "open");
}

function withText(audited: RoundAudit) {
  return { ...audited, findings: audited.findings.map((each) => ({ ...each, text: sayFinding(audited, each) })) };
}

function textOf(audited: readonly RoundAudit[]): string {
  if (audited.length === 0) return "no round is settled yet: there is nothing to audit";
  const rows = audited.map(({ round, verdict, positions, findings }) => [
    verdict,
    `round ${round.toString()}`,
    `${positions} positions`,
    `${findings.filter((each) => each.verdict === "difference").length} differences`,
  ]);
  const lines = audited.flatMap((one) => one.findings.map((finding) => sayFinding(one, finding)));
  return [table(rows), ...lines].join("\n");
}
