import { Link, useParams } from "wouter";
import { copy } from "../copy/en.ts";
import { decimal } from "@numeraire-staking/oracle/core/derivation";
import { exactPercent } from "../core/amounts.ts";
import { factorDown } from "../core/rates.ts";
import { cellStateOf } from "../core/round-state.ts";
import { useAsk } from "../data/ask.ts";
import { useRoundRows } from "../data/round-rows.ts";
import { roundPage } from "../index/generated/documents.ts";
import type { RoundPageQuery } from "../index/generated/types.ts";
import { StakerLink } from "../ui/address.tsx";
import { Amount } from "../ui/amount.tsx";
import { Facts, Figure, Figures } from "../ui/figures.tsx";
import { Reporters } from "../ui/reporters.tsx";
import { RoundDistributions } from "../ui/round-distributions.tsx";
import { RoundPositions } from "../ui/round-positions.tsx";
import { StateChip } from "../ui/state-chip.tsx";
import { Answer } from "../ui/states.tsx";
import { Duration } from "../ui/time.tsx";
import { Timeline } from "../ui/timeline.tsx";

const text = copy.round;

export type Round = NonNullable<RoundPageQuery["round"]>;

export default function RoundPage() {
  const { tournament = "", round = "" } = useParams();
  const answer = useAsk(roundPage, { id: `${tournament}-${round}` });
  return (
    <Answer query={answer}>
      {(data) =>
        data.round === null ? (
          <header className="head">
            <h1>{text.unknown}</h1>
          </header>
        ) : (
          <Page round={data.round} />
        )
      }
    </Answer>
  );
}

function Page({ round }: { round: Round }) {
  const { id, number, tournament } = round;
  return (
    <>
      <header className="head">
        <p className="eyebrow">
          <Link href={`/tournament/${tournament.id}`}>{text.eyebrow(tournament.name)}</Link>
        </p>
        <h1>
          {text.title(number)} <StateChip state={cellStateOf(round)} />
        </h1>
      </header>
      <Totals round={round} />
      <div className="section columns">
        <section className="card">
          <h2>{text.timeline}</h2>
          <Timeline round={round} />
        </section>
        <Terms round={round} />
      </div>
      <Rows round={round} key={id} />
    </>
  );
}

function Totals({ round }: { round: Round }) {
  const { payoutFactor, stakeCount } = round;
  return (
    <Figures>
      <Figure name={text.staked} note={text.stakes(stakeCount.toLocaleString("en"))}>
        <Amount wei={BigInt(round.stakedWei)} />
      </Figure>
      <Figure name={text.atRisk}>
        <Amount wei={BigInt(round.atRiskNowWei)} />
      </Figure>
      <Figure name={text.factor} note={text.factorNote}>
        <span className="number">{payoutFactor === null ? text.notYet : factorDown(BigInt(payoutFactor))}</span>
      </Figure>
      <Figure name={copy.overview.rewarded}>
        <Amount wei={BigInt(round.rewardedWei)} sign />
      </Figure>
      <Figure name={copy.overview.burned}>
        <Amount wei={-BigInt(round.burnedWei)} sign />
      </Figure>
    </Figures>
  );
}

function Terms({ round }: { round: Round }) {
  const { multiplier0, multiplier1, clip, stakeThresholdWei, exposure, disputeWindow, reporterSet, guardian } = round;
  const threshold = BigInt(stakeThresholdWei);
  const { quorum, reporters } = reporterSet;
  return (
    <section className="card">
      <h2>{text.terms}</h2>
      <Facts
        rows={[
          [text.multipliers, `${decimal(BigInt(multiplier0), 9)} and ${decimal(BigInt(multiplier1), 9)}`],
          [text.clip, `±${exactPercent(BigInt(clip), 9)}`],
          [text.threshold, threshold === 0n ? text.none : <Amount key="threshold" wei={threshold} />],
          [text.exposure, exactPercent(BigInt(exposure), 9)],
          [text.window, <Duration key="window" seconds={Number(disputeWindow)} />],
          [
            copy.tournament.guardian,
            /^0x0+$/.test(guardian) ? copy.tournament.nobody : <StakerLink key="guardian" address={guardian} />,
          ],
        ]}
      />
      <Reporters title={text.reporters(quorum, reporters.length)} reporters={reporters} />
    </section>
  );
}

function Rows({ round }: { round: Round }) {
  const progress = `${round.lockedBatches} ${round.settledBatches}`;
  const answer = useRoundRows(round.id, progress);
  if (round.stakeCount === 0) return null;
  return (
    <Answer query={answer}>
      {(rows) => (
        <>
          <p className="section">
            <Link className="button" href={`/check/${round.tournament.id}/${round.number}`}>
              {text.checkRound}
            </Link>
          </p>
          {round.settledBatches > 0 && <RoundDistributions rows={rows} round={round} />}
          <RoundPositions rows={rows} round={round} />
        </>
      )}
    </Answer>
  );
}
