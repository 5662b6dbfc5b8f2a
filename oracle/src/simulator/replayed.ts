import { payoutFactorDown, payoutTowardZero, totalAtRiskDown } from "../core/payout.ts";
import { formatNmr, nanoFromDecimalDown } from "../core/units.ts";
import { readFolder } from "../feeds/folder.ts";
import { instant } from "../feeds/answers.ts";
import { NUMERAI_GATES } from "../feeds/gates.ts";
import type { NumeraiRound } from "../feeds/read.ts";
import type { RawModel } from "../feeds/schema.ts";
import { payoutOf } from "../feeds/scores.ts";
import { randomOf, uuidOf } from "./random.ts";
import { counts, rowOf } from "./row.ts";
import type { ScoreTexts, SimulatedModel, SimulatedRound, Source } from "./source.ts";

const SCORES = ["corr", "v2Corr20", "corr60", "mmc", "mmc60", "alpha", "mpc"] as const;
const MULTIPLIERS = ["corrMultiplier", "mmcMultiplier"] as const;
const GATES = NUMERAI_GATES.flatMap(({ measure, limit }) => [measure, limit]);

/**
 * A tournament played from files of resolved rounds, `round-<number>.json`, on their own calendar.
 * @throws InputError where a file is invalid or not resolved, or the files are of several tournaments.
 */
export async function folderTournament(folder: string): Promise<Source> {
  const files = await readFolder(folder, { resolved: true });
  const tournament = files[0]?.round.tournament ?? 0;
  return { tournament, rounds: files.map(roundFrom) };
}

function roundFrom({ round, details, raw }: NumeraiRound): SimulatedRound {
  const staked = details.models.reduce((sum, { stake }) => sum + stake, 0n);
  const factor = payoutFactorDown(totalAtRiskDown(staked, round.terms), round.terms);
  const { scoresOf } = payoutOf(raw.round, "round");
  return {
    id: raw.round.id ?? uuidOf(randomOf("round", raw.round.number)),
    number: Number(round.number),
    target: raw.round.target ?? null,
    opensAt: round.opensAt,
    closesAt: optionalInstant(raw.round.closeTime) ?? round.closesAt,
    stakingClosesAt: round.closesAt,
    scoresAt: optionalInstant(raw.round.scoreTime) ?? round.closesAt,
    resolvesAt: round.resolvesAt,
    payoutFactor: raw.round.payoutFactor ?? "1",
    // Not as published where models have their own multipliers: payoutFactor × total staked, as an exact decimal, so that
    // terms frozen at the opening pay to the nano what the round really paid.
    stakeThreshold: formatNmr(round.terms.stakeThreshold),
    scoreConfigs: raw.round.roundScoreConfigs ?? null,
    models: () => raw.models.map(modelFrom),
    payout: (model, scores) => {
      if (!counts(model)) return null;
      const lanes = scoresOf({ ...rowOf(model), ...model.multipliers, ...scores }, model.id);
      if (lanes === null) return null;
      return formatNmr(payoutTowardZero(nanoFromDecimalDown(model.stake, "stake"), lanes, factor, round.terms));
    },
  };
}

function modelFrom(row: RawModel): SimulatedModel {
  return {
    id: row.id,
    modelName: row.modelName,
    stake: withoutCommas(row.selectedStakeValue ?? "0"),
    scores: fieldsOf(row, SCORES),
    multipliers: fieldsOf(row, MULTIPLIERS),
    gates: fieldsOf(row, GATES),
    settled: row.payoutSettled === null ? null : withoutCommas(row.payoutSettled),
  };
}

function fieldsOf(row: RawModel, names: readonly (keyof RawModel)[]): ScoreTexts {
  return Object.fromEntries(names.filter((name) => row[name] !== undefined).map((name) => [name, row[name] ?? null]));
}

/** The simulator puts commas of its own. */
function withoutCommas(amount: string): string {
  return amount.replaceAll(",", "");
}

function optionalInstant(text: string | null | undefined): number | undefined {
  return typeof text === "string" ? instant(text, "time") : undefined;
}
