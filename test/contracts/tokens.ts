import { expect } from "chai";
import { getCreateAddress, toBeHex, AbiCoder, concat, ZeroAddress } from "ethers";
import { packPayouts } from "../../oracle/src/core/words.ts";
import { expectError, text32 } from "../support/errors.ts";
import { useFixture, useStakers } from "../support/fixture.ts";
import { lockRound, playRound, reportRound, RoundState, settleBatch, voidAfter } from "../support/rounds.ts";
import {
  CLASSIC_TERMS,
  createTournament,
  type Deployment,
  HOUR,
  NANO,
  NMR,
  openPosition,
  type TokenKind,
} from "../support/staking.ts";

const MOST = (2n ** 63n - 1n) * NANO;

for (const kind of ["Numeraire", "MainnetNumeraire"] satisfies TokenKind[]) {
  describe(`a life on ${kind}`, () => {
    const stage = useStakers({ reserve: 1_000n * NMR }, kind);

    it("S-1, S-3: fund, stake, win, lose, leave: every NMR in is out, burned or there", async () => {
      const d = stage();
      const { staking, token, tournament, organizer, alice, bob, carol } = d;
      expect(await staking.burnsByMint()).to.equal(kind === "MainnetNumeraire");
      const supply = await token.totalSupply();
      const paidIn = 1_000n * NMR + 6_000n * NMR + 5n * NMR;
      await staking.connect(bob).increaseStake(tournament, 1, 5n * NMR);
      await playRound(d, tournament, 1n, [
        [
          [NANO, NANO],
          [-NANO, -NANO],
          [0n, 0n],
        ],
      ]);
      const burned = (2_005n * NMR) / 20n;
      expect(await token.totalSupply()).to.equal(supply - burned);

      let paidOut = 0n;
      for (const [position, staker] of [alice, bob, carol].entries()) {
        const { active } = await staking.stakeOf(tournament, position);
        await staking.connect(staker).requestWithdrawal(tournament, position, active);
        await staking.connect(staker).withdraw(tournament, position, staker);
        paidOut += active;
      }
      expect(paidOut).to.equal(6_005n * NMR + 50n * NMR - burned);
      const { total } = await staking.reserveOf(tournament);
      expect(await token.balanceOf(staking)).to.equal(total);
      await staking.withdrawReserve(tournament, total, organizer);
      expect(paidOut + total + burned).to.equal(paidIn);
      expect(await token.balanceOf(staking)).to.equal(0);
    });
  });
}

