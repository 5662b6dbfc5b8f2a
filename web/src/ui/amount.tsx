import { copy } from "../copy/en.ts";
import { exactNmr, shortNmr } from "../core/nmr.ts";

/** An amount for people, to a thousandth; exact where it is pointed at. `sign`: a gain or a burn, said by sign and colour. */
export function Amount({ wei, sign = false, unit = true }: { wei: bigint; sign?: boolean; unit?: boolean }) {
  const tone = !sign || wei === 0n ? "" : wei > 0n ? "gain" : "burn";
  return (
    <span className={`number ${tone}`} title={`${exactNmr(wei, sign)} NMR`}>
      {shortNmr(wei, sign)}
      {unit && <span className="unit">{copy.units.nmr}</span>}
    </span>
  );
}
