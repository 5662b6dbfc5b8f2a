import type { Command } from "commander";
import { newKeyFile } from "../service/new-key.ts";
import { type HeldKey, openKeys } from "../service/keys.ts";
import { table } from "../service/table.ts";
import { SignerRefusal, SignerTrouble } from "../signers/errors.ts";
import { configured, JSON_OPTION, type Register } from "./command.ts";
import { BAD_ANSWER, CANT_TELL_NOW, GOOD } from "./exit-codes.ts";

export const keys: Register = (program) => {
  const group = program.command("keys").description("make and list the keys of the three roles");
  addNew(group);
  configured(group, "list", "say which keys there are and whether they can sign now", async (config, { json }) => {
    const rows = await Promise.all(openKeys(config).held.map(rowOf));
    console.log(json === true ? JSON.stringify(rows, null, 2) : tableOf(rows));
    if (rows.some(({ state }) => state === "refuses")) return BAD_ANSWER;
    return rows.some(({ state }) => state === "down") ? CANT_TELL_NOW : GOOD;
  }).option(...JSON_OPTION);
};

function addNew(group: Command): void {
  group
    .command("new")
    .description("make a key and write it into a new keystore (version 3, mode 0600)")
    .requiredOption("--out <file>", "the keystore; must not exist yet")
    .requiredOption("--password-file <file>", "file with its password, readable by its owner alone")
    .action(({ out, passwordFile }: { readonly out: string; readonly passwordFile: string }) => {
      console.log(JSON.stringify({ address: newKeyFile(out, passwordFile), file: out }, null, 2));
    });
}

type State = "answers" | "refuses" | "down";
type Row = Omit<HeldKey, "probe"> & { readonly state: State; readonly says: string };

async function rowOf({ probe, ...key }: HeldKey): Promise<Row> {
  try {
    await probe();
    return { ...key, state: "answers", says: "" };
  } catch (error) {
    if (error instanceof SignerTrouble) return { ...key, state: "down", says: error.message };
    if (error instanceof SignerRefusal) return { ...key, state: "refuses", says: error.message };
    throw error;
  }
}

function tableOf(rows: readonly Row[]): string {
  if (rows.length === 0) return "no keys: this oracle signs and sends nothing";
  return table(rows.map(({ role, kind, address, state, says }) => [role, kind, address, state, says]));
}
