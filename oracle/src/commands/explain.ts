import { ChainTrouble } from "../chain/errors.ts";
import type { Attestation } from "../core/attestation.ts";
import type { Derivation } from "../core/derivation.ts";
import { InputError } from "../core/errors.ts";
import { askPeer } from "../peers/client.ts";
import { attestationsAnswer } from "../peers/wire.ts";
import type { Config } from "../service/config.ts";
import { aboutRound, answer, type Options, type Register } from "./command.ts";
import { BAD_ANSWER, GOOD } from "./exit-codes.ts";
import { explainPosition, wantedPositions } from "./explain-position.ts";
import { explainFlight, explainOffer, explainPast, type Page } from "./explain-round.ts";
import { type Look, look } from "./look.ts";
import { step } from "./progress.ts";

export const explain: Register = (program) => {
  aboutRound(program, "explain", "one page on a round: who signed what, what is waited for, and what if not", run)
    .option("--position <number>", "how this position's payout comes about")
    .option("--model <id>", "the same, by the model's UUID, name or id on chain");
};

async function run(config: Config, options: Options, round: bigint): Promise<number> {
  const seen = await look(config);
  const wanted = wantedPositions(options, seen.facts);
  const page = await pageOf(round, seen, config);
  if (page === null) {
    console.error(`oracle: round ${round.toString()} was never opened, and the feed doesn't announce it`);
    return BAD_ANSWER;
  }
  try {
    const positions = await Promise.all(wanted.map((position) => explainPosition(position, round, seen)));
    answer({ ...page, positions }, () => [...page.lines, ...positions.flatMap(linesOf)].join("\n"), options);
    return GOOD;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    console.error(`oracle: round ${round.toString()} can't be explained so far: ${error.message}`);
    return BAD_ANSWER;
  }
}

async function pageOf(round: bigint, seen: Look, config: Config): Promise<Page | null> {
  const { facts, oracle, plan } = seen;
  const flying = facts.rounds.find(({ number }) => number === round);
  if (flying !== undefined)
    return explainFlight(flying, seen, [...seen.testimony.attestations, ...(await own(config, round))]);
  if (!facts.finished.has(round)) return explainOffer(round, plan);
  const history = await step("reading the chain's past", (say) => oracle.readHistory(say));
  const past = await history.round(round);
  if (past === null) throw new ChainTrouble("events_incomplete", `the events of round ${round.toString()} are missing`);
  return explainPast(past);
}

/** What the service of this very configuration has gathered, where it runs. */
async function own({ host, port }: Config, round: bigint): Promise<readonly Attestation[]> {
  if (port === 0) return [];
  try {
    const path = `/v1/attestations?round=${round.toString()}`;
    const limits = { timeoutMs: 5_000, maxBytes: 2 ** 24 };
    return (await askPeer(`http://${host}:${port}`, path, attestationsAnswer, limits)).attestations;
  } catch {
    return [];
  }
}

function linesOf({ title, derivation }: { readonly title: string; readonly derivation: Derivation }): string[] {
  const { lines, bounds } = derivation;
  const bound = bounds.length === 0 ? "no bound bit" : `bounds that bit: ${bounds.join(", ")}`;
  return ["", title, ...lines.map((line) => `  ${line}`), `  ${bound}`];
}
