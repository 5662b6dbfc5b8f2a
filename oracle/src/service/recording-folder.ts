import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { DataFolderTrouble } from "../peers/folder.ts";
import type { Domain } from "../peers/wire.ts";
import { type Bundle, packBundle, unpackBundle, withTurn } from "./bundle.ts";
import type { RecordedTurn } from "./turn-schema.ts";

/** Where turns are kept, a bundle a round. A cache like all of the data folder. */
export type RecordingFolder = {
  /** Whole or not at all, whenever the process dies. @throws DataFolderTrouble */
  add(round: bigint, turn: RecordedTurn): Promise<void>;
  /** The round's bundle as it stands in its file; null where there is none. */
  read(round: bigint): Promise<Buffer | null>;
};

/** Older rounds are forgotten. */
const ROUNDS_KEPT = 100;
const FILE_NAME = /^round-([1-9]\d*)\.jsonl\.gz$/;

export function recordingsIn(dataFolder: string, domain: Domain): RecordingFolder {
  const { chainId, contract, tournament } = domain;
  const folder = join(dataFolder, `rounds-${chainId}-${contract.toLowerCase()}-${tournament}`);
  const fileOf = (round: bigint): string => join(folder, `round-${round.toString()}.jsonl.gz`);

  const read = async (round: bigint): Promise<Buffer | null> => {
    try {
      return await readFile(fileOf(round));
    } catch {
      return null;
    }
  };

  return {
    read,
    async add(round, turn) {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const packed = await read(round);
        const bundle = usable(packed) ?? { of: { ...domain, round }, turns: [], parts: new Map() };
        await replace(fileOf(round), await packBundle(withTurn(bundle, turn)));
        if (packed === null) await forgetOld(folder);
      } catch (error) {
        throw new DataFolderTrouble(`config.dataFolder: can't write to ${folder} (${String(error)})`, { cause: error });
      }
    },
  };
}

/** What can't be read any more is begun anew. */
function usable(packed: Buffer | null): Bundle | null {
  try {
    return packed === null ? null : unpackBundle(packed);
  } catch {
    return null;
  }
}

async function forgetOld(folder: string): Promise<void> {
  const rounds = (await readdir(folder)).flatMap((name) => FILE_NAME.exec(name)?.[1] ?? []).map(BigInt);
  const old = rounds.sort((a, b) => (a < b ? 1 : -1)).slice(ROUNDS_KEPT);
  for (const round of old) await rm(join(folder, `round-${round.toString()}.jsonl.gz`), { force: true });
}

async function replace(file: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${file}.${process.pid}.unfinished`;
  const handle = await open(unfinished, "w", 0o600);
  try {
    await handle.writeFile(bytes);
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
}
