import { expect } from "chai";
import { ZeroAddress } from "ethers";
import type { Scores } from "../../oracle/src/core/words.ts";
import { expectError } from "../support/errors.ts";
import { expectGas } from "../support/expect-gas.ts";
import { STAKES, useCrowd, useStakers, useTournament } from "../support/fixture.ts";
import { lockRounds, voidRounds } from "../support/many-rounds.ts";
import { Random } from "../support/random.ts";
import { lockRound, openRound, playRound, reportRound, settleRound, voidAfter } from "../support/rounds.ts";
import {
  createTournament,
  DAY,
  type Deployment,
  HOUR,
  NANO,
  NMR,
  openPosition,
  openPositions,
  schedule,
} from "../support/staking.ts";

type Stage = Deployment & { tournament: bigint };

/** What a withdrawal of Carol's would be answered now: paid out, or held. */
async function expectHeld(d: Stage, position: number) {
  await expectError(
    "WithdrawalHeld",
    [d.tournament, position],
    d.staking.connect(d.carol).withdraw.staticCall(d.tournament, position, d.carol),
  );
  expect(await d.staking.withdrawable(d.tournament, position)).to.equal(0);
}

async function expectFree(d: Stage, position: number) {
  const { pending } = await d.staking.stakeOf(d.tournament, position);
  expect(pending).to.be.above(0);
  expect(await d.staking.withdrawable(d.tournament, position)).to.equal(pending);
  expect(await d.staking.connect(d.carol).withdraw.staticCall(d.tournament, position, d.carol)).to.equal(pending);
}

