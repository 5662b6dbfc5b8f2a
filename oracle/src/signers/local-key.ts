import { type Hex, isHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { InputError } from "../core/errors.ts";
import type { Key } from "./key.ts";
import { readSecretFile } from "./secret-file.ts";

/** A key in memory. Deterministic (RFC 6979): the same document always gets the same signature. */
export function localKey(key: Hex): Key {
  const account = privateKeyToAccount(key);
  return {
    address: account.address,
    signReport: (document) => account.signTypedData(document),
    signHeartbeat: (document) => account.signTypedData(document),
    signTransaction: (transaction) => account.signTransaction(transaction),
    probe: () => Promise.resolve(),
  };
}

/**
 * Reads a private key, 32 bytes of hex, from a file that its owner alone may read. `field` names the setting in errors;
 * they never show what is in the file.
 * @throws InputError
 */
export function readKeyFile(path: string, field: string): Hex {
  const text = readSecretFile(path, field);
  const key = text.startsWith("0x") ? text : `0x${text}`;
  if (!isHex(key) || !isPrivateKey(key)) {
    throw new InputError(field, `${path} doesn't hold a private key; write 64 hex digits into it, with or without 0x`);
  }
  return key;
}

/** Zero and numbers beyond the curve's order are no keys. */
export function isPrivateKey(key: Hex): boolean {
  if (key.length !== 66) return false;
  try {
    privateKeyToAccount(key);
    return true;
  } catch {
    return false;
  }
}
