import { expect } from "chai";
import { expectError } from "../support/errors.ts";
import { useCrowd, useStakers } from "../support/fixture.ts";
import { at, lockRound, openRound, playRound, reportRound, RoundState, settleBatch, tryAt } from "../support/rounds.ts";
import { HOUR, NMR } from "../support/staking.ts";

describe("voiding a round", () => {
  const stage = useStakers();

  it("needs a round", async () => {
    const { staking, tournament } = stage();
    await expectError("RoundUnknown", [tournament, 1], staking.voidRound(tournament, 1));
  });

  it("of which nothing is locked: from lockedBy on", async () => {
    const d = stage();
    const { staking, tournament, mallory } = d;
    const { lockedBy } = await openRound(d, tournament, 1n);
    const last = lockedBy - 1n;
    await at(d, last);
    await expectError("RoundNotVoidable", [RoundState.Open, lockedBy, last], staking.voidRound(tournament, 1));
    await at(d, lockedBy);
    await expect(staking.connect(mallory).voidRound(tournament, 1))
      .to.emit(staking, "RoundVoided")
      .withArgs(tournament, 1);
    expect((await staking.roundOf(tournament, 1)).state).to.equal(RoundState.Void);
    expect((await staking.tournamentOf(tournament)).roundsInFlight).to.equal(0);
  });

  it("that is locked: from settledBy on; its earmark is free, its stakes as before", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const { times, stakes } = await lockRound(d, tournament, 1n);
    const { settledBy } = times;
    await tryAt(d, times.lockedBy, () =>
      expectError("RoundNotVoidable", [RoundState.Locked, settledBy, times.lockedBy], staking.voidRound(tournament, 1)),
    );
    await at(d, settledBy - 1n);
    await expectError(
      "RoundNotVoidable",
      [RoundState.Locked, settledBy, settledBy - 1n],
      staking.voidRound(tournament, 1),
    );
    await at(d, settledBy);
    await staking.voidRound(tournament, 1);
    expect(await staking.reserveOf(tournament)).to.deep.equal([100_000n * NMR, 0n]);
    expect((await staking.roundOf(tournament, 1)).earmarked).to.equal(0);
    expect(await staking.stakesOf(tournament, 0)).to.deep.equal(stakes[0]);
    expect((await staking.tournamentOf(tournament)).roundsInFlight).to.equal(0);
  });

  it("that is reported and not settled: from settledBy on, for good", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const locked = await lockRound(d, tournament, 1n);
    const reported = await reportRound(d, tournament, 1n, locked, [[[2n, 2n]]]);
    await at(d, locked.times.settledBy);
    await staking.voidRound(tournament, 1);
    const late = locked.times.settledBy + 1n;
    await at(d, late);
    await expectError(
      "RoundStateUnexpected",
      [RoundState.Locked, RoundState.Void],
      settleBatch(d, tournament, 1n, reported),
    );
    await at(d, late);
    await expectError(
      "RoundNotVoidable",
      [RoundState.Void, locked.times.lockedBy, late],
      staking.voidRound(tournament, 1),
    );
  });

  it("R-1: does not happen to a settled one", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const { times } = await playRound(d, tournament, 1n, []);
    await at(d, times.settledBy + HOUR);
    await expectError(
      "RoundNotVoidable",
      [RoundState.Settled, times.lockedBy, times.settledBy + HOUR],
      staking.voidRound(tournament, 1),
    );
  });
});

describe("voiding a round that is partly locked", () => {
  const stage = useCrowd(1_025);

  it("works from lockedBy on, and sets free what was locked", async () => {
    const d = stage();
    const { staking, tournament, carol } = d;
    const times = await openRound(d, tournament, 1n);
    await at(d, times.closesAt);
    await staking.lock(tournament, 1, 0);
    await staking.connect(carol).requestWithdrawal(tournament, 5, NMR);
    await at(d, times.lockedBy - 1n);
    await expectError(
      "RoundNotVoidable",
      [RoundState.Locking, times.lockedBy, times.lockedBy - 1n],
      staking.voidRound(tournament, 1),
    );
    await expectError("WithdrawalHeld", [tournament, 5], staking.connect(carol).withdraw(tournament, 5, carol));
    await at(d, times.lockedBy);
    await staking.voidRound(tournament, 1);
    expect((await staking.reserveOf(tournament)).earmarked).to.equal(0);
    await staking.connect(carol).withdraw(tournament, 5, carol);
    const round = await staking.roundOf(tournament, 1);
    expect([round.state, round.lockedBatches, round.batches, round.atRisk]).to.deep.equal([
      RoundState.Void,
      1n,
      2n,
      0n,
    ]);
    expect((await staking.tournamentOf(tournament)).roundsInFlight).to.equal(0);
  });
});
