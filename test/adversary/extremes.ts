import { expect } from "chai";
import {
  type Balance,
  earmarkDown,
  payoutFactorDown,
  payoutTowardZero,
  settleLane,
  totalAtRiskDown,
} from "../../oracle/src/core/payout.ts";
import { packPayouts, packScores, type Scores, unpackPayouts, unpackStakes } from "../../oracle/src/core/words.ts";
import { expectBooks, stakesAt } from "../support/books.ts";
import { useFixture } from "../support/fixture.ts";
import { Random } from "../support/random.ts";
import { type LockedRound, lockRound, reportRound, settleBatch } from "../support/rounds.ts";
import { createTournament, type Deployment, HOUR, NANO, openPosition, type Terms } from "../support/staking.ts";

const MOST = 2n ** 63n - 1n;
const [INT32_MIN, INT32_MAX] = [-(2n ** 31n), 2n ** 31n - 1n];
const [INT64_MIN, INT64_MAX] = [-(2n ** 63n), 2n ** 63n - 1n];
const LANES = [0, 1, 2, 3];
const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n);

/** A tournament on a token so plentiful that its stakes and reserve fill all that lanes can count. */
async function withPlenty(d: Deployment, stakes: readonly bigint[]) {
  const token = await d.ethers.deployContract("FaultyToken", [d.organizer.address, 10n ** 40n]);
  const staking = await d.ethers.deployContract("NumeraireStaking", [await token.getAddress()]);
  for (const account of [d.organizer, d.alice]) await token.connect(account).approve(staking, 2n ** 256n - 1n);
  await token.transfer(d.alice, 10n ** 39n);
  const set = { ...d, staking, token: token as unknown as Deployment["token"] };
  const reserve = (MOST - sum(stakes)) * NANO;
  const tournament = await createTournament({ ...set, bob: d.alice, carol: d.alice }, { reserve });
  for (const [index, stake] of stakes.entries()) {
    await openPosition(set, d.alice, tournament, stake * NANO, d.ethers.id(`${index}`));
  }
  return { staking, token: set.token, tournament };
}

type Stage = Deployment & { tournament: bigint };

/** What the oracle's core makes of a settlement, lane by lane. */
function byCore(before: readonly Balance[], locked: readonly bigint[], lanes: readonly Scores[], terms: Terms) {
  const factor = payoutFactorDown(totalAtRiskDown(sum(locked), terms), terms);
  return before.map((balance, lane) =>
    settleLane(balance, payoutTowardZero(locked[lane] ?? 0n, lanes[lane] ?? [0n, 0n], factor, terms)),
  );
}

/** Settles a locked round of one word and compares events and stakes with the core's. */
async function expectByCore(d: Stage, locked: LockedRound, lanes: readonly Scores[], terms: Terms, label: string) {
  const { staking, tournament } = d;
  const stakes = unpackStakes(locked.stakes[0] ?? []);
  const before = (await stakesAt(staking, tournament, LANES)).map(({ active, pending }) => ({
    active: active / NANO,
    pending: pending / NANO,
  }));
  const after = byCore(before, stakes, lanes, terms);
  const round = (await staking.tournamentOf(tournament)).latestRound;
  const reported = await reportRound(d, tournament, round, locked, [lanes]);
  await d.networkHelpers.time.increase(HOUR);
  await settleBatch(d, tournament, round, reported);
  const [settled] = await staking.queryFilter(staking.filters.BatchSettled(tournament, round, 0), "latest");
  expect(settled?.args.payouts, label).to.deep.equal(packPayouts(after.map(({ applied }) => applied)));
  expect(settled?.args.rewarded, label).to.equal(NANO * sum(after.map(({ applied }) => (applied > 0n ? applied : 0n))));
  expect(settled?.args.burned, label).to.equal(NANO * sum(after.map(({ applied }) => (applied < 0n ? -applied : 0n))));
  expect(await stakesAt(staking, tournament, LANES), label).to.deep.equal(
    after.map(({ active, pending }) => ({ active: active * NANO, pending: pending * NANO })),
  );
  await expectBooks(d, label);
}

