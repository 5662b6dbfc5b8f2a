import { expect } from "chai";
import { type Balance, payoutTowardZero, settleLane } from "../../oracle/src/core/payout.ts";
import { type Scores, unpackPayouts } from "../../oracle/src/core/words.ts";
import { expectBooks, stakesAt } from "../support/books.ts";
import { useFixture, useStakers } from "../support/fixture.ts";
import { Random } from "../support/random.ts";
import {
  lockBatches,
  lockRound,
  openRound,
  type ReportedRound,
  reportRound,
  settleBatch,
  settleRound,
} from "../support/rounds.ts";
import {
  createTournament,
  type Deployment,
  HOUR,
  NANO,
  NMR,
  openPosition,
  openPositions,
  schedule,
  type Terms,
} from "../support/staking.ts";

const TERMS: Terms = { multipliers: [NANO, 0n], clip: NANO, stakeThreshold: 0n, exposure: NANO };
const ONE = 10n ** 18n;
const STAKES = [1_000n, 2_000n, 3_000n, 4_000n, 5_000n].map((stake) => stake * NANO);
/** Where those stakes are: in both batches. */
const WATCHED = [0, 1, 2, 1_024, 1_025];

/** Every order of some things. */
function permutations<T>(things: readonly T[]): T[][] {
  if (things.length === 0) return [[]];
  return things.flatMap((thing, index) =>
    permutations([...things.slice(0, index), ...things.slice(index + 1)]).map((rest) => [thing, ...rest]),
  );
}

async function withTwoBatches(d: Deployment) {
  const tournament = await createTournament(d, { reserve: 1_000_000n * NMR });
  const open = (index: number) =>
    openPosition(d, d.alice, tournament, (STAKES[index] ?? 0n) * NANO, d.ethers.id(`own ${index}`));
  for (const index of [0, 1, 2]) await open(index);
  await openPositions(
    d,
    d.carol,
    tournament,
    Array.from({ length: 1_021 }, () => 1n),
  );
  for (const index of [3, 4]) await open(index);
  return { tournament };
}

type Stage = Deployment & { tournament: bigint };

/** Rounds on the same stakes, reported, their dispute windows over. `scores` by round and watched position, 1e-9. */
async function reportRounds(d: Stage, scores: readonly (readonly bigint[])[]): Promise<ReportedRound[]> {
  const { tournament } = d;
  const closesAt = BigInt(await d.networkHelpers.time.latest()) + 2n * HOUR;
  const first = (await d.staking.tournamentOf(tournament)).latestRound + 1n;
  const plan = await schedule(d, { closesAt });
  const reported: ReportedRound[] = [];
  for (const index of scores.keys()) {
    await openRound(d, tournament, first + BigInt(index), { terms: TERMS, times: plan });
  }
  const stakes: bigint[][][] = [];
  for (const index of scores.keys()) stakes.push(await lockBatches(d, tournament, first + BigInt(index)));
  for (const [index, own] of scores.entries()) {
    const lanes = own.map((score): Scores => [score, 0n]);
    const times = { ...plan, resolvesAt: plan.resolvesAt + BigInt(10 * index) };
    const locked = { times, stakes: stakes[index] ?? [] };
    reported.push(await reportRound(d, tournament, first + BigInt(index), locked, [lanes.slice(0, 3), lanes.slice(3)]));
  }
  await d.networkHelpers.time.increase(HOUR);
  return reported;
}

const read = async ({ staking, tournament }: Stage): Promise<Balance[]> =>
  (await stakesAt(staking, tournament, WATCHED)).map(({ active, pending }) => ({
    active: active / NANO,
    pending: pending / NANO,
  }));

