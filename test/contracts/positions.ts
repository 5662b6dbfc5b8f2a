import { expect } from "chai";
import { ethers, type HDNodeWallet, type Signature, ZeroAddress } from "ethers";
import { expectError } from "../support/errors.ts";
import { expectGas } from "../support/expect-gas.ts";
import { useFixture, useStakers, useTournament, withStakers } from "../support/fixture.ts";
import { NEVER, permit } from "../support/permit.ts";
import { at } from "../support/rounds.ts";
import {
  createTournament,
  type Deployment,
  domainOf,
  GRANT_TYPES,
  HOUR,
  NANO,
  NMR,
  type Signer,
} from "../support/staking.ts";

const MODEL = ethers.id("integration_test");
const OTHER_MODEL = ethers.id("example_model");

describe("opening a position", () => {
  const stage = useTournament({ minStake: NMR });

  it("stakes on a model", async () => {
    const { ethers, staking, token, tournament, alice } = stage();
    expect(await staking.connect(alice).openPosition.staticCall(tournament, MODEL, NMR, 0, "0x")).to.equal(0);
    const opening = staking.connect(alice).openPosition(tournament, MODEL, NMR, 0, "0x");
    await expect(opening)
      .to.emit(staking, "PositionOpened")
      .withArgs(tournament, 0, alice, MODEL)
      .and.to.emit(staking, "StakeIncreased")
      .withArgs(tournament, 0, NMR);
    await expect(opening).to.changeTokenBalances(ethers, token, [alice, staking], [-NMR, NMR]);
    expect(await staking.stakeOf(tournament, 0)).to.deep.equal([NMR, 0n]);
    expect(await staking.stakerOf(tournament, 0)).to.equal(alice.address);
    expect(await staking.positionOf(tournament, alice, MODEL)).to.deep.equal([true, 0n]);
  });

  it("counts positions from 0, one a tournament, staker and model", async () => {
    const d = stage();
    const { staking, tournament, alice, bob } = d;
    await staking.connect(alice).openPosition(tournament, MODEL, NMR, 0, "0x");
    await staking.connect(alice).openPosition(tournament, OTHER_MODEL, 2n * NMR, 0, "0x");
    await staking.connect(bob).openPosition(tournament, MODEL, 3n * NMR, 0, "0x");
    expect(await staking.positionOf(tournament, alice, OTHER_MODEL)).to.deep.equal([true, 1n]);
    expect(await staking.positionOf(tournament, bob, MODEL)).to.deep.equal([true, 2n]);
    expect(await staking.positionOf(tournament, bob, OTHER_MODEL)).to.deep.equal([false, 0n]);
    expect((await staking.tournamentOf(tournament)).positions).to.equal(3);

    for (const [position, model] of [MODEL, OTHER_MODEL].entries()) {
      await expectError(
        "PositionExists",
        [tournament, position],
        staking.connect(alice).openPosition(tournament, model, NMR, 0, "0x"),
      );
    }
    const second = await createTournament(d);
    await staking.connect(alice).openPosition(second, MODEL, NMR, 0, "0x");
    expect(await staking.positionOf(second, alice, MODEL)).to.deep.equal([true, 0n]);
  });

  it("needs a whole amount, of the smallest stake at least", async () => {
    const { staking, tournament, alice } = stage();
    const open = (amount: bigint) => staking.connect(alice).openPosition(tournament, MODEL, amount, 0, "0x");
    await expectError("AmountZero", [], open(0n));
    await expectError("AmountNotWhole", [NMR + 1n], open(NMR + 1n));
    await expectError("StakeBelowMinimum", [NMR - NANO, NMR], open(NMR - NANO));
    await open(NMR);
  });

  it("needs the tokens", async () => {
    const { staking, token, tournament, mallory } = stage();
    await expect(staking.connect(mallory).openPosition(tournament, MODEL, NMR, 0, "0x")).to.be.revertedWithCustomError(
      token,
      "ERC20InsufficientAllowance",
    );
  });
});