describe("a withdrawal", () => {
  const stage = useStakers();

  it("is requested, and then paid to any address", async () => {
    const { ethers, staking, token, tournament, alice, mallory } = stage();
    await expect(staking.connect(alice).requestWithdrawal(tournament, 0, 400n * NMR))
      .to.emit(staking, "WithdrawalRequested")
      .withArgs(tournament, 0, 400n * NMR, 400n * NMR);
    expect(await staking.stakeOf(tournament, 0)).to.deep.equal([600n * NMR, 400n * NMR]);
    expect(await staking.withdrawable(tournament, 0)).to.equal(400n * NMR);

    expect(await staking.connect(alice).withdraw.staticCall(tournament, 0, mallory)).to.equal(400n * NMR);
    const withdrawal = staking.connect(alice).withdraw(tournament, 0, mallory);
    await expect(withdrawal)
      .to.emit(staking, "Withdrawn")
      .withArgs(tournament, 0, mallory, 400n * NMR);
    await expect(withdrawal).to.changeTokenBalances(ethers, token, [staking, mallory], [-400n * NMR, 400n * NMR]);
    expect(await staking.stakeOf(tournament, 0)).to.deep.equal([600n * NMR, 0n]);
    expect(await staking.stakesOf(tournament, 0)).to.have.length(1);
  });

  it("L-2: is the staker's alone to request, cancel and take", async () => {
    const { staking, tournament, organizer, guardian, mallory, alice } = stage();
    await staking.connect(alice).requestWithdrawal(tournament, 0, NMR);
    for (const caller of [organizer, guardian, mallory]) {
      const stranger = staking.connect(caller);
      const args = [tournament, 0, caller.address];
      await expectError("NotStaker", args, stranger.requestWithdrawal(tournament, 0, NMR));
      await expectError("NotStaker", args, stranger.cancelWithdrawal(tournament, 0));
      await expectError("NotStaker", args, stranger.withdraw(tournament, 0, caller));
      await expectError("PositionUnknown", [tournament, 3], stranger.requestWithdrawal(tournament, 3, NMR));
      await expectError("PositionUnknown", [tournament, 3], stranger.cancelWithdrawal(tournament, 3));
      await expectError("PositionUnknown", [tournament, 3], stranger.withdraw(tournament, 3, caller));
      await expectError("TournamentUnknown", [9], stranger.requestWithdrawal(9, 0, NMR));
      await expectError("TournamentUnknown", [9], stranger.cancelWithdrawal(9, 0));
      await expectError("TournamentUnknown", [9], stranger.withdraw(9, 0, caller));
    }
  });

  it("needs a whole, positive amount that is there", async () => {
    const { staking, tournament, alice } = stage();
    const request = (amount: bigint) => staking.connect(alice).requestWithdrawal(tournament, 0, amount);
    await expectError("AmountZero", [], request(0n));
    await expectError("AmountNotWhole", [NMR - 1n], request(NMR - 1n));
    await expectError("StakeTooSmall", [STAKES[0], STAKES[0] + NANO], request(STAKES[0] + NANO));
    await request(STAKES[0]);
    await expectError("StakeTooSmall", [0, NANO], request(NANO));
  });

  it("leaves nothing, or the smallest stake", async () => {
    const { staking, tournament, alice } = stage();
    await staking.setMinStake(tournament, 10n * NMR);
    const request = (amount: bigint) => staking.connect(alice).requestWithdrawal(tournament, 0, amount);
    const rest = 10n * NMR - NANO;
    await expectError("StakeBelowMinimum", [rest, 10n * NMR], request(STAKES[0] - rest));
    await request(STAKES[0] - 10n * NMR);
    await expectError("StakeBelowMinimum", [rest, 10n * NMR], request(NANO));
    await request(10n * NMR);
    expect(await staking.stakeOf(tournament, 0)).to.deep.equal([0n, STAKES[0]]);
  });

  it("can't be empty, and goes neither to address zero nor to the contract", async () => {
    const { staking, tournament, alice } = stage();
    const own = await staking.getAddress();
    const position = staking.connect(alice);
    await expectError("NothingPending", [tournament, 0], position.withdraw(tournament, 0, alice));
    await position.requestWithdrawal(tournament, 0, NMR);
    await expectError("AddressInvalid", [ZeroAddress], position.withdraw(tournament, 0, ZeroAddress));
    await expectError("AddressInvalid", [own], position.withdraw(tournament, 0, own));
    await position.withdraw(tournament, 0, alice);
    await expectError("NothingPending", [tournament, 0], position.withdraw(tournament, 0, alice));
  });

  it("may be cancelled: all that is pending is active again", async () => {
    const { staking, tournament, alice } = stage();
    await expectError("NothingPending", [tournament, 0], staking.connect(alice).cancelWithdrawal(tournament, 0));
    await staking.connect(alice).requestWithdrawal(tournament, 0, 300n * NMR);
    await staking.connect(alice).requestWithdrawal(tournament, 0, 200n * NMR);
    await expect(staking.connect(alice).cancelWithdrawal(tournament, 0))
      .to.emit(staking, "WithdrawalCancelled")
      .withArgs(tournament, 0, 500n * NMR);
    expect(await staking.stakeOf(tournament, 0)).to.deep.equal([STAKES[0], 0n]);
    await expectError("NothingPending", [tournament, 0], staking.connect(alice).cancelWithdrawal(tournament, 0));
  });
});

