import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { type VerifyContractArgs, verifyContract } from "@nomicfoundation/hardhat-verify/verify";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import userConfig from "../../hardhat.config.ts";
import type { Contracts } from "./apply.ts";

export type Explorer = NonNullable<VerifyContractArgs["provider"]>;

/** Sourcify takes sources from anybody; Etherscan wants a key, ETHERSCAN_API_KEY. */
export const EXPLORERS: readonly Explorer[] = ["sourcify", "etherscan"];

/** Hardhat, as `--network` would set it up: hardhat-verify asks the environment which chain it is on. */
export function environmentFor(network: string): Promise<HardhatRuntimeEnvironment> {
  return createHardhatRuntimeEnvironment(userConfig, { network });
}

/** Publishes the sources of our contracts. Returns what went wrong, an explorer and a contract a line. */
export async function publish(
  hre: HardhatRuntimeEnvironment,
  { token, staking }: Contracts,
  explorers: readonly Explorer[],
): Promise<string[]> {
  const problems: string[] = [];
  for (const provider of explorers) {
    for (const { name, address, argument } of [token, staking].filter((contract) => contract !== undefined)) {
      const contract = `contracts/${name}.sol:${name}`;
      try {
        await verifyContract({ address, constructorArgs: [argument], contract, provider }, hre);
      } catch (error) {
        problems.push(`${provider}, ${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  return problems;
}
