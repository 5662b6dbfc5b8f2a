import { useParams } from "wouter";
import { copy } from "../copy/en.ts";
import { byDay } from "../core/series.ts";
import { useAsk } from "../data/ask.ts";
import { tournamentPage } from "../index/generated/documents.ts";
import type { TournamentPageQuery } from "../index/generated/types.ts";
import { Amount } from "../ui/amount.tsx";
import { Figure, Figures } from "../ui/figures.tsx";
import { Answer } from "../ui/states.tsx";
import { TotalsOverTime } from "../ui/totals-chart.tsx";
import { Calendar } from "../ui/tournament/calendar.tsx";
import { Leaderboard } from "../ui/tournament/leaderboard.tsx";
import { Movements } from "../ui/tournament/movements.tsx";
import { Limits, People, Reserve } from "../ui/tournament/terms.tsx";

const text = copy.tournament;

type Tournament = NonNullable<TournamentPageQuery["tournament"]>;

export default function TournamentPage() {
  const { tournament: id = "" } = useParams();
  const answer = useAsk(tournamentPage, { id, text: id });
  return (
    <Answer query={answer}>
      {(data) =>
        data.tournament === null ? (
          <header className="head">
            <h1>{text.unknown}</h1>
          </header>
        ) : (
          <Page tournament={data.tournament} data={data} />
        )
      }
    </Answer>
  );
}

function Page({ tournament, data }: { tournament: Tournament; data: TournamentPageQuery }) {
  const { id, number, name } = tournament;
  return (
    <>
      <header className="head">
        <p className="eyebrow">{text.eyebrow(number)}</p>
        <h1>{name === "" ? text.eyebrow(number) : name}</h1>
      </header>
      <Figures>
        <Figure
          name={copy.overview.staked}
          note={text.figures.positions(tournament.positionCount.toLocaleString("en"))}
        >
          <Amount wei={BigInt(tournament.activeWei)} />
        </Figure>
        <Figure name={copy.overview.atRisk} note={copy.overview.atRiskNote}>
          <Amount wei={BigInt(tournament.atRiskWei)} />
        </Figure>
        <Figure name={copy.overview.rewarded}>
          <Amount wei={BigInt(tournament.rewardedWei)} />
        </Figure>
        <Figure name={copy.overview.burned}>
          <Amount wei={BigInt(tournament.burnedWei)} />
        </Figure>
        <Figure name={text.figures.stakers}>
          <span className="number">{tournament.activeStakerCount.toLocaleString("en")}</span>
        </Figure>
      </Figures>
      <Calendar tournament={id} rounds={data.rounds} />
      <div className="section columns">
        <Limits tournament={tournament} />
        <Reserve tournament={tournament} />
        <People tournament={tournament} />
      </div>
      <Leaderboard tournament={id} />
      <section className="section">
        <h2>{copy.overview.overTime}</h2>
        <TotalsOverTime days={byDay(data.tournamentStats_collection)} />
      </section>
      <Movements changes={tournament.reserveChanges} />
    </>
  );
}
