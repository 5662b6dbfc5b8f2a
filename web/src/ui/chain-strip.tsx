import { roundStrip } from "../core/strip.ts";
import type { PositionRound } from "../core/rounds.ts";
import { copy } from "../copy/en.ts";
import { RoundStrip } from "./strip.tsx";
import { TIME_STYLE } from "./time.tsx";

/** The strip of rounds as the chain has them: those that hold something of the reader's are marked. */
export function ChainStrip({
  tournament,
  rounds,
  large = false,
}: {
  tournament: number;
  rounds: readonly PositionRound[];
  large?: boolean;
}) {
  const cells = roundStrip(rounds, TIME_STYLE).map(({ round, state, holds, label }) => ({
    ...{ tournament: String(tournament), round: round.toString(), state, label, mine: holds > 0n },
  }));
  if (cells.length === 0) return <p className="quiet">{copy.model.free}</p>;
  return <RoundStrip cells={cells} label={copy.mine.strip} large={large} />;
}
