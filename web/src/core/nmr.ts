const WEI = 18;
const SHOWN = 3;

/** Wei as exact NMR, thousands apart, without trailing zeros. `signed`: with a plus where positive. */
export function exactNmr(wei: bigint, signed = false): string {
  const { sign, whole, fraction } = parts(wei, signed);
  const rest = fraction.replace(/0+$/, "");
  return `${sign}${whole}${rest === "" ? "" : `.${rest}`}`;
}

/** Wei as NMR to three places, toward zero; what is there and shows as nothing is "< 0.001". */
export function shortNmr(wei: bigint, signed = false): string {
  const { sign, whole, fraction } = parts(wei, signed);
  const shown = fraction.slice(0, SHOWN);
  if (wei !== 0n && whole === "0" && /^0+$/.test(shown)) return `${sign}< 0.001`;
  return `${sign}${whole}.${shown}`;
}

function parts(wei: bigint, signed: boolean) {
  const digits = (wei < 0n ? -wei : wei).toString().padStart(WEI + 1, "0");
  return {
    // A true minus: a hyphen is too short to be seen beside digits.
    sign: wei < 0n ? "−" : signed && wei > 0n ? "+" : "",
    whole: digits.slice(0, -WEI).replace(/\B(?=(?:\d{3})+$)/g, ","),
    fraction: digits.slice(-WEI),
  };
}
