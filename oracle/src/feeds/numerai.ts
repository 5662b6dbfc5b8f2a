import { InputError } from "../core/errors.ts";
import { type Json, JsonNumber, parseJson, showJson } from "../core/json.ts";
import { type Feed, FeedUnavailable } from "./feed.ts";
import { readRound, readRounds } from "./read.ts";

export type NumeraiOptions = {
  readonly url: string;
  /** 8 Classic, 11 Signals, 12 Crypto. */
  readonly tournament: number;
  /** `publicId$secretKey`; the queries used here need none. */
  readonly token?: string;
  /** How many rounds `rounds()` asks for, newest first. */
  readonly limit?: number;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  /** Unix seconds. */
  readonly clock?: () => number;
};

type Endpoint = {
  readonly url: string;
  readonly token: string | undefined;
  readonly timeoutMs: number;
  readonly maxBytes: number;
};
type Members = Readonly<Record<string, Json>>;

const ROUNDS = `query($tournament: Int, $number: Int, $status: RoundStatus, $limit: Int) {
  rounds(tournament: $tournament, number: $number, status: $status, limit: $limit) {
    id tournament number target openTime closeTime closeStakingTime scoreTime resolveTime resolvedGeneral resolvedStaking payoutFactor stakeThreshold
    roundScoreConfigs { name version displayName isPayout defaultMultiplier minMultiplier maxMultiplier clipThreshold stakeThreshold payoutFactor } } }`;

const MODEL_SCORES = "corr20 v2Corr20 corr60 mmc mmc60 bmc alpha mpc fncV3 fncV4 tc";
const OWN_MULTIPLIERS = "corr mmc corrMultiplier mmcMultiplier";

const MINUTE_MS = 60_000;
const DEFAULT_LIMIT = 100;
const DEFAULT_TIMEOUT_MS = MINUTE_MS / 2;
const DEFAULT_MAX_BYTES = 64 * 2 ** 20;

/** Numerai's GraphQL API, or anything that answers like it. */
export function numeraiFeed(options: NumeraiOptions): Feed {
  const { tournament, limit = DEFAULT_LIMIT, clock = () => Math.floor(Date.now() / 1000) } = options;
  const endpoint: Endpoint = {
    url: options.url,
    token: options.token,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    maxBytes: options.maxBytes ?? DEFAULT_MAX_BYTES,
  };
  return {
    async rounds() {
      return readRounds(await ask(endpoint, ROUNDS, { tournament, limit }), { now: clock(), tournament });
    },
    async details(number) {
      // The round first: should it be settled between the two questions, it is merely seen as not settled yet.
      const { rounds } = await ask(endpoint, ROUNDS, { tournament, number: graphqlInt(number), limit: 1 });
      const round = onlyRound(rounds, number);
      const { roundDetails } = await ask(endpoint, detailsQuery(round), {
        tournament,
        roundNumber: graphqlInt(number),
      });
      const body = roundDetails === undefined ? { round } : { round, roundDetails };
      return readRound(body, { now: clock(), tournament, number }).details;
    },
  };
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
async function ask(endpoint: Endpoint, query: string, variables: Record<string, number>): Promise<Members> {
  try {
    const response = await fetch(endpoint.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json",
        ...(endpoint.token !== undefined && { authorization: `Token ${endpoint.token}` }),
      },
      body: JSON.stringify({ query, variables }),
      redirect: "error",
      signal: AbortSignal.timeout(endpoint.timeoutMs),
    });
    return dataOf(response.status, await bodyOf(response, endpoint.maxBytes));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new FeedUnavailable(`${hostOf(endpoint.url)}: ${withoutToken(reasonOf(error), endpoint.token)}`);
  }
}

async function bodyOf(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  for await (const chunk of (response.body as AsyncIterable<Uint8Array> | null) ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new InputError("body", `is longer than ${maxBytes} bytes; a round is far shorter`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
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

function isObject(value: Json | undefined): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);
}

/** What fetch says lies one or two causes deep: "fetch failed" helps nobody. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "no answer in time";
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}

/** A URL may carry a secret in its path or query, so only its host is ever shown. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "feed";
}

function withoutToken(text: string, token: string | undefined): string {
  return token === undefined || token === "" ? text : text.replaceAll(token, "…");
}
