import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { hashWords, packScores } from "../../oracle/src/core/words.ts";
import { expectBooks } from "../support/books.ts";
import { expectError, text32 } from "../support/errors.ts";
import { useFixture, withStakers } from "../support/fixture.ts";
import { lockRound, openRound, reportRound, voidAfter } from "../support/rounds.ts";
import {
  CLASSIC_TERMS,
  type Deployment,
  domainOf,
  NANO,
  NMR,
  REPORT_TYPES,
  schedule,
  type Signer,
} from "../support/staking.ts";

describe("an organizer who plays with the office", () => {
  const stage = useFixture(withStakers);

  /** Every call that is the organizer's alone, by somebody who is not. */
  async function expectNobody(d: Deployment & { tournament: bigint }, caller: Signer) {
    const { tournament } = d;
    const as = d.staking.connect(caller);
    const times = await schedule(d);
    const round = (await d.staking.tournamentOf(tournament)).latestRound + 1n;
    for (const call of [
      () => as.setReporters(tournament, [caller], 1),
      () => as.setGuardian(tournament, caller),
      () => as.setRegistrar(tournament, caller),
      () => as.setMinStake(tournament, NMR),
      () => as.transferOrganizer(tournament, caller),
      () => as.withdrawReserve(tournament, NMR, caller),
      () => as.openRound(tournament, round, CLASSIC_TERMS, times),
    ]) {
      await expectError("NotOrganizer", [tournament, caller.address], call());
    }
    await expectError("NotPendingOrganizer", [tournament, caller.address], as.acceptOrganizer(tournament));
  }

  it("keeps nothing by it: no second heir, no way back, no hand in the reserve", async () => {
    const d = stage();
    const { staking, tournament, organizer, mallory, bob } = d;
    // An accomplice is named first; whom the office is sold to is named last, and that one counts.
    await staking.transferOrganizer(tournament, mallory);
    await expectError(
      "NotOrganizer",
      [tournament, mallory.address],
      staking.connect(mallory).setMinStake(tournament, 0),
    );
    await staking.transferOrganizer(tournament, bob);
    await expectNobody(d, mallory);
    await staking.connect(bob).acceptOrganizer(tournament);
    await expectNobody(d, organizer);
    await expectNobody(d, mallory);
    await expectError(
      "NotPendingOrganizer",
      [tournament, bob.address],
      staking.connect(bob).acceptOrganizer(tournament),
    );
    expect((await staking.tournamentOf(tournament)).pendingOrganizer).to.equal(ZeroAddress);
  });

  it("can't leave a tournament without one, nor hand it to who does not take it", async () => {
    const { staking, tournament, organizer } = stage();
    for (const nobody of [ZeroAddress, await staking.getAddress()]) {
      await staking.transferOrganizer(tournament, nobody);
      expect((await staking.tournamentOf(tournament)).organizer).to.equal(organizer.address);
    }
    await staking.setMinStake(tournament, NMR);
  });

  it("changes nothing of rounds that are open, before or after the office goes", async () => {
    const d = stage();
    const { staking, tournament, guardian, mallory } = d;
    const times = await openRound(d, tournament, 1n);
    const before = await staking.roundOf(tournament, 1);
    await staking.setReporters(tournament, [mallory], 1);
    await staking.setGuardian(tournament, mallory);
    await staking.transferOrganizer(tournament, mallory);
    await staking.connect(mallory).acceptOrganizer(tournament);
    await staking.connect(mallory).setReporters(tournament, [mallory], 1);
    expect(await staking.roundOf(tournament, 1)).to.deep.equal(before);
    await d.networkHelpers.time.increaseTo(times.closesAt);
    await staking.lock(tournament, 1, 0);
    const stakes = [[...(await staking.stakesOf(tournament, 0))]];
    await reportRound(d, tournament, 1n, { times, stakes }, []);
    await expectError("NotGuardian", [tournament, 1, mallory.address], staking.connect(mallory).veto(tournament, 1, 0));
    await staking.connect(guardian).veto(tournament, 1, 0);
  });

  it("can't keep anybody in by the smallest stake, the registrar or rounds still to come", async () => {
    const d = stage();
    const { staking, tournament, mallory, alice } = d;
    const { times } = await lockRound(d, tournament, 1n);
    const most = await staking.MAX_HOLDINGS();
    await staking.setMinStake(tournament, most);
    await staking.setRegistrar(tournament, mallory);
    const leave = (amount: bigint) => staking.connect(alice).requestWithdrawal(tournament, 0, amount);
    await expectError("StakeBelowMinimum", [999n * NMR, most], leave(NMR));
    await leave(1_000n * NMR);
    for (const round of [2n, 3n, 4n]) await lockRound(d, tournament, round);
    await voidAfter(d, tournament, 1n, times.settledBy);
    await staking.connect(alice).withdraw(tournament, 0, alice);
  });
});

