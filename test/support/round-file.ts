import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

/** Real rounds stand beside the project, where they are there at all: they have no licence to be part of it. */
const REAL_ROUNDS = fileURLToPath(new URL("../../../shared/data/numerai-classic", import.meta.url));

export type Value = string | number | boolean | null | undefined;

export type RoundFile = {
  round: Record<string, Value>;
  roundDetails: { models: Record<string, Value>[]; [field: string]: Value | Record<string, Value>[] };
};

/** Paths of the real round files beside the project; none where there is no such folder. */
export function realRoundFiles(): string[] {
  if (!existsSync(REAL_ROUNDS)) return [];
  return readdirSync(REAL_ROUNDS)
    .filter((name) => /^round-\d+\.json$/.test(name))
    .sort()
    .map((name) => join(REAL_ROUNDS, name));
}

/** A made-up resolved round of the shape of 2021, with every oddity: dust, clipped, burned and missing scores, exponents. */
export function madeUpRound(models: number, payoutFactor: string): RoundFile {
  const times = {
    openTime: "2021-05-01T18:00:00Z",
    closeTime: "2021-05-08T18:00:00Z",
    closeStakingTime: "2021-05-03T14:30:00Z",
    scoreTime: "2021-05-06T15:30:00Z",
  };
  const rows = Array.from({ length: models }, (_, index) => {
    const scored = index % 17 !== 3;
    const corr = index % 29 === 5 ? 0.9 : Math.sin(index * 12.9898) * 0.08 + 0.01;
    const mmc = index % 11 === 7 ? -9.89382e-6 : Math.cos(index * 78.233) * 0.03;
    return {
      id: `00000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`,
      modelName: `made_up_${index}`,
      selectedStakeValue: index % 13 === 0 ? "0E-18" : (10 ** ((index % 7) - 3) * 1.000000000123).toFixed(18),
      payoutSettled: null,
      corr: scored ? corr : null,
      mmc: scored ? mmc : null,
      corrMultiplier: 1,
      mmcMultiplier: [0, 0.5, 1, 2][index % 4],
    };
  });
  return {
    round: {
      ...{ id: "round", tournament: 8, number: 262, ...times, resolveTime: "2021-06-02T20:00:00Z" },
      ...{ resolvedGeneral: true, resolvedStaking: true, payoutFactor, stakeThreshold: 300000 },
    },
    roundDetails: {
      ...{ roundId: "round", roundNumber: 262, tournament: 8, status: "resolved", roundResolved: true },
      ...{ payoutFactor, totalAtStake: 1, totalPayout: 1, totalStakes: rows.length, models: rows },
    },
  };
}