describe("the order of settlements, chosen by a keeper", () => {
  const stage = useFixture(withTwoBatches);

  it("decides of rounds whose burns are cut, as the core says, and never past the bounds", async () => {
    const d = stage();
    const { staking, tournament, alice } = d;
    // −60 %, +50 %, −70 % for the first batch; the second never falls to zero.
    const scores = [
      [-600, -600, 500, -100, 200],
      [500, 0, -900, -200, -300],
      [-700, -400, -900, 300, -100],
    ].map((row) => row.map((score) => BigInt(score) * 1_000_000n));
    const reported = await reportRounds(d, scores);
    await staking.connect(alice).requestWithdrawal(tournament, 0, 300n * NMR);
    const before = await read(d);
    const ends = new Set<string>();
    for (const order of permutations([0, 1, 2])) {
      const snapshot = await d.networkHelpers.takeSnapshot();
      let expected: Balance[] = before;
      for (const round of order) {
        for (const batch of [0, 1]) {
          await settleBatch(d, tournament, BigInt(round) + 1n, reported[round] as ReportedRound, batch);
        }
        expected = expected.map((balance, index) =>
          settleLane(balance, payoutTowardZero(STAKES[index] ?? 0n, [scores[round]?.[index] ?? 0n, 0n], ONE, TERMS)),
        );
      }
      const after = await read(d);
      expect(after, order.join()).to.deep.equal(expected.map(({ active, pending }) => ({ active, pending })));
      expectBounds(after, scores, order.join());
      await expectBooks(d, order.join());
      // Where no burn is cut the order decides nothing.
      ends.add(JSON.stringify(after.slice(3).map(({ active }) => active.toString())));
      await snapshot.restore();
    }
    expect(ends).to.have.length(1);
  }).timeout(120_000);

  it("of the batches within a round decides nothing", async () => {
    const d = stage();
    const { tournament } = d;
    const scores = [
      [-900, 100, 500, 900, -900],
      [-900, 300, -900, -900, 200],
    ].map((row) => row.map((score) => BigInt(score) * 1_000_000n));
    const reported = await reportRounds(d, scores);
    const steps = [0, 1].flatMap((round) => [0, 1].map((batch) => ({ round, batch })));
    // What each batch's own order of rounds comes to.
    const ends = new Map<string, string>();
    for (const order of permutations(steps)) {
      const snapshot = await d.networkHelpers.takeSnapshot();
      for (const { round, batch } of order) {
        await settleBatch(d, tournament, BigInt(round) + 1n, reported[round] as ReportedRound, batch);
      }
      const rounds = (batch: number) => order.flatMap((step) => (step.batch === batch ? [step.round] : [])).join();
      const after = await read(d);
      for (const [batch, held] of [after.slice(0, 3), after.slice(3)].entries()) {
        const end = held.map(({ active, pending }) => `${active.toString()} ${pending.toString()}`).join();
        const key = `batch ${batch}, rounds ${rounds(batch)}`;
        expect(end, key).to.equal(ends.get(key) ?? end);
        ends.set(key, end);
      }
      await snapshot.restore();
    }
    expect(ends).to.have.length(4);
  }).timeout(120_000);
});

/** No order pays more than all rewards, or burns more than all burns, or more than there is. */
function expectBounds(after: readonly Balance[], scores: readonly (readonly bigint[])[], label: string) {
  for (const [index, { active, pending }] of after.entries()) {
    const stake = STAKES[index] ?? 0n;
    const payouts = scores.map((row) => payoutTowardZero(stake, [row[index] ?? 0n, 0n], ONE, TERMS));
    const rewards = payouts.reduce((sum, payout) => sum + (payout > 0n ? payout : 0n), 0n);
    const burns = payouts.reduce((sum, payout) => sum - (payout < 0n ? payout : 0n), 0n);
    const least = stake + rewards - burns;
    expect(active + pending, label).to.be.at.most(stake + rewards);
    expect(active + pending, label).to.be.at.least(least > 0n ? least : 0n);
  }
}

