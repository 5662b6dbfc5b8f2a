import type { ScoreConfig } from "./source.ts";

/** What a made-up tournament pays on, as one of Numerai's three did. Decimals are text. */
export type Profile = {
  /** The one or two scores that pay. */
  readonly scores: readonly PayingScore[];
  readonly clip: string;
  /** Configurations beside those that pay: the feed has to tell them apart. */
  readonly unpaid: readonly Pick<ScoreConfig, "name" | "version" | "displayName">[];
  /** Whether a model's churn and turnover may keep it out of a round. */
  readonly gates: { readonly churnThreshold: string; readonly turnoverThreshold: string } | null;
};

export type PayingScore = {
  /** The field of a model's row. */
  readonly field: string;
  readonly name: string;
  readonly version: string;
  readonly displayName: string;
  readonly multiplier: string;
  readonly mean: number;
  readonly deviation: number;
};

const MMC = { field: "mmc", name: "meta_model_contribution", version: "5", displayName: "mmc" };
const CORR = { field: "v2Corr20", name: "correlation", version: "6", displayName: "v2_corr20" };
const CORR60 = { name: "correlation", version: "3", displayName: "corr60" };
const ALPHA = { field: "alpha", name: "alpha", version: "2", displayName: "alpha" };
const MPC = { field: "mpc", name: "meta_portfolio_contribution", version: "2", displayName: "mpc" };

/** Classic as of 2024. */
const CLASSIC: Profile = {
  scores: [
    { ...CORR, multiplier: "0.5", mean: 0.01, deviation: 0.03 },
    { ...MMC, multiplier: "2.0", mean: 0, deviation: 0.015 },
  ],
  clip: "0.05",
  unpaid: [CORR60],
  gates: null,
};

/** Signals as of 2025. */
const SIGNALS: Profile = {
  scores: [
    { ...ALPHA, multiplier: "0.3", mean: 0.004, deviation: 0.02 },
    { ...MPC, multiplier: "0.8", mean: 0, deviation: 0.008 },
  ],
  clip: "0.017",
  unpaid: [CORR],
  gates: { churnThreshold: "0.15", turnoverThreshold: "0.25" },
};

/** Crypto as of 2025: it pays on one score alone. */
const CRYPTO: Profile = {
  scores: [{ ...MMC, multiplier: "1.0", mean: 0.001, deviation: 0.02 }],
  clip: "0.05",
  unpaid: [CORR],
  gates: null,
};

const PROFILES = new Map([
  [8, CLASSIC],
  [11, SIGNALS],
  [12, CRYPTO],
]);

/** The profile of a tournament by Numerai's number; of any other, Classic's. */
export function profileOf(tournament: number): Profile {
  return PROFILES.get(tournament) ?? CLASSIC;
}
