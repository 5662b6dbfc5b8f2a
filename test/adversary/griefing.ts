import { expect } from "chai";
import type { Scores } from "../../oracle/src/core/words.ts";
import { expectError } from "../support/errors.ts";
import { expectGas } from "../support/expect-gas.ts";
import { useFixture, useStakers } from "../support/fixture.ts";
import { lockRound, openRound, playRound, reportRound, settleBatch, voidAfter } from "../support/rounds.ts";
import { createTournament, DAY, type Deployment, HOUR, NANO, NMR, openPosition, schedule } from "../support/staking.ts";

/** What a transaction may use (EIP-7825). */
const TRANSACTION_GAS = 16_777_216n;
const FULL = 1_024;

type Sending = Promise<{ wait(): Promise<{ gasUsed: bigint } | null> }>;
const gasOf = async (sending: Sending) => (await (await sending).wait())?.gasUsed ?? 0n;

describe("dust positions, a whole batch of them", () => {
  const stage = useFixture(async (d) => {
    const tournament = await createTournament(d);
    const { staking, ethers, carol } = d;
    const open = (index: number) =>
      staking.interface.encodeFunctionData("openPosition", [tournament, ethers.id(`${index}`), NANO, 0n, "0x"]);
    let opened = 0n;
    for (let start = 0; start < FULL; start += 128) {
      const calls = Array.from({ length: 128 }, (_, index) => open(start + index));
      opened += await gasOf(staking.connect(carol).multicall(calls));
    }
    return { tournament, opened };
  });

  /** Gas of a round's three steps on the batch. */
  async function measure(d: Deployment & { tournament: bigint }, round: bigint, lanes: readonly Scores[]) {
    const { staking, tournament } = d;
    const times = await openRound(d, tournament, round);
    await d.networkHelpers.time.increaseTo(times.closesAt);
    const stakes = [[...(await staking.stakesOf(tournament, 0))]];
    const lock = await gasOf(staking.lock(tournament, round, 0));
    const reported = await reportRound(d, tournament, round, { times, stakes }, [lanes]);
    const block = await d.ethers.provider.getBlock("latest");
    await d.networkHelpers.time.increase(HOUR);
    return [lock, block?.gasUsed ?? 0n, await gasOf(settleBatch(d, tournament, round, reported))] as const;
  }

  it("cost who opens them more, at the cheapest, than the keeper of 25 rounds", async () => {
    const d = stage();
    const lanes = Array.from({ length: FULL }, (_, lane): Scores => [BigInt(lane) * 1_000_003n - 500_000_000n, -NANO]);
    await measure(d, 1n, lanes);
    const steps = await measure(d, 2n, lanes);
    const keeper = steps.reduce((sum, gas) => sum + gas, 0n);
    for (const gas of steps) expect(gas).to.be.below(TRANSACTION_GAS / 6n);
    // Even a hundred to a transaction and with nothing but a nano-NMR each.
    expect(d.opened / keeper).to.be.at.least(25n);
    expect(d.opened / BigInt(FULL)).to.be.at.least(60_000n);
    expect(keeper / BigInt(FULL)).to.be.at.most(3_000n);
  });

  it("that have left cost the keeper still less", async () => {
    const d = stage();
    const { staking, tournament, carol } = d;
    await measure(d, 1n, []);
    const [lock, , settle] = await measure(d, 2n, []);
    const exits = Array.from({ length: FULL }, (_, position) =>
      staking.interface.encodeFunctionData("requestWithdrawal", [tournament, position, NANO]),
    );
    for (let start = 0; start < FULL; start += 256)
      await staking.connect(carol).multicall(exits.slice(start, start + 256));
    const left = await measure(d, 3n, []);
    expect(left[0] + left[2]).to.be.at.most(((lock + settle) * 2n) / 3n);
  });
});

describe("a stake split until its burns round to nothing", () => {
  const stage = useStakers();

  it("wins nothing either, and saves less than a nano-NMR a position and round", async () => {
    const d = stage();
    const { staking, tournament, alice } = d;
    // 5 % of 19 nano-NMR is 0.95 of one, of 20 it is one.
    for (const [index, nano] of [19n, 20n, 39n].entries()) {
      await openPosition(d, alice, tournament, nano * NANO, d.ethers.id(`split ${index}`));
    }
    for (const [score, stakes] of [
      [NANO, [19n, 21n, 40n]],
      [-NANO, [19n, 19n, 38n]],
    ] as const) {
      const lanes = Array.from({ length: 6 }, (_, lane): Scores => (lane < 3 ? [0n, 0n] : [score, score]));
      const snapshot = await d.networkHelpers.takeSnapshot();
      await playRound(d, tournament, 1n, [lanes]);
      for (const [index, stake] of stakes.entries()) {
        expect(await staking.stakeOf(tournament, index + 3)).to.deep.equal([stake * NANO, 0n]);
      }
      await snapshot.restore();
    }
  });
});

