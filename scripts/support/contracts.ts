import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { config } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import NumeraireStakingModule from "../../ignition/modules/NumeraireStaking.ts";

/** The limits of a tournament for demonstrations: wide enough for any real round. */
export const LIMITS = {
  maxClip: 1_000_000_000n,
  maxExposure: 1_000_000_000n,
  maxRoundsInFlight: 64n,
  maxDuration: 120n * 86_400n,
  minDisputeWindow: 0n,
};

/** Deploys the token and the staking contract from the connection's first account, which then holds the whole supply. */
export async function deploy({ ethers, ignition }: NetworkConnection) {
  // Ignition keeps a record of every deployment over JSON-RPC. One on a chain that ends with us is worth none.
  const deploymentId = `local-${randomUUID()}`;
  try {
    const deployed = await ignition.deploy(NumeraireStakingModule, { deploymentId });
    return {
      token: await ethers.getContractAt("Numeraire", await deployed.token.getAddress()),
      staking: await ethers.getContractAt("NumeraireStaking", await deployed.staking.getAddress()),
    };
  } finally {
    await rm(join(config.paths.ignition, "deployments", deploymentId), { recursive: true, force: true });
  }
}

export type Contracts = Awaited<ReturnType<typeof deploy>>;