describe("an organizer who leaves something behind", () => {
  const stage = useFixture(withStakers);
  const STAKE = 10_000n * NMR;

  /** Mallory opens a round on reporters and a guardian of her own, then the office goes to Bob. */
  async function handOver(d: Deployment & { tournament: bigint }, round: bigint) {
    const { staking, tournament, mallory, bob } = d;
    await staking.transferOrganizer(tournament, mallory);
    const own = staking.connect(mallory);
    await own.acceptOrganizer(tournament);
    await own.setReporters(tournament, [mallory], 1);
    await own.setGuardian(tournament, mallory);
    const times = await schedule(d, { disputeWindow: 0n });
    await own.openRound(tournament, round, CLASSIC_TERMS, times);
    await own.transferOrganizer(tournament, bob);
    await staking.connect(bob).acceptOrganizer(tournament);
    return times;
  }

  it("has a lying quorum's power in the rounds opened before: clip × at risk, out of a reserve that is there", async () => {
    const d = stage();
    const { staking, token, tournament, mallory, bob } = d;
    await token.transfer(mallory, STAKE);
    await token.connect(mallory).approve(staking, STAKE);
    const times = await handOver(d, 1n);
    await staking.connect(mallory).openPosition(tournament, text32("own"), STAKE, 0, "0x");
    const snapshot = await d.networkHelpers.takeSnapshot();

    await d.networkHelpers.time.increaseTo(times.closesAt);
    const stakes = [...(await staking.stakesOf(tournament, 0))];
    await staking.lock(tournament, 1, 0);
    await d.networkHelpers.time.increaseTo(times.resolvesAt);
    const scores = packScores([
      [-NANO, -NANO],
      [-NANO, -NANO],
      [-NANO, -NANO],
      [NANO, NANO],
    ]);
    const { stakesHash } = await staking.batchOf(tournament, 1, 0);
    const message = { tournament, round: 1n, batch: 0n, attempt: 0n, stakesHash, scoresHash: hashWords(scores) };
    const signature = await mallory.signTypedData(await domainOf(d), REPORT_TYPES, message);
    await staking.report(tournament, 1, 0, scores, 1, [signature]);
    await staking.settle(tournament, 1, 0, stakes, scores);
    expect(await staking.stakeOf(tournament, 3)).to.deep.equal([(STAKE * 105n) / 100n, 0n]);
    expect(await staking.stakeOf(tournament, 0)).to.deep.equal([950n * NMR, 0n]);
    await expectBooks(d);

    // Whoever takes an office over looks at the rounds that are open, and keeps the reserve away from them.
    await snapshot.restore();
    const { total } = await staking.reserveOf(tournament);
    await staking.connect(bob).withdrawReserve(tournament, total, bob);
    await d.networkHelpers.time.increaseTo(times.closesAt);
    await expectError("ReserveTooSmall", [tournament, 0, (STAKE + 6_000n * NMR) / 20n], staking.lock(tournament, 1, 0));
  });

  it("may use up the numbers of rounds: no more can be opened, and everybody leaves", async () => {
    const d = stage();
    const { staking, tournament, bob, alice } = d;
    const last = 2n ** 64n - 1n;
    const { lockedBy } = await handOver(d, last);
    const times = await schedule(d);
    for (const round of [1n, last]) {
      const open = staking.connect(bob).openRound(tournament, round, CLASSIC_TERMS, times);
      await expectError("RoundNotIncreasing", [round, last], open);
    }
    await staking.connect(alice).requestWithdrawal(tournament, 0, 1_000n * NMR);
    await staking.connect(alice).withdraw(tournament, 0, alice);
    await voidAfter(d, tournament, last, lockedBy);
    const { total } = await staking.reserveOf(tournament);
    await staking.connect(bob).withdrawReserve(tournament, total, bob);
  });
});
