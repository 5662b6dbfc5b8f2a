import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { printTable } from "../../../scripts/support/terminal.ts";
import { buildApp, DIST } from "./support/build.ts";
import { entryOf, type File, filesOf } from "./support/bundle.ts";

const KB = 1_000;
const MOST_SCRIPT = 180 * KB;
const MOST_ENTRY = 150 * KB;
/** Named in the bundle, by the words of an error or as a namespace; asked for by nobody. */
const ONLY_NAMED = [
  ...["www.w3.org", "tanstack.com", "viem.sh", "wagmi.sh", "oxlib.sh", "abitype.dev"],
  ...["4byte.sourcify.dev", "docs.soliditylang.org"],
];

let files: File[];
let scripts: File[];

beforeAll(async () => {
  files = await filesOf(DIST);
  scripts = files.filter(({ path }) => path.endsWith(".js"));
});

const sum = (some: readonly File[]): number => some.reduce((total, { gz }) => total + gz, 0);

test("all script, and what is loaded at first, are within their budgets", () => {
  const entry = new Set(entryOf(files));
  const heaviest = scripts.toSorted((a, b) => b.gz - a.gz);
  const rows = heaviest.map((file) => [file.path, file.gz.toLocaleString("en"), entry.has(file) ? "yes" : ""]);
  printTable(["script", "bytes gz", "at first"], [...rows, ["all", sum(scripts).toLocaleString("en"), ""]]);
  const names = (some: Iterable<File>): string => [...some].map(({ path, gz }) => `${path} ${gz}`).join(", ");
  expect(sum(scripts), `all script: ${names(heaviest)}`).toBeLessThanOrEqual(MOST_SCRIPT);
  expect(sum([...entry]), `at first: ${names(entry)}`).toBeLessThanOrEqual(MOST_ENTRY);
});

test("no text becomes a program", () => {
  for (const { path, text } of scripts) {
    expect(/\beval\s*\(|\bFunction\s*\(|=\s*Function\s*[;,)]/.exec(text)?.[0], path).toBeUndefined();
  }
});

test("the app names no host that it could ask", () => {
  for (const { path, text } of files) {
    const hosts = [...text.matchAll(/\bhttps?:\/\/([\w.-]+)/g)].map(([, host]) => host);
    expect(
      hosts.filter((host) => !ONLY_NAMED.includes(host ?? "")),
      path,
    ).toEqual([]);
    expect(/(?:src|href)="(?:https?:)?\/\/|url\(["']?(?:https?:)?\/\//.exec(text)?.[0], path).toBeUndefined();
  }
});

test("the same sources make the same bytes", async () => {
  const outDir = await mkdtemp(join(tmpdir(), "web-again-"));
  onTestFinished(() => rm(outDir, { recursive: true, force: true }));
  await buildApp(outDir);
  expect(await filesOf(outDir)).toEqual(files);
});
