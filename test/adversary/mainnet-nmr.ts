import { expect } from "chai";
import { AbiCoder, concat, Interface, ZeroAddress } from "ethers";
import { everything, expectBooks } from "../support/books.ts";
import { expectError, text32 } from "../support/errors.ts";
import { expectGas } from "../support/expect-gas.ts";
import { useFixture, withStakers } from "../support/fixture.ts";
import { lockRound, reportRound, RoundState, settleBatch, voidAfter } from "../support/rounds.ts";
import { HOUR, NANO, NMR } from "../support/staking.ts";

const SAFE_ERC20 = { interface: new Interface(["error SafeERC20FailedOperation(address token)"]) };

/** The replica, and a staking contract on it where Alice, Bob and Carol stake. */
function useMainnet() {
  return useFixture(async (d) => {
    const nmr = await d.ethers.getContractAt("MainnetNumeraire", d.token);
    return { nmr, ...(await withStakers(d, { reserve: 1_000n * NMR })) };
  }, "MainnetNumeraire");
}

type Stage = ReturnType<ReturnType<typeof useMainnet>>;

/** A round that burns 50 NMR of Alice's and pays Bob 100, ready to settle. */
async function withLoss(d: Stage) {
  const locked = await lockRound(d, d.tournament, 1n);
  const lanes = [[-NANO, -NANO] as const, [NANO, NANO] as const];
  const reported = await reportRound(d, d.tournament, 1n, locked, [lanes]);
  await d.networkHelpers.time.increase(HOUR);
  return reported;
}

