import type { History } from "../chain/history.ts";
import { type AuditFinding, auditRound } from "../core/audit.ts";
import { InputError } from "../core/errors.ts";
import type { ScoreSheet } from "../core/facts.ts";
import type { RoundHistory } from "../core/history.ts";
import { unpackStakes } from "../core/words.ts";
import { FeedUnavailable } from "../feeds/feed.ts";
import type { Config } from "../service/config.ts";
import type { Oracle } from "../service/oracle.ts";
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

/** "clean": everything was proved. "open": there is nothing to prove, yet or for ever. */
type Audited = {
  readonly round: bigint;
  readonly verdict: "clean" | "differs" | "unknown" | "open";
  readonly positions: number;
  readonly findings: readonly AuditFinding[];
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

async function auditAll(numbers: readonly bigint[], history: History, oracle: Oracle, say: Say): Promise<Audited[]> {
  const audited: Audited[] = [];
  for (const [index, number] of numbers.entries()) {
    say(`round ${number.toString()}, ${index + 1} of ${numbers.length}`);
    audited.push(await auditOne(number, history, oracle));
  }
  return audited.filter(({ verdict }) => numbers.length === 1 || verdict !== "open");
}

async function auditOne(number: bigint, history: History, { feed }: Oracle): Promise<Audited> {
  const round = await history.round(number);
  if (round === null) return open(number, "was never opened");
  if (round.state === "void") return open(number, "is void: nothing of it was paid or burned");
  if (round.state !== "settled") return open(number, `is ${round.state}, not settled; look at it with: oracle explain`);
  const { sheet, findings } = await sheetOf(number, feed);
  const found = [...auditRound({ round, models: history.models, sheet }), ...findings];
  return { round: number, verdict: verdictOf(found), positions: positionsIn(round), findings: found };
}

/** What the feed can't say is unknown; what it says wrongly is a difference. */
async function sheetOf(
  number: bigint,
  feed: Oracle["feed"],
): Promise<{ sheet: ScoreSheet | null; findings: AuditFinding[] }> {
  const because = (verdict: AuditFinding["verdict"], message: string) => ({
    sheet: null,
    findings: [{ verdict, batch: null, position: null, message: `feed: ${message}` }],
  });
  try {
    const details = await feed.details(number);
    if (!details.resolved) return because("unknown", "it doesn't call the round's scores final");
    return { sheet: { ...details, readAt: 0 }, findings: [] };
  } catch (error) {
    if (error instanceof FeedUnavailable) return because("unknown", error.message);
    if (error instanceof InputError) return because("difference", error.message);
    throw error;
  }
}

function verdictOf(findings: readonly AuditFinding[]): Audited["verdict"] {
  if (findings.some(({ verdict }) => verdict === "difference")) return "differs";
  return findings.some(({ verdict }) => verdict === "unknown") ? "unknown" : "clean";
}

function open(round: bigint, message: string): Audited {
  const why: AuditFinding = { verdict: "unknown", batch: null, position: null, message };
  return { round, verdict: "open", positions: 0, findings: [why] };
}

function positionsIn({ batches }: RoundHistory): number {
  return batches.flatMap(({ lock }) => unpackStakes(lock?.stakes ?? [])).filter((stake) => stake > 0n).length;
}

function withText(audited: Audited) {
  return { ...audited, findings: audited.findings.map((each) => ({ ...each, text: sayFinding(audited, each) })) };
}

function textOf(audited: readonly Audited[]): string {
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

function sayFinding({ round }: Audited, { verdict, batch, message }: AuditFinding): string {
  const where = batch === null ? "" : ` batch ${batch}`;
  return `${verdict}: round ${round.toString()}${where} ${message}`;
}
