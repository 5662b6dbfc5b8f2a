import type { CellState } from "./strip.ts";

/** What the index says of a round's progress. */
export type Progress = {
  readonly state: "OPEN" | "LOCKING" | "LOCKED" | "SETTLED" | "VOID";
  readonly batchCount: number | null;
  readonly reportedBatches: number;
};

/** As the contract's rounds in `strip.ts`: one whose every batch has a standing report waits for its dispute window. */
export function cellStateOf({ state, batchCount, reportedBatches }: Progress): CellState {
  if (state === "LOCKED") return batchCount !== null && reportedBatches === batchCount ? "reported" : "locked";
  return ({ OPEN: "open", LOCKING: "locking", SETTLED: "settled", VOID: "void" } as const)[state];
}

/** When something must have happened next, unix seconds; null: nothing more happens. */
export function nextDeadline(
  state: CellState,
  schedule: { readonly closesAt: string; readonly lockedBy: string; readonly settledBy: string },
): number | null {
  if (state === "settled" || state === "void") return null;
  if (state === "open") return Number(schedule.closesAt);
  return Number(state === "locking" ? schedule.lockedBy : schedule.settledBy);
}
