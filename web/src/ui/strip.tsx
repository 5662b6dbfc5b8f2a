import { Link } from "wouter";
import { copy } from "../copy/en.ts";
import type { CellState } from "../core/strip.ts";

export type Cell = {
  readonly tournament: string;
  readonly round: string;
  readonly state: CellState;
  /** More about the round, for a screen reader and where it is pointed at. */
  readonly note?: string;
  /** All of what is said of it, instead of state and note. */
  readonly label?: string;
  /** Whether it holds something of the reader's. */
  readonly mine?: boolean;
};

const STATES: readonly CellState[] = ["open", "locking", "locked", "reported", "settled", "void"];

/** One cell a round, first to last, filled by its state: exposure, exit and history in one picture. */
export function RoundStrip({
  cells,
  label,
  large = false,
}: {
  cells: readonly Cell[];
  label: string;
  large?: boolean;
}) {
  return (
    <ol className={`strip ${large ? "large" : ""}`} aria-label={label}>
      {cells.map(({ tournament, round, state, note, label: whole, mine = false }) => {
        const text = whole ?? [copy.strip.plain(round, copy.strip.states[state]), note].filter(Boolean).join(", ");
        return (
          <li key={`${tournament}-${round}`}>
            <Link href={`/tournament/${tournament}/round/${round}`} title={text} aria-label={text}>
              <span className={`cell ${state} ${mine ? "mine" : ""}`} />
            </Link>
          </li>
        );
      })}
    </ol>
  );
}

export function StripLegend() {
  return (
    <ul className="legend" aria-label={copy.strip.legend}>
      {STATES.map((state) => (
        <li key={state}>
          <span className={`cell ${state}`} aria-hidden="true" />
          {copy.strip.states[state]}
        </li>
      ))}
    </ul>
  );
}
