import { expect } from "chai";
import hre from "hardhat";
import { mined } from "../../scripts/support/mined.ts";

/** Percent. Under --coverage the contracts run instructions more, which count. */
const COUNTED = hre.globalOptions.coverage ? 120n : 100n;

/** Expects a transaction to use so much gas at most. */
export async function expectGas(most: bigint, sending: Parameters<typeof mined>[0]): Promise<void> {
  const { gasUsed } = await mined(sending);
  expect(gasUsed).to.be.at.most((most * COUNTED) / 100n);
}
