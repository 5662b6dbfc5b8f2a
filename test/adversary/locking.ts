import { expect } from "chai";
import { unpackStakes } from "../../oracle/src/core/words.ts";
import { expectBooks, stakesAt } from "../support/books.ts";
import { expectError, text32 } from "../support/errors.ts";
import { useFixture, useStakers } from "../support/fixture.ts";
import { Random } from "../support/random.ts";
import { at, openRound, reportRound, settleRound, voidAfter } from "../support/rounds.ts";
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

type Order = { gasPrice: bigint; gasLimit: bigint };

/** Mines transactions in one block of exactly this time, in their order. */
async function inOneBlock(d: Deployment, time: bigint, ...sends: ((order: Order) => Promise<unknown>)[]) {
  const { provider } = d.ethers;
  await provider.send("evm_setAutomine", [false]);
  // Who pays more comes first.
  for (const [index, send] of sends.entries()) {
    await send({ gasPrice: 10n ** 11n - BigInt(index), gasLimit: 1_000_000n });
  }
  await at(d, time);
  await provider.send("evm_mine", []);
  await provider.send("evm_setAutomine", [true]);
  expect((await provider.getBlock("latest"))?.transactions).to.have.length(sends.length);
}

describe("a raise in the very second of the close, in the block of the lock", () => {
  const stage = useStakers();
  const RAISE = 50_000n * NMR;

  /** Raises and locks in one block, loses all it may, and has so much left. */
  async function play(d: Deployment & { tournament: bigint }, raisesFirst: boolean, staked: bigint, lost: bigint) {
    const { staking, tournament, alice, relayer } = d;
    const times = await openRound(d, tournament, 1n);
    const raise = (order: Order) => staking.connect(alice).increaseStake(tournament, 0, RAISE, order);
    const lock = (order: Order) => staking.connect(relayer).lock(tournament, 1, 0, order);
    await inOneBlock(d, times.closesAt, ...(raisesFirst ? [raise, lock] : [lock, raise]));
    const round = await staking.roundOf(tournament, 1);
    expect([round.staked, round.earmarked]).to.deep.equal([staked, staked / 20n]);
    await expectBooks(d);

    const [locked] = await staking.queryFilter(staking.filters.BatchLocked(tournament, 1, 0));
    const stakes = [[...(locked?.args.stakes ?? [])]];
    const reported = await reportRound(d, tournament, 1n, { times, stakes }, [[[-NANO, -NANO]]]);
    await settleRound(d, tournament, 1n, reported);
    expect(await staking.stakeOf(tournament, 0)).to.deep.equal([1_000n * NMR + RAISE - lost, 0n]);
    await expectBooks(d);
  }

  it("counts and is at risk where it comes before the lock", async () => {
    await play(stage(), true, 6_000n * NMR + RAISE, (1_000n * NMR + RAISE) / 20n);
  });

  it("neither counts nor is at risk where it comes after it", async () => {
    await play(stage(), false, 6_000n * NMR, 50n * NMR);
  });
});

/** Alice has positions 0 and 1,024, so one in each batch; Bob and Carol the others. */
async function withTwoBatches(d: Deployment) {
  const tournament = await createTournament(d, { reserve: 1_000_000n * NMR });
  await openPosition(d, d.alice, tournament, 1_000n * NMR);
  const dust = Array.from({ length: 1_023 }, () => NANO);
  await openPositions(d, d.carol, tournament, dust);
  await openPosition(d, d.alice, tournament, NMR, text32("second"));
  await openPosition(d, d.bob, tournament, 5n * NMR);
  return { tournament };
}

type Stage = Deployment & Awaited<ReturnType<typeof withTwoBatches>>;

describe("the same NMR in two batches of a round", () => {
  const stage = useFixture(withTwoBatches);
  const OTHERS = 1_023n * NMR + 5n * NMR;

  /** Alice's moves, and the round's locks between them. */
  async function play(d: Stage) {
    const { staking, tournament, alice } = d;
    const times = await openRound(d, tournament, 1n);
    await d.networkHelpers.time.increaseTo(times.closesAt);
    const own = staking.connect(alice);
    return {
      lock: (batch: number) => staking.lock(tournament, 1, batch),
      request: (position: number, amount: bigint) => own.requestWithdrawal(tournament, position, amount),
      cancel: (position: number) => own.cancelWithdrawal(tournament, position),
      withdraw: (position: number) => own.withdraw(tournament, position, alice),
      raise: (position: number, amount: bigint) => own.increaseStake(tournament, position, amount),
      staked: async () => (await staking.roundOf(tournament, 1)).staked,
    };
  }

  it("can't be: what a batch has locked is held until the round ends, also for who asks at once", async () => {
    const d = stage();
    for (const [first, second, position, amount] of [
      [0, 1, 0, 1_000n * NMR],
      [1, 0, 1_024, NMR],
    ] as const) {
      const snapshot = await d.networkHelpers.takeSnapshot();
      const { lock, request, withdraw, staked } = await play(d);
      await lock(first);
      await request(position, amount);
      await expectError("WithdrawalHeld", [d.tournament, position], withdraw(position));
      await lock(second);
      await expectError("WithdrawalHeld", [d.tournament, position], withdraw(position));
      expect(await staked()).to.equal(1_001n * NMR + OTHERS);
      await expectBooks(d);
      await snapshot.restore();
    }
  });

  it("moves before its batch locks, and then counts where it is, once", async () => {
    const d = stage();
    const { lock, request, withdraw, raise, staked } = await play(d);
    await request(0, 1_000n * NMR);
    await lock(0);
    // Asked for before the lock: free, not counted by it, and so may join the other batch.
    await withdraw(0);
    await raise(1_024, 1_000n * NMR);
    await lock(1);
    expect(await staked()).to.equal(1_001n * NMR + OTHERS);
    await expectBooks(d);
  });

  it("is out of the round where its withdrawal was requested before the lock and cancelled after it", async () => {
    const d = stage();
    const { lock, request, cancel, withdraw, staked } = await play(d);
    await request(0, 1_000n * NMR);
    await lock(0);
    await cancel(0);
    await request(0, 1_000n * NMR);
    // Held now, as who asks after a lock waits, though nothing of it is at risk: its own doing.
    await expectError("WithdrawalHeld", [d.tournament, 0], withdraw(0));
    await lock(1);
    expect(await staked()).to.equal(NMR + OTHERS);
  });
});

