import { percentOfRatio } from "../core/rates.ts";

/** A ratio with its sign, as a percentage to a hundredth; exact where it is pointed at. */
export function Percent({ ratio }: { ratio: string }) {
  const zero = Number(ratio) === 0;
  const tone = zero ? "" : ratio.startsWith("-") ? "burn" : "gain";
  return (
    <span className={`number ${tone}`} title={ratio}>
      {percentOfRatio(ratio)}
    </span>
  );
}
