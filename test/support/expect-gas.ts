import { expect } from "chai";
import hre from "hardhat";
import { mined } from "../../scripts/support/mined.ts";

/** Percent. Under --coverage, and where every mutant is in the code (`npm run mutate`), instructions more run and count. */
const COUNTED = BigInt(process.env["GAS_SLACK_PERCENT"] ?? (hre.globalOptions.coverage ? 120 : 100));

/** Expects a transaction to use so much gas at most. */
export async function expectGas(most: bigint, sending: Parameters<typeof mined>[0]): Promise<void> {
  const { gasUsed } = await mined(sending);
  expect(gasUsed).to.be.at.most((most * COUNTED) / 100n);
}
