import { expect } from "chai";
import { packPayouts } from "../../oracle/src/core/words.ts";
import { expectError, text32 } from "../support/errors.ts";
import { useStakers } from "../support/fixture.ts";
import { lockRound, reportRound, settleBatch } from "../support/rounds.ts";
import { CLASSIC_TERMS, DAY, HOUR, NANO, NMR, schedule } from "../support/staking.ts";

const LIMITS = {
  maxClip: 50_000_000n,
  maxExposure: NANO / 4n,
  maxRoundsInFlight: 3n,
  maxDuration: 10n * DAY,
  minDisputeWindow: 2n * HOUR,
};

describe("a tournament's limits", () => {
  const stage = useStakers({ limits: LIMITS });
  const terms = { exposure: LIMITS.maxExposure };

  it("bound clip and exposure of every round", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const times = await schedule(d, { disputeWindow: LIMITS.minDisputeWindow });
    const open = (changes: object) =>
      staking.openRound(tournament, 1, { ...CLASSIC_TERMS, ...terms, ...changes }, times);
    const clip = LIMITS.maxClip + 1n;
    await expectError("LimitExceeded", [text32("clip"), clip, LIMITS.maxClip], open({ clip }));
    const exposure = LIMITS.maxExposure + 1n;
    await expectError("LimitExceeded", [text32("exposure"), exposure, LIMITS.maxExposure], open({ exposure }));
    await open({});
  });

  it("bound a round's length, and the dispute window from below", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const times = await schedule(d, { disputeWindow: LIMITS.minDisputeWindow });
    const latest = times.closesAt + LIMITS.maxDuration;
    const open = (changes: object) =>
      staking.openRound(tournament, 1, { ...CLASSIC_TERMS, ...terms }, { ...times, settledBy: latest, ...changes });
    const disputeWindow = LIMITS.minDisputeWindow - 1n;
    await expectError(
      "LimitExceeded",
      [text32("disputeWindow"), disputeWindow, LIMITS.minDisputeWindow],
      open({ disputeWindow }),
    );
    await expectError("LimitExceeded", [text32("settledBy"), latest + 1n, latest], open({ settledBy: latest + 1n }));
    await open({});
  });

  it("bound the rounds in flight", async () => {
    const d = stage();
    const times = { disputeWindow: LIMITS.minDisputeWindow };
    for (const round of [1n, 2n, 3n]) await lockRound(d, d.tournament, round, { terms, times });
    await expectError("TooManyRoundsInFlight", [3, 3], lockRound(d, d.tournament, 4n, { terms, times }));
  });
});

describe("no leverage: clip × exposure × rounds in flight is 1", () => {
  const stage = useStakers({ limits: { maxClip: NANO, maxExposure: NANO / 4n, maxRoundsInFlight: 4n } });

  it("all rounds together burn what they locked and nothing more, without a cut", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const terms = {
      multipliers: [NANO, NANO] as [bigint, bigint],
      clip: NANO,
      exposure: NANO / 4n,
      stakeThreshold: 0n,
    };
    const rounds = [];
    for (const round of [1n, 2n, 3n, 4n]) rounds.push(await lockRound(d, tournament, round, { terms }));
    for (const [index, locked] of rounds.entries()) {
      const round = BigInt(index) + 1n;
      const reported = await reportRound(d, tournament, round, locked, [
        [
          [-NANO, -NANO],
          [0n, -NANO],
        ],
      ]);
      await d.networkHelpers.time.increase(HOUR);
      await expect(settleBatch(d, tournament, round, reported))
        .to.emit(staking, "BatchSettled")
        .withArgs(tournament, round, 0, 0, 750n * NMR, packPayouts([-250n * NANO, -500n * NANO]));
    }
    expect(await staking.stakeOf(tournament, 0)).to.deep.equal([0n, 0n]);
    expect(await staking.stakeOf(tournament, 1)).to.deep.equal([0n, 0n]);
    expect(await staking.stakeOf(tournament, 2)).to.deep.equal([3_000n * NMR, 0n]);
  });
});
