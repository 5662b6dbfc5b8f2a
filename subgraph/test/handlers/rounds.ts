import {
  ANN,
  at,
  BOB,
  type Case,
  created,
  GUARDIAN,
  locked,
  lockedBatch,
  log,
  NMR,
  NOBODY,
  opened,
  reported,
  scores,
  settled,
  settledBatch,
  staked,
  vetoed,
  voided,
  wei,
  words,
} from "./events.ts";

const LAST_ROUND = 2n ** 64n - 1n;
const U40 = 2 ** 40 - 1;
const stakers = [...created(), ...staked(0, ANN, 4n * NMR), ...staked(1, BOB, 6n * NMR)];
const STAKES = [4n * NMR, 6n * NMR];

const REPORTERS = Array.from({ length: 64 }, (_, index) => `0x${String(index + 1).padStart(40, "0")}`);
const RISK = { atRiskNowWei: wei(5n * NMR), earmarkedWei: wei(NMR / 2n) };
const NO_RISK = { atRiskNowWei: "0", earmarkedWei: "0" };
const NOTHING = { rewardedWei: "0", burnedWei: "0" };

export const roundCases: Case[] = [
  {
    of: "RoundOpened",
    name: "keeps terms and schedule, the largest numbers too, and who was in office",
    blocks: [
      at(
        100,
        created(),
        opened(3n),
        opened(LAST_ROUND, {
          ...{ multipliers: [-(2n ** 63n), 2n ** 63n - 1n], clip: 10n ** 9n, exposure: 10n ** 9n },
          ...{ stakeThreshold: 2n ** 64n - 1n, closesAt: U40 - 3, lockedBy: U40 - 2, resolvesAt: U40 - 1 },
          ...{ settledBy: U40, disputeWindow: U40 },
        }),
      ),
      at(200, log("GuardianSet", { guardian: NOBODY })),
    ],
    answers: [
      [
        `{ tournament(id: "1") { roundCount latestRound roundsInFlight }
           rounds { id number state multiplier0 multiplier1 clip stakeThresholdWei stakeThresholdNmr exposure closesAt lockedBy
             resolvesAt settledBy disputeWindow guardian reporterSet { id } batchCount atRiskWei payoutFactor openedAt lockedAt } }`,
        {
          tournament: { roundCount: 2, latestRound: "18446744073709551615", roundsInFlight: 0 },
          rounds: [
            {
              ...{ id: "1-18446744073709551615", number: "18446744073709551615", state: "OPEN" },
              ...{ multiplier0: "-9223372036854775808", multiplier1: "9223372036854775807", clip: "1000000000" },
              ...{ stakeThresholdWei: "18446744073709551615000000000", stakeThresholdNmr: "18446744073.709551615" },
              ...{ exposure: "1000000000", closesAt: "1099511627772", lockedBy: "1099511627773" },
              ...{ resolvesAt: "1099511627774", settledBy: "1099511627775", disputeWindow: "1099511627775" },
              ...{ guardian: GUARDIAN, reporterSet: { id: "1-1" }, batchCount: null, atRiskWei: null },
              ...{ payoutFactor: null, openedAt: "100", lockedAt: null },
            },
            {
              ...{
                id: "1-3",
                number: "3",
                state: "OPEN",
                multiplier0: "1000000000",
                multiplier1: "0",
                clip: "100000000",
              },
              ...{ stakeThresholdWei: "0", stakeThresholdNmr: "0", exposure: "500000000", closesAt: "5000" },
              ...{ lockedBy: "6000", resolvesAt: "7000", settledBy: "9000", disputeWindow: "60", guardian: GUARDIAN },
              ...{ reporterSet: { id: "1-1" }, batchCount: null, atRiskWei: null, payoutFactor: null },
              ...{ openedAt: "100", lockedAt: null },
            },
          ],
        },
      ],
    ],
  },
  {
    of: "BatchLocked",
    name: "batches lock in any order; each stake is a row, empty lanes are none",
    blocks: [
      at(100, stakers, staked(1_025, ANN, 3n * NMR), staked(1_028, BOB, 1n), opened(1n)),
      at(200, lockedBatch(1n, [0n, 3n * NMR, 0n, 0n, 1n], 1), lockedBatch(1n, [2n * NMR], 0), lockedBatch(1n, [0n], 2)),
    ],
    answers: [
      [
        `{ round(id: "1-1") { state lockedBatches batchCount stakeCount stakedWei atRiskWei atRiskNowWei atRiskNowNmr earmarkedWei }
           tournament(id: "1") { roundsInFlight atRiskWei earmarkedNmr } protocol(id: "numeraire-staking") { atRiskWei }
           roundStakes { id batch { id } position { id } stakeWei stakeNmr atRiskWei atRiskNmr }
           batches { id number state stakes stakeCount stakedNmr attempt lockedAt lockedAtBlock } }`,
        {
          round: {
            ...{ state: "LOCKING", lockedBatches: 3, batchCount: null, stakeCount: 3, stakedWei: wei(5n * NMR + 1n) },
            ...{ atRiskWei: null, atRiskNowWei: "2500000000500000000", atRiskNowNmr: "2.5000000005" },
            ...{ earmarkedWei: wei(NMR / 4n) }, // of each batch down to a whole nano-NMR
          },
          tournament: { roundsInFlight: 1, atRiskWei: "2500000000500000000", earmarkedNmr: "0.25" },
          protocol: { atRiskWei: "2500000000500000000" },
          roundStakes: [
            stake(0, 0, "2", "2000000000000000000", "1", "1000000000000000000"),
            stake(1_025, 1, "3", "3000000000000000000", "1.5", "1500000000000000000"),
            stake(1_028, 1, "0.000000001", "1000000000", "0.0000000005", "500000000"),
          ],
          batches: [
            batch(0, words([2n * NMR]), 1, "2"),
            batch(1, words([0n, 3n * NMR, 0n, 0n, 1n]), 2, "3.000000001"),
            batch(2, words([0n]), 0, "0"),
          ],
        },
      ],
      [
        `{ batches(where: { stakes: ${JSON.stringify(words([0n, 3n * NMR, 0n, 0n, 1n]))} }) { id } }`,
        { batches: [{ id: "1-1-1" }] },
      ],
    ],
  },
  {
    of: "RoundLocked",
    name: "tells the total at risk and by how much payouts shrink",
    blocks: [
      at(100, stakers, opened(1n)),
      at(200, lockedBatch(1n, STAKES), locked(1n, 5n * NMR, { payoutFactor: 10n ** 18n / 3n })),
    ],
    answers: [
      [
        '{ round(id: "1-1") { state batchCount atRiskWei atRiskNmr payoutFactor lockedAt } }',
        {
          round: {
            ...{ state: "LOCKED", batchCount: 1, atRiskWei: wei(5n * NMR), atRiskNmr: "5" },
            ...{ payoutFactor: "333333333333333333", lockedAt: "200" },
          },
        },
      ],
    ],
  },
  {
    of: "ScoresReported",
    name: "names the signers behind the bits, of two reporters and of 64",
    blocks: [
      at(100, stakers, opened(1n), lockedBatch(1n, STAKES), locked(1n, 5n * NMR)),
      at(200, log("ReportersSet", { reporterSet: 2, reporters: REPORTERS, quorum: 2 }), opened(2n)),
      at(250, lockedBatch(2n, STAKES), locked(2n, 5n * NMR)),
      at(300, reported(1n, [scores(-(2 ** 31), 2 ** 31 - 1), scores(-1, 1)], { signers: 2 })),
      at(400, reported(2n, [0n, 0n], { signers: 1n + 2n ** 63n })),
    ],
    answers: [
      [
        `{ round(id: "1-1") { state reportedBatches }
           batch(id: "1-1-0") { state attempt report { id attempt scores signerBits signers relayer veto { id } timestamp block } }
           report(id: "1-2-0-0") { signerBits signers } }`,
        {
          round: { state: "LOCKED", reportedBatches: 1 },
          batch: {
            ...{ state: "REPORTED", attempt: 0 },
            report: {
              ...{ id: "1-1-0-0", attempt: 0, scores: words([scores(-(2 ** 31), 2 ** 31 - 1), scores(-1, 1)]) },
              ...{ signerBits: "2", signers: [BOB], relayer: NOBODY, veto: null, timestamp: "300", block: "4" },
            },
          },
          report: { signerBits: "9223372036854775809", signers: [REPORTERS[0], REPORTERS[63]] },
        },
      ],
      [
        `{ reports(where: { signers: ${JSON.stringify([REPORTERS[0], REPORTERS[63]])} }) { id } }`,
        { reports: [{ id: "1-2-0-0" }] },
      ],
    ],
  },
  {
    of: "ScoresVetoed",
    name: "takes a report back, and the next one carries another attempt",
    blocks: [
      at(100, stakers, opened(1n), opened(2n)),
      at(
        200,
        [1n, 2n].flatMap((round) => [lockedBatch(round, STAKES), locked(round, 5n * NMR), reported(round, [1n, 2n])]),
      ),
      at(300, vetoed(1n, 0), vetoed(2n, 0)),
      at(400, reported(2n, [3n, 4n], { attempt: 1 }), vetoed(2n, 1), reported(2n, [5n, 6n], { attempt: 2 })),
    ],
    answers: [
      [
        `{ batches { id state attempt report { id scores } reports { id veto { id } } } rounds { id reportedBatches }
           veto(id: "1-1-0-0") { round { id } batch { id } report { id } guardian timestamp block } }`,
        {
          batches: [
            {
              ...{ id: "1-1-0", state: "LOCKED", attempt: 1, report: null },
              reports: [{ id: "1-1-0-0", veto: { id: "1-1-0-0" } }],
            },
            {
              ...{ id: "1-2-0", state: "REPORTED", attempt: 2, report: { id: "1-2-0-2", scores: words([5n, 6n]) } },
              reports: [
                { id: "1-2-0-0", veto: { id: "1-2-0-0" } },
                { id: "1-2-0-1", veto: { id: "1-2-0-1" } },
                { id: "1-2-0-2", veto: null },
              ],
            },
          ],
          rounds: [
            { id: "1-1", reportedBatches: 0 },
            { id: "1-2", reportedBatches: 1 },
          ],
          veto: {
            ...{ round: { id: "1-1" }, batch: { id: "1-1-0" }, report: { id: "1-1-0-0" } },
            ...{ guardian: GUARDIAN, timestamp: "300", block: "3" },
          },
        },
      ],
    ],
  },
  {
    of: "RoundSettled",
    name: "ends the round: nothing of it is in flight, at risk or held back; others still are",
    blocks: [
      at(100, stakers, opened(1n), opened(2n)),
      at(
        200,
        [1n, 2n].flatMap((round) => [lockedBatch(round, STAKES), locked(round, 5n * NMR)]),
      ),
      at(300, reported(2n, [0n, 0n]), settledBatch(2n, [0n, 0n]), settled(2n, [])),
    ],
    answers: [
      [
        `{ rounds { id state settledAt settledBatches atRiskNowWei earmarkedWei rewardedWei burnedWei }
           tournament(id: "1") { roundsInFlight settledRoundCount atRiskWei earmarkedWei }
           positionRange(id: "1-0") { roundsInFlight { id } settlements { id } } burns { id } }`,
        {
          rounds: [
            { ...{ id: "1-1", state: "LOCKED", settledAt: null, settledBatches: 0 }, ...RISK, ...NOTHING },
            { ...{ id: "1-2", state: "SETTLED", settledAt: "300", settledBatches: 1 }, ...NO_RISK, ...NOTHING },
          ],
          tournament: {
            ...{
              roundsInFlight: 1,
              settledRoundCount: 1,
              atRiskWei: RISK.atRiskNowWei,
              earmarkedWei: RISK.earmarkedWei,
            },
          },
          positionRange: { roundsInFlight: [{ id: "1-1" }], settlements: [{ id: "1-2-0" }] },
          burns: [],
        },
      ],
    ],
  },
  {
    of: "RoundVoided",
    name: "ends a round that is open, half locked, locked or half settled; what was settled stays",
    blocks: [
      at(100, stakers, staked(2, ANN, NMR), log("ReserveFunded", { from: ANN, amount: wei(9n * NMR) })),
      at(
        150,
        [1n, 2n, 3n, 4n].map((round) => opened(round)),
      ),
      at(200, lockedBatch(2n, STAKES), lockedBatch(3n, STAKES), locked(3n, 5n * NMR), reported(3n, [1n, 2n])),
      at(300, lockedBatch(4n, STAKES), lockedBatch(4n, [NMR], 1), locked(4n, 5n * NMR + NMR / 2n, { batches: 2 })),
      at(
        400,
        reported(4n, [scores(10 ** 8, 0), 0n]),
        reported(4n, [0n], { batch: 1 }),
        settledBatch(4n, [NMR / 5n, 0n]),
      ),
      at(500, [4n, 3n, 2n, 1n].map(voided)),
    ],
    answers: [
      [
        `{ rounds { id state voidedAt settledBatches atRiskNowWei earmarkedWei rewardedWei burnedWei }
           tournament(id: "1") { roundsInFlight voidRoundCount settledRoundCount atRiskWei earmarkedWei reserveNmr rewardedNmr }
           protocol(id: "numeraire-staking") { atRiskWei payoutCount } positionRanges { id roundsInFlight { id } }
           payouts { id payoutNmr } position(id: "1-0") { activeNmr } }`,
        {
          rounds: [
            { ...{ id: "1-1", state: "VOID", voidedAt: "500", settledBatches: 0 }, ...NO_RISK, ...NOTHING },
            { ...{ id: "1-2", state: "VOID", voidedAt: "500", settledBatches: 0 }, ...NO_RISK, ...NOTHING },
            { ...{ id: "1-3", state: "VOID", voidedAt: "500", settledBatches: 0 }, ...NO_RISK, ...NOTHING },
            {
              ...{ id: "1-4", state: "VOID", voidedAt: "500", settledBatches: 1 },
              ...NO_RISK,
              ...{ rewardedWei: wei(NMR / 5n), burnedWei: "0" },
            },
          ],
          tournament: {
            ...{ roundsInFlight: 0, voidRoundCount: 4, settledRoundCount: 0, atRiskWei: "0", earmarkedWei: "0" },
            ...{ reserveNmr: "8.8", rewardedNmr: "0.2" },
          },
          protocol: { atRiskWei: "0", payoutCount: 2 },
          positionRanges: [
            { id: "1-0", roundsInFlight: [] },
            { id: "1-1", roundsInFlight: [] },
          ],
          payouts: [
            { id: "1-4-0", payoutNmr: "0.2" },
            { id: "1-4-1", payoutNmr: "0" },
          ],
          position: { activeNmr: "4.2" },
        },
      ],
    ],
  },
  {
    of: "RoundVoided",
    name: "no handler needs an event before it: a life backwards",
    blocks: [
      at(
        100,
        voided(1n),
        settled(1n, []),
        settledBatch(1n, [1n, -1n]),
        vetoed(1n, 0),
        reported(1n, [1n]),
        locked(1n, NMR),
      ),
      at(200, lockedBatch(1n, STAKES), opened(1n), log("Withdrawn", { position: 0, to: BOB, amount: wei(NMR) })),
      at(300, log("WithdrawalCancelled", { position: 0, amount: wei(NMR) })),
      at(400, log("WithdrawalRequested", { position: 0, amount: wei(NMR), pending: wei(NMR) })),
      at(500, staked(0, ANN, NMR).reverse(), log("ReserveWithdrawn", { to: ANN, amount: wei(NMR) })),
      at(600, log("ReserveFunded", { from: ANN, amount: wei(NMR) })),
      at(700, log("OrganizerTransferred", { previousOrganizer: ANN, organizer: BOB })),
      at(800, log("OrganizerTransferStarted", { organizer: ANN, pendingOrganizer: BOB }), created().reverse()),
    ],
    answers: [
      [
        '{ _meta { hasIndexingErrors } tournament(id: "1") { name voidRoundCount } }',
        { _meta: { hasIndexingErrors: false }, tournament: { name: "Classic", voidRoundCount: 1 } },
      ],
    ],
  },
];

function stake(
  position: number,
  batch: number,
  stakeNmr: string,
  stakeWei: string,
  atRiskNmr: string,
  atRiskWei: string,
) {
  return {
    ...{ id: `1-1-${position}`, batch: { id: `1-1-${batch}` }, position: { id: `1-${position}` } },
    ...{ stakeNmr, stakeWei, atRiskNmr, atRiskWei },
  };
}

function batch(number: number, stakes: string[], stakeCount: number, stakedNmr: string) {
  return {
    ...{ id: `1-1-${number}`, number, state: "LOCKED", stakes, stakeCount, stakedNmr, attempt: 0 },
    ...{ lockedAt: "200", lockedAtBlock: "2" },
  };
}