describe("every combination of signs in a word", () => {
  // Half of all that can be counted is at stake, half is reserve: each lane can win or lose all it has.
  const quarter = MOST / 8n;
  const STAKES = [quarter - 1n, 1n, quarter + 7n, MOST / 2n - 2n * quarter - 7n];
  const stage = useFixture((d) => withPlenty(d, STAKES));
  const ALL: Terms = { multipliers: [INT64_MAX, INT64_MIN], clip: NANO, stakeThreshold: 0n, exposure: NANO };
  const SCORES: readonly Scores[] = [
    [INT32_MIN, INT32_MAX],
    [0n, 0n],
    [INT32_MAX, INT32_MIN],
  ];
  const combinations = Array.from({ length: 81 }, (_, index) =>
    LANES.map((lane): Scores => SCORES[Math.floor(index / 3 ** lane) % 3] ?? [0n, 0n]),
  );

  for (const [name, prepare] of [
    ["with everything active", () => Promise.resolve()],
    ["with everybody leaving", (d: Stage) => leave(d, (stake) => stake)],
    ["with half of each leaving, or nothing", (d: Stage) => leave(d, (stake) => stake / 2n)],
  ] as const) {
    it(`P-1: wins and loses all there is in each lane, and touches no other, ${name}`, async () => {
      const d = stage();
      const locked = await lockRound(d, d.tournament, 1n, { terms: ALL });
      expect((await d.staking.reserveOf(d.tournament)).earmarked).to.equal(sum(STAKES) * NANO);
      await prepare(d);
      const snapshot = await d.networkHelpers.takeSnapshot();
      for (const lanes of combinations) {
        await expectByCore(d, locked, lanes, ALL, packScores(lanes).join());
        await snapshot.restore();
      }
    }).timeout(120_000);
  }

  async function leave({ staking, tournament, alice }: Stage, part: (stake: bigint) => bigint) {
    for (const [position, stake] of STAKES.entries()) {
      const amount = part(stake) * NANO;
      if (amount > 0n) await staking.connect(alice).requestWithdrawal(tournament, position, amount);
    }
  }
});

describe("terms, scores and stakes at their extremes", () => {
  const random = new Random();
  const stage = useFixture((d) => withPlenty(d, [MOST / 4n, MOST / 5n, 1n, 2n]));

  const edge = (most: bigint, least = 0n) =>
    random.pick([least, most, most - 1n, least + 1n, random.between(least, most)]);
  const score = () => random.pick([INT32_MIN, INT32_MAX, 0n, 1n, -1n, random.between(INT32_MIN, INT32_MAX)]);

  it(`P-1, P-2: pay as the oracle's core says, round after round (${random.label})`, async () => {
    const d = stage();
    const { staking, tournament } = d;
    const start = await d.networkHelpers.takeSnapshot();
    for (let turn = 0; turn < 40; ++turn) {
      const terms: Terms = {
        multipliers: [edge(INT64_MAX, INT64_MIN), random.pick([0n, NANO, edge(INT64_MAX, INT64_MIN)])],
        clip: edge(NANO),
        exposure: random.pick([NANO, edge(NANO)]),
        stakeThreshold: random.pick([0n, 1n, 2n ** 64n - 1n, edge(MOST)]),
      };
      // Where a stake is gone, or they have won so much that the reserve can't match them, everything begins anew.
      const held = unpackStakes([...(await staking.stakesOf(tournament, 0))]);
      const { total: reserve } = await staking.reserveOf(tournament);
      if (held.includes(0n) || earmarkDown(sum(held), terms) * NANO > reserve) await start.restore();
      const round = (await staking.tournamentOf(tournament)).latestRound + 1n;
      const locked = await lockRound(d, tournament, round, { terms });
      const stakes = unpackStakes(locked.stakes[0] ?? []);
      const { earmarked, atRisk, payoutFactor } = await staking.roundOf(tournament, round);
      const total = totalAtRiskDown(sum(stakes), terms);
      expect([earmarked / NANO, atRisk / NANO, payoutFactor], random.label).to.deep.equal([
        earmarkDown(sum(stakes), terms),
        total,
        payoutFactorDown(total, terms),
      ]);
      const lanes = LANES.map((): Scores => [score(), score()]);
      await expectByCore(d, locked, lanes, terms, `turn ${turn}, ${random.label}`);
      const [settled] = await staking.queryFilter(staking.filters.BatchSettled(tournament, round, 0), "latest");
      const payouts = unpackPayouts([...(settled?.args.payouts ?? [])]);
      for (const [lane, payout] of payouts.entries()) {
        const bound = ((stakes[lane] ?? 0n) * terms.exposure * terms.clip) / (NANO * NANO);
        expect(payout <= bound && payout >= -bound, random.label).to.equal(true);
      }
    }
  }).timeout(120_000);
});
