import { expect } from "chai";
import type { Scores } from "../../oracle/src/core/words.ts";
import { expectBooks } from "../support/books.ts";
import { expectError } from "../support/errors.ts";
import { useCrowd, useStakers } from "../support/fixture.ts";
import { Random } from "../support/random.ts";
import {
  type LockedRound,
  lockRound,
  openRound,
  type ReportedRound,
  reportRound,
  RoundState,
  settleBatch,
  voidAfter,
} from "../support/rounds.ts";
import { type Deployment, HOUR, NANO, NMR } from "../support/staking.ts";

type Stage = Deployment & { tournament: bigint };

const BEST: Scores = [NANO, NANO];
const FULL: Scores[] = Array.from({ length: 1_024 }, () => BEST);

/** The organizer takes whatever is free, and can't take a nano more. */
async function drain(d: Stage, label: string) {
  const { staking, tournament, organizer } = d;
  const { total, earmarked } = await staking.reserveOf(tournament);
  const free = total - earmarked;
  for (const more of [free + NANO, total + NANO]) {
    await expectError(
      "ReserveTooSmall",
      [tournament, free, more],
      staking.withdrawReserve(tournament, more, organizer),
    );
  }
  if (free > 0n) await staking.withdrawReserve(tournament, free, organizer);
  expect(await staking.reserveOf(tournament), label).to.deep.equal([earmarked, earmarked]);
  await expectBooks(d, label);
}

describe("a reserve drained at every stage of a round", () => {
  // 1,024 and 6 positions of 1 NMR, 5 % of it at risk.
  const stage = useCrowd(1_030, { reserve: 1_000n * NMR });
  const NEEDED = [(1_024n * NMR) / 20n, (6n * NMR) / 20n] as const;
  const fund = (d: Stage, amount: bigint) => d.staking.connect(d.carol).fundReserve(d.tournament, amount);

  it("S-2: pays a locked round in full all the same", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const times = await openRound(d, tournament, 1n);
    await d.networkHelpers.time.increaseTo(times.closesAt);
    const stakes = [[...(await staking.stakesOf(tournament, 0))], [...(await staking.stakesOf(tournament, 1))]];
    await staking.lock(tournament, 1, 0);
    await drain(d, "between two locks");
    await expectError("ReserveTooSmall", [tournament, 0, NEEDED[1]], staking.lock(tournament, 1, 1));
    await fund(d, NEEDED[1]);
    await staking.lock(tournament, 1, 1);
    await drain(d, "locked");
    expect((await staking.reserveOf(tournament)).total).to.equal(NEEDED[0] + NEEDED[1]);

    const reported = await reportRound(d, tournament, 1n, { times, stakes }, [FULL, FULL.slice(0, 6)]);
    await drain(d, "reported");
    await d.networkHelpers.time.increase(HOUR);
    await settleBatch(d, tournament, 1n, reported, 1);
    await drain(d, "half settled");
    await settleBatch(d, tournament, 1n, reported, 0);
    await drain(d, "settled");
    expect(await staking.reserveOf(tournament)).to.deep.equal([0n, 0n]);
    expect(await staking.stakeOf(tournament, 1_029)).to.deep.equal([(105n * NMR) / 100n, 0n]);
  });

  it("before the lock, or in the middle of it, means no round at all: void, and everybody as before", async () => {
    const d = stage();
    const { staking, tournament, carol } = d;
    await drain(d, "before all");
    const { lockedBy, closesAt } = await openRound(d, tournament, 1n);
    await d.networkHelpers.time.increaseTo(closesAt);
    await expectError("ReserveTooSmall", [tournament, 0, NEEDED[0]], staking.lock(tournament, 1, 0));
    // Somebody's gift is enough for one batch only.
    await fund(d, NEEDED[0]);
    await staking.lock(tournament, 1, 0);
    await drain(d, "between two locks");
    await staking.connect(carol).requestWithdrawal(tournament, 0, NMR);
    await voidAfter(d, tournament, 1n, lockedBy);
    await drain(d, "void");
    expect((await staking.reserveOf(tournament)).total).to.equal(0);
    await staking.connect(carol).withdraw(tournament, 0, carol);
  });
});

describe("organizers who drain at random", () => {
  const random = new Random();
  const stage = useStakers({ reserve: 600n * NMR });

  it(`S-2: never stop a settlement, and never keep what is earmarked (${random.label})`, async () => {
    const d = stage();
    const { staking, tournament, organizer } = d;
    const inFlight = new Map<bigint, LockedRound | ReportedRound>();
    let [latest, settled] = [0n, 0];
    for (let turn = 0; turn < 60; ++turn) {
      const { total, earmarked } = await staking.reserveOf(tournament);
      const part = random.between(0n, (total - earmarked) / NANO) * NANO;
      const act = turn === 0 ? 2 : random.index(4);
      if (act === 0 && part > 0n) await staking.withdrawReserve(tournament, part, organizer);
      if (act === 1) await staking.fundReserve(tournament, random.between(1n, 300n * NANO) * NANO);
      if (act === 2) {
        ++latest;
        const clip = random.between(0n, NANO / 10n);
        await lockRound(d, tournament, latest, { terms: { clip } }).then(
          (locked) => void inFlight.set(latest, locked),
          async (error: unknown) => {
            expect(String(error)).to.include("ReserveTooSmall");
            // The time set for the lock that was not sent is the next block's.
            await d.networkHelpers.mine();
          },
        );
      }
      if (act === 3) {
        const [oldest] = inFlight;
        if (oldest !== undefined) {
          await finish(d, ...oldest);
          inFlight.delete(oldest[0]);
          ++settled;
        }
      }
      await expectBooks(d, `turn ${turn}, ${random.label}`);
    }
    for (const [round, locked] of inFlight) await finish(d, round, locked);
    expect(settled + inFlight.size, random.label).to.be.above(0);
    expect((await staking.reserveOf(tournament)).earmarked).to.equal(0);
    await expectBooks(d, random.label);
  });

  /** Reports a round at random and settles it; rounds are never so many that one misses its deadline. */
  async function finish(d: Stage, round: bigint, locked: LockedRound) {
    const score = (): bigint => random.between(-NANO, NANO);
    const lanes = [0, 1, 2].map((): Scores => [score(), score()]);
    const now = BigInt(await d.networkHelpers.time.latest());
    const from = now >= locked.times.resolvesAt ? now + 1n : locked.times.resolvesAt;
    if (from > locked.times.settledBy - 3n * HOUR) {
      await voidAfter(d, d.tournament, round, locked.times.settledBy);
      return;
    }
    const reported = await reportRound(
      d,
      d.tournament,
      round,
      { ...locked, times: { ...locked.times, resolvesAt: from } },
      [lanes],
    );
    await d.networkHelpers.time.increase(HOUR);
    await settleBatch(d, d.tournament, round, reported);
    expect((await d.staking.roundOf(d.tournament, round)).state).to.equal(RoundState.Settled);
  }
});
