import { createCipheriv, pbkdf2Sync, randomBytes, scryptSync } from "node:crypto";
import { concat, type Hex, keccak256, toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";

export type Kdf =
  | { readonly kdf: "scrypt"; readonly kdfparams: { n: number; r: number; p: number; dklen: number; salt: string } }
  | { readonly kdf: "pbkdf2"; readonly kdfparams: { c: number; prf: string; dklen: number; salt: string } };

const salt = randomBytes(32).toString("hex");
export const LIGHT: Kdf = { kdf: "scrypt", kdfparams: { n: 16, r: 1, p: 1, dklen: 32, salt } };

/** A keystore written by the definition's words, with Node's own cryptography: the judge of the library. */
export function keystoreOf(key: Hex, password: string, derivation: Kdf = LIGHT) {
  const { kdf, kdfparams } = derivation;
  const bytes = Buffer.from(kdfparams.salt, "hex");
  const derived =
    kdf === "scrypt"
      ? scryptSync(password, bytes, 32, { N: kdfparams.n, r: kdfparams.r, p: kdfparams.p })
      : pbkdf2Sync(password, bytes, kdfparams.c, 32, "sha256");
  const iv = randomBytes(16);
  const ciphertext = createCipheriv("aes-128-ctr", derived.subarray(0, 16), iv).update(
    Buffer.from(key.slice(2), "hex"),
  );
  const mac = keccak256(concat([toHex(derived.subarray(16, 32)), toHex(ciphertext)]));
  return {
    ...addressOf(key),
    crypto: {
      cipher: "aes-128-ctr",
      cipherparams: { iv: iv.toString("hex") },
      ciphertext: ciphertext.toString("hex"),
      ...derivation,
      mac: mac.slice(2),
    },
    id: "3198bc9c-6672-4ab3-9995-4942343ae5b6",
    version: 3,
  };
}

/** 32 zero bytes are no key, and have no address. */
function addressOf(key: Hex): { readonly address?: string } {
  return BigInt(key) === 0n ? {} : { address: privateKeyToAccount(key).address.slice(2).toLowerCase() };
}
