import { expect } from "chai";
import { Signature } from "ethers";
import { expectBooks } from "../support/books.ts";
import { expectError, text32 } from "../support/errors.ts";
import { useFixture, withStakers } from "../support/fixture.ts";
import { lockRound, reportRound, RoundState, settleRound, voidAfter } from "../support/rounds.ts";
import { domainOf, GRANT_TYPES, HOUR, NANO, NMR, type Signer } from "../support/staking.ts";

const NEVER = 2n ** 64n;

describe("a guardian and reporters who work together", () => {
  const stage = useFixture(withStakers);

  it("gain no more by vetoes than by silence: the deadline does not move", async () => {
    const d = stage();
    const { staking, tournament, guardian, bob } = d;
    const locked = await lockRound(d, tournament, 1n);
    await staking.connect(bob).requestWithdrawal(tournament, 1, 2_000n * NMR);
    let { times } = locked;
    let vetoes = 0;
    while (times.resolvesAt + times.disputeWindow + HOUR <= times.settledBy) {
      await reportRound(d, tournament, 1n, { ...locked, times }, [[[-NANO, -NANO]]]);
      await d.networkHelpers.time.increase(times.disputeWindow - 2n);
      await staking.connect(guardian).veto(tournament, 1, 0);
      ++vetoes;
      times = { ...times, resolvesAt: BigInt(await d.networkHelpers.time.latest()) + 6n * HOUR };
    }
    expect(vetoes).to.be.above(20);
    await voidAfter(d, tournament, 1n, locked.times.settledBy);
    await staking.connect(bob).withdraw(tournament, 1, bob);
    expect((await staking.roundOf(tournament, 1)).state).to.equal(RoundState.Void);
    await expectBooks(d);
  });
});

describe("what somebody else signed or allowed", () => {
  const stage = useFixture(withStakers);
  const model = text32("a model");

  it("can't be used by who copies it: a permit is its owner's, an allowance its caller's", async () => {
    const d = stage();
    const { staking, token, tournament, alice, mallory } = d;
    const { chainId } = await d.ethers.provider.getNetwork();
    const domain = { name: "Numeraire", version: "1", chainId, verifyingContract: await token.getAddress() };
    const spender = await staking.getAddress();
    const fields = { owner: "address", spender: "address", value: "uint256", nonce: "uint256", deadline: "uint256" };
    const Permit = Object.entries(fields).map(([name, type]) => ({ name, type }));
    const value = 2n ** 255n;
    const message = { owner: alice.address, spender, value, nonce: await token.nonces(alice), deadline: NEVER };
    const { v, r, s } = Signature.from(await alice.signTypedData(domain, { Permit }, message));
    await expect(staking.connect(mallory).selfPermit(value, NEVER, v, r, s)).to.be.revertedWithCustomError(
      token,
      "ERC2612InvalidSigner",
    );
    // Relayed by Mallory, it only does what Alice wanted; and from her allowance nobody but her can stake.
    await token.connect(mallory).permit(alice, staking, value, NEVER, v, r, s);
    const thief = staking.connect(mallory);
    const held = await token.balanceOf(alice);
    for (const call of [
      () => thief.openPosition(tournament, model, NMR, 0, "0x"),
      () => thief.fundReserve(tournament, NMR),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(token, "ERC20InsufficientAllowance");
    }
    await expectError("NotStaker", [tournament, 0, mallory.address], thief.increaseStake(tournament, 0, NMR));
    expect(await token.balanceOf(alice)).to.equal(held);
    await staking.connect(alice).selfPermit(value, NEVER, v, r, s);
    await staking.connect(alice).increaseStake(tournament, 0, NMR);
  });

  it("grants one position to one staker, once; squatting on a model keeps nobody from it", async () => {
    const d = stage();
    const { staking, tournament, organizer, alice, bob, mallory } = d;
    const domain = await domainOf(d);
    await d.token.transfer(mallory, NMR);
    await d.token.connect(mallory).approve(staking, NMR);
    await staking.connect(bob).openPosition(tournament, model, NMR, 0, "0x");
    await staking.setRegistrar(tournament, organizer);
    const grant = { tournament, model, staker: alice.address, deadline: NEVER };
    const signature = await organizer.signTypedData(domain, GRANT_TYPES, grant);
    const open = (staker: Signer) => staking.connect(staker).openPosition(tournament, model, NMR, NEVER, signature);
    await expectError("GrantInvalid", [organizer.address], open(mallory));
    await open(alice);
    await expectError("PositionExists", [tournament, 4], open(alice));
    await staking.connect(alice).requestWithdrawal(tournament, 4, NMR);
    await staking.connect(alice).withdraw(tournament, 4, alice);
    await expectError("PositionExists", [tournament, 4], open(alice));
  });
});

describe("a withdrawal to an address that is hostile", () => {
  const stage = useFixture(withStakers);

  it("only moves tokens: to a contract that reverts, to the token, to a reporter, to another staking contract", async () => {
    const d = stage();
    const { staking, token, tournament, alice, reporters } = d;
    const odd = await d.ethers.deployContract("OddWallet");
    const twin = await d.ethers.deployContract("NumeraireStaking", [await token.getAddress()]);
    const targets: string[] = [await token.getAddress(), reporters[0]?.address ?? "", await twin.getAddress()];
    for (const manner of [1, 2]) {
      await odd.behave(manner, "0x");
      targets.push(await odd.getAddress());
    }
    for (const to of targets) {
      await staking.connect(alice).requestWithdrawal(tournament, 0, 10n * NMR);
      await expect(staking.connect(alice).withdraw(tournament, 0, to)).to.changeTokenBalances(
        d.ethers,
        token,
        [staking, to],
        [-10n * NMR, 10n * NMR],
      );
      await expectBooks(d, to);
    }
    await staking.withdrawReserve(tournament, NMR, odd);
    await expectBooks(d);
  });

  it("or a donation to the contract, disturbs no later round", async () => {
    const d = stage();
    const { staking, token, tournament } = d;
    await token.transfer(staking, 123_456_789n);
    const locked = await lockRound(d, tournament, 1n);
    const reported = await reportRound(d, tournament, 1n, locked, [[[-NANO, -NANO]]]);
    await settleRound(d, tournament, 1n, reported);
    await staking.fundReserve(tournament, NMR);
    expect((await staking.roundOf(tournament, 1)).burned).to.equal(50n * NMR);
  });
});
