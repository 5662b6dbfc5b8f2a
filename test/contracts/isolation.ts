import { expect } from "chai";
import { expectError, text32 } from "../support/errors.ts";
import { useStakers } from "../support/fixture.ts";
import { lockRound, openRound, playRound, reportRound, settleRound } from "../support/rounds.ts";
import { createTournament, DAY, NANO, NMR } from "../support/staking.ts";

const LIMITS = {
  maxClip: 50_000_000n,
  maxExposure: NANO / 4n,
  maxRoundsInFlight: 3n,
  maxDuration: 10n * DAY,
  minDisputeWindow: 0n,
};

describe("A-1: tournaments are isolated", () => {
  const stage = useStakers();

  it("nothing of one changes when another is funded, staked in, played, voided and left", async () => {
    const d = stage();
    const { staking, tournament, alice, bob } = d;
    await lockRound(d, tournament, 1n);
    const state = async () => [
      await staking.tournamentOf(tournament),
      await staking.reserveOf(tournament),
      await staking.roundOf(tournament, 1),
      await staking.batchOf(tournament, 1, 0),
      await staking.stakesOf(tournament, 0),
      ...(await Promise.all([0, 1, 2].map((position) => staking.stakeOf(tournament, position)))),
    ];
    const before = await state();

    const other = await createTournament(d, { limits: LIMITS, reserve: 500n * NMR });
    await staking.connect(alice).openPosition(other, text32("a"), 100n * NMR, 0, "0x");
    await staking.connect(bob).openPosition(other, text32("b"), 100n * NMR, 0, "0x");
    const terms = { exposure: NANO / 4n };
    const reported = await playRound(
      d,
      other,
      1n,
      [
        [
          [NANO, NANO],
          [-NANO, -NANO],
        ],
      ],
      { terms },
    );
    expect(reported.stakes).to.have.length(1);
    await openRound(d, other, 2n, { terms });
    const { times } = await lockRound(d, other, 3n, { terms });
    await staking.connect(alice).requestWithdrawal(other, 0, NMR);
    await staking.setReporters(other, [alice], 1);
    await staking.setMinStake(other, 50n * NMR);
    await d.networkHelpers.time.increaseTo(times.settledBy);
    await staking.voidRound(other, 2);
    await staking.voidRound(other, 3);
    await staking.connect(alice).withdraw(other, 0, alice);
    const { total } = await staking.reserveOf(other);
    await staking.withdrawReserve(other, total, bob);

    expect(await state()).to.deep.equal(before);
  });

  it("can't pay from another's reserve, however large", async () => {
    const d = stage();
    const { staking, tournament, alice } = d;
    const poor = await createTournament(d, { limits: LIMITS, reserve: 0n });
    await staking.connect(alice).openPosition(poor, text32("a"), 100n * NMR, 0, "0x");
    const terms = { exposure: NANO / 4n };
    await expectError("ReserveTooSmall", [poor, 0, (100n * NMR) / 80n], lockRound(d, poor, 1n, { terms }));
    expect((await staking.reserveOf(tournament)).total).to.be.above(0);
  });

  it("an organizer, a guardian and a staker of one are nobody in the other", async () => {
    const d = stage();
    const { staking, tournament, mallory } = d;
    const attacker = staking.connect(mallory);
    await attacker.createTournament("", LIMITS, mallory, mallory, 0, [mallory], 1);
    const locked = await lockRound(d, tournament, 1n);
    await reportRound(d, tournament, 1n, locked, []);
    await expectError("NotOrganizer", [tournament, mallory.address], attacker.setReporters(tournament, [mallory], 1));
    await expectError("NotGuardian", [tournament, 1, mallory.address], attacker.veto(tournament, 1, 0));
    await expectError("NotStaker", [tournament, 0, mallory.address], attacker.requestWithdrawal(tournament, 0, NMR));
    await settleRound(d, tournament, 1n, { ...locked, scores: [[0n]] });
  });
});
