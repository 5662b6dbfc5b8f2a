import {
  ANN,
  at,
  BOB,
  type Case,
  created,
  GUARDIAN,
  log,
  MOST,
  nmr,
  NMR,
  NOBODY,
  opened,
  ORGANIZER,
  wei,
} from "./events.ts";

const U40 = 2 ** 40 - 1;

export const tournamentCases: Case[] = [
  {
    of: "TournamentCreated",
    name: "keeps name, organizer and limits, the largest and the smallest",
    blocks: [
      at(
        100,
        log("TournamentCreated", {
          ...{
            organizer: ORGANIZER,
            name: `Klassik "\u{1f40b}"; drop table`,
            maxClip: 10n ** 9n,
            maxExposure: 10n ** 9n,
          },
          ...{ maxRoundsInFlight: 65_535, maxDuration: U40, minDisputeWindow: U40 },
        }),
      ),
      at(
        200,
        log("TournamentCreated", {
          ...{ tournament: 2, organizer: ANN, name: "", maxClip: 0, maxExposure: 0 },
          ...{ maxRoundsInFlight: 1, maxDuration: 0, minDisputeWindow: 0 },
        }),
      ),
    ],
    answers: [
      [
        `{ tournaments(orderBy: number) { id number name organizer pendingOrganizer maxClip maxExposure maxRoundsInFlight
             maxDuration minDisputeWindow createdAt createdAtBlock }
           protocol(id: "numeraire-staking") { tournamentCount } }`,
        {
          tournaments: [
            {
              ...{ id: "1", number: 1, name: `Klassik "\u{1f40b}"; drop table`, organizer: ORGANIZER },
              ...{ pendingOrganizer: null, maxClip: "1000000000", maxExposure: "1000000000" },
              ...{ maxRoundsInFlight: 65_535, maxDuration: "1099511627775", minDisputeWindow: "1099511627775" },
              ...{ createdAt: "100", createdAtBlock: "1" },
            },
            {
              ...{ id: "2", number: 2, name: "", organizer: ANN },
              ...{ pendingOrganizer: null, maxClip: "0", maxExposure: "0" },
              ...{ maxRoundsInFlight: 1, maxDuration: "0", minDisputeWindow: "0" },
              ...{ createdAt: "200", createdAtBlock: "2" },
            },
          ],
          protocol: { tournamentCount: 2 },
        },
      ],
    ],
  },
  {
    of: "OrganizerTransferStarted",
    name: "names who may accept; the zero address takes it back",
    blocks: [
      at(100, created(1), created(2)),
      at(
        200,
        [1, 2].map((tournament) => proposal(tournament, ANN)),
        proposal(2, NOBODY),
      ),
    ],
    answers: [
      [
        "{ tournaments { id organizer pendingOrganizer } }",
        {
          tournaments: [
            { id: "1", organizer: ORGANIZER, pendingOrganizer: ANN },
            { id: "2", organizer: ORGANIZER, pendingOrganizer: null },
          ],
        },
      ],
    ],
  },
  {
    of: "OrganizerTransferred",
    name: "changes the organizer, and nobody is pending",
    blocks: [
      at(100, created(), proposal(1, ANN)),
      at(200, log("OrganizerTransferred", { previousOrganizer: ORGANIZER, organizer: ANN })),
    ],
    answers: [
      [
        '{ tournament(id: "1") { organizer pendingOrganizer } }',
        { tournament: { organizer: ANN, pendingOrganizer: null } },
      ],
    ],
  },
  {
    of: "ReportersSet",
    name: "a new set counts for rounds opened from then on, one reporter or 64",
    blocks: [
      at(100, created(), opened(1n)),
      at(200, log("ReportersSet", { reporterSet: 2, reporters: [BOB], quorum: 1 }), opened(2n)),
      at(300, log("ReportersSet", { reporterSet: 3, reporters: many(64), quorum: 64 })),
    ],
    answers: [
      [
        `{ tournament(id: "1") { reporterSet { id number quorum timestamp block } reporterSets { id } }
           rounds { id reporterSet { id reporters quorum } } }`,
        {
          tournament: {
            reporterSet: { id: "1-3", number: 3, quorum: 64, timestamp: "300", block: "3" },
            reporterSets: [{ id: "1-1" }, { id: "1-2" }, { id: "1-3" }],
          },
          rounds: [
            { id: "1-1", reporterSet: { id: "1-1", reporters: [ANN, BOB], quorum: 2 } },
            { id: "1-2", reporterSet: { id: "1-2", reporters: [BOB], quorum: 1 } },
          ],
        },
      ],
      [`{ reporterSets(where: { reporters: ${JSON.stringify(many(64))} }) { id } }`, { reporterSets: [{ id: "1-3" }] }],
    ],
  },
  {
    of: "GuardianSet",
    name: "counts for rounds opened from then on, nobody too",
    blocks: [at(100, created(), opened(1n)), at(200, log("GuardianSet", { guardian: NOBODY }), opened(2n))],
    answers: [
      [
        '{ tournament(id: "1") { guardian } rounds { id guardian } }',
        {
          tournament: { guardian: NOBODY },
          rounds: [
            { id: "1-1", guardian: GUARDIAN },
            { id: "1-2", guardian: NOBODY },
          ],
        },
      ],
    ],
  },
  {
    of: "RegistrarSet",
    name: "counts at once",
    blocks: [at(100, created()), at(200, log("RegistrarSet", { registrar: BOB }))],
    answers: [['{ tournament(id: "1") { registrar } }', { tournament: { registrar: BOB } }]],
  },
  {
    of: "MinStakeSet",
    name: "takes the largest stake that there is, and none",
    blocks: [
      at(100, created(1), created(2)),
      at(200, log("MinStakeSet", { minStake: wei(MOST) }), log("MinStakeSet", { tournament: 2, minStake: 0 })),
    ],
    answers: [
      [
        "{ tournaments { id minStakeWei minStakeNmr } }",
        {
          tournaments: [
            { id: "1", minStakeWei: "9223372036854775807000000000", minStakeNmr: "9223372036.854775807" },
            { id: "2", minStakeWei: "0", minStakeNmr: "0" },
          ],
        },
      ],
    ],
  },
  {
    of: "ReserveFunded",
    name: "anybody adds to a reserve, each payment is kept",
    blocks: [
      at(100, created(1), created(2)),
      at(200, funded(1, ANN, 5n * NMR), funded(1, BOB, 1n), funded(2, ANN, MOST)),
    ],
    answers: [
      [
        `{ tournament(id: "1") { reserveWei reserveNmr reserveChangeCount }
           protocol(id: "numeraire-staking") { reserveWei }
           reserveChanges { id tournament { id } number kind amountWei amountNmr reserveWei account timestamp block } }`,
        {
          tournament: { reserveWei: wei(5n * NMR + 1n), reserveNmr: "5.000000001", reserveChangeCount: 2 },
          protocol: { reserveWei: wei(5n * NMR + 1n + MOST) },
          reserveChanges: [
            payment(1, 0, "FUNDED", 5n * NMR, 5n * NMR, ANN),
            payment(1, 1, "FUNDED", 1n, 5n * NMR + 1n, BOB),
            payment(2, 0, "FUNDED", MOST, MOST, ANN),
          ],
        },
      ],
    ],
  },
  {
    of: "ReserveWithdrawn",
    name: "the organizer takes all of it, and somebody else receives",
    blocks: [
      at(100, created(), funded(1, ANN, 5n * NMR)),
      at(200, log("ReserveWithdrawn", { to: BOB, amount: wei(5n * NMR) })),
    ],
    answers: [
      [
        `{ tournament(id: "1") { reserveWei reserveNmr reserveChangeCount }
           reserveChanges(where: { kind: WITHDRAWN }) {
             id tournament { id } number kind amountWei amountNmr reserveWei account timestamp block } }`,
        {
          tournament: { reserveWei: "0", reserveNmr: "0", reserveChangeCount: 2 },
          reserveChanges: [payment(1, 1, "WITHDRAWN", 5n * NMR, 0n, BOB)],
        },
      ],
    ],
  },
];

function proposal(tournament: number, pendingOrganizer: string) {
  return log("OrganizerTransferStarted", { tournament, organizer: ORGANIZER, pendingOrganizer });
}

function funded(tournament: number, from: string, amount: bigint) {
  return log("ReserveFunded", { tournament, from, amount: wei(amount) });
}

/** A row of the second block. */
function payment(tournament: number, number: number, kind: string, amount: bigint, reserve: bigint, account: string) {
  return {
    ...{ id: `${tournament}-${number}`, tournament: { id: String(tournament) }, number, kind },
    ...{ amountWei: wei(amount), amountNmr: nmr(amount), reserveWei: wei(reserve), account },
    ...{ timestamp: "200", block: "2" },
  };
}

/** Different addresses. */
function many(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `0x${String(index + 1).padStart(40, "0")}`);
}
