/** Pages of a list; a query for more is refused. */
export const MOST_POSITIONS = 500;
export const MOST_ROUNDS = 64;
export const MOST_BATCHES = 256;
/** Of a staker whose sum is asked for. */
export const MOST_OWNED = 2_000;

export const TYPE_DEFINITIONS = /* GraphQL */ `
  """
  What no index of the chain has: rounds in flight as they would end now, reports and signatures, next deadlines.
  NanoNmr: 1e-9 NMR, decimal. Unix: seconds. All of it as of one block.
  """
  type Query {
    "Null until the chain has been read."
    tournament: Tournament
    "Rounds in flight, lowest number first; at most ${MOST_ROUNDS}."
    rounds(first: Int! = 20, after: String): [Round!]!
    "A round in flight; null for any other."
    round(number: String!): Round
    "The next deadline of each round, the nearest first; at most ${MOST_ROUNDS}."
    deadlines(first: Int! = 20): [Deadline!]!
    "Settled rounds that this node proved again since its start, the latest first; at most ${MOST_ROUNDS}."
    audits(first: Int! = 16): [Audit!]!
  }

  type Tournament {
    "Number in the contract."
    number: Int!
    block: String!
    blockTimeUnix: Int!
    "Part of the reserve that no round holds back."
    freeReserveNanoNmr: String!
    roundsInFlight: Int!
    "Sum over the rounds in flight."
    projected: Totals!
    "One position in every round in flight in which it has a stake."
    position(position: Int!): [PositionInRound!]!
    "Everything that an address has staked in this tournament; who opened a position has it for good."
    staker(address: String!): Staker!
  }

  type Staker {
    address: String!
    "How many positions it has ever opened."
    positionCount: Int!
    "Sum over its positions in the rounds in flight; an error for one with more than ${MOST_OWNED} positions."
    projected: Totals!
    "Lowest number first; at most ${MOST_POSITIONS}."
    positions(first: Int! = 100, after: Int! = -1): [StakersPosition!]!
  }

  type StakersPosition {
    position: Int!
    "Every round in flight in which it has a stake."
    inRounds: [PositionInRound!]!
  }

  type Totals {
    "One stake counts in every round in flight."
    stakedNanoNmr: String!
    rewardsNanoNmr: String!
    "What would be burned, positive."
    burnsNanoNmr: String!
    "Rewards less burns."
    netNanoNmr: String!
  }

  type PositionInRound {
    round: String!
    projected: ProjectedPosition!
  }

  type Round {
    number: String!
    "open: takes stakes; locking: some batches are locked; locked: all are."
    state: String!
    closesAtUnix: Int!
    lockedByUnix: Int!
    resolvesAtUnix: Int!
    settledByUnix: Int!
    disputeWindowSeconds: Int!
    "Addresses that may sign, in the contract's order."
    reporters: [String!]!
    "As many of them must sign the same."
    quorum: Int!
    "Null where nobody has staked."
    deadline: Deadline
    "At most ${MOST_BATCHES}."
    batches(first: Int! = 20, after: Int! = -1): [Batch!]!
    projection: Projection!
  }

  type Deadline {
    round: String!
    "open, lock, report or settle."
    step: String!
    "How many batches need it."
    batches: Int!
    eligibleAtUnix: Int!
    "The first second at which it may no longer happen."
    deadlineUnix: Int!
    "From the latest block; negative: missed."
    slackSeconds: Int!
  }

  type Batch {
    index: Int!
    "unlocked, locked, reported or settled."
    state: String!
    "Number of vetoes so far."
    attempt: Int!
    "Null without a standing report."
    reportedAtUnix: Int
    stakedNanoNmr: String!
    "What reporters are known to have signed for this attempt."
    signatures: [Signature!]!
  }

  type Signature {
    "Address."
    reporter: String!
    "keccak256 of the scores words."
    scoresHash: String!
    "Digest of the feed's answer that the scores were made from, by the reporter's word."
    feedDigest: String!
  }

  type Audit {
    round: String!
    "clean, differs, unknown: something can't be proved; open: it isn't settled any more."
    verdict: String!
    batches: Int!
    positions: Int!
    "What is not as chain, feed and formula give it."
    differences: Int!
    "The first of them, and what else is to say, in words."
    findings: [String!]!
  }

  "What would be paid if the round ended now. A burn may still be cut at what a position has when it is settled."
  type Projection {
    stakedNanoNmr: String!
    "Staked × exposure."
    atRiskNanoNmr: String!
    "min(1, threshold / at risk), 1e-18."
    payoutFactor1e18: String!
    rewardsNanoNmr: String!
    burnsNanoNmr: String!
    netNanoNmr: String!
    "Whether the feed calls its scores final; null where none have been read."
    isFinal: Boolean
    "Digest of the feed's answer; null where none has been read."
    feedDigest: String
    readAtUnix: Int
    "Positions with a stake, lowest number first; at most ${MOST_POSITIONS}. model: 0x and 64 hex digits."
    positions(first: Int! = 100, after: Int! = -1, model: String): [ProjectedPosition!]!
  }

  type ProjectedPosition {
    position: Int!
    "Id on chain: a UUID's 16 bytes and 16 zeros, else the keccak256 of a name."
    model: String!
    stakeNanoNmr: String!
    "The two scores, 1e-9; null where none are known, which pays nothing."
    scores1e9: [String!]
    payoutNanoNmr: String!
    "REPORT: the contract holds the scores; FEED: the feed has them; NONE."
    from: ScoreOrigin!
  }

  enum ScoreOrigin {
    REPORT
    FEED
    NONE
  }
`;
