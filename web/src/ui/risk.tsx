import { copy } from "../copy/en.ts";
import { exactPercent } from "../core/amounts.ts";
import { cannotExceedStake, shareAtOnce, type Standing, type WorstCase } from "../core/worst-case.ts";
import { timeText } from "../core/times.ts";
import { Amount } from "./amount.tsx";
import { Facts } from "./figures.tsx";
import { TIME_STYLE } from "./time.tsx";

const SHARE_DECIMALS = 18;

/** What can be lost at most after signing, as the contract enforces it: said before every signature. */
export function Risk({ worst, standing }: { worst: WorstCase; standing: Standing }) {
  const { limits } = standing;
  const safe = cannotExceedStake(limits);
  return (
    <section className="card risk" aria-label={copy.act.risk}>
      <h2>{copy.act.risk}</h2>
      <Facts
        rows={[
          [copy.risk.locked, <Amount key="locked" wei={worst.locked} />],
          [copy.risk.known, <Amount key="known" wei={worst.known} />],
          [copy.risk.ever, <Amount key="ever" wei={worst.ever} />],
        ]}
      />
      <p className={safe ? "gain" : "pending"}>
        {safe ? copy.risk.cannotExceed : copy.risk.atOnce(exactPercent(shareAtOnce(limits), SHARE_DECIMALS))}.
      </p>
      {standing.pending > 0n && <p className="pending">{copy.risk.lyingFree}.</p>}
      <p className="quiet small">{copy.risk.minedBy(timeText(standing.minedBy, TIME_STYLE))}</p>
    </section>
  );
}
