import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import { UsageError } from "../support/terminal.ts";
import { type Contracts, createTournament, deployContracts, handOver, resume } from "./apply.ts";
import { check, type Created, type Finding } from "./check.ts";
import type { TournamentPlan } from "./parameters.ts";
import { DeploymentError, type Sent, sentFrom, type Site } from "./site.ts";

/** What a deployment would do: its transactions with their receipts, and what would be read back. */
export type Rehearsal = { readonly sent: readonly Sent[]; readonly findings: readonly Finding[] };

const PLENTY = 10n ** 24n;

/** Plays what is still to do on a fork of the chain in this process, by the very code that does it later. Sends nothing. */
export async function rehearse(
  site: Site,
  contracts: Contracts,
  plans: readonly TournamentPlan[],
  numbers: ReadonlyMap<string, bigint>,
): Promise<Rehearsal> {
  const fork = await forkOf(site.connection);
  const folder = await mkdtemp(join(tmpdir(), "rehearsal-"));
  try {
    for (const [method, params] of [
      ["hardhat_impersonateAccount", [site.deployer]],
      ["hardhat_setBalance", [site.deployer, `0x${PLENTY.toString(16)}`]],
    ] as const) {
      await fork.provider.request({ method, params });
    }
    const stage = { connection: fork, deployer: site.deployer, folder };
    const created = await deployAll(stage, contracts, plans, numbers);
    // The journal that knows the transactions of earlier runs is not the fork's.
    const fresh = created.filter(({ plan }) => !numbers.has(plan.name));
    const findings = await check(stage, contracts, fresh, false);
    const wrong = findings.filter(({ verdict }) => verdict !== "yes");
    if (wrong.length > 0) {
      const texts = wrong.map(({ what, expected, found }) => `${what}: ${found} instead of ${expected}`);
      throw new DeploymentError(`played on a fork, it does not come out as it should: ${texts.join("; ")}`);
    }
    return { sent: await sentFrom(stage), findings };
  } finally {
    await fork.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Does what is still to do, in order; returns every tournament with its number. `numbers`: those there already. */
export async function deployAll(
  site: Site,
  contracts: Contracts,
  plans: readonly TournamentPlan[],
  numbers: ReadonlyMap<string, bigint> = new Map(),
): Promise<Created[]> {
  await deployContracts(site, contracts);
  const staking = contracts.staking.address;
  await resume(site, staking, plans);
  const created: Created[] = [];
  for (const plan of plans) {
    const number = numbers.get(plan.name) ?? (await createTournament(site, staking, plan));
    await handOver(site, staking, plan, number);
    created.push({ plan, number });
  }
  return created;
}

async function forkOf({ ethers, networkConfig }: NetworkConnection<string>): Promise<NetworkConnection<string>> {
  if (networkConfig.type !== "http") throw new UsageError("--network: must be one that is reached over HTTP");
  const [url, blockNumber, { chainId }] = await Promise.all([
    networkConfig.url.getUrl(),
    ethers.provider.getBlockNumber(),
    ethers.provider.getNetwork(),
  ]);
  const forking = { enabled: true, url, blockNumber };
  return network.create({ network: "chain", override: { chainId: Number(chainId), forking } });
}
