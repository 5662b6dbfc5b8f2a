import type { Address } from "viem";
import { Link, useParams } from "wouter";
import { copy } from "../copy/en.ts";
import { exactNmr } from "../core/amounts.ts";
import { cellStateOf } from "../core/round-state.ts";
import { useAsk } from "../data/ask.ts";
import { stakerPage } from "../index/generated/documents.ts";
import type { StakerPageQuery } from "../index/generated/types.ts";
import { Amount } from "../ui/amount.tsx";
import { Figure, Figures } from "../ui/figures.tsx";
import { HistoryDownload } from "../ui/history-download.tsx";
import { ModelLink } from "../ui/model.tsx";
import { Percent } from "../ui/percent.tsx";
import { RoundLink } from "../ui/round-link.tsx";
import { Answer } from "../ui/states.tsx";
import { type Cell, RoundStrip, StripLegend } from "../ui/strip.tsx";
import { Table } from "../ui/table.tsx";
import { Time } from "../ui/time.tsx";

const text = copy.staker;
const columns = text.columns;
const FIRST = 25;

export default function StakerPage() {
  const { staker = "" } = useParams();
  const address = staker.toLowerCase();
  const answer = useAsk(stakerPage, { staker: address, text: address });
  return (
    <>
      <header className="head">
        <p className="eyebrow">{text.eyebrow}</p>
        <h1 className="mono">{staker}</h1>
      </header>
      <Answer query={answer}>
        {(data) =>
          data.staker === null ? (
            <p className="empty">{text.unknown}</p>
          ) : (
            <Holdings data={data} staker={address as Address} />
          )
        }
      </Answer>
    </>
  );
}

const sum = (values: readonly string[]): bigint => values.reduce((total, value) => total + BigInt(value), 0n);

function Holdings({ data, staker }: { data: StakerPageQuery; staker: Address }) {
  const { positions, tournamentStakers, payouts } = data;
  const net = sum(positions.map(({ rewardedWei }) => rewardedWei)) - sum(positions.map(({ burnedWei }) => burnedWei));
  const cells = cellsOf(positions);
  return (
    <>
      <Figures>
        <Figure
          name={text.staked}
          note={copy.overview.pending(exactNmr(sum(positions.map(({ pendingWei }) => pendingWei))))}
        >
          <Amount wei={sum(positions.map(({ activeWei }) => activeWei))} />
        </Figure>
        <Figure name={text.atRisk} note={copy.overview.atRiskNote}>
          <Amount wei={sum(positions.flatMap(({ stakes }) => stakes.map(({ atRiskWei }) => atRiskWei)))} />
        </Figure>
        <Figure name={text.net}>
          <Amount wei={net} sign />
        </Figure>
        {tournamentStakers.map(({ id, tournament, returnLast20 }) => (
          <Figure key={id} name={text.last20} note={tournament.name}>
            <Percent ratio={returnLast20} />
          </Figure>
        ))}
      </Figures>
      <section className="section">
        <div className="section-head">
          <h2>{text.rounds}</h2>
          <StripLegend />
        </div>
        {cells.length === 0 ? (
          <p className="empty">{copy.model.free}</p>
        ) : (
          <RoundStrip cells={cells} label={text.rounds} large />
        )}
      </section>
      <Models positions={positions} />
      <History payouts={payouts} staker={staker} />
    </>
  );
}

/** A cell a round that holds anything of the staker's, with the sum of what it holds. */
function cellsOf(positions: StakerPageQuery["positions"]): Cell[] {
  const held = new Map<string, { cell: Cell; held: bigint }>();
  for (const { tournament, stakes } of positions) {
    for (const { round, stakeWei } of stakes) {
      const before = held.get(round.id)?.held ?? 0n;
      const cell = { tournament: tournament.id, round: round.number, state: cellStateOf(round), mine: true };
      held.set(round.id, { cell, held: before + BigInt(stakeWei) });
    }
  }
  return [...held.values()]
    .toSorted((a, b) => Number(BigInt(a.cell.round) - BigInt(b.cell.round)))
    .map(({ cell, held: wei }) => ({ ...cell, note: copy.strip.holds(exactNmr(wei)) }));
}

