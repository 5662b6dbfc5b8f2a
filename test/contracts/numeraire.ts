import { expect } from "chai";
import { Signature, ZeroAddress } from "ethers";
import { useFixture } from "../support/fixture.ts";
import { HOUR, NMR } from "../support/staking.ts";

const CAP = 11_000_000n * NMR;

describe("Numeraire", () => {
  const stage = useFixture(() => Promise.resolve({}));

  it("is an ERC-20 of 18 decimals", async () => {
    const { ethers, token, organizer, alice, bob } = stage();
    expect([await token.name(), await token.symbol(), await token.decimals()]).to.deep.equal(["Numeraire", "NMR", 18n]);
    await expect(token.transfer(alice, NMR)).to.changeTokenBalances(ethers, token, [organizer, alice], [-NMR, NMR]);
    await token.connect(alice).approve(bob, NMR);
    await expect(token.connect(bob).transferFrom(alice, bob, NMR)).to.changeTokenBalances(
      ethers,
      token,
      [alice, bob],
      [-NMR, NMR],
    );
  });

  it("mints its whole cap at once, to one recipient, and never again", async () => {
    const { token, organizer } = stage();
    expect(await token.cap()).to.equal(CAP);
    expect(await token.MAX_SUPPLY()).to.equal(CAP);
    expect(await token.totalSupply()).to.equal(CAP);
    expect(await token.balanceOf(organizer)).to.equal(CAP);
    expect(token.interface.hasFunction("mint")).to.equal(false);
    expect(token.interface.hasFunction("owner")).to.equal(false);
  });

  it("burns: the supply falls and does not come back", async () => {
    const { token, organizer, alice, mallory } = stage();
    await expect(token.burn(NMR)).to.emit(token, "Transfer").withArgs(organizer, ZeroAddress, NMR);
    expect(await token.totalSupply()).to.equal(CAP - NMR);
    await token.approve(alice, NMR);
    await token.connect(alice).burnFrom(organizer, NMR);
    expect(await token.totalSupply()).to.equal(CAP - 2n * NMR);
    await expect(token.connect(mallory).burn(1)).to.be.revertedWithCustomError(token, "ERC20InsufficientBalance");
    await expect(token.connect(mallory).burnFrom(organizer, 1)).to.be.revertedWithCustomError(
      token,
      "ERC20InsufficientAllowance",
    );
  });

  it("takes permits (EIP-2612), once and until their deadline", async () => {
    const { ethers, token, organizer, alice, networkHelpers } = stage();
    const { chainId } = await ethers.provider.getNetwork();
    const deadline = BigInt(await networkHelpers.time.latest()) + HOUR;
    const signature = Signature.from(
      await organizer.signTypedData(
        { name: "Numeraire", version: "1", chainId, verifyingContract: await token.getAddress() },
        {
          Permit: [
            { name: "owner", type: "address" },
            { name: "spender", type: "address" },
            { name: "value", type: "uint256" },
            { name: "nonce", type: "uint256" },
            { name: "deadline", type: "uint256" },
          ],
        },
        { owner: organizer.address, spender: alice.address, value: NMR, nonce: 0n, deadline },
      ),
    );
    const permit = () => token.permit(organizer, alice, NMR, deadline, signature.v, signature.r, signature.s);
    await networkHelpers.time.setNextBlockTimestamp(deadline + 1n);
    await expect(permit()).to.be.revertedWithCustomError(token, "ERC2612ExpiredSignature").withArgs(deadline);
    await networkHelpers.time.setNextBlockTimestamp(deadline);
    await permit();
    expect(await token.allowance(organizer, alice)).to.equal(NMR);
    expect(await token.nonces(organizer)).to.equal(1);
  });
});
