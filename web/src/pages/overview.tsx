import { Link } from "wouter";
import { copy } from "../copy/en.ts";
import { byDay } from "../core/series.ts";
import { exactNmr, shortNmr } from "../core/amounts.ts";
import { cellStateOf, nextDeadline } from "../core/round-state.ts";
import { useAsk } from "../data/ask.ts";
import { useChainHead } from "../data/heads.ts";
import { overview } from "../index/generated/documents.ts";
import type { OverviewQuery } from "../index/generated/types.ts";
import { Amount } from "../ui/amount.tsx";
import { Figure, Figures } from "../ui/figures.tsx";
import { Answer } from "../ui/states.tsx";
import { RoundStrip, StripLegend } from "../ui/strip.tsx";
import { Table } from "../ui/table.tsx";
import { TotalsOverTime } from "../ui/totals-chart.tsx";
import { distance } from "../ui/time.tsx";

const text = copy.overview;
const count = (value: number): string => value.toLocaleString("en");

export default function OverviewPage() {
  const answer = useAsk(overview);
  return (
    <>
      <header className="head">
        <h1>{text.title}</h1>
        <p className="lead">{text.lead}</p>
      </header>
      <Answer query={answer}>{(data) => <Overview data={data} />}</Answer>
    </>
  );
}

function Overview({ data }: { data: OverviewQuery }) {
  const { protocol, rounds, tournaments } = data;
  const wei = (value: string | undefined): bigint => BigInt(value ?? 0);
  return (
    <>
      <Figures>
        <Figure name={text.staked} note={text.pending(shortNmr(wei(protocol?.pendingWei)))}>
          <Amount wei={wei(protocol?.activeWei)} />
        </Figure>
        <Figure name={text.atRisk} note={text.atRiskNote}>
          <Amount wei={wei(protocol?.atRiskWei)} />
        </Figure>
        <Figure name={text.rewarded} note={text.payouts(count(protocol?.payoutCount ?? 0))}>
          <Amount wei={wei(protocol?.rewardedWei)} />
        </Figure>
        <Figure
          name={text.burned}
          note={text.positions(count(protocol?.positionCount ?? 0), count(protocol?.stakerCount ?? 0))}
        >
          <Amount wei={wei(protocol?.burnedWei)} />
        </Figure>
      </Figures>
      <InFlight rounds={rounds} />
      <section className="section">
        <h2>{text.tournaments}</h2>
        <Tournaments tournaments={tournaments} />
      </section>
      <section className="section">
        <h2>{text.overTime}</h2>
        <TotalsOverTime days={byDay(data.tournamentStats_collection)} />
      </section>
    </>
  );
}

function InFlight({ rounds }: Pick<OverviewQuery, "rounds">) {
  const now = Number(useChainHead().data?.timestamp ?? 0n);
  const cells = rounds.map((round) => {
    const state = cellStateOf(round);
    const deadline = nextDeadline(state, round);
    const when = deadline === null || now === 0 ? "" : distance(deadline, now);
    return {
      tournament: round.tournament.id,
      round: round.number,
      state,
      note: copy.strip.note(round.tournament.name, exactNmr(BigInt(round.atRiskNowWei)), when),
    };
  });
  return (
    <section className="section">
      <div className="section-head">
        <h2>{text.inFlight}</h2>
        <StripLegend />
      </div>
      {cells.length === 0 ? (
        <p className="empty">{text.noneInFlight}</p>
      ) : (
        <RoundStrip cells={cells} label={text.inFlight} large />
      )}
    </section>
  );
}

function Tournaments({ tournaments }: Pick<OverviewQuery, "tournaments">) {
  const columns = copy.overview.columns;
  return (
    <Table
      caption={text.tournaments}
      rows={tournaments}
      columns={[
        {
          name: columns.tournament,
          show: ({ id, name }) => <Link href={`/tournament/${id}`}>{name === "" ? id : name}</Link>,
          sortBy: ({ name }) => name,
        },
        {
          name: text.staked,
          right: true,
          show: ({ activeWei }) => <Amount wei={BigInt(activeWei)} />,
          sortBy: ({ activeWei }) => BigInt(activeWei),
        },
        {
          name: text.atRisk,
          right: true,
          show: ({ atRiskWei }) => <Amount wei={BigInt(atRiskWei)} />,
          sortBy: ({ atRiskWei }) => BigInt(atRiskWei),
        },
        {
          name: columns.stakers,
          right: true,
          show: ({ activeStakerCount }) => count(activeStakerCount),
          sortBy: ({ activeStakerCount }) => activeStakerCount,
        },
        {
          name: columns.inFlight,
          right: true,
          show: ({ roundsInFlight }) => count(roundsInFlight),
          sortBy: ({ roundsInFlight }) => roundsInFlight,
        },
        {
          name: text.rewarded,
          right: true,
          show: ({ rewardedWei }) => <Amount wei={BigInt(rewardedWei)} />,
          sortBy: ({ rewardedWei }) => BigInt(rewardedWei),
        },
        {
          name: text.burned,
          right: true,
          show: ({ burnedWei }) => <Amount wei={BigInt(burnedWei)} />,
          sortBy: ({ burnedWei }) => BigInt(burnedWei),
        },
      ]}
    />
  );
}
