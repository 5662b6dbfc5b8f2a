import { readFileSync } from "node:fs";
import { type Attestation, includes, isHeard, signedBy } from "../core/attestation.ts";
import { InputError } from "../core/errors.ts";
import type { Report } from "../core/report.ts";
import { givenReport } from "../core/steps/given.ts";
import { type Config, ConfigError } from "../service/config.ts";
import type { AttestFault } from "../service/attest.ts";
import type { Oracle } from "../service/oracle.ts";
import { SignerTrouble } from "../signers/errors.ts";
import { permittedReport } from "../signers/policy.ts";
import { configured, type Register } from "./command.ts";
import { BAD_ANSWER, CANT_TELL_NOW, GOOD } from "./exit-codes.ts";
import { quietOracle } from "./look.ts";

export const sign: Register = (program) => {
  configured(
    program,
    "sign",
    "sign one report, given as JSON, with the reporters' keys: what an attempt has no signature of yet; doesn't ask the feed",
    (config, { report }) => signReport(config, String(report)),
  ).requiredOption(
    "--report <file>",
    "JSON with tournament, round, batch, attempt, stakesHash, scoresHash; - is standard input",
  );
};

async function signReport(config: Config, file: string): Promise<number> {
  const { chainId, contract: verifyingContract, tournament } = config;
  const report = permittedReport(readJson(file), { chainId, verifyingContract, tournament });
  if (config.dataFolder === undefined) {
    throw new ConfigError([
      "config.dataFolder: missing; a signature is kept there, so that no later life signs otherwise",
    ]);
  }
  // The other roles' keys stay closed.
  const oracle = quietOracle({ ...config, keys: { reporters: config.keys.reporters } });
  const { settings } = oracle.recording;
  if (settings.reporters.length === 0)
    throw new ConfigError(["config.keys.reporters: has no key to sign with; add one"]);
  const facts = await oracle.readFacts();
  const due = givenReport(report, facts, settings);
  if (typeof due === "string") return say(due, BAD_ANSWER);
  await oracle.attester.hear(facts);
  return answer(report, oracle, await oracle.attester.sign(due, facts));
}

/** Shows what stands signed now, be it since long ago; of two scores for one attempt there is never a second. */
function answer(report: Report, { attester, recording }: Oracle, faults: readonly AttestFault[]): number {
  const { reporters } = recording.settings;
  const said = attester.attestations(report.round).attestations.filter((each) => includes(reporters, each.reporter));
  const own = reporters.flatMap((reporter) => signedBy(reporter, report, said));
  const other = own.find(({ scoresHash }) => scoresHash !== report.scoresHash);
  if (other !== undefined) return say(refusal(report, other), BAD_ANSWER);
  const [fault] = faults;
  if (fault !== undefined) {
    const { error } = fault;
    return say(
      error instanceof Error ? error.message : String(error),
      error instanceof SignerTrouble ? CANT_TELL_NOW : BAD_ANSWER,
    );
  }
  if (own.length === 0 && !isHeard({ peers: attester.peers() })) {
    return say("no peer answers, so nobody can tell what was signed before; try again once one does", CANT_TELL_NOW);
  }
  console.log(
    JSON.stringify(
      own.map(({ reporter: address, signature }) => ({ address, signature })),
      null,
      2,
    ),
  );
  return GOOD;
}

function refusal(
  { attempt, scoresHash }: Report,
  { reporter, round, batch, scoresHash: earlier }: Attestation,
): string {
  const which = `attempt ${attempt} of round ${round.toString()} batch ${batch}`;
  return `equivocation_guard: ${reporter} has signed the scores ${earlier} for ${which}, and signs no ${scoresHash}`;
}

function say(why: string, code: number): number {
  console.error(`oracle: ${why}`);
  return code;
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
