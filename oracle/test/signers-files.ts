import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for secrets, gone at the end. */
export function secretFolder() {
  const folder = mkdtempSync(join(tmpdir(), "oracle-keys-"));
  return {
    folder,
    write: (text: string, name = "secret", mode = 0o600): string => {
      const path = join(folder, name);
      writeFileSync(path, text);
      chmodSync(path, mode);
      return path;
    },
    close: (): void => {
      rmSync(folder, { recursive: true });
    },
  };
}

/** What the act says when it fails. */
export function complaintOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return String(error);
  }
  return "it didn't fail";
}
