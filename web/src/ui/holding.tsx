import { weiFromNano } from "@numeraire-staking/oracle/core/units";
import { Link } from "wouter";
import type { PositionNow } from "../chain/positions.ts";
import { copy } from "../copy/en.ts";
import { canExit } from "../core/exit.ts";
import type { Prospect } from "../core/prospect.ts";
import { Amount } from "./amount.tsx";
import { ChainStrip } from "./chain-strip.tsx";
import { ExitCountdown } from "./exit.tsx";
import { Facts } from "./figures.tsx";
import { ModelLink } from "./model.tsx";
import { Time } from "./time.tsx";

const text = copy.mine;

/** A position, what it can lose and how it gets out; `projected` in 1e-9 NMR. */
export type Entry = {
  readonly key: string;
  readonly held: PositionNow;
  readonly prospect: Prospect;
  readonly projected: bigint | undefined;
};

/** All that there is to know of a position of the reader's, and to do with it. */
export function Holding({ held, prospect, projected }: Entry) {
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

function Actions({ held, prospect: { exit, standing } }: Pick<Entry, "held" | "prospect">) {
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
