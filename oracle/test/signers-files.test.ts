import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readKeyFile } from "../src/signers/local-key.ts";
import { readPasswordFile, readSecretFile } from "../src/signers/secret-file.ts";
import { complaintOf, secretFolder } from "./signers-files.ts";

describe("a secret's file", () => {
  const { folder, write, close } = secretFolder();
  afterAll(close);
  const key = "ab".repeat(32);

  it("holds a key of 64 hex digits, with or without 0x, and perhaps a line's end", () => {
    for (const text of [key, `0x${key}`, `${key}\n`]) expect(readKeyFile(write(text), "field")).toBe(`0x${key}`);
  });

  it("holds a password to its last blank; only a line's end is none of it", () => {
    expect(readPasswordFile(write(" pass word \n"), "field")).toBe(" pass word ");
    expect(readPasswordFile(write("a\nb\r\n"), "field")).toBe("a\nb");
    expect(readPasswordFile(write("pass\n\n"), "field")).toBe("pass\n");
  });

  it.each([0o640, 0o604, 0o660, 0o644, 0o610, 0o601])("is refused with mode %o", (mode) => {
    const path = write(key, "open", mode);
    const expected = /: field: others may read .*open \(mode 0\d{3}\); run: chmod 600 /;
    for (const read of [readKeyFile, readSecretFile, readPasswordFile]) {
      expect(complaintOf(() => read(path, "field"))).toMatch(expected);
    }
  });

  it.each([key.slice(2), `${key}00`, "zz".repeat(32), "0".repeat(64), "f".repeat(64), `0x0x${key}`, `${key} ${key}`])(
    "with %j as a key is refused without being repeated",
    (text) => {
      const message = complaintOf(() => readKeyFile(write(text), "config.keys.relayer.file"));
      expect(message).toMatch(/^InputError: config\.keys\.relayer\.file: .*doesn't hold a private key/);
      expect(message).not.toContain(text);
    },
  );

  it.each(["", "\n", " \t\n"])("with %j is empty", (text) => {
    for (const read of [readKeyFile, readSecretFile, readPasswordFile]) {
      expect(complaintOf(() => read(write(text), "field"))).toMatch(/ is empty$/);
    }
  });

  it("is not repeated where the secret itself stands in the place of its path", () => {
    for (const path of [key, `/${key}`, join(folder, key), `${folder}/x/${key}`, "x".repeat(5_000)]) {
      const message = complaintOf(() => readKeyFile(path, "field"));
      expect(message).toMatch(/^InputError: field: the file can't be read \((ENOENT|ENAMETOOLONG)\); give its path, /);
      expect(message).not.toContain(key);
    }
  });

  it("is a file, and not a folder, a device, a pipe that never ends or a book", () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", ["-m", "600", pipe]);
    for (const path of [folder, "/dev/zero", pipe]) {
      expect(complaintOf(() => readSecretFile(path, "field"))).toMatch(/ is not a file$/);
    }
    expect(complaintOf(() => readSecretFile(write("x".repeat(65_537)), "field"))).toMatch(
      /has 65537 bytes; no secret has/,
    );
  });
});
