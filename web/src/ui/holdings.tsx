import { weiFromNano } from "@numeraire-staking/oracle/core/units";
import { useMemo } from "react";
import type { Address } from "viem";
import { Link } from "wouter";
import type { PositionNow, StakesNow } from "../chain/positions.ts";
import { copy } from "../copy/en.ts";
import { canExit } from "../core/exit.ts";
import { type Prospect, prospectOf } from "../core/prospect.ts";
import { useProjections } from "../data/projections.ts";
import { Amount } from "./amount.tsx";
import { ChainStrip } from "./chain-strip.tsx";
import { ExitCountdown } from "./exit.tsx";
import { Facts, Figure, Figures } from "./figures.tsx";
import { ModelLink } from "./model.tsx";
import { StripLegend } from "./strip.tsx";
import { Time } from "./time.tsx";

const text = copy.mine;

type Entry = { readonly held: PositionNow; readonly prospect: Prospect };

const sum = (entries: readonly Entry[], pick: (entry: Entry) => bigint): bigint =>
  entries.reduce((total, entry) => total + pick(entry), 0n);

/** All that an address has staked: what it can lose at most, and how it gets out. From the chain alone but for projections. */
export function Holdings({ account, stakes }: { account: Address; stakes: StakesNow }) {
  const { block, now, positions } = stakes;
  const entries = useMemo(
    () =>
      positions
        .filter(({ active, pending }) => active > 0n || pending > 0n)
        .map((held): Entry => ({ held, prospect: prospectOf(held, now) }))
        .toSorted((a, b) => Number(b.held.active - a.held.active)),
    [positions, now],
  );
  const tournaments = [...new Set(entries.map(({ held }) => held.tournament.number))];
  const projections = useProjections(tournaments, account);
  if (entries.length === 0) return <p className="empty section">{text.none}</p>;
  const projected = [...projections.values()].reduce((total, { total: net }) => total + net, 0n);
  return (
    <>
      <Figures>
        <Figure name={text.staked}>
          <Amount wei={sum(entries, ({ held }) => held.active)} />
        </Figure>
        <Figure name={text.pending}>
          <Amount wei={sum(entries, ({ held }) => held.pending)} />
        </Figure>
        <Figure name={text.free}>
          <Amount wei={sum(entries, ({ held }) => held.withdrawable)} />
        </Figure>
        <Figure name={text.known} note={text.knownNote}>
          <Amount wei={sum(entries, ({ prospect }) => prospect.worst.leaving)} />
        </Figure>
        <Figure name={text.ever}>
          <Amount wei={sum(entries, ({ prospect }) => prospect.worst.ever)} />
        </Figure>
        {projections.size > 0 && (
          <Figure name={text.projected} note={text.projectedNote}>
            <Amount wei={weiFromNano(projected)} sign />
          </Figure>
        )}
      </Figures>
      <p className="quiet small">
        {text.block(block)} {projections.size === 0 && text.noProjection}
      </p>
      <div className="section">
        <StripLegend />
        <ul className="positions">
          {entries.map(({ held, prospect }) => (
            <li key={`${held.tournament.number}-${held.position}`} className="card">
              <Position
                held={held}
                prospect={prospect}
                projected={projections.get(held.tournament.number)?.positions.get(held.position)}
              />
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}

function Position({ held, prospect, projected }: Entry & { projected: bigint | undefined }) {
  const { tournament, position, model, active, pending, rounds } = held;
  const { worst, exit, exitIfAsked } = prospect;
  const inFlight = rounds.filter(({ state }) => state !== "settled" && state !== "void");
  return (
    <>
      <div className="section-head">
        <h2>
          <ModelLink tournament={String(tournament.number)} model={model} />
        </h2>
        <Amount wei={active} />
      </div>
      <ChainStrip tournament={tournament.number} rounds={inFlight} />
      <Facts
        rows={[
          [text.known, <Amount key="leaving" wei={worst.leaving} />],
          [text.ever, <Amount key="ever" wei={worst.ever} />],
          ...(projected === undefined
            ? []
            : [[text.projected, <Amount key="projected" wei={weiFromNano(projected)} sign />] as const]),
          ...(exitIfAsked === null ? [] : [[text.out, <Time key="out" at={exitIfAsked.outBy} />] as const]),
        ]}
      />
      {exit !== null && (
        <div className="pending-box">
          <p>
            {text.pending}: <Amount wei={pending} />
          </p>
          <ExitCountdown exit={exit} tournament={tournament.number} position={position} />
        </div>
      )}
      <Actions held={held} prospect={prospect} />
    </>
  );
}

function Actions({ held, prospect: { exit, standing } }: Entry) {
  const { now } = standing;
  const at = `${held.tournament.number}/${held.position}`;
  return (
    <div className="tools-row">
      <Link className="button" href={`/act/add/${at}`}>
        {text.add}
      </Link>
      {held.active > 0n && (
        <Link className="button" href={`/act/leave/${at}`}>
          {text.leave}
        </Link>
      )}
      {exit !== null && (
        <Link className="button" href={`/act/cancel/${at}`}>
          {text.cancel}
        </Link>
      )}
      {exit !== null && canExit(exit, now) && (
        <Link className="button" href={`/act/take/${at}`}>
          {exit.holding.length === 0 ? text.take : text.exit}
        </Link>
      )}
    </div>
  );
}
