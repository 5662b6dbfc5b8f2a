/** What the simulator plays. Decimals are text, served to the last digit as they stand here. */
export type Source = {
  readonly tournament: number;
  /** Lowest number first. */
  readonly rounds: readonly SimulatedRound[];
};

/** A round as it ends. Times are unix seconds. */
export type SimulatedRound = {
  readonly id: string;
  readonly number: number;
  readonly target: string | null;
  readonly opensAt: number;
  readonly closesAt: number;
  readonly stakingClosesAt: number;
  /** From here models have scores, projected until the round is resolved. */
  readonly scoresAt: number;
  readonly resolvesAt: number;
  readonly payoutFactor: string;
  readonly stakeThreshold: string;
  /** null: each model has its own multipliers. */
  readonly scoreConfigs: readonly ScoreConfig[] | null;
  /** Called when somebody asks for them. */
  readonly models: () => readonly SimulatedModel[];
  /** What a model would be paid for these scores, NMR; null without any. */
  readonly payout: (model: SimulatedModel, scores: ScoreTexts) => string | null;
};

export type ScoreConfig = {
  readonly name: string;
  readonly version: string;
  readonly displayName: string | null;
  readonly isPayout: boolean;
  readonly defaultMultiplier: string | null;
  readonly clipThreshold: string | null;
  readonly stakeThreshold: string | null;
};

/** Scores by field of the API: `v2Corr20`, `mmc`, `corr`. */
export type ScoreTexts = Readonly<Record<string, string | null>>;

/** A model's row as it ends; null: it has none. */
export type SimulatedModel = {
  readonly id: string;
  readonly modelName: string;
  readonly stake: string;
  readonly scores: ScoreTexts;
  /** By field of the API: `corrMultiplier`, `mmcMultiplier`. */
  readonly multipliers: ScoreTexts;
  /** By field of `v2RoundModelPerformances`: churn and turnover and their limits; empty where nothing is known of them. */
  readonly gates: ScoreTexts;
  readonly settled: string | null;
};
