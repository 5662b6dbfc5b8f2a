import { expect } from "chai";
import hre from "hardhat";

type Sending = Promise<{ wait(): Promise<{ gasUsed: bigint } | null> }>;

/** Percent. Under --coverage the contracts run instructions more, which count. */
const COUNTED = hre.globalOptions.coverage ? 120n : 100n;

/** Expects a transaction to use so much gas at most. */
export async function expectGas(most: bigint, sending: Sending): Promise<void> {
  const receipt = await (await sending).wait();
  expect(receipt?.gasUsed).to.be.at.most((most * COUNTED) / 100n);
}
