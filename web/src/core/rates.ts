import { decimal } from "@numeraire-staking/oracle/core/derivation";

/** A ratio as the index writes it, as a percentage to a hundredth, toward zero, with its sign: "+1.25 %". */
export function percentOfRatio(ratio: string): string {
  const digits = /^(-?)(\d+)(?:\.(\d+))?$/.exec(ratio);
  if (digits === null) return ratio;
  const [, minus = "", whole = "0", fraction = ""] = digits;
  const hundredths = BigInt(whole + fraction.padEnd(4, "0").slice(0, 4));
  const text = hundredths.toString().padStart(3, "0");
  const sign = hundredths === 0n ? "" : minus === "" ? "+" : "−";
  return `${sign}${text.slice(0, -2)}.${text.slice(-2)} %`;
}

/** A payout factor (1e-18) to four places, down. */
export function factorDown(value: bigint): string {
  return decimal(value / 10n ** 14n, 4);
}
