import { exactNmr, shortNmr } from "../core/amounts.ts";

/** An amount for people, to a thousandth; exact where it is pointed at. `sign`: a gain or a burn, said by sign and colour. */
export function Amount({ wei, sign = false }: { wei: bigint; sign?: boolean }) {
  const tone = !sign || wei === 0n ? "" : wei > 0n ? "gain" : "burn";
  const plus = sign && wei > 0n ? "+" : "";
  const short = shortNmr(wei);
  const unitAt = short.lastIndexOf(" ");
  return (
    <span className={`number ${tone}`} title={`${plus}${exactNmr(wei)}`}>
      {plus}
      {short.slice(0, unitAt)}
      <span className="unit">{short.slice(unitAt + 1)}</span>
    </span>
  );
}
