import { createInterface } from "node:readline/promises";
import { step, UsageError } from "../support/terminal.ts";
import { type Contracts, contractsFor, numberOf } from "./apply.ts";
import { check, type Created } from "./check.ts";
import type { Options } from "./options.ts";
import { loadParameters, type Parameters } from "./parameters.ts";
import {
  auditRecord,
  type DeploymentRecord,
  differing,
  NO_COMMIT,
  readRecord,
  sourcesNow,
  writeRecord,
} from "./record.ts";
import { deployAll, rehearse } from "./rehearsal.ts";
import * as show from "./show.ts";
import { hasCode, type Sent, type Site, siteOf } from "./site.ts";
import { connect, folderOf, requireUsable } from "./target.ts";
import { ether } from "./units.ts";
import { environmentFor, EXPLORERS, publish } from "./verify.ts";
import { warningsOf } from "./warnings.ts";

/** A deployment as the command sees it: where, what, and which of the tournaments are there already. */
type Scene = {
  readonly site: Site;
  readonly parameters: Parameters;
  readonly contracts: Contracts;
  readonly numbers: ReadonlyMap<string, bigint>;
};

/** Does what the options say. Returns whether all is as it should be. @throws UsageError, DeploymentError */
export async function runDeploy(options: Options): Promise<boolean> {
  const parameters = loadParameters(options.parameters);
  const reads = options.mode === "check" || options.mode === "verify";
  const folder = folderOf(options.deploymentId ?? `chain-${parameters.chainId}`);
  const record = await soundRecord(folder);
  if (reads && record === undefined) {
    throw new UsageError(`there is no record in ${folder}; deploy first, or name it with --deployment-id`);
  }
  const connection = await connect(options.network, reads || options.from !== undefined);
  try {
    await requireUsable({ connection }, parameters);
    const known = reads ? record?.deployer : options.from;
    const site = known === undefined ? await siteOf(connection, folder) : { connection, folder, deployer: known };
    const scene = await sceneOf(site, parameters, record);
    if (options.mode === "check") return await checkAgain(scene);
    if (options.mode === "verify") return await verify(scene, options.network);
    return await (options.mode === "dry-run" ? dryRun(scene) : send(scene, options.yes));
  } finally {
    await connection.close();
  }
}

async function soundRecord(folder: string): Promise<DeploymentRecord | undefined> {
  const record = readRecord(folder);
  const problems = record === undefined ? [] : await auditRecord(folder);
  if (problems.length > 0) throw new UsageError(`the record in ${folder} does not hold:\n  ${problems.join("\n  ")}`);
  return record;
}

/** @throws UsageError where the record is of other sources, another token or another deployer. */
async function sceneOf(site: Site, parameters: Parameters, record: DeploymentRecord | undefined): Promise<Scene> {
  const contracts = await contractsFor(parameters.token);
  const recorded = record?.contracts.find(({ name }) => name === "NumeraireStaking");
  if (record !== undefined && recorded?.address !== contracts.staking.address) {
    throw new UsageError(
      `the record in ${site.folder} has NumeraireStaking at ${recorded?.address ?? "no address"}, but these parameters and ` +
        `this checkout lead to ${contracts.staking.address}; check out ${record.sources.commit}, mend "token", or name ` +
        "another record with --deployment-id",
    );
  }
  if (record !== undefined && record.deployer !== site.deployer) {
    throw new UsageError(`the record in ${site.folder} was begun by ${record.deployer}; go on with its key`);
  }
  const numbers = new Map<string, bigint>();
  for (const { name } of parameters.tournaments) {
    const number = await numberOf(site, contracts.staking.address, name);
    if (number !== undefined) numbers.set(name, number);
  }
  return { site, parameters, contracts, numbers };
}

/** Prints what a deployment would do, and whether the deployer could pay for it. */
async function dryRun(scene: Scene): Promise<boolean> {
  const { affordable } = await prepare(scene);
  console.log("Nothing was sent.");
  return affordable;
}

