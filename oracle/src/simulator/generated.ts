import { payoutFactorDown, payoutTowardZero, type Terms, totalAtRiskDown } from "../core/payout.ts";
import { formatNmr, nanoFromDecimalDown, scoreFromDecimalNearest } from "../core/units.ts";
import { type Profile, profileOf } from "./profiles.ts";
import { type Random, randomOf, uuidOf } from "./random.ts";
import { counts } from "./row.ts";
import type { ScoreConfig, ScoreTexts, SimulatedModel, SimulatedRound, Source } from "./source.ts";

export type GeneratedOptions = {
  readonly seed: number;
  /** How many models take part by the last round; four fifths of them do in the first. */
  readonly models: number;
  readonly rounds: number;
  /** When the first round opens, unix seconds. */
  readonly firstOpensAt: number;
  readonly firstNumber?: number;
  /** 8 Classic, 11 Signals, 12 Crypto; any other pays as Classic does. */
  readonly tournament?: number;
  /** Seconds from one opening to the next; the shorter against `resolvesAfter`, the more rounds overlap. */
  readonly opensEvery?: number;
  readonly openFor?: number;
  /** Seconds from the opening to the first scores, and to the last. */
  readonly scoresAfter?: number;
  readonly resolvesAfter?: number;
};

type Member = { readonly id: string; readonly modelName: string; readonly stake: number };

const CLASSIC = 8;
const HOUR = 3600;
const DAY = 24 * HOUR;

/** Half of the stakes are below this many NMR. */
const MEDIAN_STAKE = 5;
const STAKE_SPREAD = 2;
const GROWTH_A_ROUND = 1.01;
const FIRST_SHARE = 0.8;
const WITHOUT_SCORES = 0.02;
const WITHOUT_SECOND = 0.01;
/** Churn and turnover are uniform up to a tenth above their limit; of some models there is none. */
const ABOVE_LIMIT = 1.1;
const WITHOUT_MEASURE = 0.02;
const SCORE_DIGITS = 8;

/**
 * A tournament like one of Numerai's, made up: log-normal stakes, normal scores, here and there a model without scores; in
 * Signals also models whose churn or turnover keeps them out. Stakes grow from round to round and the threshold is the total of the middle one, so that the
 * payout factor is 1 in the first half and below 1 in the second. The same options give the same tournament.
 */
export function generatedTournament(options: GeneratedOptions): Source {
  const population = populationOf(options);
  const staked = Array.from({ length: options.rounds }, (_, index) => stakesAt(population, options, index));
  const middle = staked[Math.floor((options.rounds - 1) / 2)] ?? [];
  const threshold = sumOf(middle);
  return {
    tournament: options.tournament ?? CLASSIC,
    rounds: staked.map((stakes, index) => roundAt(stakes, threshold, options, index)),
  };
}

function populationOf({ seed, models }: GeneratedOptions): Member[] {
  return Array.from({ length: models }, (_, index) => {
    const random = randomOf(seed, "model", index);
    const id = uuidOf(random);
    return { id, modelName: `sim_${id.slice(0, 8)}`, stake: MEDIAN_STAKE * Math.exp(STAKE_SPREAD * random.normal()) };
  });
}

type Stake = { readonly member: Member; readonly text: string; readonly nano: bigint };

function stakesAt(population: readonly Member[], { rounds }: GeneratedOptions, index: number): Stake[] {
  const share = FIRST_SHARE + ((1 - FIRST_SHARE) * (index + 1)) / rounds;
  return population.slice(0, Math.ceil(population.length * share)).map((member) => {
    const text = (member.stake * GROWTH_A_ROUND ** index).toFixed(15);
    return { member, text, nano: nanoFromDecimalDown(text, "stake") };
  });
}

