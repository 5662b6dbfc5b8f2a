import { randomBytes, scryptSync } from "node:crypto";
import { type Address, getAddress, type Hex, toHex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import * as Keystore from "ox/Keystore";
import { z } from "zod";
import { InputError } from "../core/errors.ts";
import { isPrivateKey } from "./local-key.ts";

// A strange file must not make the process derive for hours or take all memory: the bounds hold geth's strongest setting.
const MAX_SCRYPT_BYTES = 300_000_000;
const MAX_SCRYPT_WORK = 1_073_741_824;
const MAX_PBKDF2_ROUNDS = 2_000_000;
/** 128 MiB and a third of a second for every guess; r of 8, because smaller ones aren't read everywhere. */
const NEW_SCRYPT = { n: 131_072, r: 8, p: 1 };

const hex = (bytes: number) => {
  const error = `must be ${bytes} bytes in hex`;
  return z
    .string(error)
    .regex(new RegExp(`^(0x)?[\\da-f]{${2 * bytes}}$`, "i"), error)
    .transform(bare);
};
const salt = z
  .string("must be hex")
  .regex(/^(0x)?([\da-f]{2}){1,64}$/i, "must be 1 to 64 bytes in hex")
  .transform(bare);
const count = z.int("must be a whole number").min(1, "must be 1 or more");
const dklen = z.literal(32, "must be 32");

const scrypt = z
  .object({ n: count, r: count, p: count, dklen, salt })
  .refine(({ n }) => n > 1 && Number.isInteger(Math.log2(n)), { path: ["n"], error: "must be a power of two" })
  .refine(({ n, r, p }) => 128 * r * (n + p) <= MAX_SCRYPT_BYTES, {
    error: `ask for more than the ${MAX_SCRYPT_BYTES} bytes of memory that are given`,
  })
  .refine(({ n, r, p }) => 128 * r * n * p <= MAX_SCRYPT_WORK, { error: "ask for too much work" });

const pbkdf2 = z.object({
  c: count.max(MAX_PBKDF2_ROUNDS, `must be at most ${MAX_PBKDF2_ROUNDS}`),
  dklen,
  prf: z.literal("hmac-sha256", "must be hmac-sha256"),
  salt,
});

const shared = {
  cipher: z.literal("aes-128-ctr", "must be aes-128-ctr"),
  cipherparams: z.object({ iv: hex(16) }),
  ciphertext: hex(32),
  mac: hex(32),
};

const keystore = z.object({
  version: z.literal(3, "must be 3"),
  id: z.string().default(""),
  address: hex(20).optional(),
  crypto: z.discriminatedUnion(
    "kdf",
    [
      z.object({ ...shared, kdf: z.literal("scrypt"), kdfparams: scrypt }),
      z.object({ ...shared, kdf: z.literal("pbkdf2"), kdfparams: pbkdf2 }),
    ],
    { error: "must be scrypt or pbkdf2" },
  ),
});

type Checked = z.output<typeof keystore>;

/**
 * The key in a keystore of version 3. `field` names the setting in errors; they never show what is in either file.
 * @throws InputError
 */
export function openKeystore(text: string, password: string, field: string): Hex {
  const { address, ...checked } = readKeystore(text, field);
  const key = decrypted(checked, password, field);
  const own = privateKeyToAccount(key).address;
  const claimed = address === undefined ? own : getAddress(`0x${address}`);
  if (claimed !== own)
    throw new InputError(field, `the keystore says that its address is ${claimed}, its key's is ${own}`);
  return key;
}

function readKeystore(text: string, field: string) {
  const result = keystore.safeParse(lowerCased(jsonOrNull(text)));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.join(".") ?? "";
  const fault = where === "" ? "it must be a JSON object" : `its ${where} ${issue?.message ?? ""}`;
  throw new InputError(field, `this is no keystore of version 3: ${fault}`);
}

function decrypted(checked: Checked, password: string, field: string): Hex {
  const key = decryptedOrNull(checked, password);
  if (key !== null && isPrivateKey(key)) return key;
  throw new InputError(field, "the password doesn't open the keystore, or the keystore is damaged");
}

function decryptedOrNull(checked: Checked, password: string): Hex | null {
  const derived = derivedKey(checked, password);
  try {
    return Keystore.decrypt(checked, derived);
  } catch {
    return null;
  }
}

/** Node derives in a third of the library's time, but takes no n from 2^(16 r), which the definition's example has. */
function derivedKey(checked: Checked, password: string): Keystore.Key {
  const { crypto } = checked;
  return crypto.kdf === "scrypt" && crypto.kdfparams.n < 2 ** (16 * crypto.kdfparams.r)
    ? scryptKey(crypto.kdfparams, password)
    : Keystore.toKey(checked, { password });
}

function scryptKey({ n, r, p, salt }: z.output<typeof scrypt>, password: string): Hex {
  const options = { N: n, r, p, maxmem: 2 * MAX_SCRYPT_BYTES };
  return toHex(scryptSync(password, Buffer.from(salt, "hex"), 32, options));
}

/** Some wallets write Crypto. */
function lowerCased(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("Crypto" in value) || "crypto" in value) return value;
  const { Crypto: crypto, ...rest } = value;
  return { ...rest, crypto };
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A new key, in a keystore that any wallet opens. */
export function newKeystore(password: string): { readonly address: Address; readonly text: string } {
  const privateKey = generatePrivateKey();
  const { address } = privateKeyToAccount(privateKey);
  const kdfparams = { ...NEW_SCRYPT, dklen: 32 as const, salt: randomBytes(32).toString("hex") };
  const derived = scryptKey(kdfparams, password);
  const options = { kdf: "scrypt", kdfparams, iv: new Uint8Array(randomBytes(16)) } as const;
  const written = { address: bare(address).toLowerCase(), ...Keystore.encrypt(privateKey, derived, options) };
  return { address, text: `${JSON.stringify(written, null, 2)}\n` };
}

function bare(hex: string): string {
  return hex.replace(/^0x/i, "");
}
