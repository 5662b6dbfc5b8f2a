import {
  ANN,
  at,
  BOB,
  type Case,
  created,
  type Log,
  locked,
  lockedBatch,
  log,
  MOST,
  NMR,
  opened,
  played,
  reported,
  scores,
  settled,
  settledBatch,
  staked,
  wei,
  words,
} from "./events.ts";

const ONE = 10 ** 9; // a score of 1, 1e-9
const TEN = 10n * NMR;
const CENT = NMR / 100n;
const PAYOUT = "stakeNmr atRiskNmr weight score0 score1 clipped dueNmr payoutNmr return";

/** Five stakes of 10 in two rounds; the first burns nearly all of position 3, so that the second burns less than is due. */
const STAKES = [TEN, TEN, TEN, TEN, TEN];
const FIRST = [0n, 0n, 0n, (-98n * NMR) / 10n, 0n];
const SECOND = [25n * CENT, 25n * CENT, -50n * CENT, -20n * CENT, 0n];

function twoRounds(): Log[] {
  const everything = { clip: 10n ** 9n, exposure: 10n ** 9n };
  return [
    ...created(),
    ...[0, 1, 2, 3, 4].flatMap((position) => staked(position, position % 2 === 0 ? ANN : BOB, TEN)),
    log("ReserveFunded", { from: ANN, amount: wei(100n * NMR) }),
    ...[opened(1n, everything), opened(2n)],
    ...[lockedBatch(1n, STAKES), locked(1n, 5n * TEN), lockedBatch(2n, STAKES), locked(2n, 25n * NMR)],
    log("WithdrawalRequested", { position: 1, amount: wei(TEN), pending: wei(TEN) }),
    log("WithdrawalRequested", { position: 2, amount: wei(TEN - 10n * CENT), pending: wei(TEN - 10n * CENT) }),
    reported(1n, [0n, 0n, 0n, scores(-0.98 * ONE, 0), 0n]),
    ...[settledBatch(1n, FIRST), settled(1n, FIRST)],
    reported(2n, [scores(0.05 * ONE, -1), scores(0.05 * ONE, 1), scores(-0.2 * ONE, 7), scores(-0.1 * ONE, 0), 0n]),
  ];
}

