import { useMemo } from "react";
import { copy } from "../copy/en.ts";
import type { RoundRow } from "../data/round-rows.ts";
import type { RoundPageQuery } from "../index/generated/types.ts";
import { Histogram } from "./histogram.tsx";

const text = copy.round;
/** From 1e-18, as a product of two 1e-9 is. */
const SCALE = 1e18;

const asPercent = (value: number): string => `${Number((value * 100).toPrecision(6))} %`;
const asNumber = (value: number): string => String(Number(value.toPrecision(6)));

/** How scores and payouts of a settled round are spread. */
export function RoundDistributions({
  rows,
  round,
}: {
  rows: readonly RoundRow[];
  round: NonNullable<RoundPageQuery["round"]>;
}) {
  const { multiplier0, multiplier1 } = round;
  const [scores, rates] = useMemo(() => {
    const paid = rows.flatMap((row) => (row.paid === null ? [] : [row.paid]));
    const weighted = ({ score0, score1 }: (typeof paid)[number]): number =>
      (Number(multiplier0) * score0 + Number(multiplier1) * score1) / SCALE;
    return [paid.map(weighted), paid.map(({ rate }) => Number(rate))];
  }, [rows, multiplier0, multiplier1]);
  return (
    <section className="section">
      <h2>{text.distributions}</h2>
      <div className="columns">
        <Histogram title={text.scores} values={scores} show={asNumber} />
        <Histogram title={text.payouts} values={rates} show={asPercent} />
      </div>
    </section>
  );
}