async function send(scene: Scene, yes: boolean): Promise<boolean> {
  const { site, parameters, contracts } = scene;
  const { sent, affordable } = await prepare(scene);
  if (!affordable) throw new UsageError("nothing was sent; give the deployer more ether first");
  if (sent.length > 0 && !yes) await confirm(site.connection.networkName, sent.length);
  const created = await step("Deployed, confirmed and read back", () =>
    deployAll(site, contracts, parameters.tournaments),
  );
  const findings = await check(site, contracts, created, sent.length === 0);
  show.showFindings(findings);
  console.log(`Record: ${await writeRecord(site, contracts, created)}`);
  await show.showNext(site, contracts, created);
  return findings.every(({ verdict }) => verdict !== "no");
}

/** Plays and prints what is to do. */
async function prepare({ site, parameters, contracts, numbers }: Scene) {
  const fees = await show.feesOf(site.connection);
  await show.showPlace(site, contracts, parameters, fees);
  for (const plan of parameters.tournaments) show.showTournament(plan, numbers.get(plan.name));
  const { sent } = await step("Played on a fork of the chain and read back", () =>
    rehearse(site, contracts, parameters.tournaments, numbers),
  );
  if (sent.length === 0) console.log("Everything is there already.");
  else show.showTransactions(sent, fees);
  for (const warning of await allWarnings(site, parameters, contracts)) console.log(`Warning: ${warning}`);
  return { sent, affordable: await canPay(site, sent, show.needed(sent, fees)) };
}

async function canPay({ connection, deployer }: Site, sent: readonly Sent[], needed: bigint): Promise<boolean> {
  if (sent.length === 0) return true;
  const balance = await connection.ethers.provider.getBalance(deployer);
  const verdict = balance >= needed ? "enough" : "NOT enough";
  console.log(
    `The deployer needs ${ether(needed)} ether at hand, should fees rise, and has ${ether(balance)}: ${verdict}.`,
  );
  return balance >= needed;
}

async function allWarnings(site: Site, parameters: Parameters, contracts: Contracts): Promise<string[]> {
  const warnings = await warningsOf(site, parameters);
  if ((await sourcesNow()).commit === NO_COMMIT && !(await hasCode(site, contracts.staking.address))) {
    warnings.push("sources: no commit has them as they are here, so the record can't name one; commit them first");
  }
  return [...warnings, ...differing(site.folder, contracts)];
}

/** @throws UsageError unless the network's name is typed. */
async function confirm(networkName: string, transactions: number): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<string>((resolve) => {
    terminal.once("close", () => {
      resolve("");
    });
  });
  const question = terminal.question(`Type ${networkName} to send ${transactions} transactions: `);
  const answer = await Promise.race([question, ended]);
  terminal.close();
  if (answer.trim() !== networkName) {
    throw new UsageError(`nothing was sent; type the network's name, ${networkName}, or give --yes`);
  }
}

async function checkAgain({ site, parameters, contracts, numbers }: Scene): Promise<boolean> {
  const missing = parameters.tournaments.filter(({ name }) => !numbers.has(name)).map(({ name }) => name);
  const created = parameters.tournaments.flatMap((plan): Created[] => {
    const number = numbers.get(plan.name);
    return number === undefined ? [] : [{ plan, number }];
  });
  const findings = await check(site, contracts, created, true);
  show.showFindings(findings);
  for (const name of missing) console.log(`${name}: is in the parameters, but not created`);
  return missing.length === 0 && findings.every(({ verdict }) => verdict !== "no");
}

async function verify({ contracts }: Scene, networkName: string): Promise<boolean> {
  const problems = await publish(await environmentFor(networkName), contracts, EXPLORERS);
  for (const problem of problems) console.log(`Not published at ${problem}`);
  return problems.length === 0;
}
