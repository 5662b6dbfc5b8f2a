import { type Address, type Hex, isAddressEqual, isHex, recoverAddress, slice, toHex } from "viem";
import { SignerRefusal } from "./errors.ts";

/** The order of secp256k1's group. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** A signature as other keepers of keys give it; s may be the higher one. */
export type RawSignature = { readonly r: Hex; readonly s: Hex; readonly yParity: number };

/** Reads 65 bytes r, s, v, with v as 0, 1, 27 or 28. @throws SignerRefusal */
export function readSignature(answer: unknown): RawSignature {
  if (!isHex(answer) || answer.length !== 132) throw new SignerRefusal("gives no signature of 65 bytes");
  const v = Number.parseInt(answer.slice(130), 16);
  if (![0, 1, 27, 28].includes(v)) throw new SignerRefusal(`gives a signature with v = ${v}; must be 27 or 28`);
  return { r: slice(answer, 0, 32), s: slice(answer, 32, 64), yParity: v % 27 };
}

/**
 * The same signature in the one form that contract and chain take, if it is that of `address` over `digest`. Either of s and
 * its negative is a valid signature; only the lower one is taken.
 * @throws SignerRefusal
 */
export async function verified(signature: RawSignature, digest: Hex, address: Address): Promise<RawSignature> {
  const s = BigInt(signature.s);
  if (s >= ORDER) throw new SignerRefusal(NO_KEYS);
  const isHigh = s > ORDER / 2n;
  const lowS = isHigh ? ORDER - s : s;
  const yParity = isHigh ? 1 - signature.yParity : signature.yParity;
  const low = { r: signature.r, s: toHex(lowS, { size: 32 }), yParity };
  if (!isAddressEqual(await recovered(digest, low), address)) {
    throw new SignerRefusal("gives a signature over something else, or of another key");
  }
  return low;
}

async function recovered(hash: Hex, signature: RawSignature): Promise<Address> {
  try {
    return await recoverAddress({ hash, signature });
  } catch {
    throw new SignerRefusal(NO_KEYS);
  }
}

const NO_KEYS = "gives a signature of no key";
