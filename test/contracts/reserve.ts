import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { expectError } from "../support/errors.ts";
import { useStakers } from "../support/fixture.ts";
import { lockRound, openRound, playRound, at } from "../support/rounds.ts";
import { NANO, NMR } from "../support/staking.ts";

const RESERVE = 100n * NMR;

describe("a reserve", () => {
  // 6,000 NMR at stake, 5 % at risk: a locked round holds 300 NMR back.
  const stage = useStakers({ reserve: RESERVE });

  it("is funded by anyone", async () => {
    const { staking, token, tournament, bob } = stage();
    await expect(staking.connect(bob).fundReserve(tournament, 7n * NMR))
      .to.emit(staking, "ReserveFunded")
      .withArgs(tournament, bob, 7n * NMR)
      .and.to.emit(token, "Transfer")
      .withArgs(bob, staking, 7n * NMR);
    expect(await staking.reserveOf(tournament)).to.deep.equal([RESERVE + 7n * NMR, 0n]);
  });

  it("is withdrawn by the organizer, to any address", async () => {
    const { staking, token, tournament, mallory } = stage();
    await expect(staking.withdrawReserve(tournament, RESERVE, mallory))
      .to.emit(staking, "ReserveWithdrawn")
      .withArgs(tournament, mallory, RESERVE);
    expect(await token.balanceOf(mallory)).to.equal(RESERVE);
    expect(await staking.reserveOf(tournament)).to.deep.equal([0n, 0n]);
  });

  it("takes whole, positive amounts only", async () => {
    const { staking, tournament, organizer } = stage();
    const most = (2n ** 63n - 1n) * NANO;
    await expectError("AmountZero", [], staking.fundReserve(tournament, 0));
    await expectError("AmountNotWhole", [NANO + 1n], staking.fundReserve(tournament, NANO + 1n));
    await expectError("AmountNotWhole", [most + NANO], staking.fundReserve(tournament, most + NANO));
    await expectError("AmountZero", [], staking.withdrawReserve(tournament, 0, organizer));
    await expectError("AmountNotWhole", [1], staking.withdrawReserve(tournament, 1, organizer));
  });

  it("never goes to address zero or to the contract itself", async () => {
    const { staking, tournament } = stage();
    const own = await staking.getAddress();
    await expectError("AddressInvalid", [ZeroAddress], staking.withdrawReserve(tournament, NANO, ZeroAddress));
    await expectError("AddressInvalid", [own], staking.withdrawReserve(tournament, NANO, own));
  });

  it("gives no more than is there", async () => {
    const { staking, tournament, organizer } = stage();
    await expectError(
      "ReserveTooSmall",
      [tournament, RESERVE, RESERVE + NANO],
      staking.withdrawReserve(tournament, RESERVE + NANO, organizer),
    );
  });

  it("S-2: has to cover the worst case of a round, or the round does not lock", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const times = await openRound(d, tournament, 1n);
    await at(d, times.closesAt);
    await expectError("ReserveTooSmall", [tournament, RESERVE, 300n * NMR], staking.lock(tournament, 1, 0));

    await staking.fundReserve(tournament, 200n * NMR - NANO);
    await expectError("ReserveTooSmall", [tournament, 300n * NMR - NANO, 300n * NMR], staking.lock(tournament, 1, 0));
    await staking.fundReserve(tournament, NANO);
    await staking.lock(tournament, 1, 0);
    expect(await staking.reserveOf(tournament)).to.deep.equal([300n * NMR, 300n * NMR]);
    expect((await staking.roundOf(tournament, 1)).earmarked).to.equal(300n * NMR);
  });

  it("S-2: keeps what it holds back, whatever the organizer asks for", async () => {
    const d = stage();
    const { staking, tournament, organizer } = d;
    await staking.fundReserve(tournament, 250n * NMR);
    await lockRound(d, tournament, 1n);
    await expectError(
      "ReserveTooSmall",
      [tournament, 50n * NMR, 50n * NMR + NANO],
      staking.withdrawReserve(tournament, 50n * NMR + NANO, organizer),
    );
    await staking.withdrawReserve(tournament, 50n * NMR, organizer);
    expect(await staking.reserveOf(tournament)).to.deep.equal([300n * NMR, 300n * NMR]);
  });

  it("pays the rewards, and is free again after the settlement", async () => {
    const d = stage();
    const { staking, tournament } = d;
    await staking.fundReserve(tournament, 200n * NMR);
    // The best of scores pays the whole clip: all that was held back goes out, to the last nano.
    const best = [2_000_000_000n, 2_000_000_000n] as const;
    await playRound(d, tournament, 1n, [[best, best, best]]);
    expect(await staking.reserveOf(tournament)).to.deep.equal([0n, 0n]);
    expect((await staking.roundOf(tournament, 1)).rewarded).to.equal(300n * NMR);
  });
});