describe("more rounds in flight than one stake can pay for", () => {
  const stage = useStakers();

  it("burn what they never locked: a withdrawal left lying though it was free, and a later raise", async () => {
    const d = stage();
    const { staking, tournament, alice, bob } = d;
    await staking.connect(alice).requestWithdrawal(tournament, 0, 400n * NMR);
    const locked = [];
    for (const round of [1n, 2n]) locked.push(await lockRound(d, tournament, round, { terms: TERMS }));
    await staking.connect(bob).increaseStake(tournament, 1, 700n * NMR);
    expect(await staking.withdrawable(tournament, 0)).to.equal(400n * NMR);
    const burned: bigint[][] = [];
    for (const [index, own] of locked.entries()) {
      const round = BigInt(index) + 1n;
      const lanes: Scores[] = [
        [-NANO, 0n],
        [-NANO, 0n],
      ];
      await settleRound(d, tournament, round, await reportRound(d, tournament, round, own, [lanes]));
      const [settled] = await staking.queryFilter(staking.filters.BatchSettled(tournament, round, 0), "latest");
      burned.push(unpackPayouts([...(settled?.args.payouts ?? [])]).slice(0, 2));
    }
    // Of 600 and 2,000 that each had locked; no round took more than that, and both together more.
    expect(burned).to.deep.equal([
      [-600n * NANO, -2_000n * NANO],
      [-400n * NANO, -700n * NANO],
    ]);
    await expectBooks(d);
  });

  it("can't touch what is out of the contract: a free withdrawal is safe once it is taken", async () => {
    const d = stage();
    const { staking, token, tournament, alice } = d;
    const held = await token.balanceOf(alice);
    await staking.connect(alice).requestWithdrawal(tournament, 0, 400n * NMR);
    const locked = [];
    for (const round of [1n, 2n]) locked.push(await lockRound(d, tournament, round, { terms: TERMS }));
    await staking.connect(alice).withdraw(tournament, 0, alice);
    for (const [index, own] of locked.entries()) {
      const round = BigInt(index) + 1n;
      await settleRound(d, tournament, round, await reportRound(d, tournament, round, own, [[[-NANO, 0n]]]));
    }
    expect(await token.balanceOf(alice)).to.equal(held + 400n * NMR);
    expect(await staking.stakeOf(tournament, 0)).to.deep.equal([0n, 0n]);
  });
});

describe("orders at random", () => {
  const random = new Random();
  const stage = useFixture(withTwoBatches);

  it(`of rounds and batches end as the core says, in books that balance (${random.label})`, async () => {
    const d = stage();
    const { tournament } = d;
    for (let turn = 0n; turn < 3n; ++turn) {
      const first = turn * 4n + 1n;
      const scores = Array.from({ length: 4 }, () => WATCHED.map(() => random.between(-NANO, NANO)));
      const before = await read(d);
      const reported = await reportRounds(d, scores);
      const expected: Balance[] = [...before];
      const steps = [0, 1, 2, 3].flatMap((round) => [0, 1].map((batch) => ({ round, batch })));
      while (steps.length > 0) {
        const [{ round, batch } = { round: 0, batch: 0 }] = steps.splice(random.index(steps.length), 1);
        await settleBatch(d, tournament, first + BigInt(round), reported[round] as ReportedRound, batch);
        for (const [index, position] of WATCHED.entries()) {
          if (Math.floor(position / 1_024) !== batch) continue;
          const score: Scores = [scores[round]?.[index] ?? 0n, 0n];
          const payout = payoutTowardZero(before[index]?.active ?? 0n, score, ONE, TERMS);
          expected[index] = settleLane(expected[index] ?? { active: 0n, pending: 0n }, payout);
        }
      }
      const label = `turn ${turn.toString()}, ${random.label}`;
      expect(await read(d), label).to.deep.equal(expected.map(({ active, pending }) => ({ active, pending })));
      await expectBooks(d, label);
    }
  }).timeout(120_000);
});