describe("raising a stake", () => {
  const stage = useStakers();

  it("adds to what is active", async () => {
    const { staking, tournament, carol } = stage();
    await expect(staking.connect(carol).increaseStake(tournament, 2, 5n * NANO))
      .to.emit(staking, "StakeIncreased")
      .withArgs(tournament, 2, 5n * NANO);
    expect(await staking.stakeOf(tournament, 2)).to.deep.equal([3_000n * NMR + 5n * NANO, 0n]);
    expect(await staking.stakeOf(tournament, 0)).to.deep.equal([1_000n * NMR, 0n]);
    expect(await staking.stakeOf(tournament, 1)).to.deep.equal([2_000n * NMR, 0n]);
  });

  it("is for the position's staker, and for whole, positive amounts", async () => {
    const { staking, tournament, alice, mallory } = stage();
    await expectError(
      "NotStaker",
      [tournament, 0, mallory.address],
      staking.connect(mallory).increaseStake(tournament, 0, NMR),
    );
    await expectError("PositionUnknown", [tournament, 3], staking.connect(alice).increaseStake(tournament, 3, NMR));
    await expectError("AmountZero", [], staking.connect(alice).increaseStake(tournament, 0, 0));
    await expectError("AmountNotWhole", [NANO - 1n], staking.connect(alice).increaseStake(tournament, 0, NANO - 1n));
  });
});

type Grant = { tournament?: bigint; model?: string; staker?: string; deadline?: bigint };

/** The registrar's signature over what Alice asks for, but for the changes. */
async function grant(
  d: Deployment & { tournament: bigint },
  registrar: HDNodeWallet,
  changes: Grant = {},
  domain = {},
) {
  return registrar.signTypedData({ ...(await domainOf(d)), ...domain }, GRANT_TYPES, {
    tournament: d.tournament,
    model: MODEL,
    staker: d.alice.address,
    deadline: NEVER,
    ...changes,
  });
}

describe("a registrar", () => {
  const stage = useFixture(async (d) => {
    const registrar = d.ethers.Wallet.createRandom();
    const tournament = await createTournament(d, { registrar: registrar.address });
    return { registrar, tournament };
  });

  function open(d: Deployment & { tournament: bigint }, signature: string, deadline = NEVER, staker: Signer = d.alice) {
    return d.staking.connect(staker).openPosition(d.tournament, MODEL, NMR, deadline, signature);
  }

  it("grants one staker one model of one tournament", async () => {
    const d = stage();
    await expect(open(d, await grant(d, d.registrar)))
      .to.emit(d.staking, "PositionOpened")
      .withArgs(d.tournament, 0, d.alice, MODEL);
  });

  it("must have signed exactly what is opened, for this contract on this chain", async () => {
    const d = stage();
    const { registrar } = d;
    const forged = [
      "0x",
      "0x00",
      await grant(d, d.ethers.Wallet.createRandom()),
      await grant(d, registrar, { tournament: d.tournament + 1n }),
      await grant(d, registrar, { model: OTHER_MODEL }),
      await grant(d, registrar, { staker: d.bob.address }),
      await grant(d, registrar, { deadline: NEVER - 1n }),
      await grant(d, registrar, {}, { chainId: 1n }),
      await grant(d, registrar, {}, { verifyingContract: d.alice.address }),
      await grant(d, registrar, {}, { version: "2" }),
      await grant(d, registrar, {}, { name: "Numeraire" }),
    ];
    for (const signature of forged) await expectError("GrantInvalid", [registrar.address], open(d, signature));
    await expectError("GrantInvalid", [registrar.address], open(d, await grant(d, registrar), NEVER, d.bob));
  });

  it("bounds a grant in time: its deadline's second still counts", async () => {
    const d = stage();
    const deadline = BigInt(await d.networkHelpers.time.latest()) + HOUR;
    const signature = await grant(d, d.registrar, { deadline });
    await at(d, deadline + 1n);
    await expectError("GrantExpired", [deadline, deadline + 1n], open(d, signature, deadline));
    await at(d, deadline);
    await open(d, signature, deadline);
  });

  it("counts from the moment it is named, for grants signed before as well", async () => {
    const d = stage();
    const next = d.ethers.Wallet.createRandom();
    const signature = await grant(d, d.registrar);
    await d.staking.setRegistrar(d.tournament, next);
    await expectError("GrantInvalid", [next.address], open(d, signature));
    await open(d, await grant(d, next));
    await d.staking.setRegistrar(d.tournament, ZeroAddress);
    await d.staking.connect(d.bob).openPosition(d.tournament, MODEL, NMR, 0, "0x");
  });

  it("may be a contract (ERC-1271)", async () => {
    const d = stage();
    const owner = d.ethers.Wallet.createRandom();
    const wallet = await d.ethers.deployContract("ContractWallet", [owner.address]);
    await d.staking.setRegistrar(d.tournament, wallet);
    await expectError("GrantInvalid", [await wallet.getAddress()], open(d, await grant(d, d.registrar)));
    await expectError("GrantInvalid", [await wallet.getAddress()], open(d, "0x"));
    await open(d, await grant(d, owner));
  });

  it("has no say over a position that is open", async () => {
    const d = stage();
    await open(d, await grant(d, d.registrar));
    await d.staking.setRegistrar(d.tournament, d.mallory);
    await d.staking.connect(d.alice).increaseStake(d.tournament, 0, NMR);
    await d.staking.connect(d.alice).requestWithdrawal(d.tournament, 0, 2n * NMR);
    await d.staking.connect(d.alice).withdraw(d.tournament, 0, d.alice);
  });
});

