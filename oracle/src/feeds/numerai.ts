import { InputError } from "../core/errors.ts";
import { isObject, type Json, parseJson, showJson } from "../core/json.ts";
import type { Feed } from "./feed.ts";
import { hasGates } from "./gates.ts";
import { ask, type HttpOptions } from "./http.ts";
import { performancesQueries, withPerformances } from "./performances.ts";
import { readRound, readRounds } from "./read.ts";

/** The token is `publicId$secretKey`; the queries used here need none. */
export type NumeraiOptions = HttpOptions & {
  /** 8 Classic, 11 Signals, 12 Crypto. */
  readonly tournament: number;
  /** How many rounds `rounds()` asks for, newest first. */
  readonly limit?: number;
  /** Ask for each model's churn and turnover too, and refuse a round without: without it, for Signals alone. */
  readonly gated?: boolean;
  /** Unix seconds. */
  readonly clock?: () => number;
};

type Members = Readonly<Record<string, Json>>;

const ROUNDS = `query($tournament: Int, $number: Int, $status: RoundStatus, $limit: Int) {
  rounds(tournament: $tournament, number: $number, status: $status, limit: $limit) {
    id tournament number target openTime closeTime closeStakingTime scoreTime resolveTime resolvedGeneral resolvedStaking payoutFactor stakeThreshold
    roundScoreConfigs { name version displayName isPayout defaultMultiplier minMultiplier maxMultiplier clipThreshold stakeThreshold payoutFactor } } }`;

const MODEL_SCORES = "corr20 v2Corr20 corr60 mmc mmc60 bmc alpha mpc fncV3 fncV4 tc";
const OWN_MULTIPLIERS = "corr mmc corrMultiplier mmcMultiplier";

const DEFAULT_LIMIT = 100;

/** Numerai's GraphQL API, or anything that answers like it. */
export function numeraiFeed(options: NumeraiOptions): Feed {
  const { tournament, limit = DEFAULT_LIMIT, clock = () => Math.floor(Date.now() / 1000) } = options;
  const { gated = hasGates(tournament) } = options;
  return {
    async rounds() {
      return readRounds(await questioned(options, ROUNDS, { tournament, limit }), { now: clock(), tournament });
    },
    async details(number) {
      // The round first: should it be settled between the questions, it is merely seen as not settled yet.
      const asked = { tournament, number: graphqlInt(number), limit: 1 };
      const round = onlyRound((await questioned(options, ROUNDS, asked))["rounds"], number);
      const roundDetails = await detailsOf(options, round, number, gated);
      const body = roundDetails === undefined ? { round } : { round, roundDetails };
      return readRound(body, { now: clock(), tournament, number, gated }).details;
    },
  };
}

async function detailsOf(
  options: NumeraiOptions,
  round: Json,
  number: bigint,
  gated: boolean,
): Promise<Json | undefined> {
  const { tournament } = options;
  const variables = { tournament, roundNumber: graphqlInt(number) };
  const { roundDetails } = await questioned(options, detailsQuery(round), variables);
  if (!gated) return roundDetails;
  const answers: Members[] = [];
  for (const query of performancesQueries(roundDetails, tournament, number)) {
    answers.push(await questioned(options, query, {}));
  }
  return withPerformances(roundDetails, number, Object.fromEntries(answers.flatMap(Object.entries)));
}

function onlyRound(rounds: Json | undefined, number: bigint): Json {
  if (!Array.isArray(rounds)) throw new InputError("rounds", `${showJson(rounds)} is not a list`);
  const [round] = rounds as readonly Json[];
  if (round === undefined || rounds.length > 1) {
    throw new InputError("rounds", `holds ${rounds.length} rounds; asked was round ${number.toString()} alone`);
  }
  return round;
}

/** Asks for the models' own multipliers only where a round needs them: today's API knows no such fields. */
function detailsQuery(round: Json): string {
  const configs = isObject(round) ? round["roundScoreConfigs"] : undefined;
  const scores = Array.isArray(configs) && configs.length > 0 ? MODEL_SCORES : OWN_MULTIPLIERS;
  return `query($roundNumber: Int!, $tournament: Int!) {
  roundDetails(roundNumber: $roundNumber, tournament: $tournament) {
    roundId roundNumber tournament status roundResolved openTime closeTime closeStakingTime scoreTime roundResolveTime payoutFactor
    payoutMultipliers { displayName multiplier } totalAtStake totalPayout totalStakes
    models { id modelName selectedStakeValue payoutPending payoutSettled ${scores} } } }`;
}

function graphqlInt(number: bigint): number {
  if (number < 1n || number >= 2n ** 31n) {
    throw new InputError("round", `${number.toString()} is out of range; the API's rounds are 1 to 2147483647`);
  }
  return Number(number);
}

/** One question; answers the members of `data`. */
async function questioned(options: NumeraiOptions, query: string, variables: Record<string, number>): Promise<Members> {
  const body = JSON.stringify({ query, variables });
  return ask(options, { url: options.url, text: body, scheme: "Token", body }, dataOf);
}

/** Errors come with any status, 200 among them, as `errors: [{ message }]` or as `{ detail }`. */
function dataOf(status: number, text: string): Members {
  const body = jsonOrNull(text);
  const complaint = complaintOf(body);
  if (complaint !== undefined || status < 200 || status > 299) throw new Error(complaint ?? `HTTP ${status}`);
  if (!isObject(body) || !isObject(body["data"])) throw new Error("the answer isn't GraphQL");
  return body["data"];
}

function complaintOf(body: Json): string | undefined {
  if (!isObject(body)) return undefined;
  const { errors = null, detail = null } = body;
  const complaint = Array.isArray(errors) ? ((errors as readonly Json[])[0] ?? detail) : (errors ?? detail);
  if (complaint === null) return undefined;
  const message = isObject(complaint) ? complaint["message"] : complaint;
  return typeof message === "string" ? message : showJson(message);
}

function jsonOrNull(text: string): Json {
  try {
    return parseJson(text, "body");
  } catch {
    return null;
  }
}
