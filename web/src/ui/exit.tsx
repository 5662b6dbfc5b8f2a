import { useApp } from "../app-context.ts";
import { copy } from "../copy/en.ts";
import { exitCalendar } from "../core/calendar-file.ts";
import type { Exit } from "../core/exit.ts";
import { useChainHead } from "../data/heads.ts";
import { Amount } from "./amount.tsx";
import { Download } from "./download.tsx";
import { RoundLink } from "./round-link.tsx";
import { distance, Time } from "./time.tsx";

const text = copy.exit;

/** The way out of a withdrawal: what is free, which rounds hold the rest, and the date that nobody can move. */
export function ExitCountdown({ exit, tournament, position }: { exit: Exit; tournament: number; position: number }) {
  const { config } = useApp();
  const now = Number(useChainHead().data?.timestamp ?? 0n);
  const { free, holding, overCount, outBy } = exit;
  if (holding.length === 0) {
    return (
      <p>
        <strong>{text.free}</strong> <Amount wei={free} />
      </p>
    );
  }
  return (
    <div className="exit">
      <p>
        <strong>
          {text.outBy} <Time at={outBy} />
        </strong>{" "}
        {now !== 0 && <span className="quiet">({distance(outBy, now)})</span>}
      </p>
      <p className="quiet">
        {text.whatever} {overCount > 0 && text.over(overCount, overCount + holding.length)}
      </p>
      <ul className="holding">
        {holding.map(({ number, over }) => (
          <li key={number.toString()}>
            <span>
              {copy.round.title("")} <RoundLink tournament={String(tournament)} round={number.toString()} />
            </span>
            <span className="quiet">
              {text.overBy} <Time at={over} />
            </span>
          </li>
        ))}
      </ul>
      <Download
        name={`exit-${tournament}-${position}.ics`}
        type="text/calendar"
        make={() =>
          exitCalendar({
            ...{ chainId: config.chainId, contract: config.contract, tournament, tournamentName: String(tournament) },
            ...{ position, rounds: holding.map(({ number }) => number), outBy, madeAt: Math.floor(Date.now() / 1_000) },
          })
        }
      >
        {text.calendar}
      </Download>
    </div>
  );
}