describe("mainnet NMR", () => {
  const stage = useFixture(async (d) => {
    const token = await d.ethers.getContractAt("MainnetNumeraire", d.token);
    const tournament = await createTournament(d, { reserve: 1_000n * NMR });
    await openPosition(d, d.alice, tournament, 1_000n * NMR);
    return { nmr: token, tournament };
  }, "MainnetNumeraire");

  it("refuses a burn without reverting: the settlement fails, and goes through once burning works again", async () => {
    const d = stage();
    const { staking, nmr, tournament } = d;
    const locked = await lockRound(d, tournament, 1n);
    const reported = await reportRound(d, tournament, 1n, locked, [[[-NANO, -NANO]]]);
    await d.networkHelpers.time.increase(HOUR);
    await nmr.setBurnsFail(true);
    const supply = await nmr.totalSupply();
    await expectError("BurnFailed", [50n * NMR, supply, supply], settleBatch(d, tournament, 1n, reported));
    expect(await staking.stakeOf(tournament, 0)).to.deep.equal([1_000n * NMR, 0n]);
    expect((await staking.roundOf(tournament, 1)).state).to.equal(RoundState.Locked);

    await nmr.setBurnsFail(false);
    await expect(settleBatch(d, tournament, 1n, reported))
      .to.emit(nmr, "Transfer")
      .withArgs(staking, ZeroAddress, 50n * NMR);
    expect(await nmr.totalSupply()).to.equal(supply - 50n * NMR);
  });

  it("is not believed by halves: a burn that happens and answers false fails as well", async () => {
    const d = stage();
    const locked = await lockRound(d, d.tournament, 1n);
    const reported = await reportRound(d, d.tournament, 1n, locked, [[[-NANO, -NANO]]]);
    await d.networkHelpers.time.increase(HOUR);
    await d.nmr.setBurnsDenied(true);
    const supply = await d.nmr.totalSupply();
    await expectError(
      "BurnFailed",
      [50n * NMR, supply, supply - 50n * NMR],
      settleBatch(d, d.tournament, 1n, reported),
    );
  });

  it("X-1: that never burns again keeps nobody in: the round is void at its deadline", async () => {
    const d = stage();
    const { staking, nmr, tournament, alice } = d;
    const locked = await lockRound(d, tournament, 1n);
    await staking.connect(alice).requestWithdrawal(tournament, 0, 1_000n * NMR);
    const reported = await reportRound(d, tournament, 1n, locked, [[[-NANO, -NANO]]]);
    await d.networkHelpers.time.increase(HOUR);
    await nmr.setBurnsFail(true);
    const supply = await nmr.totalSupply();
    await expectError("BurnFailed", [50n * NMR, supply, supply], settleBatch(d, tournament, 1n, reported));
    await voidAfter(d, tournament, 1n, locked.times.settledBy);
    await staking.connect(alice).withdraw(tournament, 0, alice);
  });

  it("settles rewards where burns fail", async () => {
    const d = stage();
    await d.nmr.setBurnsFail(true);
    await playRound(d, d.tournament, 1n, [[[NANO, NANO]]]);
    expect(await d.staking.stakeOf(d.tournament, 0)).to.deep.equal([1_050n * NMR, 0n]);
  });

  it("has no permit: selfPermit fails, unless the allowance stands already", async () => {
    const d = stage();
    const permit = (value: bigint) =>
      d.staking.connect(d.alice).selfPermit(value, 2n ** 255n, 27, text32("r"), text32("s"));
    const allowance = await d.nmr.allowance(d.alice, d.staking);
    await permit(allowance);
    await expectError("PermitUnsupported", [await d.nmr.getAddress()], permit(allowance + 1n));
  });

  it("has the quirks that the replica is for", async () => {
    const { ethers, nmr, alice, bob } = stage();
    const as = nmr.connect(alice);
    await as.approve(bob, 0);
    await as.approve(bob, 5);
    await expect(as.approve(bob, 6)).to.be.revertedWithCustomError(nmr, "ApprovalNotReset").withArgs(5, 6);
    await as.changeApproval(bob, 5, 6);
    await expect(as.changeApproval(bob, 5, 7))
      .to.be.revertedWithCustomError(nmr, "ApprovalMismatch")
      .withArgs(5, 6);
    for (const [name, args] of [
      ["transfer", [bob.address, 1n]],
      ["approve", [bob.address, 0n]],
      ["transferFrom", [alice.address, bob.address, 1n]],
    ] as const) {
      const { selector, inputs } = nmr.interface.getFunction(name);
      const data = concat([selector, AbiCoder.defaultAbiCoder().encode(inputs, args), "0x00"]);
      const expected = 4 + 32 * inputs.length;
      await expect(alice.sendTransaction({ to: nmr, data }))
        .to.be.revertedWithCustomError(nmr, "TrailingCalldata")
        .withArgs(expected, expected + 1);
    }
    expect(await as.mint.staticCall(10n ** 30n)).to.equal(false);
    expect(await nmr.connect(bob).numeraiTransfer.staticCall(alice, 7)).to.equal(false);
    expect(await nmr.connect(bob).numeraiTransfer.staticCall(alice, 6)).to.equal(true);
    await expect(as.transferFrom(bob, alice, 1))
      .to.be.revertedWithCustomError(nmr, "AllowanceTooSmall")
      .withArgs(0, 1);
    const all = await nmr.balanceOf(alice);
    await expect(as.transfer(bob, all + 1n))
      .to.be.revertedWithCustomError(nmr, "BalanceTooSmall")
      .withArgs(all, all + 1n);
    const supply = await nmr.totalSupply();
    await as.transfer(ZeroAddress, 1);
    expect(await nmr.totalSupply()).to.equal(supply);
    await expect(alice.sendTransaction({ to: nmr, data: "0x42966c68", gasLimit: 100_000n })).to.be.revert(ethers);
  });
});

