import { readFileSync } from "node:fs";
import { InputError } from "../core/errors.ts";
import { type Config, ConfigError } from "../service/config.ts";
import { openKeys } from "../service/keys.ts";
import { SignerRefusal, SignerTrouble } from "../signers/errors.ts";
import { permittedReport } from "../signers/policy.ts";
import { configured, type Register } from "./command.ts";
import { BAD_ANSWER, CANT_TELL_NOW, GOOD } from "./exit-codes.ts";

export const sign: Register = (program) => {
  configured(
    program,
    "sign",
    "sign one report, given as JSON, with the reporters' keys; asks neither chain nor feed",
    (config, { report }) => signReport(config, String(report)),
  ).requiredOption(
    "--report <file>",
    "JSON with tournament, round, batch, attempt, stakesHash, scoresHash; - is standard input",
  );
};

async function signReport(config: Config, file: string): Promise<number> {
  const { chainId, contract: verifyingContract, tournament } = config;
  const domain = { chainId, verifyingContract };
  const report = permittedReport(readJson(file), { ...domain, tournament });
  // The other roles' keys stay closed.
  const { reporters } = openKeys({ ...config, keys: { reporters: config.keys.reporters } }).keys;
  if (reporters.length === 0) throw new ConfigError(["config.keys.reporters: has no key to sign with; add one"]);
  try {
    const sign = async (signer: (typeof reporters)[number]) => ({
      address: signer.address,
      signature: await signer.sign(domain, report),
    });
    const signatures = await Promise.all(reporters.map(sign));
    console.log(JSON.stringify(signatures, null, 2));
    return GOOD;
  } catch (error) {
    if (!(error instanceof SignerTrouble || error instanceof SignerRefusal)) throw error;
    console.error(`oracle: ${error.message}`);
    return error instanceof SignerTrouble ? CANT_TELL_NOW : BAD_ANSWER;
  }
}

function readJson(file: string): unknown {
  const text = read(file);
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError("--report", "is not JSON");
  }
}

function read(file: string): string {
  try {
    // 0 is standard input.
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new InputError("--report", `can't read ${file} (${code})`);
  }
}
