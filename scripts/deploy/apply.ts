import numeraireModule from "../../ignition/modules/Numeraire.ts";
import stakingModule from "../../ignition/modules/NumeraireStaking.ts";
import { creationModule, handoverModule, moduleKey } from "../../ignition/modules/tournament.ts";
import { present } from "../support/present.ts";
import { planned, type Planned } from "./create2.ts";
import type { TokenChoice, TournamentPlan } from "./parameters.ts";
import { DeploymentError, forget, hasCode, ignite, progressOf, type Sent, sentFrom, type Site } from "./site.ts";

/** Where the contracts go; the token only where it is ours. */
export type Contracts = { readonly token: Planned | undefined; readonly staking: Planned };

export async function contractsFor(choice: TokenChoice): Promise<Contracts> {
  const token = choice.kind === "own" ? await planned("Numeraire", choice.holder) : undefined;
  const argument = choice.kind === "own" ? present(token, "the token").address : choice.address;
  return { token, staking: await planned("NumeraireStaking", argument) };
}

/** Deploys what is not there yet. What is there has the code that the address stands for, whoever sent it. */
export async function deployContracts(site: Site, { token, staking }: Contracts): Promise<void> {
  if (token !== undefined) {
    await ensure(site, token, () => ignite(site, numeraireModule, { Numeraire: { holder: token.argument } }));
  }
  await ensure(site, staking, () => ignite(site, stakingModule, { NumeraireStaking: { token: staking.argument } }));
}

/**
 * Anybody may deploy the same code to the same address, even between our look and our transaction: then ours fails, and
 * nothing is lost but its gas.
 */
async function ensure(site: Site, contract: Planned, run: () => Promise<void>): Promise<void> {
  const future = futureOf(contract);
  const progress = await progressOf(site, future);
  if (progress === "begun" || !(await hasCode(site, contract.address))) {
    try {
      await run();
      return;
    } catch (error) {
      if (!(error instanceof DeploymentError) || !(await hasCode(site, contract.address))) throw error;
    }
  }
  if ((await progressOf(site, future)) === "failed") await forget(site, future);
}

/**
 * Ends what an interrupted run left begun. Ignition takes a journal for good only where nothing in it is begun, so this comes
 * before any other module.
 */
export async function resume(site: Site, staking: string, plans: readonly TournamentPlan[]): Promise<void> {
  for (const plan of plans) {
    if ((await progressOf(site, creationFuture(plan.name))) === "begun") await createTournament(site, staking, plan);
    if ((await progressOf(site, handoverFuture(plan.name))) !== "begun") continue;
    const number = present(await numberOf(site, staking, plan.name), `the number of tournament ${plan.name}`);
    await ignite(site, handoverModule(staking, plan.name, number, plan.organizer));
  }
}

/** Creates a tournament, unless the journal has; returns its number. */
export async function createTournament(site: Site, staking: string, plan: TournamentPlan): Promise<bigint> {
  await ignite(site, creationModule(staking, plan));
  return present(await numberOf(site, staking, plan.name), `the number of tournament ${plan.name}`);
}

/** Proposes the organizer, unless the tournament is somebody else's already or has the proposal. */
export async function handOver(site: Site, staking: string, plan: TournamentPlan, tournament: bigint): Promise<void> {
  if (!(await awaitsHandover(site, staking, plan, tournament))) return;
  await ignite(site, handoverModule(staking, plan.name, tournament, plan.organizer));
}

export async function awaitsHandover(site: Site, staking: string, plan: TournamentPlan, tournament: bigint) {
  const contract = await site.connection.ethers.getContractAt("NumeraireStaking", staking);
  const { organizer, pendingOrganizer } = await contract.tournamentOf(tournament);
  return organizer === site.deployer && ![organizer, pendingOrganizer].includes(plan.organizer);
}

/** The number of the tournament that the journal's transaction created; undefined before it has. */
export async function numberOf(site: Site, staking: string, name: string): Promise<bigint | undefined> {
  const sent = creationOf(await sentFrom(site), name);
  if (sent === undefined) return undefined;
  const contract = await site.connection.ethers.getContractAt("NumeraireStaking", staking);
  const events = sent.receipt.logs
    .filter(({ address }) => address === staking)
    .map((log) => contract.interface.parseLog(log));
  return events.find((event) => event?.name === "TournamentCreated")?.args.getValue("tournament") as bigint | undefined;
}

export function creationOf(sent: readonly Sent[], name: string): Sent | undefined {
  return sent.find(({ future }) => future === creationFuture(name));
}

function creationFuture(name: string): string {
  return `Creation_${moduleKey(name)}#NumeraireStaking.createTournament`;
}

function handoverFuture(name: string): string {
  return `Handover_${moduleKey(name)}#NumeraireStaking.transferOrganizer`;
}

/** Each module has one contract of its own name. */
export function futureOf({ name }: Pick<Planned, "name">): string {
  return `${name}#${name}`;
}
