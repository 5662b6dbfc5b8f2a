import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { GraphQLScalarType } from "graphql";
import { createGraphQLError, createSchema, createYoga } from "graphql-yoga";
import type { SimulatedModel, SimulatedRound, Source } from "./source.ts";
import { detailsView, iso, roundView, type Status, statusOf } from "./view.ts";

export type SimulatorOptions = {
  /** Its number in the API; without it the source's own. */
  readonly tournament?: number;
  /** Unix seconds. */
  readonly clock: () => number;
  readonly source: Source;
  readonly logger?: FastifyBaseLogger;
};

type RoundsArguments = {
  tournament?: number | null;
  number?: number | null;
  status?: Status | null;
  limit?: number | null;
};
type DetailsArguments = { roundNumber: number; tournament: number };
type PerformancesArguments = { modelId: string; tournament?: number | null; roundNumber__eq?: number | null };
type PipelineArguments = { date?: string | null };
type Context = { req: FastifyRequest; reply: FastifyReply };

const TYPE_DEFINITIONS = /* GraphQL */ `
  scalar Decimal
  enum RoundStatus {
    UPCOMING
    OPEN
    RESOLVING
    RESOLVED
  }
  type RoundScoreConfig {
    name: String!
    version: String!
    displayName: String
    isPayout: Boolean!
    defaultMultiplier: Decimal
    minMultiplier: Decimal
    maxMultiplier: Decimal
    clipThreshold: Decimal
    stakeThreshold: Decimal
    payoutFactor: String
  }
  type Round {
    id: ID!
    tournament: Int!
    number: Int!
    target: String
    openTime: String
    closeTime: String
    closeStakingTime: String
    scoreTime: String
    resolveTime: String
    resolvedGeneral: Boolean
    resolvedStaking: Boolean
    payoutFactor: String
    stakeThreshold: Decimal
    roundScoreConfigs: [RoundScoreConfig!]
  }
  type PayoutMultiplier {
    displayName: String
    multiplier: Decimal
  }
  type Model {
    id: ID!
    modelName: String!
    selectedStakeValue: String
    payoutPending: String
    payoutSettled: String
    corr: Decimal
    corrMultiplier: Decimal
    mmcMultiplier: Decimal
    corr20: Decimal
    v2Corr20: Decimal
    corr60: Decimal
    mmc: Decimal
    mmc60: Decimal
    bmc: Decimal
    alpha: Decimal
    mpc: Decimal
    fncV3: Decimal
    fncV4: Decimal
    tc: Decimal
  }
  type RoundDetails {
    roundId: ID!
    roundNumber: Int!
    tournament: Int!
    status: String!
    roundResolved: Boolean!
    openTime: String
    closeTime: String
    closeStakingTime: String
    scoreTime: String
    roundResolveTime: String
    payoutFactor: String
    payoutMultipliers: [PayoutMultiplier!]!
    totalAtStake: Decimal
    totalPayout: Decimal
    totalStakes: Int
    models: [Model!]!
  }
  type PipelineStatus {
    isScoringDay: Boolean!
    dataReadyAt: String
    scoredAt: String
    resolvedAt: String
  }
  type RoundModelPerformance {
    roundNumber: Int!
    prevWeekChurnMax: Decimal
    churnThreshold: Decimal
    prevWeekTurnoverMax: Decimal
    turnoverThreshold: Decimal
  }
  type Query {
    rounds(tournament: Int, number: Int, status: RoundStatus, limit: Int): [Round!]!
    roundDetails(roundNumber: Int!, tournament: Int!): RoundDetails
    v2RoundModelPerformances(modelId: ID!, tournament: Int, roundNumber__eq: Int): [RoundModelPerformance!]!
    pipelineStatus(date: String, tournament: String!): PipelineStatus
  }
`;

// TypeScript's library doesn't know JSON.rawJSON yet. It alone writes a number with the digits it was given.
const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => unknown };

const decimalScalar = new GraphQLScalarType<unknown>({
  name: "Decimal",
  description: "A JSON number, to its last digit.",
  serialize: (text) => rawJSON(String(text)),
});

const DAY = 24 * 3600;

