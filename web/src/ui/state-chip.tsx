import { copy } from "../copy/en.ts";
import type { CellState } from "../core/strip.ts";

/** A round's state with its cell of the strip, so that both are learned together. */
export function StateChip({ state }: { state: CellState }) {
  return (
    <span className="chip">
      <span className={`cell small ${state}`} aria-hidden="true" />
      {copy.strip.states[state]}
    </span>
  );
}
