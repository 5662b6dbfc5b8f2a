import { payoutFactorDown, payoutTowardZero, type Terms, totalAtRiskDown } from "../core/payout.ts";
import { formatNmr, nanoFromDecimalDown, scoreFromDecimalNearest } from "../core/units.ts";
import { type Random, randomOf, uuidOf } from "./random.ts";
import type { ScoreConfig, SimulatedModel, SimulatedRound, Source } from "./source.ts";

export type GeneratedOptions = {
  readonly seed: number;
  /** How many models take part by the last round; four fifths of them do in the first. */
  readonly models: number;
  readonly rounds: number;
  /** When the first round opens, unix seconds. */
  readonly firstOpensAt: number;
  readonly firstNumber?: number;
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

const MULTIPLIERS = { corr: "0.5", mmc: "2.0" };
const CLIP = "0.05";
const CORR = { mean: 0.01, deviation: 0.03 };
const MMC = { mean: 0, deviation: 0.015 };
/** Half of the stakes are below this many NMR. */
const MEDIAN_STAKE = 5;
const STAKE_SPREAD = 2;
const GROWTH_A_ROUND = 1.01;
const FIRST_SHARE = 0.8;
const WITHOUT_SCORES = 0.02;
const WITHOUT_MMC = 0.01;
const SCORE_DIGITS = 8;

/**
 * A tournament like Classic of 2024, made up: log-normal stakes, corr ~ N(0.01, 0.03), mmc ~ N(0, 0.015), here and there
 * a model without scores. Stakes grow from round to round and the threshold is the total of the middle one, so that the
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
  const terms = termsWith(threshold);
  const factor = payoutFactorDown(totalAtRiskDown(sumOf(stakes), terms), terms);
  const payout = payoutWith(terms, factor);
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
    scoreConfigs: scoreConfigs(formatNmr(threshold)),
    models: () => stakes.map((stake) => modelAt(stake, payout, randomOf(seed, "scores", number, stake.member.id))),
    payout,
  };
}

function modelAt({ member, text }: Stake, payout: SimulatedRound["payout"], random: Random): SimulatedModel {
  const missing = random.uniform();
  const corr = missing < WITHOUT_SCORES ? null : drawn(CORR, random);
  const mmc = missing < WITHOUT_SCORES + WITHOUT_MMC ? null : drawn(MMC, random);
  const scores = { v2Corr20: corr, mmc };
  const model = { id: member.id, modelName: member.modelName, stake: text, scores, multipliers: {}, settled: null };
  return { ...model, settled: payout(model, scores) };
}

function payoutWith(terms: Terms, factor: bigint): SimulatedRound["payout"] {
  return ({ stake }, { v2Corr20 = null, mmc = null }) => {
    if (v2Corr20 === null && mmc === null) return null;
    const scores = [scoreOf(v2Corr20), scoreOf(mmc)] as const;
    return formatNmr(payoutTowardZero(nanoFromDecimalDown(stake, "stake"), scores, factor, terms));
  };
}

function drawn({ mean, deviation }: { mean: number; deviation: number }, random: Random): string {
  return Number((mean + deviation * random.normal()).toPrecision(SCORE_DIGITS)).toString();
}

function scoreOf(text: string | null): bigint {
  return text === null ? 0n : scoreFromDecimalNearest(text, "score");
}

function termsWith(stakeThreshold: bigint): Terms {
  const decimal = (text: string): bigint => nanoFromDecimalDown(text, "terms");
  return {
    multipliers: [decimal(MULTIPLIERS.corr), decimal(MULTIPLIERS.mmc)],
    clip: decimal(CLIP),
    stakeThreshold,
    exposure: decimal("1"),
  };
}

function scoreConfigs(stakeThreshold: string): ScoreConfig[] {
  const shared = { isPayout: true, clipThreshold: CLIP, stakeThreshold };
  const unpaid = { ...shared, isPayout: false, defaultMultiplier: "0.0" };
  return [
    {
      name: "meta_model_contribution",
      version: "5",
      displayName: "mmc",
      defaultMultiplier: MULTIPLIERS.mmc,
      ...shared,
    },
    { name: "correlation", version: "6", displayName: "v2_corr20", defaultMultiplier: MULTIPLIERS.corr, ...shared },
    { name: "correlation", version: "3", displayName: "corr60", ...unpaid },
  ];
}

function sumOf(stakes: readonly Stake[]): bigint {
  return stakes.reduce((sum, { nano }) => sum + nano, 0n);
}