describe("mainnet NMR, quirk by quirk", () => {
  const stage = useMainnet();

  it("says its decimals in a uint256", async () => {
    const { outputs } = stage().nmr.interface.getFunction("decimals");
    expect(outputs.map(({ type }) => type)).to.deep.equal(["uint256"]);
    expect(await stage().nmr.decimals()).to.equal(18);
  });

  it("burns its caller's tokens by mint, and answers false where there are not so many", async () => {
    const { nmr, alice } = stage();
    const [held, supply] = [await nmr.balanceOf(alice), await nmr.totalSupply()];
    const as = nmr.connect(alice);
    expect(await as.mint.staticCall(held + 1n)).to.equal(false);
    await expect(as.mint(held + 1n)).to.not.emit(nmr, "Transfer");
    expect(await nmr.totalSupply()).to.equal(supply);
    expect(await as.mint.staticCall(held)).to.equal(true);
    await expect(as.mint(held)).to.emit(nmr, "Transfer").withArgs(alice, ZeroAddress, held);
    expect([await nmr.balanceOf(alice), await nmr.totalSupply()]).to.deep.equal([0n, supply - held]);
  });

  it("burns another's tokens by numeraiTransfer, within the allowance, and answers false beyond it", async () => {
    const { nmr, alice, bob } = stage();
    const supply = await nmr.totalSupply();
    await nmr.connect(alice).approve(bob, 7);
    const as = nmr.connect(bob);
    expect(await as.numeraiTransfer.staticCall(alice, 8)).to.equal(false);
    await expect(as.numeraiTransfer(alice, 8)).to.not.emit(nmr, "Transfer");
    await expect(as.numeraiTransfer(alice, 5)).to.emit(nmr, "Approval").withArgs(alice, bob, 2);
    expect([await nmr.allowance(alice, bob), await nmr.totalSupply()]).to.deep.equal([2n, supply - 5n]);
  });

  it("refuses trailing calldata, a single byte of it, but to mint", async () => {
    const { ethers, nmr, alice, bob } = stage();
    await nmr.connect(alice).approve(bob, 0);
    const calls: [string, unknown[]][] = [
      ["transfer", [bob.address, 1n]],
      ["transferFrom", [alice.address, bob.address, 0n]],
      ["approve", [bob.address, 0n]],
      ["changeApproval", [bob.address, 0n, 0n]],
      ["numeraiTransfer", [alice.address, 0n]],
      ["mint", [1n]],
    ];
    for (const [name, args] of calls) {
      const { selector, inputs } = nmr.interface.getFunction(name as "transfer");
      const data = concat([selector, AbiCoder.defaultAbiCoder().encode(inputs, args)]);
      await alice.call({ to: nmr, data });
      const longer = alice.call({ to: nmr, data: concat([data, "0x00"]) });
      if (name === "mint") await longer;
      else await expect(longer, name).to.be.revert(ethers);
    }
  });

  it("approves from zero or to zero only; changeApproval names what is there", async () => {
    const { nmr, staking, alice } = stage();
    const as = nmr.connect(alice);
    const allowed = await nmr.allowance(alice, staking);
    await expect(as.approve(staking, 1)).to.be.revertedWithCustomError(nmr, "ApprovalNotReset").withArgs(allowed, 1);
    await expect(as.changeApproval(staking, 0, 1))
      .to.be.revertedWithCustomError(nmr, "ApprovalMismatch")
      .withArgs(0, allowed);
    await as.changeApproval(staking, allowed, NMR);
    await staking.connect(alice).increaseStake(1, 0, NMR);
    // All of it used, so that it can be approved anew.
    await as.approve(staking, 2n * NMR);
    await as.approve(staking, 0);
  });

  it("does not burn what is sent to address zero, which the contract never does", async () => {
    const { nmr, staking, tournament, alice } = stage();
    const supply = await nmr.totalSupply();
    await nmr.connect(alice).transfer(ZeroAddress, NMR);
    expect([await nmr.totalSupply(), await nmr.balanceOf(ZeroAddress)]).to.deep.equal([supply, NMR]);
    await staking.connect(alice).requestWithdrawal(tournament, 0, NMR);
    await expectError("AddressInvalid", [ZeroAddress], staking.connect(alice).withdraw(tournament, 0, ZeroAddress));
    await expectError("AddressInvalid", [ZeroAddress], staking.withdrawReserve(tournament, NMR, ZeroAddress));
  });

  it("has no permit, and eats all gas that is sent with what it does not know", async () => {
    const { ethers, nmr, staking, alice } = stage();
    const permit = "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)";
    for (const unknown of [permit, "burn(uint256)", "nonces(address)", "DOMAIN_SEPARATOR()"]) {
      const data = concat([ethers.id(unknown).slice(0, 10), new Uint8Array(7 * 32)]);
      const sent = alice.sendTransaction({ to: nmr, data, gasLimit: 100_000n });
      await expect(sent, unknown).to.be.revert(ethers);
      const block = await ethers.provider.getBlock("latest");
      expect(block?.gasUsed, unknown).to.equal(100_000n);
    }
    // The contract never lets it: it asks no mainnet NMR for a permit.
    const asked = staking
      .connect(alice)
      .selfPermit.staticCall(2n ** 255n, 0n, 27, text32("r"), text32("s"), { gasLimit: 100_000n });
    await expectError("PermitUnsupported", [await nmr.getAddress()], asked);
  });

  it("is known at the deployment by what it burns with, for the gas of one call that it eats", async () => {
    const { ethers, nmr, token } = stage();
    const plain = await ethers.deployContract("Numeraire", [token]);
    const gasOn = async (address: { getAddress(): Promise<string> }) => {
      const staking = await ethers.deployContract("NumeraireStaking", [await address.getAddress()]);
      return (await staking.deploymentTransaction()?.wait())?.gasUsed ?? 0n;
    };
    expect((await gasOn(nmr)) - (await gasOn(plain))).to.be.below(210_000n);
  });

  it("makes no new tokens by any function, whoever calls", async () => {
    const { nmr, alice, bob, staking } = stage();
    let supply = await nmr.totalSupply();
    const amount = 10n ** 18n;
    for (const as of [nmr, nmr.connect(alice)]) {
      for (const call of [
        () => as.mint(amount),
        () => as.mint(2n ** 256n - 1n),
        () => as.numeraiTransfer(alice, amount),
        () => as.numeraiTransfer(staking, 0n),
        () => as.transfer(bob, amount),
        () => as.transfer(ZeroAddress, amount),
      ]) {
        await call();
        expect(await nmr.totalSupply()).to.be.at.most(supply);
        supply = await nmr.totalSupply();
      }
    }
  });
});