describe("withdrawals requested and cancelled over and over", () => {
  const stage = useStakers();

  it("delay nobody else, and make no lock and no exit dearer", async () => {
    const d = stage();
    const { staking, tournament, alice, bob } = d;
    const cycle = () =>
      staking
        .connect(bob)
        .multicall(
          Array.from({ length: 100 }, (_, index) =>
            index % 2 === 0
              ? staking.interface.encodeFunctionData("requestWithdrawal", [tournament, 1, NMR])
              : staking.interface.encodeFunctionData("cancelWithdrawal", [tournament, 1]),
          ),
        );
    const play = async (between: () => Promise<unknown>) => {
      const snapshot = await d.networkHelpers.takeSnapshot();
      const times = await openRound(d, tournament, 1n);
      await d.networkHelpers.time.increaseTo(times.closesAt);
      await between();
      const lock = await gasOf(staking.lock(tournament, 1, 0));
      await between();
      const request = await gasOf(staking.connect(alice).requestWithdrawal(tournament, 0, NMR));
      await between();
      await voidAfter(d, tournament, 1n, times.settledBy);
      await between();
      const withdraw = await gasOf(staking.connect(alice).withdraw(tournament, 0, d.mallory));
      await snapshot.restore();
      return [lock, request, withdraw];
    };
    expect(await play(cycle)).to.deep.equal(await play(() => Promise.resolve()));
  });
});

describe("rounds that nobody reports, as many as may be in flight", () => {
  const stage = useStakers({ limits: { maxRoundsInFlight: 64n }, reserve: 1_000_000n * NMR });

  /** Opens rounds `first` to `last` that all close and end at the same times, and locks them. */
  async function flood(d: Deployment & { tournament: bigint }, first: bigint, last: bigint, settledIn: bigint) {
    const { staking, tournament } = d;
    const plan = await schedule(d, { closesAt: BigInt(await d.networkHelpers.time.latest()) + 2n * HOUR });
    const times = { ...plan, settledBy: plan.closesAt + settledIn };
    for (let round = first; round <= last; ++round) await openRound(d, tournament, round, { times });
    await d.networkHelpers.time.increaseTo(times.closesAt);
    for (let round = first; round <= last; ++round) await staking.connect(d.mallory).lock(tournament, round, 0);
    return times.settledBy;
  }

  it("keep a staker until the last deadline of those locked before the request, and no longer", async () => {
    const d = stage();
    const { staking, tournament, alice } = d;
    const deadline = await flood(d, 1n, 32n, 20n * DAY);
    await staking.connect(alice).requestWithdrawal(tournament, 0, 1_000n * NMR);
    await flood(d, 33n, 64n, 90n * DAY);
    await expectError("TooManyRoundsInFlight", [64, 64], lockRound(d, tournament, 65n));
    await d.networkHelpers.time.increaseTo(deadline);
    const voids = Array.from({ length: 32 }, (_, index) =>
      staking.interface.encodeFunctionData("voidRound", [tournament, index + 1]),
    );
    const leave = () => staking.connect(alice).withdraw(tournament, 0, alice);
    await expectError("WithdrawalHeld", [tournament, 0], leave());
    // All of it in a transaction, of anyone.
    await expectGas(TRANSACTION_GAS / 8n, staking.connect(d.mallory).multicall(voids));
    await expectGas(75_000n, leave());
    expect((await staking.tournamentOf(tournament)).roundsInFlight).to.equal(32);
    // The places are free again.
    await lockRound(d, tournament, 66n);
  });

  it("take no more of the reserve than their worst case, and leave it whole", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const deadline = await flood(d, 1n, 64n, 20n * DAY);
    expect((await staking.reserveOf(tournament)).earmarked).to.equal(64n * 300n * NMR);
    for (let round = 1n; round <= 64n; ++round) await voidAfter(d, tournament, round, deadline);
    expect(await staking.reserveOf(tournament)).to.deep.equal([1_000_000n * NMR, 0n]);
    const position = await openPosition(d, d.carol, tournament, NMR, d.ethers.id("later"));
    await staking.connect(d.carol).requestWithdrawal(tournament, position, NMR);
    await staking.connect(d.carol).withdraw(tournament, position, d.carol);
  });
});
