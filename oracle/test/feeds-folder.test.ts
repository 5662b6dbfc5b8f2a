import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InputError } from "../src/core/errors.ts";
import { folderFeed, readRoundFile } from "../src/feeds/folder.ts";
import { readNeutralRound } from "../src/feeds/neutral.ts";
import { configuredBody, jsonOf, NAN, neutralBody, textOf, type Tree } from "./feeds-bodies.ts";
import { folderOf, made2021 } from "./feeds-files.ts";
import { changed } from "./feeds-spoils.ts";

async function refusalOf(promise: Promise<unknown>): Promise<InputError> {
  const error = await promise.then(
    () => new Error("was not refused"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
}

const valid = textOf(configuredBody());

describe("a folder of rounds", () => {
  it("is listed by number, not by name, and ignores other files", async () => {
    const folder = made2021([99, 245, 100]);
    expect((await folderFeed(folder).rounds()).rounds.map(({ number }) => number)).toEqual([99n, 100n, 245n]);
    const mixed = folderOf({
      "round-700.json": valid,
      "round-1.json.bak": "{",
      "round-x.json": "{",
      "round-01.json": "{",
      a: "",
    });
    expect((await folderFeed(mixed).rounds()).rounds.map(({ number }) => number)).toEqual([700n]);
  });

  it("is played on its calendar", async () => {
    const folder = folderOf({ "round-700.json": valid });
    const at = async (now: number) => {
      const feed = folderFeed(folder, () => now);
      const [round] = (await feed.rounds()).rounds;
      return { round, details: await feed.details(700n) };
    };
    const [before, open, close, last, after] = await Promise.all(
      [1717243199, 1717243200, 1717246800, 1719950399, 1719950400].map(at),
    );
    const states = [before, open, close, last, after].map((seen) => seen?.round?.status);
    expect(states).toEqual(["upcoming", "open", "resolving", "resolving", "resolved"]);
    for (const seen of [before, open, close, last]) {
      expect(seen?.round?.resolved).toBe(false);
      expect(seen?.details.resolved).toBe(false);
      expect(seen?.details.models.map(({ settled }) => settled)).toEqual([null, null, null]);
      expect(seen?.details.digest).not.toBe(after?.details.digest);
    }
    expect(after?.details.resolved).toBe(true);
    expect(after?.details.models[0]?.settled).toBe(-1_500_000_000n);
  });

  it("may be any organizer's, in the format that a server of theirs answers in", async () => {
    const next = changed(neutralBody(), ["round.number", 13], ["round.closesAt", "soon"]);
    const folder = folderOf({ "round-12.json": textOf(neutralBody()), "round-13.json": textOf(next) });
    const at = (now: number) => folderFeed(folder, () => now);
    const { rounds, refused } = await at(1_770_379_199).rounds();
    expect(rounds).toMatchObject([{ number: 12n, status: "resolving", resolved: false }]);
    expect(refused).toMatchObject([{ number: 13n, fault: { field: "round.closesAt" } }]);
    expect(await at(1_770_379_200).details(12n)).toEqual(
      readNeutralRound(jsonOf(neutralBody()), { now: 1_770_379_200 }).details,
    );
    expect((await at(1_770_379_199).details(12n)).resolved).toBe(false);
  });

  it("refuses a file that isn't UTF-8, or begins with a byte order mark", async () => {
    const folder = folderOf({ "round-1.json": valid, "round-2.json": `\ufeff${valid}` });
    writeFileSync(join(folder, "round-1.json"), Buffer.from(valid.replace("model_0", "mödel"), "latin1"));
    const { refused } = await folderFeed(folder).rounds();
    expect(refused.map(({ fault }) => fault.message.replace(/ \(.*/, ""))).toEqual([
      "file: is not UTF-8",
      "file: is not JSON",
    ]);
  });

  it("refuses a round that it doesn't hold, and says which it does", async () => {
    const error = await refusalOf(folderFeed(made2021([245, 250])).details(246n));
    expect(error.field).toBe("round");
    expect(error.message).toMatch(/^round: 246 is not in .*; it holds 245, 250$/);
  });

  it.each([
    ["is empty", () => folderOf({}), "folder", "holds no file named round-<number>.json"],
    ["doesn't exist", () => join(folderOf({}), "none"), "folder", "can't be read (Error: ENOENT"],
    ["is a file", () => join(folderOf({ x: "" }), "x"), "folder", "can't be read (Error: ENOTDIR"],
  ])("refuses a folder that %s", async (_, make, field, message) => {
    const folder = make();
    const error = await refusalOf(folderFeed(folder).rounds());
    expect(error.field).toBe(field);
    expect(error.message.startsWith(`${field}: `)).toBe(true);
    expect(error.message).toContain(message);
    expect(error.message).toContain(folder);
  });

  it.each([
    ["holds no JSON", () => folderOf({ "round-700.json": valid, "round-5.json": "not json" }), "file", "is not JSON"],
    ["holds an empty file", () => folderOf({ "round-700.json": valid, "round-5.json": "" }), "file", "is not JSON"],
    [
      "holds a cut file",
      () => folderOf({ "round-700.json": valid, "round-5.json": valid.slice(0, -5) }),
      "file",
      "is not JSON",
    ],
    [
      "holds a round under another's name",
      () => folderOf({ "round-700.json": valid, "round-5.json": valid }),
      "round.number",
      "700, but asked was 5",
    ],
  ])("refuses one round alone where a folder %s", async (_, make, field, message) => {
    const folder = make();
    const { rounds, refused } = await folderFeed(folder).rounds();
    expect(rounds.map(({ number }) => number)).toEqual([700n]);
    expect(refused.map(({ number }) => number)).toEqual([5n]);
    const error = refused[0]?.fault ?? new InputError("", "none");
    expect(error.field).toBe(field);
    expect(error.message.startsWith(`${field}: `)).toBe(true);
    expect(error.message).toContain(message);
    expect(error.message).toContain(folder);
  });

  it("names the file and the field of a bad value", async () => {
    const body = configuredBody();
    Reflect.set((body["roundDetails"]?.["models"] as unknown as Tree[])[2] ?? {}, "mmc", NAN);
    const folder = folderOf({ "round-700.json": textOf(body) });
    const error = await refusalOf(folderFeed(folder).details(700n));
    expect(error.field).toBe("roundDetails.models[2].mmc");
    expect(error.message).toBe(
      `roundDetails.models[2].mmc: NaN is not a number (in ${join(folder, "round-700.json")})`,
    );
  });

  it("says that a file can't be read", async () => {
    const folder = folderOf({});
    mkdirSync(join(folder, "round-7.json"));
    chmodSync(folder, 0o755);
    const { refused } = await folderFeed(folder).rounds();
    expect(refused[0]?.fault.message).toContain("file: round-7.json can't be read");
  });

  it("reads one file by its path, whatever it is called, and refuses one that isn't final where that is asked", async () => {
    const body = configuredBody();
    Reflect.set(body["round"] ?? {}, "resolvedStaking", false);
    const folder = folderOf({ "any.json": valid, "open.json": textOf(body) });
    expect((await readRoundFile(join(folder, "any.json"))).round.number).toBe(700n);
    expect((await readRoundFile(join(folder, "open.json"))).details.resolved).toBe(false);
    const error = await refusalOf(readRoundFile(join(folder, "open.json"), { resolved: true }));
    expect(error.field).toBe("round.resolvedStaking");
    expect(readFileSync(join(folder, "any.json"), "utf8")).toBe(valid);
  });
});