export const settlementCases: Case[] = [
  {
    of: "BatchSettled",
    name: "a row a stake: rewards, burns at the clip, burns cut short, and zero for who was not scored",
    blocks: [at(100, twoRounds()), at(200, settledBatch(2n, SECOND))],
    answers: [
      [
        `{ payouts(where: { round: "1-2" }) { id staker { id } ${PAYOUT} timestamp block }
           batch(id: "1-2-0") { state settlement { id payouts rewardedNmr burnedNmr timestamp } } }`,
        {
          payouts: [
            payout(0, ANN, scored(0.05, -1, false, "0.25", "0.25", "0.025")),
            payout(1, BOB, scored(0.05, 1, false, "0.25", "0.25", "0.025")),
            payout(2, ANN, scored(-0.2, 7, true, "-0.5", "-0.5", "-0.05")),
            payout(3, BOB, scored(-0.1, 0, false, "-0.5", "-0.2", "-0.02")),
            payout(4, ANN, scored(0, 0, false, "0", "0", "0")),
          ],
          batch: {
            state: "SETTLED",
            settlement: { id: "1-2-0", payouts: words(SECOND), rewardedNmr: "0.5", burnedNmr: "0.7", timestamp: "200" },
          },
        },
      ],
      [
        `{ settlements(where: { payouts: ${JSON.stringify(words(SECOND))} }) { id } }`,
        { settlements: [{ id: "1-2-0" }] },
      ],
    ],
  },
  {
    of: "BatchSettled",
    name: "a reward joins the active stake, or the leaver's pending one; a burn takes active first, then pending",
    blocks: [at(100, twoRounds()), at(200, settledBatch(2n, SECOND))],
    answers: [
      [
        `{ positions { id activeNmr pendingNmr rewardedNmr burnedNmr }
           tournamentStakers { id activeNmr pendingNmr rewardedNmr burnedNmr netAllTimeNmr lockedAllTimeNmr returnAllTime payoutCountAllTime }
           tournament(id: "1") { activeNmr pendingNmr reserveNmr rewardedNmr burnedNmr activeStakerCount }
           protocol(id: "numeraire-staking") { activeNmr pendingNmr reserveNmr rewardedNmr burnedNmr payoutCount }
           burns { id round { id } amountNmr timestamp } }`,
        {
          positions: [
            { id: "1-0", activeNmr: "10.25", pendingNmr: "0", rewardedNmr: "0.25", burnedNmr: "0" },
            { id: "1-1", activeNmr: "0", pendingNmr: "10.25", rewardedNmr: "0.25", burnedNmr: "0" },
            { id: "1-2", activeNmr: "0", pendingNmr: "9.5", rewardedNmr: "0", burnedNmr: "0.5" },
            { id: "1-3", activeNmr: "0", pendingNmr: "0", rewardedNmr: "0", burnedNmr: "10" },
            { id: "1-4", activeNmr: "10", pendingNmr: "0", rewardedNmr: "0", burnedNmr: "0" },
          ],
          tournamentStakers: [
            {
              ...{ id: `1-${ANN}`, activeNmr: "20.25", pendingNmr: "9.5", rewardedNmr: "0.25", burnedNmr: "0.5" },
              ...{ netAllTimeNmr: "-0.25", lockedAllTimeNmr: "60", returnAllTime: "-0.004166666666666666" },
              payoutCountAllTime: 6,
            },
            {
              ...{ id: `1-${BOB}`, activeNmr: "0", pendingNmr: "10.25", rewardedNmr: "0.25", burnedNmr: "10" },
              ...{ netAllTimeNmr: "-9.75", lockedAllTimeNmr: "40", returnAllTime: "-0.24375" },
              payoutCountAllTime: 4,
            },
          ],
          tournament: {
            ...{ activeNmr: "20.25", pendingNmr: "19.75", reserveNmr: "99.5", rewardedNmr: "0.5", burnedNmr: "10.5" },
            activeStakerCount: 2,
          },
          protocol: {
            ...{ activeNmr: "20.25", pendingNmr: "19.75", reserveNmr: "99.5", rewardedNmr: "0.5", burnedNmr: "10.5" },
            payoutCount: 10,
          },
          burns: [
            { id: "1-1-0", round: { id: "1-1" }, amountNmr: "9.8", timestamp: "100" },
            { id: "1-2-0", round: { id: "1-2" }, amountNmr: "0.7", timestamp: "200" },
          ],
        },
      ],
    ],
  },
  {
    of: "BatchSettled",
    name: "takes the largest stake and the largest numbers of every term",
    blocks: [
      at(100, created(), staked(0, ANN, MOST)),
      at(
        200,
        opened(1n, {
          ...{ multipliers: [2n ** 63n - 1n, -(2n ** 63n)], clip: 10n ** 9n, exposure: 10n ** 9n },
          ...{ stakeThreshold: 2n ** 64n - 1n },
        }),
        lockedBatch(1n, [MOST]),
        locked(1n, MOST),
        reported(1n, [scores(-(2 ** 31), 2 ** 31 - 1)]),
      ),
      at(300, settledBatch(1n, [-MOST])),
    ],
    answers: [
      [
        `{ payout(id: "1-1-0") { ${PAYOUT} } position(id: "1-0") { activeWei burnedWei netLast20Wei } burn(id: "1-1-0") { amountWei } }`,
        {
          payout: {
            ...{ stakeNmr: "9223372036.854775807", atRiskNmr: "9223372036.854775807", weight: "1" },
            ...{ score0: -(2 ** 31), score1: 2 ** 31 - 1, clipped: true },
            ...{ dueNmr: "-9223372036.854775807", payoutNmr: "-9223372036.854775807", return: "-1" },
          },
          position: { activeWei: "0", burnedWei: wei(MOST), netLast20Wei: wei(-MOST) },
          burn: { amountWei: wei(MOST) },
        },
      ],
    ],
  },
  {
    of: "BatchSettled",
    name: "the windows hold the last 20 settled rounds, also of who has left",
    blocks: [
      at(100, created(), staked(0, ANN, 2n * NMR), staked(1, BOB, 2n * NMR)),
      at(200, log("ReserveFunded", { from: ANN, amount: wei(100n * NMR) })),
      at(
        300,
        played(1n, [2n * NMR, 2n * NMR], [scores(0.05 * ONE, 0), scores(-0.05 * ONE, 0)], [5n * CENT, -5n * CENT]),
      ),
      ...Array.from({ length: 20 }, (_, index) =>
        at(400 + index, played(BigInt(2 + index), [2n * NMR, 0n], [scores(0.01 * ONE, 0), 0n], [CENT, 0n])),
      ),
    ],
    answers: [
      [
        `{ positions { id returnLast20 payoutCountLast20 netLast20Nmr lockedLast20Nmr returnLast60 payoutCountLast60 netLast60Nmr
             lockedLast60Nmr netLast250Nmr payoutCountAllTime }
           tournamentStakers { id returnLast20 payoutCountLast20 netLast20Wei lockedLast20Wei }
           positionRange(id: "1-0") { settlements { id } } }`,
        {
          positions: [
            {
              ...{
                id: "1-0",
                returnLast20: "0.005",
                payoutCountLast20: 20,
                netLast20Nmr: "0.2",
                lockedLast20Nmr: "40",
              },
              ...{ returnLast60: "0.005952380952380952", payoutCountLast60: 21, netLast60Nmr: "0.25" },
              ...{ lockedLast60Nmr: "42", netLast250Nmr: "0.25", payoutCountAllTime: 21 },
            },
            {
              ...{ id: "1-1", returnLast20: "0", payoutCountLast20: 0, netLast20Nmr: "0", lockedLast20Nmr: "0" },
              ...{ returnLast60: "-0.025", payoutCountLast60: 1, netLast60Nmr: "-0.05" },
              ...{ lockedLast60Nmr: "2", netLast250Nmr: "-0.05", payoutCountAllTime: 1 },
            },
          ],
          tournamentStakers: [
            {
              ...{ id: `1-${ANN}`, returnLast20: "0.005", payoutCountLast20: 20 },
              netLast20Wei: wei(20n * CENT),
              lockedLast20Wei: wei(40n * NMR),
            },
            { ...{ id: `1-${BOB}`, returnLast20: "0", payoutCountLast20: 0 }, netLast20Wei: "0", lockedLast20Wei: "0" },
          ],
          positionRange: { settlements: Array.from({ length: 21 }, (_, index) => ({ id: `1-${index + 1}-0` })) },
        },
      ],
    ],
  },
  {
    of: "BatchSettled",
    name: "the later round and the later batch may settle first, in one transaction with a report and a lock",
    blocks: [
      at(100, created(), staked(0, ANN, TEN), staked(1_024, BOB, TEN), opened(1n), opened(2n), opened(3n)),
      at(
        200,
        [1n, 2n].flatMap((round) => [
          lockedBatch(round, [TEN], 1),
          lockedBatch(round, [TEN]),
          locked(round, TEN, { batches: 2 }),
        ]),
      ),
      at(300, reported(2n, [0n], { batch: 1 }), reported(2n, [scores(-0.1 * ONE, 0)])),
      at(
        400,
        ...[reported(1n, [scores(-0.1 * ONE, 0)]), reported(1n, [0n], { batch: 1 })],
        ...[settledBatch(2n, [0n], 1), settledBatch(2n, [-50n * CENT]), settled(2n, [-50n * CENT])],
        lockedBatch(3n, [TEN - 50n * CENT]),
        ...[settledBatch(1n, [-50n * CENT]), settledBatch(1n, [0n], 1), settled(1n, [-50n * CENT])],
      ),
    ],
    answers: [
      [
        `{ rounds { id state burnedNmr atRiskNowNmr } position(id: "1-0") { activeNmr netLast20Nmr }
           positionRanges { id roundsInFlight { id } } payouts { id stakeNmr payoutNmr weight } }`,
        {
          rounds: [
            { id: "1-1", state: "SETTLED", burnedNmr: "0.5", atRiskNowNmr: "0" },
            { id: "1-2", state: "SETTLED", burnedNmr: "0.5", atRiskNowNmr: "0" },
            { id: "1-3", state: "LOCKING", burnedNmr: "0", atRiskNowNmr: "4.75" },
          ],
          position: { activeNmr: "9", netLast20Nmr: "-1" },
          positionRanges: [
            { id: "1-0", roundsInFlight: [{ id: "1-3" }] },
            { id: "1-1", roundsInFlight: [] },
          ],
          payouts: [
            { id: "1-1-0", stakeNmr: "10", payoutNmr: "-0.5", weight: "0.5" },
            { id: "1-1-1024", stakeNmr: "10", payoutNmr: "0", weight: "0.5" },
            { id: "1-2-0", stakeNmr: "10", payoutNmr: "-0.5", weight: "0.5" },
            { id: "1-2-1024", stakeNmr: "10", payoutNmr: "0", weight: "0.5" },
          ],
        },
      ],
    ],
  },
];

function scored(score0: number, score1: number, clipped: boolean, dueNmr: string, payoutNmr: string, rate: string) {
  return { score0: score0 * ONE, score1, clipped, dueNmr, payoutNmr, return: rate };
}

/** A row of round 2, settled in the second block. */
function payout(position: number, staker: string, rest: object) {
  return {
    ...{ id: `1-2-${position}`, staker: { id: staker }, stakeNmr: "10", atRiskNmr: "5", weight: "0.2" },
    ...rest,
    ...{ timestamp: "200", block: "2" },
  };
}
