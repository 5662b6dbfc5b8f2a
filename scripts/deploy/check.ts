import { getAddress } from "ethers";
import type { Creation } from "../../ignition/modules/tournament.ts";
import { type Contracts, creationOf } from "./apply.ts";
import { expectedCode, type Kept } from "./code.ts";
import type { Planned } from "./create2.ts";
import type { TournamentPlan } from "./parameters.ts";
import { type Sent, sentFrom, type Site } from "./site.ts";
import { days, nmr, percent, shortCode, who } from "./units.ts";

/** One thing read back from the chain. `changed`: the organizer may have changed it since, and has. */
export type Finding = {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  readonly verdict: "yes" | "no" | "changed";
};

export type Created = { readonly plan: TournamentPlan; readonly number: bigint };

/** NMR on mainnet, which burns by `mint`. */
export const MAINNET_NMR = "0x1776e1F26f98b1A5dF9cD347953a26dd3Cb46671";

/**
 * Reads everything back. What the organizer may change counts as wrong right after a deployment, and as `changed` later.
 * @param later Whether others may have acted since the deployment.
 */
export async function check(site: Site, contracts: Contracts, created: readonly Created[], later: boolean) {
  const findings = await checkContracts(site, contracts);
  const sent = await sentFrom(site);
  for (const tournament of created) {
    findings.push(...(await checkTournament(site, contracts.staking.address, tournament, sent, later)));
  }
  return findings;
}

async function checkContracts(site: Site, { token, staking }: Contracts): Promise<Finding[]> {
  const { ethers } = site.connection;
  const chainId = Number((await ethers.provider.getNetwork()).chainId);
  const findings: Finding[] = [];
  if (token !== undefined) findings.push(await checkCode(site, token, { address: token.address, chainId }));
  if ((await ethers.provider.getCode(staking.address)) === "0x") {
    return [...findings, compare("NumeraireStaking: code", "as compiled", "none")];
  }
  const contract = await ethers.getContractAt("NumeraireStaking", staking.address);
  const burnsByMint = await contract.burnsByMint();
  const kept = { address: staking.address, chainId, token: { address: staking.argument, burnsByMint } };
  const mints = token === undefined && staking.argument === MAINNET_NMR && chainId === 1 ? true : undefined;
  return [
    ...findings,
    await checkCode(site, staking, kept),
    compare("NumeraireStaking: token", staking.argument, await contract.token()),
    compare("NumeraireStaking: burns by mint", String(mints ?? (token ? false : burnsByMint)), String(burnsByMint)),
  ];
}

/** To the byte: every immutable is worked out anew. */
async function checkCode({ connection }: Site, contract: Planned, kept: Kept): Promise<Finding> {
  const [expected, found] = [
    await expectedCode(contract.name, kept),
    await connection.ethers.provider.getCode(contract.address),
  ];
  return compare(`${contract.name}: code`, shortCode(expected), shortCode(found));
}

async function checkTournament(
  { connection, deployer }: Site,
  staking: string,
  { plan, number }: Created,
  sent: readonly Sent[],
  later: boolean,
): Promise<Finding[]> {
  const contract = await connection.ethers.getContractAt("NumeraireStaking", staking);
  const now = await contract.tournamentOf(number);
  const set = await contract.reportersOf(number, 1);
  const event = creationOf(sent, plan.name)
    ?.receipt.logs.map((log) => contract.interface.parseLog(log))
    .find((log) => log?.name === "TournamentCreated");
  const named = (what: string): string => `${plan.name} (${number}): ${what}`;
  const final = (what: string, expected: string, found: string): Finding => compare(named(what), expected, found);
  const open = (what: string, expected: string, found: string): Finding => {
    const finding = final(what, expected, found);
    return later && finding.verdict === "no" ? { ...finding, verdict: "changed" } : finding;
  };
  const organizers = now.organizer === deployer ? [now.organizer, now.pendingOrganizer] : [now.organizer];
  const organizer = organizers.includes(plan.organizer) ? plan.organizer : getAddress(now.organizer);
  return [
    final("name", plan.name, String(event?.args.getValue("name") ?? "no event")),
    ...limitRows(plan.limits).map(([what, expected], index) =>
      final(what, expected, limitRows(now.limits)[index]?.[1] ?? ""),
    ),
    final("first reporters", people(plan.reporters, plan.quorum), people(set.reporters, set.quorum)),
    open("reporter set", "1", String(now.reporterSet)),
    open("guardian", who(plan.guardian), who(now.guardian)),
    open("registrar", who(plan.registrar), who(now.registrar)),
    open("least stake", nmr(plan.minStake), nmr(now.minStake)),
    open("organizer, or proposed", plan.organizer, organizer),
  ];
}

export function limitRows(limits: Creation["limits"]): [string, string][] {
  return [
    ["most clip", percent(limits.maxClip)],
    ["most exposure", percent(limits.maxExposure)],
    ["most rounds in flight", String(limits.maxRoundsInFlight)],
    ["longest round after its close", days(limits.maxDuration)],
    ["shortest dispute window", days(limits.minDisputeWindow)],
  ];
}

function people(addresses: readonly string[], quorum: bigint): string {
  return [`${quorum} of ${addresses.length}:`, ...addresses].join("\n");
}

function compare(what: string, expected: string, found: string): Finding {
  return { what, expected, found, verdict: expected === found ? "yes" : "no" };
}