describe("mainnet NMR that fails", () => {
  const stage = useMainnet();

  it("to burn, by answering false, leaves all as it was: settled later, or void, and everybody leaves", async () => {
    const d = stage();
    const { staking, nmr, tournament, alice, bob, carol } = d;
    const reported = await withLoss(d);
    const { answers: before } = await everything(staking);
    await nmr.setBurnsFail(true);
    const supply = await nmr.totalSupply();
    await expectError("BurnFailed", [50n * NMR, supply, supply], settleBatch(d, tournament, 1n, reported));
    expect((await everything(staking)).answers).to.deep.equal(before);

    const snapshot = await d.networkHelpers.takeSnapshot();
    await nmr.setBurnsFail(false);
    await expectGas(200_000n, settleBatch(d, tournament, 1n, reported));
    expect(await nmr.totalSupply()).to.equal(supply - 50n * NMR);
    await expectBooks(d);
    await snapshot.restore();

    await voidAfter(d, tournament, 1n, reported.times.settledBy);
    for (const [position, staker] of [alice, bob, carol].entries()) {
      const { active } = await staking.stakeOf(tournament, position);
      await staking.connect(staker).requestWithdrawal(tournament, position, active);
      await staking.connect(staker).withdraw(tournament, position, staker);
    }
    await staking.withdrawReserve(tournament, 1_000n * NMR, d.organizer);
    expect(await nmr.balanceOf(staking)).to.equal(0);
  });

  it("by an emergency stop, answering false to all, stops what moves tokens and nothing else, until it ends", async () => {
    const d = stage();
    const { staking, nmr, tournament, alice } = d;
    const own = staking.connect(alice);
    const reported = await withLoss(d);
    await own.requestWithdrawal(tournament, 0, NMR);
    const { times } = await lockRound(d, tournament, 2n, { times: { settledBy: reported.times.settledBy } });
    await nmr.setStopped(true);
    const supply = await nmr.totalSupply();
    const { answers: before } = await everything(staking);
    for (const call of [
      () => staking.fundReserve(tournament, NMR),
      () => staking.withdrawReserve(tournament, NMR, alice),
      () => own.increaseStake(tournament, 0, NMR),
      () => own.openPosition(tournament, text32("m"), NMR, 0, "0x"),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(SAFE_ERC20, "SafeERC20FailedOperation").withArgs(nmr);
    }
    await expectError("BurnFailed", [50n * NMR, supply, supply], settleBatch(d, tournament, 1n, reported));
    expect((await everything(staking)).answers).to.deep.equal(before);
    await own.cancelWithdrawal(tournament, 0);
    await own.requestWithdrawal(tournament, 0, NMR);
    await voidAfter(d, tournament, 2n, times.settledBy);
    await staking.voidRound(tournament, 1);
    await nmr.setStopped(false);
    await own.withdraw(tournament, 0, alice);
    expect((await staking.roundOf(tournament, 1)).state).to.equal(RoundState.Void);
    await expectBooks(d);
  });

  it("its own owners by taking nothing from them: they fund a reserve through another account", async () => {
    const { staking, nmr, tournament, organizer, alice } = stage();
    await nmr.setOwner(organizer, true);
    await expect(staking.fundReserve(tournament, NMR))
      .to.be.revertedWithCustomError(nmr, "OwnersTokens")
      .withArgs(organizer);
    await nmr.transfer(alice, NMR);
    await staking.connect(alice).fundReserve(tournament, NMR);
    await staking.withdrawReserve(tournament, NMR, organizer);
  });

  it("never to be paid out of its burns: a reward comes from the reserve, a burn leaves the supply", async () => {
    const d = stage();
    const { staking, nmr, tournament } = d;
    const [supply, held] = [await nmr.totalSupply(), await nmr.balanceOf(staking)];
    await settleBatch(d, tournament, 1n, await withLoss(d));
    expect(await nmr.totalSupply()).to.equal(supply - 50n * NMR);
    expect(await nmr.balanceOf(staking)).to.equal(held - 50n * NMR);
    expect(await staking.reserveOf(tournament)).to.deep.equal([900n * NMR, 0n]);
  });
});