/** Numerai's API with made-up or replayed rounds, on a clock of one's own. It answers at `/` and doesn't listen yet. */
export function buildSimulator(options: SimulatorOptions): FastifyInstance {
  const app = options.logger === undefined ? Fastify() : Fastify({ loggerInstance: options.logger });
  const yoga = createYoga<Context>({
    schema: createSchema<Context>({ typeDefs: TYPE_DEFINITIONS, resolvers: resolversOf(options) }),
    graphqlEndpoint: "/",
    graphiql: false,
    landingPage: false,
    logging: false,
  });
  app.route({
    url: yoga.graphqlEndpoint,
    method: ["GET", "POST", "OPTIONS"],
    handler: (req, reply) => yoga.handleNodeRequestAndResponse(req, reply, { req, reply }),
  });
  return app;
}

function resolversOf({ source, clock, tournament = source.tournament }: SimulatorOptions) {
  const numbered = (number: number): SimulatedRound => {
    const round = source.rounds.find((candidate) => candidate.number === number);
    // The API says so with HTTP 200, and for round 0, "the current one", between rounds too.
    if (round === undefined) throw createGraphQLError(`Round not found: ${number} of tournament ${tournament}`);
    return round;
  };
  const modelsOf = lastModels();
  return {
    Decimal: decimalScalar,
    Query: {
      rounds: (_: unknown, asked: RoundsArguments) => {
        const now = clock();
        if ((asked.tournament ?? tournament) !== tournament) return [];
        const rounds = typeof asked.number === "number" ? [numbered(asked.number)] : source.rounds.toReversed();
        return rounds
          .filter((round) => (asked.status ?? statusOf(round, now)) === statusOf(round, now))
          .slice(0, asked.limit ?? rounds.length)
          .map((round) => roundView(round, tournament, now));
      },
      roundDetails: (_: unknown, asked: DetailsArguments) => {
        if (asked.tournament !== tournament) throw createGraphQLError(`Tournament not found: ${asked.tournament}`);
        return detailsView(numbered(asked.roundNumber), tournament, clock());
      },
      v2RoundModelPerformances: (_: unknown, asked: PerformancesArguments) => {
        const { modelId, roundNumber__eq: number } = asked;
        if ((asked.tournament ?? tournament) !== tournament) return [];
        const rounds = typeof number === "number" ? [numbered(number)] : source.rounds;
        return rounds
          .filter((round) => statusOf(round, clock()) !== "UPCOMING")
          .flatMap((round) => {
            const model = modelsOf(round).get(modelId);
            return model === undefined ? [] : [{ roundNumber: round.number, ...model.gates }];
          });
      },
      pipelineStatus: (_: unknown, { date }: PipelineArguments) => pipelineAt(source.rounds, clock(), date ?? null),
    },
  };
}

/** The models of a round by id. Thousands of questions in a row are about one round, and its models cost time to make up. */
function lastModels(): (round: SimulatedRound) => ReadonlyMap<string, SimulatedModel> {
  let last: { round: SimulatedRound; models: ReadonlyMap<string, SimulatedModel> } | undefined;
  return (round) => {
    if (last?.round !== round) last = { round, models: new Map(round.models().map((model) => [model.id, model])) };
    return last.models;
  };
}

function pipelineAt(rounds: readonly SimulatedRound[], now: number, date: string | null) {
  const asked = date === null ? now : Date.parse(`${date}T00:00:00Z`) / 1000;
  if (Number.isNaN(asked)) throw createGraphQLError(`Invalid date: ${String(date)}`);
  const start = Math.floor(asked / DAY) * DAY;
  const onThatDay = (time: number): boolean => time >= start && time < start + DAY && time <= now;
  const scoring = rounds.filter((round) => round.scoresAt < start + DAY && round.resolvesAt >= start);
  const scored = Math.max(start, ...scoring.map((round) => round.scoresAt));
  const resolved = rounds.find((round) => onThatDay(round.resolvesAt));
  return {
    isScoringDay: scoring.length > 0,
    dataReadyAt: scoring.length > 0 && onThatDay(start) ? iso(start) : null,
    scoredAt: scoring.length > 0 && onThatDay(scored) ? iso(scored) : null,
    resolvedAt: resolved === undefined ? null : iso(resolved.resolvesAt),
  };
}
