import { formatNmr } from "../../oracle/src/core/units.ts";
import type { NetworkConnection } from "hardhat/types/network";
import { printTable } from "../support/terminal.ts";
import { type Contracts } from "./apply.ts";
import { type Created, type Finding, limitRows } from "./check.ts";
import type { Parameters, TournamentPlan } from "./parameters.ts";
import { worstOf } from "./preset.ts";
import { hasCode, type Sent, type Site } from "./site.ts";
import { days, ether, gwei, nmr, percent, who, whole } from "./units.ts";

/** What gas costs: now, and the most that Ignition offers for it, which the deployer must have. Wei. */
export type Fees = { readonly base: bigint; readonly tip: bigint; readonly most: bigint };

/** Ignition offers twice the base fee and the tip. */
export async function feesOf({ ethers }: NetworkConnection<string>): Promise<Fees> {
  const block = await ethers.provider.getBlock("latest");
  const base = block?.baseFeePerGas ?? 0n;
  const { maxPriorityFeePerGas, gasPrice } = await ethers.provider.getFeeData();
  const tip = maxPriorityFeePerGas ?? gasPrice ?? 0n;
  return { base, tip, most: 2n * base + tip };
}

/** Gas that must be at hand beyond what is used: an estimate is above it. */
const ESTIMATE = { numerator: 11n, denominator: 10n };

/** What the deployer must have before the first transaction, wei. */
export function needed(sent: readonly Sent[], { most }: Fees): bigint {
  return (gasOf(sent) * most * ESTIMATE.numerator) / ESTIMATE.denominator;
}

export function gasOf(sent: readonly Sent[]): bigint {
  return sent.reduce((sum, { receipt }) => sum + receipt.gasUsed, 0n);
}

export async function showPlace(site: Site, contracts: Contracts, { token, chainId }: Parameters, fees: Fees) {
  const { connection, deployer, folder } = site;
  const { provider } = connection.ethers;
  printTable(
    ["network", "value"],
    [
      ["name", connection.networkName],
      ["chain id", String(chainId)],
      ["latest block", String(await provider.getBlockNumber())],
      ["base fee and tip", `${gwei(fees.base)} and ${gwei(fees.tip)}`],
      ["deployer", deployer],
      ["its ether", ether(await provider.getBalance(deployer))],
      ["record", folder],
    ],
  );
  const planned = [contracts.token, contracts.staking].filter((contract) => contract !== undefined);
  const rows = await Promise.all(
    planned.map(async ({ name, address, argument }) => {
      const there = await hasCode(site, address);
      return [name, address, argument, there ? "is there" : "to deploy"];
    }),
  );
  const existing = token.kind === "existing" ? [["NMR of the chain", token.address, "", "is there"]] : [];
  printTable(["contract", "address", "argument", "state"], [...existing, ...rows]);
}

export function showTournament(plan: TournamentPlan, number: bigint | undefined): void {
  const { preset, reporters, quorum } = plan;
  const { terms, rhythm } = preset;
  const worst = worstOf(preset);
  const times = terms.multipliers.map((multiplier) => formatNmr(multiplier)).join(", ");
  printTable(
    [`tournament ${plan.name}`, number === undefined ? "to create" : `is there, number ${number}`],
    [
      ...limitRows(plan.limits).map(([what, value]) => [`for ever: ${what}`, value]),
      ["a staker: one round burns at most", percent(worst.oneRound)],
      ["a staker: all rounds in flight burn at most", percent(worst.allInFlight)],
      ["a staker: out at the latest after", days(worst.exit)],
      ["organizer", plan.organizer],
      ["guardian", who(plan.guardian)],
      ["registrar", who(plan.registrar)],
      ["least stake", nmr(plan.minStake)],
      ...reporters.map((address, index) => [`reporter ${index}`, address]),
      ["quorum", `${quorum} of ${reporters.length}`],
      ["today: multipliers of score 0 and 1", times],
      ["today: clip, exposure", `${percent(terms.clip)}, ${percent(terms.exposure)}`],
      ["today: stake threshold", terms.stakeThreshold === 0n ? "none" : nmr(terms.stakeThreshold * 1_000_000_000n)],
      ["today: lock, resolution, settlement", windows(rhythm)],
      ["today: rounds in flight, usually and at most", `${worst.usuallyInFlight} and ${worst.mostInFlight}`],
      ["reserve for them, for each 1,000 NMR staked", nmr(worst.reserve * 1_000n * 1_000_000_000n)],
    ],
  );
}

function windows({ lockWindow, resolvesAfter, settleWindow }: TournamentPlan["preset"]["rhythm"]): string {
  return `${days(lockWindow)} from the close, ${days(resolvesAfter)} after it, ${days(settleWindow)} from then`;
}

/** The transactions, with what they cost. */
export function showTransactions(sent: readonly Sent[], fees: Fees): void {
  const cost = (gas: bigint): string => ether(gas * (fees.base + fees.tip));
  const rows = sent.map(({ future, receipt: { gasUsed } }, index) => [
    `${index + 1}. ${deed(future)}`,
    whole(gasUsed),
    cost(gasUsed),
  ]);
  printTable(["transaction", "gas", "ether at today's fee"], [...rows, ["all", whole(gasOf(sent)), cost(gasOf(sent))]]);
}

export function deed(future: string): string {
  const [module = "", rest = ""] = future.split("#");
  if (rest.endsWith(".createTournament")) return `create tournament ${module.replace("Creation_", "")}`;
  if (rest.endsWith(".transferOrganizer")) return `propose the organizer of ${module.replace("Handover_", "")}`;
  return `deploy ${rest}`;
}

export function showFindings(findings: readonly Finding[]): void {
  printTable(
    ["read back", "found", "as it should be"],
    findings.map(({ what, expected, found, verdict }) => [
      what,
      verdict === "yes" ? found : `${found}\nnot ${expected}`,
      verdict,
    ]),
  );
}

/** What nobody can do for the people named. */
export async function showNext(site: Site, { staking }: Contracts, created: readonly Created[]): Promise<void> {
  const contract = await site.connection.ethers.getContractAt("NumeraireStaking", staking.address);
  console.log("What is left to do:");
  for (const { plan, number } of created) {
    const { organizer } = await contract.tournamentOf(number);
    if (organizer !== plan.organizer) {
      const data = contract.interface.encodeFunctionData("acceptOrganizer", [number]);
      console.log(`  ${plan.name}: ${plan.organizer} calls acceptOrganizer(${number}) on ${staking.address}: ${data}`);
    }
    console.log(
      `  ${plan.name}: fund the reserve; its oracle's settings are "chainId", "contract" and "tournament": ${number}`,
    );
  }
  console.log(`  Commit ${site.folder}; publish the sources with --verify.`);
}
