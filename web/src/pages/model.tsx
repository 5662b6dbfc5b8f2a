import { uuidFromModelId } from "@numeraire-staking/oracle/core/models";
import { useMemo } from "react";
import { Link, useParams } from "wouter";
import { copy } from "../copy/en.ts";
import { exactNmr } from "../core/amounts.ts";
import { cellStateOf } from "../core/round-state.ts";
import { useAsk } from "../data/ask.ts";
import { modelPage } from "../index/generated/documents.ts";
import type { ModelPageQuery } from "../index/generated/types.ts";
import { StakerLink } from "../ui/address.tsx";
import { Amount } from "../ui/amount.tsx";
import { Chart } from "../ui/chart.tsx";
import { Figure, Figures } from "../ui/figures.tsx";
import { Percent } from "../ui/percent.tsx";
import { RoundLink } from "../ui/round-link.tsx";
import { Answer } from "../ui/states.tsx";
import { RoundStrip, StripLegend } from "../ui/strip.tsx";
import { Table } from "../ui/table.tsx";
import { Time } from "../ui/time.tsx";

const text = copy.model;
const columns = text.columns;
const FIRST = 25;
const NMR = 1e18;

type Position = ModelPageQuery["positions"][number];

export default function ModelPage() {
  const { tournament = "", model = "" } = useParams();
  const answer = useAsk(modelPage, { tournament, model: model as `0x${string}` });
  return (
    <Answer query={answer}>
      {({ positions }) => (
        <>
          <header className="head">
            <p className="eyebrow">
              <Link href={`/tournament/${tournament}`}>
                {text.eyebrow(positions[0]?.tournament.name ?? tournament)}
              </Link>
            </p>
            <ModelTitle model={model as `0x${string}`} />
          </header>
          {positions.length === 0 && <p className="empty">{text.unknown}</p>}
          {positions.map((position) => (
            <PositionOnModel key={position.id} position={position} alone={positions.length === 1} />
          ))}
        </>
      )}
    </Answer>
  );
}

function ModelTitle({ model }: { model: `0x${string}` }) {
  const uuid = /^0x[0-9a-f]{64}$/i.test(model) ? uuidFromModelId(model) : null;
  return (
    <>
      <h1 className="mono">{uuid ?? model}</h1>
      {uuid === null && <p className="lead">{text.hash}</p>}
    </>
  );
}

/** One staker's stake on the model: what it is, what holds it, what came of it. */
function PositionOnModel({ position, alone }: { position: Position; alone: boolean }) {
  const { tournament, staker, stakes, payouts } = position;
  const cells = stakes
    .toSorted((a, b) => Number(BigInt(a.round.number) - BigInt(b.round.number)))
    .map(({ round, stakeWei }) => ({
      ...{ tournament: tournament.id, round: round.number, state: cellStateOf(round), mine: true },
      note: copy.strip.holds(exactNmr(BigInt(stakeWei))),
    }));
  return (
    <section className={alone ? "" : "section"}>
      <p className="quiet">
        {text.position(position.number)} <StakerLink address={staker.id} />
      </p>
      <Figures>
        <Figure name={text.active}>
          <Amount wei={BigInt(position.activeWei)} />
        </Figure>
        <Figure
          name={text.pending}
          note={position.withdrawableBy === null ? undefined : <OutBy at={position.withdrawableBy} />}
        >
          <Amount wei={BigInt(position.pendingWei)} />
        </Figure>
        <Figure name={text.rewarded}>
          <Amount wei={BigInt(position.rewardedWei)} sign />
        </Figure>
        <Figure name={text.burned}>
          <Amount wei={-BigInt(position.burnedWei)} sign />
        </Figure>
        <Figure name={copy.tournament.columns.last20}>
          <Percent ratio={position.returnLast20} />
        </Figure>
        <Figure name={copy.tournament.columns.allTime}>
          <Percent ratio={position.returnAllTime} />
        </Figure>
      </Figures>
      <div className="section">
        <div className="section-head">
          <h2>{text.heldBy}</h2>
          <StripLegend />
        </div>
        {cells.length === 0 ? (
          <p className="empty">{text.free}</p>
        ) : (
          <RoundStrip cells={cells} label={text.heldBy} large />
        )}
      </div>
      <Payouts position={position} payouts={payouts} />
    </section>
  );
}

function OutBy({ at }: { at: string }) {
  return (
    <>
      {text.outBy} <Time at={at} />
    </>
  );
}

function Payouts({ position, payouts }: { position: Position; payouts: Position["payouts"] }) {
  const tournament = position.tournament.id;
  return (
    <section className="section">
      <h2>{text.payouts}</h2>
      {payouts.length > 1 && <Cumulative payouts={payouts} />}
      <Table
        caption={text.payouts}
        rows={payouts}
        first={FIRST}
        initial={{ column: 0, descending: true }}
        columns={[
          {
            name: columns.round,
            show: ({ round }) => <RoundLink tournament={tournament} round={round.number} />,
            sortBy: ({ round }) => BigInt(round.number),
          },
          {
            name: columns.payout,
            right: true,
            show: ({ payoutWei }) => <Amount wei={BigInt(payoutWei)} sign />,
            sortBy: ({ payoutWei }) => BigInt(payoutWei),
          },
          {
            name: columns.rate,
            right: true,
            show: (payout) => <Percent ratio={payout.return} />,
            sortBy: (payout) => Number(payout.return),
          },
          {
            name: columns.stake,
            right: true,
            show: ({ stakeWei }) => <Amount wei={BigInt(stakeWei)} />,
            sortBy: ({ stakeWei }) => BigInt(stakeWei),
          },
          {
            name: columns.when,
            show: ({ timestamp }) => <Time at={timestamp} />,
            sortBy: ({ timestamp }) => BigInt(timestamp),
          },
          {
            name: columns.why,
            show: ({ round, clipped }) => (
              <Link href={`/check/${tournament}/${round.number}/${position.number}`}>
                {clipped ? copy.round.clipped : copy.round.whyLink}
              </Link>
            ),
          },
        ]}
      />
    </section>
  );
}

function Cumulative({ payouts }: { payouts: Position["payouts"] }) {
  const points = useMemo(() => {
    let sum = 0n;
    return payouts
      .toSorted((a, b) => Number(a.timestamp) - Number(b.timestamp))
      .map(({ timestamp, payoutWei }) => ({ at: Number(timestamp), sum: (sum += BigInt(payoutWei)) }));
  }, [payouts]);
  const x = useMemo(() => points.map(({ at }) => at), [points]);
  const lines = useMemo(
    () => [{ name: text.cumulative, colour: "ink", values: points.map((point) => Number(point.sum) / NMR) } as const],
    [points],
  );
  return (
    <Chart
      title={text.cumulative}
      unit={copy.units.nmr}
      x={x}
      time
      kind="steps"
      lines={lines}
      table={
        <Table
          caption={text.cumulative}
          rows={points}
          columns={[
            { name: columns.when, show: ({ at }) => <Time at={at} />, sortBy: ({ at }) => at },
            {
              name: text.cumulative,
              right: true,
              show: (point) => <Amount wei={point.sum} sign />,
              sortBy: (point) => point.sum,
            },
          ]}
        />
      }
    />
  );
}