function roundAt(
  stakes: readonly Stake[],
  threshold: bigint,
  options: GeneratedOptions,
  index: number,
): SimulatedRound {
  const {
    seed,
    firstNumber = 1,
    opensEvery = DAY,
    openFor = HOUR,
    scoresAfter = 4 * DAY,
    resolvesAfter = 31 * DAY,
  } = options;
  const number = firstNumber + index;
  const opensAt = options.firstOpensAt + index * opensEvery;
  const profile = profileOf(options.tournament ?? CLASSIC);
  const terms = termsWith(profile, threshold);
  const factor = payoutFactorDown(totalAtRiskDown(sumOf(stakes), terms), terms);
  const payout = payoutWith(profile, terms, factor);
  return {
    id: uuidOf(randomOf(seed, "round", number)),
    number,
    target: "simulated",
    opensAt,
    closesAt: opensAt + openFor,
    stakingClosesAt: opensAt + openFor,
    scoresAt: opensAt + scoresAfter,
    resolvesAt: opensAt + resolvesAfter,
    payoutFactor: formatNmr(factor / 10n ** 9n),
    stakeThreshold: formatNmr(threshold),
    scoreConfigs: scoreConfigs(profile, formatNmr(threshold)),
    models: () =>
      stakes.map((stake) => {
        const random = (what: string): Random => randomOf(seed, what, number, stake.member.id);
        const drawn = { scores: scoresFrom(profile, random("scores")), gates: gatesFrom(profile, random("gates")) };
        return modelAt(stake, drawn, payout);
      }),
    payout,
  };
}

function modelAt(
  { member, text }: Stake,
  drawn: Pick<SimulatedModel, "scores" | "gates">,
  payout: SimulatedRound["payout"],
): SimulatedModel {
  const { id, modelName } = member;
  const model = { id, modelName, stake: text, multipliers: {}, settled: null, ...drawn };
  return { ...model, settled: payout(model, model.scores) };
}

function scoresFrom({ scores }: Profile, random: Random): ScoreTexts {
  const missing = random.uniform();
  return Object.fromEntries(
    scores.map(({ field, mean, deviation }, index) => {
      const isMissing = missing < (index === 0 ? WITHOUT_SCORES : WITHOUT_SCORES + WITHOUT_SECOND);
      return [field, isMissing ? null : shortly(mean + deviation * random.normal())];
    }),
  );
}

function gatesFrom({ gates }: Profile, random: Random): ScoreTexts {
  if (gates === null) return {};
  const measureBelow = (limit: string): string => shortly(random.uniform() * ABOVE_LIMIT * Number(limit));
  const submitted = random.uniform() >= WITHOUT_MEASURE;
  return {
    ...gates,
    prevWeekChurnMax: submitted ? measureBelow(gates.churnThreshold) : null,
    prevWeekTurnoverMax: submitted ? measureBelow(gates.turnoverThreshold) : null,
  };
}

function payoutWith(profile: Profile, terms: Terms, factor: bigint): SimulatedRound["payout"] {
  return (model, scores) => {
    const [first = null, second = null] = profile.scores.map(({ field }) => scores[field] ?? null);
    if ((first === null && second === null) || !counts(model)) return null;
    const lanes = [scoreOf(first), scoreOf(second)] as const;
    return formatNmr(payoutTowardZero(nanoFromDecimalDown(model.stake, "stake"), lanes, factor, terms));
  };
}

function shortly(value: number): string {
  return Number(value.toPrecision(SCORE_DIGITS)).toString();
}

function scoreOf(text: string | null): bigint {
  return text === null ? 0n : scoreFromDecimalNearest(text, "score");
}

function termsWith({ scores: [first, second], clip }: Profile, stakeThreshold: bigint): Terms {
  const decimal = (text: string): bigint => nanoFromDecimalDown(text, "terms");
  return {
    multipliers: [decimal(first?.multiplier ?? "0"), decimal(second?.multiplier ?? "0")],
    clip: decimal(clip),
    stakeThreshold,
    exposure: decimal("1"),
  };
}

/** Backwards: the feed promises no order. */
function scoreConfigs({ scores, unpaid, clip }: Profile, stakeThreshold: string): ScoreConfig[] {
  const paid = scores.map(({ name, version, displayName, multiplier }) => ({
    ...{ name, version, displayName },
    isPayout: true,
    defaultMultiplier: multiplier,
  }));
  const rest = unpaid.map((config) => ({ ...config, isPayout: false, defaultMultiplier: "0.0" }));
  return [...paid.toReversed(), ...rest].map((config) => ({ ...config, clipThreshold: clip, stakeThreshold }));
}

function sumOf(stakes: readonly Stake[]): bigint {
  return stakes.reduce((sum, { nano }) => sum + nano, 0n);
}
