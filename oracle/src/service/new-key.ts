import { readFileSync, writeFileSync } from "node:fs";
import type { Address } from "viem";
import { InputError } from "../core/errors.ts";
import { newKeystore, openKeystore } from "../signers/keystore.ts";
import { readPasswordFile } from "../signers/secret-file.ts";

/** Makes a key, writes it into a new keystore and proves that it can be read from there again. @throws InputError */
export function newKeyFile(path: string, passwordFile: string): Address {
  const password = readPasswordFile(passwordFile, "--password-file");
  const { address, text } = newKeystore(password);
  write(path, text);
  openKeystore(readFileSync(path, "utf8"), password, "--out");
  return address;
}

/** Never over an existing file: it might be the only copy of another key. */
function write(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: "wx", mode: 0o600, flush: true });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const says = code === "EEXIST" ? "exists, and is left as it is; choose another name" : `can't be written (${code})`;
    throw new InputError("--out", `${path} ${says}`);
  }
}