function Models({ positions }: Pick<StakerPageQuery, "positions">) {
  return (
    <section className="section">
      <h2>{text.models}</h2>
      <Table
        caption={text.models}
        rows={positions}
        first={FIRST}
        columns={[
          {
            name: columns.model,
            show: ({ model, tournament }) => <ModelLink tournament={tournament.id} model={model} />,
          },
          {
            name: columns.tournament,
            show: ({ tournament }) => <Link href={`/tournament/${tournament.id}`}>{tournament.name}</Link>,
            sortBy: ({ tournament }) => tournament.name,
          },
          {
            name: columns.active,
            right: true,
            show: ({ activeWei }) => <Amount wei={BigInt(activeWei)} />,
            sortBy: ({ activeWei }) => BigInt(activeWei),
          },
          {
            name: columns.pending,
            right: true,
            show: ({ pendingWei }) => <Amount wei={BigInt(pendingWei)} />,
            sortBy: ({ pendingWei }) => BigInt(pendingWei),
          },
          {
            name: columns.inFlight,
            right: true,
            show: ({ stakes }) => stakes.length,
            sortBy: ({ stakes }) => stakes.length,
          },
          {
            name: columns.atRisk,
            right: true,
            show: ({ stakes }) => <Amount wei={sum(stakes.map(({ atRiskWei }) => atRiskWei))} />,
            sortBy: ({ stakes }) => sum(stakes.map(({ atRiskWei }) => atRiskWei)),
          },
          {
            name: columns.last20,
            right: true,
            show: ({ returnLast20 }) => <Percent ratio={returnLast20} />,
            sortBy: ({ returnLast20 }) => Number(returnLast20),
          },
          {
            name: columns.allTime,
            right: true,
            show: ({ returnAllTime }) => <Percent ratio={returnAllTime} />,
            sortBy: ({ returnAllTime }) => Number(returnAllTime),
          },
          {
            name: columns.net,
            right: true,
            show: ({ rewardedWei, burnedWei }) => <Amount wei={BigInt(rewardedWei) - BigInt(burnedWei)} sign />,
            sortBy: ({ rewardedWei, burnedWei }) => BigInt(rewardedWei) - BigInt(burnedWei),
          },
        ]}
      />
    </section>
  );
}

function History({ payouts, staker }: Pick<StakerPageQuery, "payouts"> & { staker: Address }) {
  const names = copy.model.columns;
  return (
    <section className="section">
      <div className="section-head">
        <h2>{text.history}</h2>
        <HistoryDownload staker={staker} />
      </div>
      <Table
        caption={text.history}
        rows={payouts}
        first={FIRST}
        columns={[
          {
            name: names.round,
            show: ({ id, round }) => <RoundLink tournament={tournamentOf(id)} round={round.number} />,
            sortBy: ({ round }) => BigInt(round.number),
          },
          {
            name: columns.model,
            show: ({ id, position }) => <ModelLink tournament={tournamentOf(id)} model={position.model} />,
          },
          {
            name: names.payout,
            right: true,
            show: ({ payoutWei }) => <Amount wei={BigInt(payoutWei)} sign />,
            sortBy: ({ payoutWei }) => BigInt(payoutWei),
          },
          {
            name: names.rate,
            right: true,
            show: (payout) => <Percent ratio={payout.return} />,
            sortBy: (payout) => Number(payout.return),
          },
          {
            name: names.stake,
            right: true,
            show: ({ stakeWei }) => <Amount wei={BigInt(stakeWei)} />,
            sortBy: ({ stakeWei }) => BigInt(stakeWei),
          },
          {
            name: names.when,
            show: ({ timestamp }) => <Time at={timestamp} />,
            sortBy: ({ timestamp }) => BigInt(timestamp),
          },
          {
            name: names.why,
            show: ({ id, clipped }) => (
              <Link href={`/check/${id.replaceAll("-", "/")}`}>
                {clipped ? copy.round.clipped : copy.round.whyLink}
              </Link>
            ),
          },
        ]}
      />
    </section>
  );
}

/** Ids of payouts are tournament-round-position. */
const tournamentOf = (id: string): string => id.split("-")[0] ?? "";