describe("staking in one transaction, with a permit", () => {
  const stage = useFixture(async (d) => {
    const { tournament } = await withStakers(d);
    await d.token.transfer(d.mallory, 10n * NMR);
    return { tournament };
  });

  function calls({ staking, tournament }: Deployment & { tournament: bigint }, { v, r, s }: Signature) {
    return [
      staking.interface.encodeFunctionData("selfPermit", [NMR, NEVER, v, r, s]),
      staking.interface.encodeFunctionData("openPosition", [tournament, MODEL, NMR, 0n, "0x"]),
    ];
  }

  it("takes 130,000 gas at most in a word in use, with a permit nonce in use, and leaves no allowance", async () => {
    const d = stage();
    const { staking, token, tournament, mallory } = d;
    // The token keeps a nonce for everybody who permits; the first one costs it 17,100 gas more.
    const { v, r, s } = await permit(d, d.mallory, 0n);
    await token.permit(mallory, staking, 0, NEVER, v, r, s);
    await expectGas(130_000n, staking.connect(mallory).multicall(calls(d, await permit(d, d.mallory, NMR))));
    expect(await staking.stakeOf(tournament, 3)).to.deep.equal([NMR, 0n]);
    expect(await staking.stakerOf(tournament, 3)).to.equal(mallory.address);
    expect(await token.allowance(mallory, staking)).to.equal(0);
  });

  it("works where somebody else has relayed the permit first", async () => {
    const d = stage();
    const { staking, token, tournament, alice, mallory } = d;
    const signature = await permit(d, d.mallory, NMR);
    const { v, r, s } = signature;
    await token.connect(alice).permit(mallory, staking, NMR, NEVER, v, r, s);
    await staking.connect(mallory).multicall(calls(d, signature));
    expect(await staking.stakeOf(tournament, 3)).to.deep.equal([NMR, 0n]);
  });

  it("fails on a permit that is not valid, where the allowance does not stand", async () => {
    const d = stage();
    const { v, r, s } = await permit(d, d.mallory, 2n * NMR);
    await expect(d.staking.connect(d.mallory).selfPermit(NMR, NEVER, v, r, s)).to.be.revertedWithCustomError(
      d.token,
      "ERC2612InvalidSigner",
    );
    await d.token.connect(d.mallory).approve(d.staking, NMR - 1n);
    await expect(d.staking.connect(d.mallory).selfPermit(NMR, NEVER, v, r, s)).to.be.revertedWithCustomError(
      d.token,
      "ERC2612InvalidSigner",
    );
    await d.staking.connect(d.mallory).selfPermit(2n * NMR, NEVER, v, r, s);
    expect(await d.token.allowance(d.mallory, d.staking)).to.equal(2n * NMR);
  });
});

describe("several calls in one transaction", () => {
  const stage = useStakers();

  it("answer one by one, each from the caller", async () => {
    const { staking, tournament, alice } = stage();
    const data = [
      staking.interface.encodeFunctionData("requestWithdrawal", [tournament, 0, NMR]),
      staking.interface.encodeFunctionData("withdraw", [tournament, 0, alice.address]),
    ];
    const results = await staking.connect(alice).multicall.staticCall(data);
    expect(results).to.deep.equal(["0x", ethers.toBeHex(NMR, 32)]);
  });

  it("stand or fall together, with the reason of the one that failed", async () => {
    const { staking, tournament, alice } = stage();
    const data = [
      staking.interface.encodeFunctionData("increaseStake", [tournament, 0, NMR]),
      staking.interface.encodeFunctionData("increaseStake", [tournament, 1, NMR]),
    ];
    await expectError("NotStaker", [tournament, 1, alice.address], staking.connect(alice).multicall(data));
    expect(await staking.stakeOf(tournament, 0)).to.deep.equal([1_000n * NMR, 0n]);
  });
});
