import type { Hex } from "viem";
import type { ScoredModel, ScoreSheet } from "./facts.ts";
import type { AuditFinding } from "./findings.ts";
import { batchScores, byModel } from "./scores.ts";
import { formatNmr } from "./units.ts";
import { POSITIONS_PER_BATCH, type Scores, unpackScores } from "./words.ts";

/** The reported scores of a batch, and what they should have been made from. */
export type ReportedScores = {
  readonly index: number;
  readonly stakes: readonly bigint[];
  readonly scores: readonly bigint[];
  readonly models: readonly Hex[];
  readonly sheet: ScoreSheet;
};

/** Where the reported scores aren't the feed's, by position, model and field; and the stakes whose model it doesn't list. */
export function scoreFindings({ index, stakes, scores, models, sheet }: ReportedScores): AuditFinding[] {
  const { words, unknown } = batchScores(byModel(sheet), { batch: index, stakes, models, hasRegistrar: false });
  const rows = new Map(sheet.models.map((row) => [row.model, row]));
  const expected = unpackScores(words);
  const reported = unpackScores(scores);
  const first = index * POSITIONS_PER_BATCH;
  const lanes = Array.from({ length: Math.max(expected.length, reported.length) }, (_, lane) => lane);
  const differences = lanes.flatMap((lane) => {
    const model = models[first + lane];
    return ([0, 1] as const)
      .filter((which) => expected[lane]?.[which] !== reported[lane]?.[which])
      .map((which): AuditFinding => {
        const row = model === undefined ? undefined : rows.get(model);
        const values = `${shown(reported[lane], which)} was reported, the feed gives ${shown(expected[lane], which)}`;
        const message = `position ${first + lane}, model ${nameOf(row, model)}, ${fieldOf(row, which)}: ${values}`;
        return { verdict: "difference", subject: "feed", batch: index, position: first + lane, message };
      });
  });
  const unlisted = unknown.map(({ position, model }): AuditFinding => {
    const message = `position ${position}, model ${model}: scored 0, because the feed doesn't list it`;
    return { verdict: "note", subject: "feed", batch: index, position, message };
  });
  return [...differences, ...unlisted];
}

/** The feed's field behind a score, with its text where there is one. */
function fieldOf(row: ScoredModel | undefined, which: 0 | 1): string {
  const fields = Object.keys(row?.raw ?? {}).filter((field) => !field.endsWith("Multiplier"));
  const field = fields[which];
  return field === undefined ? `score ${which}` : `${field} (the feed's text: ${row?.raw[field] ?? "nothing"})`;
}

function nameOf(row: ScoredModel | undefined, model: Hex | undefined): string {
  return row === undefined ? (model ?? "none") : `${row.name} (${row.model})`;
}

function shown(scores: Scores | undefined, which: 0 | 1): string {
  return scores === undefined ? "nothing" : formatNmr(scores[which]);
}
