import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Scores } from "../../src/core/words.ts";
import { ROUND, type World } from "../reconciler-world.ts";
import { feedOf } from "./fleet.ts";

// What the operators' feeds say of round after round, each closing while earlier ones wait for their scores.

const HOUR = 3_600;
const NANO = 1e9;
/** Between one close and the next; scores are there six hours after a close, the dispute window is an hour. */
const EVERY = 4 * HOUR;
/** A reporter whose feed is spoilt is told so much more of its first model. */
const SPOILT = 1_000_000;

export type Times = { readonly closesAt: number; readonly resolvesAt: number; readonly settlesAt: number };

export function numberOf(index: number): bigint {
  return ROUND + BigInt(index);
}

export function timesOf({ times }: World, index: number): Times {
  const closesAt = times.closesAt + index * EVERY;
  const resolvesAt = closesAt + 6 * HOUR;
  return { closesAt, resolvesAt, settlesAt: resolvesAt + HOUR + 600 };
}

/** Scores of a position in 1e-9: both signs, some beyond the clip, others in every round. */
export function scoresOf(position: number, index: number): Scores {
  const first = (((position * 37 + index * 59) % 200) - 100) * 1_000_000;
  return [BigInt(first), BigInt(first / 10)];
}

type File = { readonly round: object; readonly roundDetails: { readonly models: readonly object[] } };

/** Writes a round into an operator's feed; a spoilt one says something else of the first model. */
export function announce(world: World, index: number, operator: number, isSpoilt = false): void {
  const { round, roundDetails } = JSON.parse(readFileSync(join(world.folder, "round-5.json"), "utf8")) as File;
  const { closesAt, resolvesAt } = timesOf(world, index);
  const closing = { closeTime: iso(closesAt), closeStakingTime: iso(closesAt) };
  const models = roundDetails.models.map((model, position) => {
    const [corr, mmc] = scoresOf(position, index).map(Number) as [number, number];
    return { ...model, v2Corr20: (corr + (isSpoilt && position === 0 ? SPOILT : 0)) / NANO, mmc: mmc / NANO };
  });
  const number = Number(numberOf(index));
  const file = {
    round: { ...round, ...closing, number, resolveTime: iso(resolvesAt) },
    roundDetails: { ...roundDetails, ...closing, roundNumber: number, models },
  };
  writeFileSync(join(feedOf(world, operator), `round-${number}.json`), JSON.stringify(file));
}

function iso(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}