describe("moves between locks at random", () => {
  const random = new Random();
  const stage = useFixture(withTwoBatches);
  const ROUNDS = [1n, 2n, 3n, 4n, 5n];
  const WATCHED = [0, 1, 2, 3, 1_023, 1_024, 1_025];

  /** Opens all rounds with one close. Answers with their locks, and when each may be voided. */
  async function openRounds(d: Stage) {
    const closesAt = BigInt(await d.networkHelpers.time.latest()) + 2n * HOUR;
    const voidableAt = (round: bigint) => closesAt + (round + 9n) * DAY;
    for (const round of ROUNDS) {
      const plan = { closesAt, lockedBy: closesAt + 10n * HOUR, settledBy: voidableAt(round) };
      await openRound(d, d.tournament, round, { times: await schedule(d, plan) });
    }
    await d.networkHelpers.time.increaseTo(closesAt);
    return { voidableAt, locks: ROUNDS.flatMap((round) => [0, 1].map((batch) => ({ round, batch }))) };
  }

  /** A move of a position's staker, which may fail: answers why. */
  function move({ staking, tournament, alice, bob, carol }: Stage): Promise<string> {
    const position = WATCHED[random.index(WATCHED.length)] ?? 0;
    const staker = position % 1_024 === 0 ? alice : position > 1_024 ? bob : carol;
    const own = staking.connect(staker);
    const amount = (most: bigint) => random.between(1n, most) * NANO;
    const sent = random.pick([
      () => own.requestWithdrawal(tournament, position, amount(NANO)),
      () => own.requestWithdrawal(tournament, position, amount(NANO)),
      () => own.cancelWithdrawal(tournament, position),
      () => own.withdraw(tournament, position, staker),
      () => own.increaseStake(tournament, position, amount(9n * NANO)),
    ])();
    return sent.then(() => "", String);
  }

  it(`leave in the contract what each round in flight has locked, lane by lane (${random.label})`, async () => {
    const d = stage();
    const { staking, tournament } = d;
    const { voidableAt, locks } = await openRounds(d);
    const locked = new Map<string, bigint[]>();
    let refused = 0;
    for (let turn = 0; turn < 150; ++turn) {
      if ((await move(d)).includes("WithdrawalHeld")) ++refused;
      if (turn % 12 === 0 && locks.length > 0) {
        const [{ round, batch } = { round: 0n, batch: 0 }] = locks.splice(random.index(locks.length), 1);
        const lanes = unpackStakes([...(await staking.stakesOf(tournament, batch))]);
        await staking.lock(tournament, round, batch);
        const ofBatch = WATCHED.map((position) => (Math.floor(position / 1_024) === batch ? position % 1_024 : -1));
        locked.set(
          `round ${round.toString()}, batch ${batch}`,
          ofBatch.map((lane) => (lanes[lane] ?? 0n) * NANO),
        );
      }
      const held = await stakesAt(staking, tournament, WATCHED);
      for (const [name, lanes] of locked) {
        for (const [index, { active, pending }] of held.entries()) {
          const label = `${name}, position ${WATCHED[index] ?? 0}, turn ${turn}, ${random.label}`;
          expect(active + pending, label).to.be.at.least(lanes[index] ?? 0n);
        }
      }
    }
    expect(locks).to.have.length(0);
    expect(refused, `withdrawals refused, ${random.label}`).to.be.above(0);
    await expectBooks(d, random.label);
    for (const round of ROUNDS) await voidAfter(d, tournament, round, voidableAt(round));
    for (const watched of WATCHED) {
      const { pending } = await staking.stakeOf(tournament, watched);
      expect(await staking.withdrawable(tournament, watched), random.label).to.equal(pending);
    }
  }).timeout(120_000);
});
