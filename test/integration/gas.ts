import { expect } from "chai";
import { CLIENTS } from "../../scripts/stack/clients.ts";
import { useSameChains } from "../support/chains.ts";
import { measureRound, type RoundGas, TRANSACTION_GAS } from "../support/gas.ts";
import type { Signer } from "../support/staking.ts";

/** Why a client refuses a transaction, in its own words. */
async function refusal(sending: Promise<unknown>): Promise<string> {
  return sending.then(
    () => "not refused",
    (error: unknown) => String(error),
  );
}

describe("gas of a full batch on hardhat and anvil", function () {
  this.timeout(120_000);
  const chain = useSameChains();
  const measured: RoundGas[] = [];

  for (const client of CLIENTS) {
    it(`stays far below what a transaction may use on ${client}: every step, and all of a day in one`, async () => {
      const gas = await measureRound(chain(client).connection);
      measured.push(gas);
      for (const used of Object.values(gas)) expect(used).to.be.below(TRANSACTION_GAS / 4n);
    });

    it(`is limited by the transaction on ${client}: one unit more is refused`, async () => {
      const [signer] = (await chain(client).connection.ethers.getSigners()) as [Signer];
      const send = (gasLimit: bigint) => signer.sendTransaction({ to: signer.address, gasLimit });
      const nonce = await signer.getNonce();
      expect(await refusal(send(TRANSACTION_GAS + 1n))).to.match(/cap/);
      expect(await signer.getNonce()).to.equal(nonce);
      await (await send(TRANSACTION_GAS)).wait();
      expect(await signer.getNonce()).to.equal(nonce + 1);
    });
  }

  it("is the same to the unit on both", () => {
    expect(measured).to.have.length(CLIENTS.length);
    for (const gas of measured) expect(gas).to.deep.equal(measured[0]);
  });
});
