import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { InputError } from "../core/errors.ts";
import { isObject, type Json, parseJson } from "../core/json.ts";
import { type Asked, digestOf, type ReadRound, sortedOut, statusAt } from "./answers.ts";
import type { Feed, FeedRound, RefusedRound } from "./feed.ts";
import { decoded } from "./http.ts";
import { readNeutralRound } from "./neutral.ts";
import { type NumeraiRound, readRound } from "./read.ts";
import { OPEN_TAP, type Tap } from "./tap.ts";

const FILE_NAME = /^round-([1-9]\d*)\.json$/;

type Read<Round extends ReadRound> = (body: Json, asked: Asked) => Round;

/**
 * Rounds kept in files `round-<number>.json`, each as a server of any organizer's would answer, or `{ round, roundDetails }`
 * as Numerai's does. The clock, unix seconds, replays them on their own calendar: before its resolve time a round isn't
 * resolved, whatever its file says.
 */
export function folderFeed(folder: string, clock = () => Math.floor(Date.now() / 1000), tap = OPEN_TAP): Feed {
  return {
    async rounds() {
      const now = clock();
      const rounds: (FeedRound | RefusedRound)[] = [];
      for (const number of await roundNumbers(folder, tap)) {
        // The first good one says which tournament the folder holds.
        const tournament = rounds.find((round) => "tournament" in round)?.tournament;
        const asked = tournament === undefined ? { now } : { now, tournament };
        rounds.push(await roundOrRefusal(folder, number, asked, tap));
      }
      return sortedOut(rounds);
    },
    async details(number) {
      const known = await roundNumbers(folder, tap);
      if (!known.includes(number)) {
        throw new InputError("round", `${number.toString()} is not in ${folder}; it holds ${known.join(", ")}`);
      }
      const now = clock();
      return onCalendar(await readNumbered(folder, number, { now }, tap), now).details;
    },
  };
}

/**
 * Reads one round of Numerai's from its file, whatever the file is called.
 * @throws InputError with the field, and the file's path at the end of the message.
 */
export async function readRoundFile(path: string, asked: Partial<Asked> = {}): Promise<NumeraiRound> {
  return readFrom(path, readRound, asked, OPEN_TAP);
}

/** The format says so of itself; Numerai's answers have no such member. */
function readEither(body: Json, asked: Asked): ReadRound {
  return isObject(body) && "format" in body ? readNeutralRound(body, asked) : readRound(body, asked);
}

async function readFrom<Round extends ReadRound>(
  path: string,
  read: Read<Round>,
  asked: Partial<Asked>,
  tap: Tap,
): Promise<Round> {
  try {
    const { text } = await tap(basename(path), async () => ({ status: 200, text: await readText(path) }));
    const body = parseJson(text, "file");
    return read(body, { now: Math.floor(Date.now() / 1000), ...asked });
  } catch (error) {
    throw error instanceof InputError ? new InputError(error.field, `${error.reason} (in ${path})`) : error;
  }
}

/**
 * Reads all rounds of a folder of Numerai's, lowest number first; all must be of the first one's tournament.
 * @throws InputError
 */
export async function readFolder(folder: string, asked: Partial<Asked> = {}): Promise<NumeraiRound[]> {
  const files: NumeraiRound[] = [];
  for (const number of await roundNumbers(folder, OPEN_TAP)) {
    const tournament = files[0]?.round.tournament;
    const same = tournament === undefined ? asked : { tournament, ...asked };
    files.push(await readRoundFile(pathOf(folder, number), { ...same, number }));
  }
  return files;
}

/** The numbers of a folder's rounds, lowest first. */
async function roundNumbers(folder: string, tap: Tap): Promise<bigint[]> {
  const { text: names } = await tap("folder", async () => ({ status: 200, text: await namesIn(folder) }));
  const numbers = names
    .split("\n")
    .flatMap((name) => FILE_NAME.exec(name)?.[1] ?? [])
    .map(BigInt);
  if (numbers.length === 0) throw new InputError("folder", `${folder} holds no file named round-<number>.json`);
  return numbers.sort((a, b) => (a < b ? -1 : 1));
}

/** One a line. */
async function namesIn(folder: string): Promise<string> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new InputError("folder", `${folder} can't be read (${String(error)})`);
  });
  return names.filter((name) => FILE_NAME.test(name)).join("\n");
}

async function roundOrRefusal(
  folder: string,
  number: bigint,
  asked: Partial<Asked> & Pick<Asked, "now">,
  tap: Tap,
): Promise<FeedRound | RefusedRound> {
  try {
    return onCalendar(await readNumbered(folder, number, asked, tap), asked.now).round;
  } catch (error) {
    if (error instanceof InputError) return { number, fault: error };
    throw error;
  }
}

async function readNumbered(folder: string, number: bigint, asked: Partial<Asked>, tap: Tap): Promise<ReadRound> {
  return readFrom(pathOf(folder, number), readEither, { ...asked, number }, tap);
}

function pathOf(folder: string, number: bigint): string {
  return join(folder, `round-${number.toString()}.json`);
}

function onCalendar(file: ReadRound, now: number): Pick<ReadRound, "round" | "details"> {
  const { round, details } = file;
  if (now >= round.resolvesAt) return file;
  const models = details.models.map((model) => ({ ...model, settled: null }));
  const content = { tournament: details.tournament, number: details.number, resolved: false, models };
  return {
    round: { ...round, resolved: false, status: statusAt({ ...round, resolved: false }, now) },
    details: { ...content, digest: digestOf(content, round.scoreNames) },
  };
}

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new InputError("file", `${basename(path)} can't be read (${String(error)})`);
  });
  return decoded(bytes, "file");
}
