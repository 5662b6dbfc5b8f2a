import { Link } from "wouter";
import { copy } from "../copy/en.ts";
import { checkPayout, type Evidence, type Tick } from "../core/check.ts";
import { explainPayout } from "../core/explanation.ts";
import { percentileOf } from "../core/percentile.ts";
import { useEvidence } from "../data/evidence.ts";
import { Notice, Waiting } from "./states.tsx";
import { TickView } from "./tick.tsx";

const text = copy.checkPage;

/** One payout: why it is what it is, and whether it is what it must be. */
export function PayoutCheck({ tournament, round, position }: { tournament: number; round: bigint; position: number }) {
  const { data, error } = useEvidence(tournament, round);
  if (error !== null) return <Notice kind="bad" title={copy.shell.noAnswer} />;
  if (data === undefined) return <Waiting />;
  const ticks = checkPayout(data, position);
  if (data.kind === "unusable") return <Notice kind="bad" title={copy.check.unusable({ reason: data.reason })} />;
  return (
    <>
      <Why evidence={data} ticks={ticks} />
      <section className="section">
        <div className="section-head">
          <h2>{text.checked}</h2>
          <Link href={`/check/${tournament}/${round.toString()}`}>{copy.round.checkRound}</Link>
        </div>
        <ol className="ticks">
          {ticks.map((tick) => (
            <TickView key={tick.id} tick={tick} />
          ))}
        </ol>
      </section>
    </>
  );
}

/** The sentence and the formula, from the words themselves. */
function Why({ evidence, ticks }: { evidence: Evidence; ticks: readonly Tick[] }) {
  const paid = ticks.flatMap((tick) => (tick.id === "paid" && tick.values !== null ? [tick.values] : []))[0];
  if (evidence.kind !== "read" || paid === undefined || paid.stake === 0n) return null;
  const { terms, totals } = evidence.round;
  const input = { stake: paid.stake, scores: paid.scores, terms, total: totals.atRisk, applied: paid.paid };
  const { sentence, formula, lines } = explainPayout(input, percentileOf(evidence.round, paid));
  return (
    <section className="section">
      <p className="sentence">{sentence}</p>
      <p className="formula" tabIndex={0}>
        <code>{formula}</code>
      </p>
      <details>
        <summary>{text.steps}</summary>
        <pre className="words" tabIndex={0}>
          {lines.join("\n")}
        </pre>
      </details>
    </section>
  );
}
