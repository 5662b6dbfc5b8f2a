import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { InputError } from "../core/errors.ts";

const OTHERS = 0o077;
/** A keystore, the longest of them, has about 500 bytes. */
const MAX_BYTES = 65_536;

/** Reads a secret that its owner alone may read, as one line. `field` names the setting in errors. @throws InputError */
export function readSecretFile(path: string, field: string): string {
  return readPrivateFile(path, field).trim();
}

/** Reads a password: all of the file but a line's end after it. @throws InputError */
export function readPasswordFile(path: string, field: string): string {
  const password = readPrivateFile(path, field).replace(/\r?\n$/, "");
  if (password === "") throw new InputError(field, `${path} is empty`);
  return password;
}

/** Everything that is checked is checked of the open file, so that no other can take its place. @throws InputError */
export function readPrivateFile(path: string, field: string): string {
  const file = open(path, field);
  try {
    const { mode, size } = regular(file, path, field);
    // Windows keeps no such bits.
    if (process.platform !== "win32" && (mode & OTHERS) !== 0) {
      const shown = (mode & 0o777).toString(8).padStart(4, "0");
      throw new InputError(field, `others may read ${path} (mode ${shown}); run: chmod 600 ${path}`);
    }
    if (size > MAX_BYTES)
      throw new InputError(field, `${path} has ${size} bytes; no secret has more than ${MAX_BYTES}`);
    const text = readFileSync(file, "utf8");
    if (text.trim() === "") throw new InputError(field, `${path} is empty`);
    return text;
  } finally {
    closeSync(file);
  }
}

function open(path: string, field: string): number {
  try {
    // A pipe must not make the process wait.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "no reason given";
    // What can't be found may be no path at all, but the secret itself, written in the wrong place.
    throw new InputError(
      field,
      `the file can't be read (${code}); give its path, which counts from the configuration's folder`,
    );
  }
}

function regular(file: number, path: string, field: string) {
  const stat = fstatSync(file);
  if (!stat.isFile()) throw new InputError(field, `${path} is not a file`);
  return stat;
}
