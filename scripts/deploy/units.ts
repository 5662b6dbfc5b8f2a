import { formatEther, formatUnits, keccak256, ZeroAddress } from "ethers";
import { formatNmr } from "../../oracle/src/core/units.ts";

export const HOUR = 3_600n;
export const DAY = 24n * HOUR;
/** The whole, in the contract's shares of 1e-9. */
export const ONE = 1_000_000_000n;

/** 1e-9 as percent, exact. */
export function percent(share: bigint): string {
  return `${formatNmr(share * 100n)} %`;
}

/** Seconds as days, or as hours where that is no whole day. */
export function days(seconds: bigint): string {
  return seconds % DAY === 0n ? counted(seconds / DAY, "day") : counted(Number(seconds) / Number(HOUR), "hour");
}

/** Wei of NMR, exact to a nano-NMR. */
export function nmr(wei: bigint): string {
  return `${formatNmr(wei / 1_000_000_000n, ",")} NMR`;
}

/** Wei of ether, six decimals, rounded up: nobody is told too little. */
export function ether(wei: bigint): string {
  const step = 10n ** 12n;
  return formatEther(((wei + step - 1n) / step) * step);
}

export function gwei(wei: bigint): string {
  return `${formatUnits(wei, "gwei")} gwei`;
}

export function whole(count: bigint): string {
  return count.toLocaleString("en");
}

export function who(address: string): string {
  return address === ZeroAddress ? "none" : address;
}

/** A contract's code, for a table: its length and the start of its hash. */
export function shortCode(code: string): string {
  return code === "0x" ? "none" : `${code.length / 2 - 1} bytes, hash ${keccak256(code).slice(0, 18)}…`;
}

function counted(count: bigint | number, unit: string): string {
  return `${count} ${unit}${Number(count) === 1 ? "" : "s"}`;
}