describe("the token", () => {
  const stage = useFixture(() => Promise.resolve({}));

  it("has to burn, or the contract can't be deployed", async () => {
    const { ethers, alice, staking, networkHelpers } = stage();
    const factory = await ethers.getContractFactory("NumeraireStaking");
    const noToken = await staking.getAddress();
    const unburnable = await (await ethers.deployContract("UnburnableToken", [alice.address])).getAddress();
    // Reverts with a whole word, whatever it is asked.
    const refusing = ethers.getAddress(toBeHex(0x7ef, 20));
    await networkHelpers.setCode(refusing, "0x60205ffd");
    for (const address of [ZeroAddress, alice.address, noToken, unburnable, refusing]) {
      await expectError("TokenNotBurnable", [address], factory.deploy(address));
    }
  });

  it("is asked how it burns without burning any: not what somebody sent ahead either", async () => {
    const { ethers, alice } = stage();
    for (const kind of ["Numeraire", "MainnetNumeraire"]) {
      const token = await ethers.getContractAt("Numeraire", await ethers.deployContract(kind, [alice.address]));
      const address = getCreateAddress({ from: alice.address, nonce: 1 + (await alice.getNonce()) });
      await token.connect(alice).transfer(address, 5n);
      await ethers.deployContract("NumeraireStaking", [token], alice);
      expect(await token.balanceOf(address)).to.equal(5n);
    }
  });
});

/** A staking contract over a faulty token, with one tournament. */
async function onFaultyToken(d: Deployment, supply: bigint) {
  const token = await d.ethers.deployContract("FaultyToken", [d.organizer.address, supply]);
  const staking = await d.ethers.deployContract("NumeraireStaking", [await token.getAddress()]);
  await token.approve(staking, 2n ** 256n - 1n);
  await staking.createTournament(
    "Odd",
    { maxClip: NANO, maxExposure: NANO, maxRoundsInFlight: 9, maxDuration: 10n ** 9n, minDisputeWindow: 0 },
    d.guardian,
    ZeroAddress,
    0,
    d.reporters.map(({ address }) => address),
    2,
  );
  return { staking, faulty: token, tournament: 1n };
}

