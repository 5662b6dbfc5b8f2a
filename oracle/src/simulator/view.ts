import { randomOf } from "./random.ts";
import type { ScoreTexts, SimulatedModel, SimulatedRound } from "./source.ts";

/** How Numerai writes a round's state in `rounds(status:)`. */
export type Status = "UPCOMING" | "OPEN" | "RESOLVING" | "RESOLVED";

/** A number that goes out digit by digit as it is, never through a float. */
export type Decimal = string;

// Projections move this often on their way to the final score, by this much at the start.
const DRIFT_STEPS = 20;
const DRIFT_DEVIATION = 0.02;
const SCORE_DIGITS = 8;
// Totals leave the API as 32-bit floats.
const TOTAL_DIGITS = 8;

/** Where a round stands at `now`, unix seconds. */
export function statusOf(round: SimulatedRound, now: number): Status {
  if (now < round.opensAt) return "UPCOMING";
  if (now < round.stakingClosesAt) return "OPEN";
  return now < round.resolvesAt ? "RESOLVING" : "RESOLVED";
}

/** A row of `rounds`, as seen at `now`. */
export function roundView(round: SimulatedRound, tournament: number, now: number) {
  const status = statusOf(round, now);
  const payoutFactor = status === "UPCOMING" ? null : round.payoutFactor;
  return {
    id: round.id,
    tournament,
    number: round.number,
    target: round.target,
    ...timesView(round),
    resolveTime: iso(round.resolvesAt),
    resolvedGeneral: status === "RESOLVED",
    resolvedStaking: status === "RESOLVED",
    payoutFactor,
    stakeThreshold: round.stakeThreshold,
    roundScoreConfigs: round.scoreConfigs?.map((config) => ({
      ...config,
      minMultiplier: config.defaultMultiplier,
      maxMultiplier: config.defaultMultiplier,
      payoutFactor: config.isPayout ? payoutFactor : null,
    })),
  };
}

/** The answer of `roundDetails`, as seen at `now`. */
export function detailsView(round: SimulatedRound, tournament: number, now: number) {
  const status = statusOf(round, now);
  const known = status === "UPCOMING" ? [] : round.models();
  const models = known.map((model) => modelView(model, round, now));
  return {
    roundId: round.id,
    roundNumber: round.number,
    tournament,
    status: status.toLowerCase(),
    roundResolved: status === "RESOLVED",
    ...timesView(round),
    roundResolveTime: iso(round.resolvesAt),
    payoutFactor: status === "UPCOMING" ? null : round.payoutFactor,
    payoutMultipliers: (round.scoreConfigs ?? [])
      .filter(({ isPayout }) => isPayout)
      .map(({ displayName, defaultMultiplier }) => ({ displayName, multiplier: defaultMultiplier })),
    totalAtStake: status === "UPCOMING" ? null : lossyTotal(known.map(({ stake }) => stake)),
    totalPayout: now < round.scoresAt ? null : lossyTotal(models.map(({ payout }) => payout ?? "0")),
    totalStakes: known.length,
    models,
  };
}

function modelView(model: SimulatedModel, round: SimulatedRound, now: number) {
  const scores = scoresAt(model, round, now);
  const resolved = now >= round.resolvesAt;
  const payout = resolved ? model.settled : round.payout(model, scores);
  return {
    id: model.id,
    modelName: model.modelName,
    selectedStakeValue: nmr(model.stake, model.id),
    payoutPending: resolved ? nmr("0", model.id) : payout === null ? null : nmr(payout, model.id),
    payoutSettled: resolved && payout !== null ? nmr(payout, model.id) : null,
    ...model.multipliers,
    ...scores,
    payout,
  };
}

function scoresAt(model: SimulatedModel, round: SimulatedRound, now: number): ScoreTexts {
  if (now >= round.resolvesAt) return model.scores;
  const progress = (now - round.scoresAt) / (round.resolvesAt - round.scoresAt);
  const entries = Object.entries(model.scores);
  if (progress < 0) return Object.fromEntries(entries.map(([name]) => [name, null]));
  return Object.fromEntries(
    entries.map(([name, final]) => [
      name,
      final === null ? null : projected(final, progress, [round.id, model.id, name]),
    ]),
  );
}

/** A score on its way: noise that is the same for everybody who asks at the same step, and fades toward the end. */
function projected(final: Decimal, progress: number, labels: readonly string[]): Decimal {
  const step = Math.floor(progress * DRIFT_STEPS);
  const noise = randomOf(...labels, step).normal() * DRIFT_DEVIATION * (1 - progress);
  return Number((Number(final) + noise).toPrecision(SCORE_DIGITS)).toString();
}

/** An amount in the API's writing: zero as "0E-18", and now and then commas between thousands. */
function nmr(text: Decimal, id: string): Decimal {
  if (/^-?0*\.?0*$/.test(text)) return "0E-18";
  const [whole = "", fraction] = text.split(".");
  const withCommas = /[02468ace]$/i.test(id) ? whole.replace(/\B(?=(?:\d{3})+$)/g, ",") : whole;
  return fraction === undefined ? withCommas : `${withCommas}.${fraction}`;
}

function lossyTotal(amounts: readonly Decimal[]): Decimal {
  const total = amounts.reduce((sum, amount) => sum + Number(amount), 0);
  return Number(total.toPrecision(TOTAL_DIGITS)).toString();
}

function timesView(round: SimulatedRound) {
  return {
    openTime: iso(round.opensAt),
    closeTime: iso(round.closesAt),
    closeStakingTime: iso(round.stakingClosesAt),
    scoreTime: iso(round.scoresAt),
  };
}

/** Unix seconds to ISO 8601 with Z. */
export function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
