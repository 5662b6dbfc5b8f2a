import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { randomOf, uuidOf } from "../src/simulator/random.ts";

const BASE = mkdtempSync(join(tmpdir(), "rounds-"));
afterAll(() => rmSync(BASE, { recursive: true, force: true }));

/** A folder of its own for a test's round files. */
export function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(BASE, "folder-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** Resolved rounds of 2021, made up: what real files of that year look like, with payouts in floats as Numerai made them. */
export function made2021(numbers: readonly number[]): string {
  return folderOf(
    Object.fromEntries(numbers.map((number) => [`round-${number}.json`, JSON.stringify(madeRound(number))])),
  );
}

const WEEK_MS = 7 * 24 * 3600 * 1000;
const DAY_MS = WEEK_MS / 7;

function madeRound(number: number) {
  const random = randomOf("made", number);
  const factor = number % 2 === 0 ? 1 : 0.8058553;
  const opens = Date.parse("2021-01-02T18:00:00Z") + (number - 245) * WEEK_MS;
  const time = (days: number): string => new Date(opens + days * DAY_MS).toISOString();
  const models = Array.from({ length: 400 }, (_, index) => madeModel(index, factor, random));
  const shared = { tournament: 8, payoutFactor: String(factor) };
  return {
    round: {
      ...shared,
      id: uuidOf(random),
      number,
      openTime: time(0),
      closeTime: time(7),
      closeStakingTime: time(2),
      scoreTime: time(5),
      resolveTime: time(32),
      resolvedGeneral: true,
      resolvedStaking: true,
      stakeThreshold: 300000.5,
    },
    roundDetails: {
      ...shared,
      roundNumber: number,
      status: "resolved",
      roundResolved: true,
      totalAtStake: 1.5,
      models,
    },
  };
}

function madeModel(index: number, factor: number, random: ReturnType<typeof randomOf>) {
  const stake = 5 * Math.exp(2 * random.normal());
  const corr = Number((0.01 + 0.1 * random.normal()).toPrecision(8));
  const mmc = Number((0.03 * random.normal()).toPrecision(8));
  const mmcMultiplier = [0, 0.5, 1, 2][index % 4] ?? 0;
  const payout = stake * Math.max(-0.25, Math.min(0.25, factor * (corr + mmc * mmcMultiplier)));
  const unscored = index % 50 === 0;
  return {
    id: uuidOf(random),
    modelName: `made_${index}`,
    selectedStakeValue: stake.toFixed(16),
    payoutSettled: unscored ? null : payout.toFixed(18),
    corr: unscored ? null : corr,
    mmc: unscored ? null : mmc,
    corrMultiplier: 1,
    mmcMultiplier,
  };
}
