import {
  ANN,
  at,
  BOB,
  type Case,
  created,
  lockedBatch,
  log,
  MOST,
  nmr,
  NMR,
  opened,
  SCHEDULE,
  staked,
  voided,
  wei,
} from "./events.ts";

export const stakeCases: Case[] = [
  {
    of: "PositionOpened",
    name: "counts positions and stakers, in each tournament and in all",
    blocks: [
      at(100, created(1), created(2)),
      at(200, staked(0, ANN, NMR), staked(1, ANN, NMR), staked(2, BOB, NMR), staked(0, ANN, NMR, 2)),
    ],
    answers: [
      [
        `{ protocol(id: "numeraire-staking") { positionCount stakerCount }
           tournaments { id positionCount stakerCount activeStakerCount }
           stakers { id positionCount tournaments { id positionCount } }
           positions(where: { tournament: "1", number: 1 }) {
             id number model staker { id } tournamentStaker { id } openedAt openedAtBlock payoutCountAllTime returnLast20 } }`,
        {
          protocol: { positionCount: 4, stakerCount: 2 },
          tournaments: [
            { id: "1", positionCount: 3, stakerCount: 2, activeStakerCount: 2 },
            { id: "2", positionCount: 1, stakerCount: 1, activeStakerCount: 1 },
          ],
          stakers: [
            {
              ...{ id: ANN, positionCount: 3 },
              tournaments: [
                { id: `1-${ANN}`, positionCount: 2 },
                { id: `2-${ANN}`, positionCount: 1 },
              ],
            },
            { id: BOB, positionCount: 1, tournaments: [{ id: `1-${BOB}`, positionCount: 1 }] },
          ],
          positions: [
            {
              ...{ id: "1-1", number: 1, model: `0x${"1".padStart(64, "0")}`, staker: { id: ANN } },
              ...{ tournamentStaker: { id: `1-${ANN}` }, openedAt: "200", openedAtBlock: "2" },
              ...{ payoutCountAllTime: 0, returnLast20: "0" },
            },
          ],
        },
      ],
    ],
  },
  {
    of: "StakeIncreased",
    name: "the first opens, others increase, up to the largest stake",
    blocks: [
      at(100, created(), staked(0, ANN, NMR)),
      at(200, log("StakeIncreased", { position: 0, amount: wei(MOST - NMR) })),
    ],
    answers: [
      [
        `{ position(id: "1-0") { activeWei activeNmr pendingWei changeCount
             changes(orderBy: number) { id number kind amountWei activeWei activeNmr pendingWei to timestamp block } }
           tournament(id: "1") { activeWei activeNmr } protocol(id: "numeraire-staking") { activeWei } }`,
        {
          position: {
            ...{ activeWei: wei(MOST), activeNmr: nmr(MOST), pendingWei: "0", changeCount: 2 },
            changes: [change(0, "OPENED", NMR, NMR, 0n, 100), change(1, "INCREASED", MOST - NMR, MOST, 0n, 200)],
          },
          tournament: { activeWei: wei(MOST), activeNmr: nmr(MOST) },
          protocol: { activeWei: wei(MOST) },
        },
      ],
    ],
  },
  {
    of: "WithdrawalRequested",
    name: "waits for the rounds that hold its batch, and for the latest of their deadlines at most",
    blocks: [
      at(100, created(), staked(0, ANN, 5n * NMR), staked(1, BOB, 5n * NMR)),
      at(200, request(1, NMR)), // nothing holds it
      at(300, opened(1n), opened(2n, { settledBy: 20_000 }), opened(3n)),
      at(400, lockedBatch(2n, [5n * NMR]), lockedBatch(1n, [5n * NMR])),
      at(500, request(0, NMR), request(0, 2n * NMR)),
    ],
    answers: [
      [
        `{ positions { id activeNmr pendingNmr heldBy { id } withdrawableBy }
           stakeChanges(where: { position: "1-0", kind: WITHDRAWAL_REQUESTED }) {
             id number kind amountWei activeWei activeNmr pendingWei to timestamp block } }`,
        {
          positions: [
            {
              ...{ id: "1-0", activeNmr: "2", pendingNmr: "3" },
              ...{ heldBy: [{ id: "1-1" }, { id: "1-2" }], withdrawableBy: "20000" },
            },
            { id: "1-1", activeNmr: "4", pendingNmr: "1", heldBy: [], withdrawableBy: "200" },
          ],
          stakeChanges: [
            change(1, "WITHDRAWAL_REQUESTED", NMR, 4n * NMR, NMR, 500, 5),
            change(2, "WITHDRAWAL_REQUESTED", 2n * NMR, 2n * NMR, 3n * NMR, 500, 5),
          ],
        },
      ],
    ],
  },
  {
    of: "WithdrawalRequested",
    name: "a round that is void or another batch's holds nothing back",
    blocks: [
      at(100, created(), staked(0, ANN, 5n * NMR), staked(1_024, BOB, 5n * NMR)),
      at(300, opened(1n), opened(2n), lockedBatch(1n, [5n * NMR]), lockedBatch(2n, [5n * NMR])),
      at(SCHEDULE.settledBy, voided(1n), request(0, NMR), request(1_024, NMR)),
    ],
    answers: [
      [
        "{ positions { id heldBy { id } withdrawableBy } }",
        {
          positions: [
            { id: "1-0", heldBy: [{ id: "1-2" }], withdrawableBy: "9000" },
            { id: "1-1024", heldBy: [], withdrawableBy: "9000" },
          ],
        },
      ],
    ],
  },
  {
    of: "WithdrawalCancelled",
    name: "all that is pending becomes active again, and nothing holds it",
    blocks: [
      at(100, created(), staked(0, ANN, 5n * NMR), opened(1n), lockedBatch(1n, [5n * NMR])),
      at(200, request(0, 5n * NMR)),
      at(300, log("WithdrawalCancelled", { position: 0, amount: wei(5n * NMR) })),
    ],
    answers: [
      [
        `{ position(id: "1-0") { activeWei pendingWei pendingNmr heldBy { id } withdrawableBy }
           tournament(id: "1") { activeWei pendingWei activeStakerCount }
           stakeChange(id: "1-0-2") { id number kind amountWei activeWei activeNmr pendingWei to timestamp block } }`,
        {
          position: { activeWei: wei(5n * NMR), pendingWei: "0", pendingNmr: "0", heldBy: [], withdrawableBy: null },
          tournament: { activeWei: wei(5n * NMR), pendingWei: "0", activeStakerCount: 1 },
          stakeChange: change(2, "WITHDRAWAL_CANCELLED", 5n * NMR, 5n * NMR, 0n, 300, 3),
        },
      ],
    ],
  },
  {
    of: "Withdrawn",
    name: "everything is paid out to another address, the staker is not counted any more and may come back",
    blocks: [
      at(100, created(), staked(0, ANN, 5n * NMR), staked(1, BOB, NMR)),
      at(200, request(0, 5n * NMR), request(1, NMR)),
      at(300, log("Withdrawn", { position: 0, to: BOB, amount: wei(5n * NMR) })),
      at(400, log("Withdrawn", { position: 1, to: BOB, amount: wei(NMR) })),
      at(500, log("StakeIncreased", { position: 1, amount: wei(2n * NMR) })),
    ],
    answers: [
      [
        `{ position(id: "1-0") { activeWei pendingWei withdrawableBy }
           tournament(id: "1") { activeWei pendingWei stakerCount activeStakerCount }
           protocol(id: "numeraire-staking") { activeWei pendingWei }
           tournamentStakers { id activeNmr pendingNmr }
           stakeChange(id: "1-0-2") { id number kind amountWei activeWei activeNmr pendingWei to timestamp block } }`,
        {
          position: { activeWei: "0", pendingWei: "0", withdrawableBy: null },
          tournament: { activeWei: wei(2n * NMR), pendingWei: "0", stakerCount: 2, activeStakerCount: 1 },
          protocol: { activeWei: wei(2n * NMR), pendingWei: "0" },
          tournamentStakers: [
            { id: `1-${ANN}`, activeNmr: "0", pendingNmr: "0" },
            { id: `1-${BOB}`, activeNmr: "2", pendingNmr: "0" },
          ],
          stakeChange: { ...change(2, "WITHDRAWN", 5n * NMR, 0n, 0n, 300, 3), to: BOB },
        },
      ],
    ],
  },
];

function request(position: number, amount: bigint) {
  return log("WithdrawalRequested", { position, amount: wei(amount), pending: 0 }); // the sum is ours to keep
}

/** A row of position 0. */
function change(
  number: number,
  kind: string,
  amount: bigint,
  active: bigint,
  pending: bigint,
  time: number,
  block = time / 100,
) {
  return {
    ...{ id: `1-0-${number}`, number, kind, amountWei: wei(amount), activeWei: wei(active), activeNmr: nmr(active) },
    ...{ pendingWei: wei(pending), to: null, timestamp: String(time), block: String(block) },
  };
}
