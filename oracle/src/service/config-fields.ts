import { type Address, getAddress, isAddress } from "viem";
import { z } from "zod";

// The kinds of values that settings are made of; each says what is allowed.

const addressError = "must be an address: 0x and 40 hex digits";

export const address = z
  .string({ error: addressError })
  .refine((text) => isAddress(text, { strict: false }), { error: addressError })
  .transform((text): Address => getAddress(text));

export const httpUrl = z.url({ protocol: /^https?$/, error: "must be an http:// or https:// URL" });

export const text = (error: string) => z.string({ error }).min(1, { error });

export const filePath = text("must be the path of a file");

export const integer = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};

export const flag = (fallback: boolean) => z.boolean({ error: "must be true or false" }).default(fallback);

/** fetch takes no user and password in a URL. */
export const isPlainUrl = (url: string): boolean => {
  const { protocol = "", username = "", password = "" } = URL.parse(url) ?? {};
  return /^https?:$/.test(protocol) && username === "" && password === "";
};
