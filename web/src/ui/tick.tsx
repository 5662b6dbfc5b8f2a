import { copy } from "../copy/en.ts";
import { sayTick } from "../copy/check.ts";
import type { Tick } from "../core/check.ts";
import { Raw } from "./raw.tsx";
import { VerdictChip } from "./verdict.tsx";

const text = copy.check;

/** A tick in one sentence; it opens to what stands behind it, down to the bytes. */
export function TickView({ tick }: { tick: Tick }) {
  return (
    <li className={`tick ${tick.verdict}`}>
      <details>
        <summary>
          <VerdictChip verdict={tick.verdict} />
          <span>
            <strong>{text.titles[tick.id]}</strong>
            <span className="said">{sayTick(tick)}</span>
          </span>
        </summary>
        {tick.findings.map(({ message }) => (
          <p key={message} className="small">
            {message}
          </p>
        ))}
        <Raw value={tick.values} />
      </details>
    </li>
  );
}
