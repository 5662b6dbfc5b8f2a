import { weiFromNano } from "@numeraire-staking/oracle/core/units";
import { useMemo } from "react";
import type { Address } from "viem";
import type { StakesNow } from "../chain/positions.ts";
import { copy } from "../copy/en.ts";
import { prospectOf } from "../core/prospect.ts";
import { useProjections } from "../data/projections.ts";
import { Amount } from "./amount.tsx";
import { Figure, Figures } from "./figures.tsx";
import { type Entry, Holding } from "./holding.tsx";
import { HoldingsTable } from "./holdings-table.tsx";
import { StripLegend } from "./strip.tsx";

const text = copy.mine;
/** More than these are a table, of which one is opened. */
const MOST_CARDS = 8;

const sum = (entries: readonly Entry[], pick: (entry: Entry) => bigint): bigint =>
  entries.reduce((total, entry) => total + pick(entry), 0n);

/** All that an address has staked: what it can lose at most, and how it gets out. From the chain alone but for projections. */
export function Holdings({ account, stakes }: { account: Address; stakes: StakesNow }) {
  const { block, now, positions } = stakes;
  const held = useMemo(
    () =>
      positions
        .filter(({ active, pending }) => active > 0n || pending > 0n)
        .map((position) => ({ held: position, prospect: prospectOf(position, now) }))
        .toSorted((a, b) => (a.held.active < b.held.active ? 1 : a.held.active > b.held.active ? -1 : 0)),
    [positions, now],
  );
  const projections = useProjections([...new Set(held.map((each) => each.held.tournament.number))], account);
  const entries = held.map((each): Entry => {
    const { tournament, position } = each.held;
    const key = `${tournament.number}-${position}`;
    return { ...each, key, projected: projections.get(tournament.number)?.positions.get(position) };
  });
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
        {entries.length > MOST_CARDS ? (
          <HoldingsTable entries={entries} />
        ) : (
          <ul className="positions">
            {entries.map((entry) => (
              <li key={entry.key} className="card">
                <Holding {...entry} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </>
  );
}
