import { createWriteStream, type WriteStream } from "node:fs";

/** A file for what a part says; a full disk is a failure of the whole. */
export function openLog(path: string, onFailure: (error: unknown) => void): WriteStream {
  return createWriteStream(path).on("error", onFailure);
}
