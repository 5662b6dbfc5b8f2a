import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NetworkConnection } from "hardhat/types/network";
import { contractsFor, deployContracts } from "../deploy/apply.ts";
import { siteOf } from "../deploy/site.ts";
import { present } from "./present.ts";

/** The limits of a tournament for demonstrations: wide enough for any real round. */
export const LIMITS = {
  maxClip: 1_000_000_000n,
  maxExposure: 1_000_000_000n,
  maxRoundsInFlight: 64n,
  maxDuration: 120n * 86_400n,
  minDisputeWindow: 0n,
};

/**
 * Deploys the token and the staking contract from the connection's first account, which then holds the whole supply; the
 * same way as on any other chain, but for the record: one of a chain that ends with us is worth none.
 */
export async function deploy(connection: NetworkConnection) {
  const folder = await mkdtemp(join(tmpdir(), "deployment-"));
  try {
    const site = await siteOf(connection, folder);
    const contracts = await contractsFor({ kind: "own", holder: site.deployer });
    await deployContracts(site, contracts);
    const { ethers } = connection;
    return {
      token: await ethers.getContractAt("Numeraire", present(contracts.token, "the token").address),
      staking: await ethers.getContractAt("NumeraireStaking", contracts.staking.address),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export type Contracts = Awaited<ReturnType<typeof deploy>>;
