import { zeroAddress } from "viem";
import { copy } from "../../copy/en.ts";
import { exactPercent } from "../../core/amounts.ts";
import { cannotExceedStake, shareAtOnce } from "../../core/worst-case.ts";
import { useReserve } from "../../data/reserve.ts";
import type { TournamentPageQuery } from "../../index/generated/types.ts";
import { StakerLink } from "../address.tsx";
import { Amount } from "../amount.tsx";
import { Facts } from "../figures.tsx";
import { Meter } from "../meter.tsx";
import { Reporters } from "../reporters.tsx";
import { Answer } from "../states.tsx";
import { Duration } from "../time.tsx";

const text = copy.tournament;

type Tournament = NonNullable<TournamentPageQuery["tournament"]>;

/** What a staker who doesn't watch can lose at most: the product of three limits that never change. */
export function Limits({ tournament }: { tournament: Tournament }) {
  const { maxClip, maxExposure, maxRoundsInFlight, maxDuration, minDisputeWindow, minStakeWei } = tournament;
  const limits = { maxClip: BigInt(maxClip), maxExposure: BigInt(maxExposure), maxRoundsInFlight };
  const words = cannotExceedStake(limits) ? text.cannotExceed : text.canExceed;
  return (
    <section className="card">
      <h2>{text.worst}</h2>
      <p className="quiet">{text.worstLead}</p>
      <Facts
        rows={[
          [text.clip, exactPercent(BigInt(maxClip), 9)],
          [text.exposure, exactPercent(BigInt(maxExposure), 9)],
          [text.inFlight, maxRoundsInFlight.toLocaleString("en")],
          [text.product, `${exactPercent(shareAtOnce(limits), 18)}: ${words}`],
          [text.duration, <Duration key="duration" seconds={Number(maxDuration)} />],
          [text.window, <Duration key="window" seconds={Number(minDisputeWindow)} />],
          [text.minStake, <Amount key="stake" wei={BigInt(minStakeWei)} />],
        ]}
      />
    </section>
  );
}

/** From the contract itself, not from the index: what is held back is held back there. */
export function Reserve({ tournament }: { tournament: Tournament }) {
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

/** Who may do what; what each can do at most is the contract's to say. */
export function People({ tournament }: { tournament: Tournament }) {
  const { organizer, guardian, registrar, reporterSet } = tournament;
  const { quorum, reporters } = reporterSet;
  return (
    <section className="card">
      <h2>{text.people}</h2>
      <Facts
        rows={[
          [text.organizer, <StakerLink key="organizer" address={organizer} />],
          [text.guardian, guardian === zeroAddress ? text.nobody : <StakerLink key="guardian" address={guardian} />],
          [text.registrar, registrar === zeroAddress ? text.open : <StakerLink key="registrar" address={registrar} />],
        ]}
      />
      <Reporters title={text.reporters(quorum, reporters.length)} reporters={reporters} />
    </section>
  );
}