describe("a withdrawal waits", () => {
  const stage = useStakers();

  it("for a round that had locked before the request, until it is settled, and not a second longer", async () => {
    const d = stage();
    const { staking, tournament, carol } = d;
    const locked = await lockRound(d, tournament, 1n);
    await staking.connect(carol).requestWithdrawal(tournament, 2, NMR);
    await expectHeld(d, 2);
    const reported = await reportRound(d, tournament, 1n, locked, []);
    await expectHeld(d, 2);
    await settleRound(d, tournament, 1n, reported);
    await expectFree(d, 2);
  });

  it("for such a round until it is void; a deadline that has passed alone is not enough", async () => {
    const d = stage();
    const { tournament, staking, carol } = d;
    const { times } = await lockRound(d, tournament, 1n);
    await staking.connect(carol).requestWithdrawal(tournament, 2, NMR);
    await d.networkHelpers.time.increaseTo(times.settledBy + DAY);
    await expectHeld(d, 2);
    await staking.voidRound(tournament, 1);
    await expectFree(d, 2);
  });

  it("not for a round that locks after the request, and which sees the rest only", async () => {
    const d = stage();
    const { staking, tournament, carol } = d;
    await openRound(d, tournament, 1n);
    await staking.connect(carol).requestWithdrawal(tournament, 2, NMR);
    const { stakes } = await lockRound(d, tournament, 2n);
    expect(stakes[0]?.[0]).to.equal(1_000n * NANO + ((2_000n * NANO) << 64n) + ((2_999n * NANO) << 128n));
    await expectFree(d, 2);
    await staking.connect(carol).withdraw(tournament, 2, carol);
  });

  it("not for a round that is over, or that is open and not locked", async () => {
    const d = stage();
    const { staking, tournament, carol } = d;
    await playRound(d, tournament, 1n, []);
    await openRound(d, tournament, 2n);
    await staking.connect(carol).requestWithdrawal(tournament, 2, NMR);
    await expectFree(d, 2);
  });

  it("with a second request that joins it, for the later of the two", async () => {
    const d = stage();
    const { staking, tournament, carol } = d;
    await staking.connect(carol).requestWithdrawal(tournament, 2, NMR);
    await expectFree(d, 2);
    const { times } = await lockRound(d, tournament, 1n);
    await expectFree(d, 2);
    await expect(staking.connect(carol).requestWithdrawal(tournament, 2, 2n * NMR))
      .to.emit(staking, "WithdrawalRequested")
      .withArgs(tournament, 2, 2n * NMR, 3n * NMR);
    await expectHeld(d, 2);
    await voidAfter(d, tournament, 1n, times.settledBy);
    await expectFree(d, 2);
  });

  it("for all rounds that had locked, in whatever order they end", async () => {
    const d = stage();
    const { staking, tournament, carol } = d;
    const first = await lockRound(d, tournament, 1n);
    const second = await lockRound(d, tournament, 2n, { times: { settledBy: first.times.settledBy - HOUR } });
    await staking.connect(carol).requestWithdrawal(tournament, 2, NMR);
    await lockRound(d, tournament, 3n);
    await voidAfter(d, tournament, 2n, second.times.settledBy);
    await expectHeld(d, 2);
    await voidAfter(d, tournament, 1n, first.times.settledBy);
    await expectFree(d, 2);
  });

  it("afresh after it was cancelled", async () => {
    const d = stage();
    const { staking, tournament, carol } = d;
    await staking.connect(carol).requestWithdrawal(tournament, 2, NMR);
    await lockRound(d, tournament, 1n);
    await staking.connect(carol).cancelWithdrawal(tournament, 2);
    await staking.connect(carol).requestWithdrawal(tournament, 2, NMR);
    await expectHeld(d, 2);
  });

  it("and then pays everything at once: what was requested and what the round paid", async () => {
    const d = stage();
    const { staking, token, tournament, carol } = d;
    const held = await token.balanceOf(carol);
    const locked = await lockRound(d, tournament, 1n);
    await staking.connect(carol).requestWithdrawal(tournament, 2, STAKES[2]);
    const best: Scores = [NANO, NANO];
    await settleRound(d, tournament, 1n, await reportRound(d, tournament, 1n, locked, [[best, best, best]]));
    await staking.connect(carol).withdraw(tournament, 2, carol);
    expect(await token.balanceOf(carol)).to.equal(held + (STAKES[2] * 105n) / 100n);
    expect(await staking.stakeOf(tournament, 2)).to.deep.equal([0n, 0n]);
  });

  it("X-1: for time and calls open to anyone, and for nothing else", async () => {
    const d = stage();
    const { staking, tournament, alice, bob, carol, mallory } = d;
    const rounds = [await lockRound(d, tournament, 1n), await lockRound(d, tournament, 2n)];
    const opened = await openRound(d, tournament, 3n);
    await staking.transferOrganizer(tournament, mallory);
    await staking.connect(mallory).acceptOrganizer(tournament);
    await staking.connect(mallory).setMinStake(tournament, 1_000_000n * NMR);
    await staking.connect(mallory).setRegistrar(tournament, mallory);
    const stakers = [alice, bob, carol];
    for (const [position, staker] of stakers.entries()) {
      await staking.connect(staker).requestWithdrawal(tournament, position, STAKES[position] ?? 0n);
    }
    await d.networkHelpers.time.increaseTo(rounds[1]?.times.settledBy ?? 0n);
    for (const round of [1, 2, 3]) await staking.connect(d.relayer).voidRound(tournament, round);
    for (const [position, staker] of stakers.entries()) {
      await staking.connect(staker).withdraw(tournament, position, staker);
    }
    expect(opened.closesAt).to.be.above(0);
    expect(await d.token.balanceOf(staking)).to.equal((await staking.reserveOf(tournament)).total);
  });
});

