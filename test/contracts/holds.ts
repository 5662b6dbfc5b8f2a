import { expect } from "chai";
import { network } from "hardhat";
import { expectError } from "../support/errors.ts";
import { expectGas } from "../support/expect-gas.ts";

const WORD = 128;
const MOST = 512 * WORD;
const CHUNK = 8_192;

describe("the book of holds, with one round that does not end", () => {
  async function withOldRound() {
    const connection = await network.create();
    const holds = await connection.ethers.deployContract("HoldsHarness");
    await holds.draw(1, true);
    await holds.hold(0, 1);
    return { connection, holds };
  }

  it("keeps 65,536 rounds apart, asks for the old one to be ended then, and goes on once it is", async () => {
    const { connection, holds } = await withOldRound();
    let drawn = 1;
    for (; drawn + CHUNK < MOST; drawn += CHUNK) await holds.draw(CHUNK, false);
    await holds.draw(MOST + WORD - 1 - drawn, false);
    await holds.hold(1, MOST + WORD - 1);

    await expectError("TooManyRoundsSinceOldest", [MOST + WORD, MOST], holds.draw(1, false));
    expect(await holds.isFree(0)).to.equal(false);
    expect(await holds.isFree(1)).to.equal(true);
    // The dearest calls there can be still fit a transaction many times over.
    await expectGas(2_600_000n, holds.hold(0, MOST + WORD - 1));
    await expectGas(2_600_000n, holds.end(1));
    expect(await holds.isFree(0)).to.equal(true);
    await holds.draw(1, false);
    await connection.close();
  }).timeout(60_000);
});
