import { useState } from "react";
import { useParams } from "wouter";
import { stakerLeaderboard, positionLeaderboard } from "@numeraire-staking/subgraph/client";
import { copy } from "../copy/en.ts";
import { exactNmr, exactPercent } from "../core/amounts.ts";
import { factorDown } from "../core/rates.ts";
import { cellStateOf } from "../core/round-state.ts";
import { byDay } from "../core/series.ts";
import { useAsk } from "../data/ask.ts";
import { useReserve } from "../data/reserve.ts";
import { tournamentPage } from "../index/generated/documents.ts";
import type { TournamentPageQuery } from "../index/generated/types.ts";
import { StakerLink } from "../ui/address.tsx";
import { Amount } from "../ui/amount.tsx";
import { Facts, Figure, Figures } from "../ui/figures.tsx";
import { Meter } from "../ui/meter.tsx";
import { ModelLink } from "../ui/model.tsx";
import { Percent } from "../ui/percent.tsx";
import { RoundLink } from "../ui/round-link.tsx";
import { StateChip } from "../ui/state-chip.tsx";
import { Answer } from "../ui/states.tsx";
import { RoundStrip, StripLegend } from "../ui/strip.tsx";
import { Table } from "../ui/table.tsx";
import { Duration, Time } from "../ui/time.tsx";
import { TotalsOverTime } from "../ui/totals-chart.tsx";
import { Transaction } from "../ui/transaction.tsx";

const text = copy.tournament;
const columns = text.columns;
const FIRST = 25;
const ONE = 10n ** 9n;
const NOBODY = /^0x0+$/;

type Tournament = NonNullable<TournamentPageQuery["tournament"]>;
type Rounds = TournamentPageQuery["rounds"];

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

function Calendar({ tournament, rounds }: { tournament: string; rounds: Rounds }) {
  const cells = rounds
    .map((round) => ({
      ...{ tournament, round: round.number, state: cellStateOf(round) },
      note: copy.strip.note("", exactNmr(BigInt(round.atRiskNowWei)), ""),
    }))
    .toReversed();
  return (
    <section className="section">
      <div className="section-head">
        <h2>{text.calendar}</h2>
        <StripLegend />
      </div>
      <RoundStrip cells={cells} label={text.calendar} />
      <Table
        caption={text.calendar}
        rows={rounds}
        keyOf={({ id }) => id}
        first={FIRST}
        initial={{ column: 0, descending: true }}
        columns={[
          {
            name: columns.round,
            show: ({ number }) => <RoundLink tournament={tournament} round={number} />,
            sortBy: ({ number }) => BigInt(number),
          },
          {
            name: columns.state,
            show: (round) => <StateChip state={cellStateOf(round)} />,
            sortBy: ({ state }) => state,
          },
          {
            name: columns.closes,
            show: ({ closesAt }) => <Time at={closesAt} />,
            sortBy: ({ closesAt }) => BigInt(closesAt),
          },
          {
            name: columns.settledBy,
            show: ({ settledBy }) => <Time at={settledBy} />,
            sortBy: ({ settledBy }) => BigInt(settledBy),
          },
          {
            name: columns.staked,
            right: true,
            show: ({ stakedWei }) => <Amount wei={BigInt(stakedWei)} />,
            sortBy: ({ stakedWei }) => BigInt(stakedWei),
          },
          {
            name: columns.factor,
            right: true,
            show: ({ payoutFactor }) => (payoutFactor === null ? "" : factorDown(BigInt(payoutFactor))),
            sortBy: ({ payoutFactor }) => BigInt(payoutFactor ?? 0),
          },
          {
            name: columns.rewarded,
            right: true,
            show: ({ rewardedWei }) => <Amount wei={BigInt(rewardedWei)} sign />,
            sortBy: ({ rewardedWei }) => BigInt(rewardedWei),
          },
          {
            name: columns.burned,
            right: true,
            show: ({ burnedWei }) => <Amount wei={-BigInt(burnedWei)} sign />,
            sortBy: ({ burnedWei }) => BigInt(burnedWei),
          },
        ]}
      />
    </section>
  );
}

/** What a staker who doesn't watch can lose at most: the product of three limits that never change. */
function Limits({ tournament }: { tournament: Tournament }) {
  const { maxClip, maxExposure, maxRoundsInFlight, maxDuration, minDisputeWindow, minStakeWei } = tournament;
  const together = (BigInt(maxClip) * BigInt(maxExposure) * BigInt(maxRoundsInFlight)) / ONE;
  const bound = together > ONE ? ONE : together;
  return (
    <section className="card">
      <h2>{text.worst}</h2>
      <p className="quiet">{text.worstLead}</p>
      <Facts
        rows={[
          [text.clip, exactPercent(BigInt(maxClip), 9)],
          [text.exposure, exactPercent(BigInt(maxExposure), 9)],
          [text.inFlight, maxRoundsInFlight.toLocaleString("en")],
          [text.product, `${exactPercent(bound, 9)}: ${together > ONE ? text.canExceed : text.cannotExceed}`],
          [text.duration, <Duration key="duration" seconds={Number(maxDuration)} />],
          [text.window, <Duration key="window" seconds={Number(minDisputeWindow)} />],
          [text.minStake, <Amount key="stake" wei={BigInt(minStakeWei)} />],
        ]}
      />
    </section>
  );
}

