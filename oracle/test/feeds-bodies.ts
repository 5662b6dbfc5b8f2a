import { type Json, parseJson } from "../src/core/json.ts";

// Answers of the API as its JSON, before anything reads it. Tests change a copy.

/** A tree that tests may change at any place. */
export type Tree = { [key: string]: Tree } & Tree[];

/** Stands for a bare NaN, which JSON.stringify can't write. */
export const NAN = "@NaN@";
export const INFINITY = "@-Infinity@";

const ROUND = {
  id: "570c1893-e421-447a-a292-f0f76cb2f0e3",
  tournament: 8,
  number: 700,
  target: "target",
  openTime: "2024-06-01T12:00:00Z",
  closeTime: "2024-06-01T14:30:00Z",
  closeStakingTime: "2024-06-01T13:00:00Z",
  scoreTime: "2024-06-05T12:00:00Z",
  resolveTime: "2024-07-02T20:00:00Z",
  resolvedGeneral: true,
  resolvedStaking: true,
  payoutFactor: "0.5",
  stakeThreshold: 72000,
};

const CONFIGS = [
  {
    name: "correlation",
    version: "6",
    displayName: "v2_corr20",
    isPayout: true,
    defaultMultiplier: 0.5,
    clipThreshold: 0.05,
    stakeThreshold: 72000,
  },
  {
    name: "meta_model_contribution",
    version: "5",
    displayName: "mmc",
    isPayout: true,
    defaultMultiplier: 2,
    clipThreshold: 0.05,
    stakeThreshold: 72000,
  },
  {
    name: "something_new",
    version: "1",
    displayName: "new",
    isPayout: false,
    defaultMultiplier: null,
    clipThreshold: null,
    stakeThreshold: null,
  },
];

const IDS = [
  "66a262f2-39c1-13dd-4cc8-0d2337108916",
  "3dd9c099-5d54-c0ab-d51a-90f1d57b1ce7",
  "035d3f77-13ac-ce21-c4c7-7c60fc34895f",
];

const DETAILS = {
  roundId: ROUND.id,
  roundNumber: 700,
  tournament: 8,
  status: "resolved",
  roundResolved: true,
  payoutFactor: "0.5",
  totalAtStake: 1234.5,
  totalPayout: -1.5e-3,
  totalStakes: 3,
};

/** A round of today, whose configurations name the scores that pay. */
export function configuredBody(): Tree {
  const models = IDS.map((id, index) => ({
    id,
    modelName: `model_${index}`,
    selectedStakeValue: ["1,234.5", "0E-18", "10"][index],
    payoutPending: "0E-18",
    payoutSettled: ["-1.5", null, "0.000000001999"][index],
    v2Corr20: [0.02, null, -9.89382e-6][index],
    mmc: [0.01, null, null][index],
    corr60: null,
    fncV3: null,
  }));
  return copyOf({
    round: { ...ROUND, roundScoreConfigs: CONFIGS },
    roundDetails: { ...DETAILS, payoutMultipliers: [], models },
  });
}

/** A round of 2021, whose models carry their own multipliers. */
export function ownMultipliersBody(): Tree {
  const models = IDS.map((id, index) => ({
    id,
    modelName: `model_${index}`,
    selectedStakeValue: ["100.0000000009", "0.1", "0.01"][index],
    payoutSettled: ["2", null, "-0.01"][index],
    corr: [0.02, null, -0.3][index],
    mmc: [0.01, null, -0.02][index],
    corrMultiplier: 1,
    mmcMultiplier: [2, 0, 0.5][index],
  }));
  return copyOf({ round: ROUND, roundDetails: { ...DETAILS, models } });
}

/** A round of any organizer's, in the format of our own. */
export function neutralBody(): Tree {
  const terms = { multipliers: ["0.5", 2], clip: 0.05, stakeThreshold: "72000", exposure: 1 };
  const round = {
    number: 12,
    opensAt: "2026-01-06T12:00:00Z",
    closesAt: "2026-01-06T13:00:00Z",
    resolvesAt: "2026-02-06T12:00:00Z",
    resolved: true,
    scoreNames: ["skill", "novelty"],
    terms,
    gates: [{ name: "churn", limit: "0.15" }],
  };
  const models = [
    { id: IDS[0], name: "model_0", scores: [0.02, "-0.01"], gates: [0.1] },
    { id: "alice/first", scores: [null, null], gates: [0] },
    { id: "bob", scores: ["1e-7", null], gates: ["0.149999999999"] },
    { id: "carol", scores: [0.5, 0.5], gates: [0.15] },
    { id: "dave", scores: [0.5, 0.5], gates: [null] },
  ];
  return copyOf({ format: "numeraire-feed/1", tournament: 3, round, models });
}

/** A list of rounds of any organizer's. */
export function neutralListBody(...rounds: readonly unknown[]): Tree {
  const { format, tournament } = neutralBody();
  return copyOf({ format, tournament, rounds });
}

/** The round of `neutralBody` with changes. */
export function neutralRoundWith(changes: object = {}): object {
  return { ...(neutralBody()["round"] as object), ...changes };
}

/** As a feed would receive it. */
export function textOf(tree: unknown): string {
  return JSON.stringify(tree).replaceAll(`"${NAN}"`, "NaN").replaceAll(`"${INFINITY}"`, "-Infinity");
}

export function jsonOf(tree: unknown): Json {
  return parseJson(textOf(tree), "body");
}

function copyOf(value: unknown): Tree {
  return JSON.parse(JSON.stringify(value)) as Tree;
}