describe("a token that misbehaves", () => {
  const stage = useFixture((d) => onFaultyToken(d, 10n ** 40n));

  it("by keeping a fee is refused: exactly the amount must arrive", async () => {
    const { staking, faulty, tournament, organizer } = stage();
    await staking.openPosition(tournament, text32("a"), NMR, 0, "0x");
    await faulty.setFee(1);
    const mismatch = [2n * NMR, 2n * NMR - 1n];
    await expectError("TransferMismatch", mismatch, staking.fundReserve(tournament, NMR));
    await expectError("TransferMismatch", mismatch, staking.increaseStake(tournament, 0, NMR));
    await expectError("TransferMismatch", mismatch, staking.openPosition(tournament, text32("b"), NMR, 0, "0x"));
    await staking.requestWithdrawal(tournament, 0, NMR);
    await staking.withdraw(tournament, 0, organizer);
  });

  it("by not destroying what it burns is caught at the settlement", async () => {
    const d = stage();
    const { staking, faulty, tournament } = d;
    await staking.fundReserve(tournament, 100n * NMR);
    await staking.openPosition(tournament, text32("a"), 100n * NMR, 0, "0x");
    const locked = await lockRound(d, tournament, 1n);
    const reported = await reportRound(d, tournament, 1n, locked, [[[-NANO, -NANO]]]);
    await d.networkHelpers.time.increase(HOUR);
    await faulty.setBurnsAstray(true);
    const supply = await faulty.totalSupply();
    await expectError("BurnFailed", [5n * NMR, supply, supply], settleBatch(d, tournament, 1n, reported));
  });

  it("by being too plentiful is taken up to what a lane can count", async () => {
    const d = stage();
    const { staking, faulty, tournament } = d;
    await expectError(
      "AmountNotWhole",
      [MOST + NANO],
      staking.openPosition(tournament, text32("a"), MOST + NANO, 0, "0x"),
    );
    await staking.openPosition(tournament, text32("a"), MOST - 5n * NANO, 0, "0x");
    // A wei that somebody sent without being asked counts as well.
    const before = await d.networkHelpers.takeSnapshot();
    await faulty.transfer(staking, 1n);
    await expectError("HoldingsTooLarge", [MOST + 1n, MOST], staking.fundReserve(tournament, 5n * NANO));
    await before.restore();
    await staking.fundReserve(tournament, 5n * NANO);
    await expectError("HoldingsTooLarge", [MOST + NANO, MOST], staking.fundReserve(tournament, NANO));
    await expectError("HoldingsTooLarge", [MOST + NANO, MOST], staking.increaseStake(tournament, 0, NANO));
    await expectError(
      "HoldingsTooLarge",
      [2n * MOST, MOST],
      staking.openPosition(tournament, text32("b"), MOST, 0, "0x"),
    );
    // What somebody sends without being asked only shuts the door; who is in, gets out.
    await faulty.transfer(staking, 10n ** 30n);
    await staking.requestWithdrawal(tournament, 0, MOST - 5n * NANO);
    await staking.withdraw(tournament, 0, d.alice);
  });

  it("in such numbers is settled to the last nano, all of it won and all of it lost", async () => {
    const d = stage();
    const { staking, faulty, tournament } = d;
    const half = (MOST / NANO / 2n) * NANO;
    await staking.openPosition(tournament, text32("a"), half, 0, "0x");
    await staking.fundReserve(tournament, half);
    const terms = { ...CLASSIC_TERMS, clip: NANO, stakeThreshold: 0n };
    await playRound(d, tournament, 1n, [[[NANO, NANO]]], { terms });
    expect(await staking.stakeOf(tournament, 0)).to.deep.equal([2n * half, 0n]);
    expect(await staking.reserveOf(tournament)).to.deep.equal([0n, 0n]);

    await staking.requestWithdrawal(tournament, 0, half);
    await staking.withdraw(tournament, 0, d.organizer);
    await staking.fundReserve(tournament, half);
    const locked = await lockRound(d, tournament, 2n, { terms });
    const reported = await reportRound(d, tournament, 2n, locked, [[[-NANO, -NANO]]]);
    await d.networkHelpers.time.increase(HOUR);
    await expect(settleBatch(d, tournament, 2n, reported))
      .to.emit(staking, "BatchSettled")
      .withArgs(tournament, 2, 0, 0, half, packPayouts([-half / NANO]));
    expect(await faulty.totalSupply()).to.equal(10n ** 40n - half);
  });

  it("in such numbers rounds a payout factor down to zero: then nothing is paid, and the total at risk is still told", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const stake = 2n * 10n ** 18n * NANO;
    await staking.openPosition(tournament, text32("a"), stake, 0, "0x");
    await staking.fundReserve(tournament, stake);
    await playRound(d, tournament, 1n, [[[NANO, NANO]]], { terms: { stakeThreshold: 1n } });
    const round = await staking.roundOf(tournament, 1);
    expect([round.payoutFactor, round.atRisk, round.rewarded]).to.deep.equal([0n, stake, 0n]);
  });
});