/** From the contract itself, not from the index: what is held back is held back there. */
function Reserve({ tournament }: { tournament: Tournament }) {
  const answer = useReserve(tournament.number);
  return (
    <section className="card">
      <h2>{text.reserve}</h2>
      <p className="quiet">{text.reserveLead}</p>
      <Answer query={answer}>
        {({ block, total, earmarked }) => (
          <>
            <Meter label={text.coverage} part={total - earmarked} whole={total} />
            <Facts
              rows={[
                [text.total, <Amount key="total" wei={total} />],
                [text.earmarked, <Amount key="earmarked" wei={earmarked} />],
                [text.free, <Amount key="free" wei={total - earmarked} />],
              ]}
            />
            <p className="quiet small">{text.asOf(block)}</p>
          </>
        )}
      </Answer>
    </section>
  );
}

function People({ tournament }: { tournament: Tournament }) {
  const { organizer, guardian, registrar, reporterSet } = tournament;
  const { quorum, reporters } = reporterSet;
  return (
    <section className="card">
      <h2>{text.people}</h2>
      <Facts
        rows={[
          [text.organizer, <StakerLink key="organizer" address={organizer} />],
          [text.guardian, NOBODY.test(guardian) ? text.nobody : <StakerLink key="guardian" address={guardian} />],
          [text.registrar, NOBODY.test(registrar) ? text.open : <StakerLink key="registrar" address={registrar} />],
        ]}
      />
      <h3>{text.reporters(quorum, reporters.length)}</h3>
      <ul className="people">
        {reporters.map((reporter) => (
          <li key={reporter}>
            <StakerLink address={reporter} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Leaderboard({ tournament }: { tournament: string }) {
  const [stakers, setStakers] = useState(false);
  return (
    <section className="section">
      <div className="section-head">
        <h2>{text.leaderboard}</h2>
        <div className="tabs" role="group" aria-label={text.leaderboard}>
          <button type="button" aria-pressed={!stakers} onClick={() => setStakers(false)}>
            {text.byPosition}
          </button>
          <button type="button" aria-pressed={stakers} onClick={() => setStakers(true)}>
            {text.byStaker}
          </button>
        </div>
      </div>
      <p className="quiet">{text.returns}</p>
      {stakers ? <StakerBoard tournament={tournament} /> : <PositionBoard tournament={tournament} />}
    </section>
  );
}

type Returns = {
  readonly activeNmr: string;
  readonly returnLast20: string;
  readonly returnLast60: string;
  readonly returnAllTime: string;
};

const returnColumns = [
  {
    name: columns.last20,
    right: true,
    show: ({ returnLast20 }: Returns) => <Percent ratio={returnLast20} />,
    sortBy: ({ returnLast20 }: Returns) => Number(returnLast20),
  },
  {
    name: columns.last60,
    right: true,
    show: ({ returnLast60 }: Returns) => <Percent ratio={returnLast60} />,
    sortBy: ({ returnLast60 }: Returns) => Number(returnLast60),
  },
  {
    name: columns.allTime,
    right: true,
    show: ({ returnAllTime }: Returns) => <Percent ratio={returnAllTime} />,
    sortBy: ({ returnAllTime }: Returns) => Number(returnAllTime),
  },
];

function PositionBoard({ tournament }: { tournament: string }) {
  const answer = useAsk(positionLeaderboard, { tournament });
  return (
    <Answer query={answer}>
      {({ positions }) => (
        <Table
          caption={text.leaderboard}
          rows={positions}
          keyOf={({ id }) => id}
          first={FIRST}
          columns={[
            { name: columns.model, show: ({ model }) => <ModelLink tournament={tournament} model={model} /> },
            { name: columns.staker, show: ({ staker }) => <StakerLink address={staker.id} /> },
            {
              name: columns.stake,
              right: true,
              show: ({ activeWei }) => <Amount wei={BigInt(activeWei)} />,
              sortBy: ({ activeWei }) => BigInt(activeWei),
            },
            ...returnColumns,
          ]}
        />
      )}
    </Answer>
  );
}

function StakerBoard({ tournament }: { tournament: string }) {
  const answer = useAsk(stakerLeaderboard, { tournament });
  return (
    <Answer query={answer}>
      {({ tournamentStakers }) => (
        <Table
          caption={text.leaderboard}
          rows={tournamentStakers}
          keyOf={({ id }) => id}
          first={FIRST}
          columns={[
            { name: columns.staker, show: ({ staker }) => <StakerLink address={staker.id} /> },
            {
              name: copy.overview.columns.models,
              right: true,
              show: ({ positionCount }) => positionCount.toLocaleString("en"),
              sortBy: ({ positionCount }) => positionCount,
            },
            {
              name: columns.stake,
              right: true,
              show: ({ activeWei }) => <Amount wei={BigInt(activeWei)} />,
              sortBy: ({ activeWei }) => BigInt(activeWei),
            },
            ...returnColumns,
          ]}
        />
      )}
    </Answer>
  );
}

function Movements({ changes }: { changes: Tournament["reserveChanges"] }) {
  return (
    <section className="section">
      <h2>{text.movements}</h2>
      <Table
        caption={text.movements}
        rows={changes}
        keyOf={({ id }) => id}
        first={FIRST}
        columns={[
          {
            name: columns.when,
            show: ({ timestamp }) => <Time at={timestamp} />,
            sortBy: ({ timestamp }) => BigInt(timestamp),
          },
          { name: columns.kind, show: ({ kind }) => text.kinds[kind] },
          {
            name: columns.amount,
            right: true,
            show: ({ amountWei }) => <Amount wei={BigInt(amountWei)} />,
            sortBy: ({ amountWei }) => BigInt(amountWei),
          },
          { name: columns.reserve, right: true, show: ({ reserveWei }) => <Amount wei={BigInt(reserveWei)} /> },
          { name: columns.account, show: ({ account }) => <StakerLink address={account} /> },
          { name: copy.transaction, show: ({ transaction }) => <Transaction hash={transaction} /> },
        ]}
      />
    </section>
  );
}
