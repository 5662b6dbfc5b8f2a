import { randomBytes } from "node:crypto";

/** The value of an option that counts something. @throws Error with its name, value and what it may be. */
export function wholeNumber(option: string, text: string, most = 999_999_999): number {
  if (/^[1-9]\d{0,8}$/.test(text) && Number(text) <= most) return Number(text);
  throw new Error(`--${option} ${text}: a whole number from 1 to ${most.toLocaleString("en")}`);
}

/** The seed of a run: the one that was asked for, or a new one. @throws Error */
export function seedFrom(text: string | undefined): bigint {
  const seed = text ?? `0x${randomBytes(8).toString("hex")}`;
  if (!/^0x[0-9a-f]{1,16}$/i.test(seed)) throw new Error(`--seed ${seed}: up to 16 hex digits after 0x`);
  return BigInt(seed);
}
