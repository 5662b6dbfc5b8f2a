import { expect } from "chai";
import { Contract, Interface, ZeroAddress } from "ethers";
import { artifacts } from "hardhat";
import type { INumeraireStaking__factory } from "../../types/factories/contracts/interfaces/INumeraireStaking__factory.js";

type Entry = (typeof INumeraireStaking__factory.abi)[number];
export type ErrorName = Extract<Entry, { type: "error" }>["name"];

const { abi } = await artifacts.readArtifact("INumeraireStaking");
const staking = new Contract(ZeroAddress, abi);

/** What the interface declares. */
export const declared = new Interface(abi);

/**
 * Expects a call to revert with an error of the interface and exactly these arguments.
 * The name stands first, so that `completeness.ts` finds every error that is expected anywhere.
 */
export async function expectError(name: ErrorName, args: readonly unknown[], call: Promise<unknown>): Promise<void> {
  await expect(call)
    .to.be.revertedWithCustomError(staking, name)
    .withArgs(...args);
}

/** A `bytes32` that holds a short text, as the contract names fields and limits. */
export function text32(text: string): string {
  return `0x${Buffer.from(text).toString("hex").padEnd(64, "0")}`;
}
