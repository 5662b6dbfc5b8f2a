import { readFileSync, statSync } from "node:fs";
import { type Hex, isHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { InputError } from "../core/errors.ts";

const OTHERS = 0o077;

/**
 * Reads a private key, 32 bytes of hex, from a file that its owner alone may read. `field` names the setting in errors;
 * they never show what is in the file.
 * @throws InputError
 */
export function readKeyFile(path: string, field: string): Hex {
  requirePrivate(path, field);
  const text = readFileSync(path, "utf8").trim();
  const key = text.startsWith("0x") ? text : `0x${text}`;
  if (!isHex(key) || key.length !== 66 || !isUsable(key)) {
    throw new InputError(field, `${path} doesn't hold a private key; write 64 hex digits into it, with or without 0x`);
  }
  return key;
}

/** Reads any other secret, as text, with the same care. @throws InputError */
export function readSecretFile(path: string, field: string): string {
  requirePrivate(path, field);
  const text = readFileSync(path, "utf8").trim();
  if (text === "") throw new InputError(field, `${path} is empty`);
  return text;
}

function requirePrivate(path: string, field: string): void {
  const mode = modeOf(path, field);
  // Windows keeps no such bits.
  if (process.platform !== "win32" && (mode & OTHERS) !== 0) {
    const shown = (mode & 0o777).toString(8).padStart(4, "0");
    throw new InputError(field, `others may read ${path} (mode ${shown}); run: chmod 600 ${path}`);
  }
}

function modeOf(path: string, field: string): number {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new InputError(field, `${path} is not a file`);
    return stat.mode;
  } catch (error) {
    if (error instanceof InputError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new InputError(field, `can't read ${path} (${code})`);
  }
}

/** Zero and numbers beyond the curve's order are no keys. */
function isUsable(key: Hex): boolean {
  try {
    privateKeyToAccount(key);
    return true;
  } catch {
    return false;
  }
}
