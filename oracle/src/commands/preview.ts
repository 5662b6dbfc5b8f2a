import { decimal } from "../core/derivation.ts";
import { InputError } from "../core/errors.ts";
import type { RoundFacts } from "../core/facts.ts";
import { uuidFromModelId } from "../core/models.ts";
import { type ProjectedPosition, type Projection, projectRound } from "../core/projection.ts";
import type { Terms } from "../core/payout.ts";
import { byModel } from "../core/scores.ts";
import { formatNmr } from "../core/units.ts";
import { FeedUnavailable } from "../feeds/feed.ts";
import type { Config } from "../service/config.ts";
import type { Oracle } from "../service/oracle.ts";
import { table } from "../service/table.ts";
import { aboutRound, answer, type Options, type Register } from "./command.ts";
import { BAD_ANSWER, CANT_TELL_NOW, GOOD } from "./exit-codes.ts";
import { quietOracle } from "./look.ts";
import { step } from "./progress.ts";

export const preview: Register = (program) => {
  aboutRound(program, "preview", "what a round in flight would pay with the scores of now; signs nothing", run);
};

async function run(config: Config, options: Options, number: bigint): Promise<number> {
  try {
    const projection = await step(`round ${number.toString()}`, () => projected(quietOracle(config), number));
    answer(projection, () => textOf(projection), options);
    return GOOD;
  } catch (error) {
    if (!(error instanceof FeedUnavailable || error instanceof InputError)) throw error;
    console.error(`oracle: round ${number.toString()} can't be previewed: ${error.message}`);
    return error instanceof InputError ? BAD_ANSWER : CANT_TELL_NOW;
  }
}

/** A round in flight as it would settle now, with the feed's names of its models. */
export type Preview = Omit<Projection, "positions"> & {
  readonly round: bigint;
  readonly terms: Terms;
  /** Whether the feed calls the scores final. */
  readonly isFinal: boolean;
  readonly positions: readonly (ProjectedPosition & { readonly name: string | null })[];
};

/** @throws InputError, FeedUnavailable, ChainTrouble, ChainRefusal */
export async function projected(oracle: Oracle, number: bigint): Promise<Preview> {
  const facts = await oracle.readFacts();
  const round = facts.rounds.find((each) => each.number === number);
  if (round === undefined) throw new InputError("<round>", notInFlight(number, facts.finished.get(number)));
  const details = await oracle.feed.details(number);
  const stakes = await Promise.all(round.batches.map((batch) => oracle.stakesOf(batch, facts)));
  const batches = round.batches.map((batch, index) => ({ ...batch, stakes: stakes[index] ?? [] }));
  const whole: RoundFacts = { ...round, batches };
  const sheet = { ...details, readAt: 0 };
  const names = new Map(details.models.map(({ model, name }) => [model, name]));
  const projection = projectRound(whole, facts, byModel(sheet));
  const positions = projection.positions.map((each) => ({ ...each, name: names.get(each.model) ?? null }));
  return { ...projection, round: number, terms: round.terms, isFinal: details.resolved, positions };
}

function notInFlight(number: bigint, state: "settled" | "void" | undefined): string {
  const name = number.toString();
  if (state === "settled") return `${name} is settled already; prove it with: oracle audit ${name}`;
  return state === "void" ? `${name} is void: it pays nothing` : `${name} was never opened`;
}

function textOf(preview: Preview): string {
  const { round, isFinal, staked, atRisk, factor, rewards, burns, positions } = preview;
  const head = ["position", "model", "name", "stake NMR", "score 0", "score 1", "payout NMR"];
  const rows = positions.map(({ position, model, name, stake, scores, payout }) => [
    position.toString(),
    uuidFromModelId(model) ?? model,
    name ?? "(not in the feed)",
    formatNmr(stake),
    scores === null ? "none" : formatNmr(scores[0]),
    scores === null ? "none" : formatNmr(scores[1]),
    formatNmr(payout),
  ]);
  const state = isFinal ? "the feed calls these scores final" : "these scores may still change";
  return [
    table([head, ...rows], [0, 3, 4, 5, 6]),
    `round ${round.toString()}: ${positions.length} positions; ${state}`,
    `staked ${formatNmr(staked)} NMR, at risk ${formatNmr(atRisk)} NMR, payout factor ${decimal(factor, 18)}`,
    `rewarded ${formatNmr(rewards)} NMR, burned ${formatNmr(burns)} NMR, unless a burn meets less than it takes`,
  ].join("\n");
}