describe("a withdrawal of the second batch waits", () => {
  // Positions 0 to 1,023 are batch 0; 1,024 to 1,026 are batch 1.
  const stage = useCrowd(1_027);
  const IN_BATCH_0 = 1_023;
  const IN_BATCH_1 = 1_024;

  /** Opens rounds with one schedule, far enough ahead for all. */
  async function openRounds(d: Stage, ...rounds: bigint[]) {
    const times = await schedule(d, { closesAt: BigInt(await d.networkHelpers.time.latest()) + 2n * HOUR });
    for (const round of rounds) {
      const settledBy = times.settledBy + round * DAY;
      await openRound(d, d.tournament, round, { times: { ...times, settledBy } });
    }
    await d.networkHelpers.time.increaseTo(times.closesAt);
    return (round: bigint) => times.settledBy + round * DAY;
  }

  const request = ({ staking, tournament, carol }: Stage, position: number, amount = NMR / 10n) =>
    staking.connect(carol).requestWithdrawal(tournament, position, amount);

  it("for no round that had locked the first one only", async () => {
    const d = stage();
    await openRounds(d, 1n);
    await d.staking.lock(d.tournament, 1, 0);
    await request(d, IN_BATCH_1);
    await request(d, IN_BATCH_0);
    await expectFree(d, IN_BATCH_1);
    await expectHeld(d, IN_BATCH_0);
    await d.staking.lock(d.tournament, 1, 1);
    await expectFree(d, IN_BATCH_1);
    await expectHeld(d, IN_BATCH_0);
  });

  it("for the round that had locked it, not for an older one that locks it after the request", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const settledBy = await openRounds(d, 1n, 2n);
    await staking.lock(tournament, 1, 0);
    await staking.lock(tournament, 2, 0);
    await staking.lock(tournament, 2, 1);
    await request(d, IN_BATCH_1);
    await staking.lock(tournament, 1, 1);
    await request(d, 1_025);

    await expectHeld(d, IN_BATCH_1);
    await voidAfter(d, tournament, 2n, settledBy(2n));
    await expectFree(d, IN_BATCH_1);
    // The one who asked after round 1 had locked waits for it as well.
    await expectHeld(d, 1_025);
    await voidAfter(d, tournament, 1n, settledBy(1n));
    await expectFree(d, 1_025);
  });

  it("for an older round that had locked it late, before the request", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const settledBy = await openRounds(d, 1n, 2n);
    await staking.lock(tournament, 1, 0);
    await staking.lock(tournament, 2, 1);
    await staking.lock(tournament, 1, 1);
    await request(d, IN_BATCH_1);
    await voidAfter(d, tournament, 1n, settledBy(1n));
    // Round 2 never locked batch 0: a withdrawal there waits for nothing.
    await request(d, IN_BATCH_0);
    await expectFree(d, IN_BATCH_0);
    await expectHeld(d, IN_BATCH_1);
    await voidAfter(d, tournament, 2n, settledBy(2n));
    await expectFree(d, IN_BATCH_1);
  });

  it("for exactly the rounds that had locked it, in random orders of locks, requests and ends", async function () {
    this.timeout(60_000);
    const random = new Random();
    const d = stage();
    const { staking, tournament } = d;
    const ROUNDS = 12n;
    const POSITIONS = [0, 1, 2, 1_024, 1_025, 1_026];
    const batchOf = (position: number) => Math.floor(position / 1_024);
    const numbers = Array.from({ length: Number(ROUNDS) }, (_, index) => BigInt(index) + 1n);
    const settledBy = await openRounds(d, ...numbers);

    // The model: what each batch is locked by, and what each request waits for.
    const lockedBy: Set<bigint>[] = [new Set(), new Set()];
    const waitsFor = new Map<number, Set<bigint>>();
    for (let step = 0; step < 120; ++step) {
      if (random.chance(55n)) {
        const position = random.pick([0, ...POSITIONS]);
        await request(d, position, NANO);
        waitsFor.set(position, new Set([...(waitsFor.get(position) ?? []), ...(lockedBy[batchOf(position)] ?? [])]));
      } else {
        const round = random.between(1n, ROUNDS);
        const batch = random.index(2);
        if (lockedBy[batch]?.has(round)) continue;
        await staking.lock(tournament, round, batch);
        lockedBy[batch]?.add(round);
      }
    }
    const left = new Set(numbers);
    await d.networkHelpers.time.increaseTo(settledBy(ROUNDS));
    while (left.size > 0) {
      const round = [...left][random.index(left.size)] ?? 0n;
      await staking.voidRound(tournament, round);
      left.delete(round);
      for (const [position, rounds] of waitsFor) {
        const held = [...rounds].some((each) => left.has(each));
        const { pending } = await staking.stakeOf(tournament, position);
        expect(
          await staking.withdrawable(tournament, position),
          `position ${position} after round ${round.toString()} ended, ${random.label}`,
        ).to.equal(held ? 0n : pending);
      }
    }
  });
});

