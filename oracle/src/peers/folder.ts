import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Address } from "viem";
import type { Attestation } from "../core/attestation.ts";
import { type Domain, keptAttestations, toWire } from "./wire.ts";

/** The data folder can't be written. Only the memory of a next life suffers. */
export class DataFolderTrouble extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "DataFolderTrouble";
  }
}

/** Where a node keeps its own signatures between two lives. It may be emptied at any time: the peers have them too. */
export type Kept = {
  /** What is there of the reporters; nothing where it can't be read. It is verified like a stranger's word. */
  read(reporters: readonly Address[]): Promise<readonly Attestation[]>;
  /** Whole or not at all, whenever the process dies. @throws DataFolderTrouble */
  write(attestations: readonly Attestation[]): Promise<void>;
};

/** Keeps them in the folder, in a file for each tournament and reporter: nodes that share it don't spoil each other's. */
export function keptIn(folder: string, domain: Domain): Kept {
  const { chainId, contract, tournament } = domain;
  const fileOf = (reporter: Address): string =>
    join(folder, `attestations-${[chainId, contract, tournament, reporter].join("-").toLowerCase()}.json`);
  return {
    async read(reporters) {
      return (await Promise.all(reporters.map((reporter) => readKept(fileOf(reporter))))).flat();
    },
    async write(attestations) {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        for (const reporter of new Set(attestations.map((each) => each.reporter))) {
          const own = attestations.filter((each) => each.reporter === reporter);
          await replace(fileOf(reporter), toWire({ ...domain, attestations: own }));
        }
      } catch (error) {
        throw new DataFolderTrouble(`config.dataFolder: can't write to ${folder} (${String(error)})`, { cause: error });
      }
    },
  };
}

async function readKept(file: string): Promise<readonly Attestation[]> {
  try {
    return keptAttestations.parse(JSON.parse(await readFile(file, "utf8"))).attestations;
  } catch {
    return [];
  }
}

async function replace(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${process.pid}.unfinished`;
  const handle = await open(unfinished, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
}

/** Keeps nothing. */
export const NOWHERE: Kept = { read: () => Promise.resolve([]), write: () => Promise.resolve() };
