import { createWriteStream, type WriteStream } from "node:fs";
import { join } from "node:path";

/** A file for what a part says; a full disk is a failure of the whole. */
export function openLog(path: string, onFailure: (error: unknown) => void): WriteStream {
  return createWriteStream(path).on("error", onFailure);
}

/** Takes the lines of a part that ends with us. */
export function logTo(folder: string, part: string, onFailure: (error: unknown) => void): (line: string) => void {
  const log = openLog(join(folder, `${part}.log`), onFailure);
  return (line) => void log.write(`${line}\n`);
}