describe("leaving costs the same at any number of rounds", () => {
  const MOST = 75_000n;
  const stage = useTournament({ limits: { maxRoundsInFlight: 1_000n } });

  const lockMany = (d: Stage, first: bigint, count: bigint, batch?: number) =>
    lockRounds(d, d.tournament, first, count, batch);
  const voidMany = (d: Stage, first: bigint, count: bigint) => voidRounds(d, d.tournament, first, count);
  const expectCheap = (sending: ReturnType<Stage["staking"]["withdraw"]>) => expectGas(MOST, sending);

  it(`300 rounds in flight at once, then over: ${MOST.toLocaleString()} gas for each step`, async function () {
    this.timeout(60_000);
    const d = stage();
    const { staking, tournament, alice } = d;
    await openPosition(d, alice, tournament, 100n * NMR);
    const times = await lockMany(d, 1n, 300n);
    expect((await staking.tournamentOf(tournament)).roundsInFlight).to.equal(300);
    await expectCheap(staking.connect(alice).increaseStake(tournament, 0, NMR));
    await expectCheap(staking.connect(alice).requestWithdrawal(tournament, 0, 50n * NMR));
    await expectCheap(staking.connect(alice).cancelWithdrawal(tournament, 0));
    await expectCheap(staking.connect(alice).requestWithdrawal(tournament, 0, 50n * NMR));

    await d.networkHelpers.time.increaseTo(times.settledBy);
    await voidMany(d, 1n, 299n);
    await expectError("WithdrawalHeld", [tournament, 0], staking.connect(alice).withdraw(tournament, 0, alice));
    await voidMany(d, 300n, 1n);
    await expectCheap(staking.connect(alice).withdraw(tournament, 0, d.mallory));
  });

  it("a round of the first batch that does not end, and 1,400 that come and go since: the second is free of it", async function () {
    this.timeout(60_000);
    const d = stage();
    const { staking, tournament, alice, carol } = d;
    await openPositions(
      d,
      carol,
      tournament,
      Array.from({ length: 1_024 }, () => 1n),
    );
    const stuck = await schedule(d, { settledBy: BigInt(await d.networkHelpers.time.latest()) + 90n * DAY });
    await lockRound(d, tournament, 1n, { times: stuck });
    await openPosition(d, alice, tournament, 100n * NMR);
    for (let first = 2n; first < 1_400n; first += 100n) {
      const times = await lockMany(d, first, 100n, 1);
      await d.networkHelpers.time.increaseTo(times.lockedBy);
      await voidMany(d, first, 100n);
    }
    await staking.connect(alice).requestWithdrawal(tournament, 1_024, 50n * NMR);
    await expectCheap(staking.connect(alice).withdraw(tournament, 1_024, d.mallory));
  });
});

describe("tournaments don't wait for each other", () => {
  const stage = useStakers();

  it("a round locked in one holds nothing of the other", async () => {
    const d = stage();
    const other = await createTournament(d, { reserve: 0n });
    const position = await openPosition(d, d.carol, other, NMR);
    await lockRound(d, d.tournament, 1n);
    await d.staking.connect(d.carol).requestWithdrawal(other, position, NMR);
    await d.staking.connect(d.carol).withdraw(other, position, d.carol);
  });
});
