import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { SETTLE_RESERVE } from "../core/steps/report.ts";
import { address, filePath, flag, httpUrl, integer, text } from "./config-fields.ts";
import { keys, REPLACED, withAbsoluteKeyPaths } from "./config-keys.ts";

/** The configuration is wrong. `problems` names every bad value, what it is and what is allowed, one a line. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "ConfigError";
    this.problems = problems;
  }
}

const HOUR = 3_600;
const DAY = 24 * HOUR;

const rpcUrlError = 'must be an http:// or https:// URL, or { "urlFile": the path of a file with one }';
const rpcUrlsError = "must be a list of 1 to 9 nodes";

const feed = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({
      kind: z.literal("numerai"),
      url: httpUrl.default("https://api-tournament.numer.ai"),
      /** Numerai's number of the tournament: 8 Classic, 11 Signals, 12 Crypto. */
      tournament: integer(1, 65_535),
      /** File with `publicId$secretKey`; the queries used here need none. */
      tokenFile: filePath.optional(),
      /** Ask for each model's churn and turnover, and refuse a round without; by default for Signals alone. */
      gated: z.boolean({ error: "must be true or false" }).optional(),
    }),
    z.strictObject({
      kind: z.literal("http"),
      /** What comes before `/rounds`. */
      url: httpUrl,
      /** The feed's number of the tournament. */
      tournament: integer(1, 0xffff_ffff),
      /** File with the token that is sent as `Authorization: Bearer`. */
      tokenFile: filePath.optional(),
    }),
    z.strictObject({
      kind: z.literal("folder"),
      /** Folder of round files. */
      path: text("must be the path of a folder"),
    }),
  ],
  { error: 'must have "kind": "numerai", "http" or "folder"' },
);

const peer = z.strictObject({
  url: httpUrl.refine((url) => isPlain(url), { error: "must have no user, password, query or fragment" }),
});

/** How rounds are opened; used only with an organizer key. */
const opening = z
  .strictObject({
    /** From a round's close to `lockedBy`. */
    lockWindowSeconds: integer(1, 30 * DAY).default(6 * HOUR),
    /** From a round's resolution to `settledBy`. */
    settleWindowSeconds: integer(HOUR + 1, 90 * DAY).default(5 * DAY),
    disputeWindowSeconds: integer(0, 30 * DAY).default(DAY),
    /** Added to the contract's notice of one hour: how much earlier than the last moment a round must be opened. */
    marginSeconds: integer(0, 30 * DAY).default(300),
  })
  .refine((value) => value.settleWindowSeconds > value.disputeWindowSeconds + SETTLE_RESERVE, {
    path: ["settleWindowSeconds"],
    error: `must be more than disputeWindowSeconds + ${SETTLE_RESERVE}, or no report could ever arrive in time`,
  });

const schema = z
  .strictObject(
    {
      /** Nodes of independent operators. A URL that carries a key belongs into a file. */
      rpcUrls: z
        .array(z.union([httpUrl, z.strictObject({ urlFile: filePath })], { error: rpcUrlError }), {
          error: rpcUrlsError,
        })
        .min(1, { error: rpcUrlsError })
        .max(9, { error: rpcUrlsError }),
      /** How many of them must say the same; more than half of them where it isn't given. */
      rpcQuorum: integer(1, 9).optional(),
      chainId: integer(1, Number.MAX_SAFE_INTEGER),
      /** Address of `NumeraireStaking`. */
      contract: address,
      /** Block of the contract's deployment: where the reading of its events begins. */
      deploymentBlock: integer(0, Number.MAX_SAFE_INTEGER).default(0),
      /** Number of the tournament in the contract. */
      tournament: integer(1, 0xffff_ffff),
      feed,
      keys,
      opening: opening.prefault({}),
      /** Report again the very scores that a guardian has vetoed. */
      repeatVetoed: flag(false),
      host: text("must be a host name or an IP address").default("127.0.0.1"),
      /** 0: any free port. */
      port: integer(0, 65_535).default(8_080),
      /** Web pages elsewhere that a browser may let ask `/graphql`, by their origin: https://stakes.example. */
      webOrigins: z
        .array(httpUrl.refine((url) => new URL(url).origin === url, { error: "must be an origin, without a path" }))
        .max(16, { error: "must be at most 16 origins" })
        .default([]),
      pollIntervalMs: integer(50, HOUR * 1_000).default(12_000),
      /** A reconciliation starts no further action after this time. */
      tickBudgetMs: integer(1_000, HOUR * 1_000).default(60_000),
      /** Reports are signed only for locks in such blocks; "latest" for a chain that finalizes nothing. */
      finality: z
        .enum(["finalized", "safe", "latest"], { error: "must be finalized, safe or latest" })
        .default("finalized"),
      rpcTimeoutMs: integer(100, 120_000).default(5_000),
      feedTimeoutMs: integer(100, 600_000).default(30_000),
      /** How long a sent transaction is waited for before the next reconciliation looks again. */
      receiptTimeoutMs: integer(100, HOUR * 1_000).default(30_000),
      /** How many transactions of a sender may be under way at once; each carries as many actions as fit. */
      maxTransactionsInFlight: integer(1, 16).default(1),
      /** No transaction ever offers more for its gas. */
      maxFeePerGasGwei: integer(1, 1_000_000).default(500),
      /** Most blocks of one question for events; halved wherever the node refuses. */
      logRangeBlocks: integer(1, 10_000_000).default(10_000),
      /** An older latest block makes the service unready; 0: never, for a chain that mines only on demand. */
      maxBlockAgeSeconds: integer(0, 30 * DAY).default(300),
      /** The other operators' nodes, whose signatures are gathered; none: only keys that are here make reports. */
      peers: z.array(peer).max(63, { error: "must be at most 63 nodes" }).default([]),
      peerTimeoutMs: integer(100, 60_000).default(3_000),
      /** How long one operator relays before the next one may, on the chain's clock; 0: no turns. Unused without peers. */
      turnSeconds: integer(0, HOUR).default(36),
      /** How far apart the two equal readings are before scores are signed; 0: twice in a row, for a feed that can't change. */
      feedSettleSeconds: integer(0, DAY).default(60),
      /** Where the node keeps what it signed. A cache: it may be deleted at any time, the peers have it too. */
      dataFolder: text("must be the path of a folder").optional(),
      logLevel: z
        .enum(["debug", "info", "warn", "error", "silent"], { error: "must be debug, info, warn, error or silent" })
        .default("info"),
    },
    { error: "must be a JSON object" },
  )
  .refine(({ rpcQuorum, rpcUrls }) => rpcQuorum === undefined || rpcQuorum <= rpcUrls.length, {
    path: ["rpcQuorum"],
    error: "must not be more than there are nodes in rpcUrls",
  });

/** The checked configuration: every path absolute, secrets still in their files. */
export type Config = z.output<typeof schema>;

/**
 * Reads and checks a configuration file. Relative paths in it count from the file's own folder.
 * Throws `ConfigError` naming the file, or every bad value in it.
 */
export function loadConfig(file: string): Config {
  return parseConfig(parseJson(readText(file), file), dirname(resolve(file)));
}

/** Checks a configuration; `folder` is where relative paths count from. Throws `ConfigError` naming every bad value. */
export function parseConfig(input: unknown, folder: string): Config {
  const result = schema.safeParse(input);
  if (!result.success) throw new ConfigError(result.error.issues.flatMap((issue) => problemsOf(issue, input)));
  return withAbsolutePaths(result.data, folder);
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new ConfigError([`--config: can't read ${file} (${codeOf(error)}); give the path of a JSON file`]);
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message repeats a piece of the text, and a URL in it may carry a key.
    throw new ConfigError([`--config: ${file} is not JSON; check its quotes, commas and brackets`]);
  }
}

function withAbsolutePaths(config: Config, folder: string): Config {
  const absolute = (path: string): string => resolve(folder, path);
  const { dataFolder } = config;
  return {
    ...config,
    rpcUrls: config.rpcUrls.map((node) => (typeof node === "string" ? node : { urlFile: absolute(node.urlFile) })),
    ...(dataFolder !== undefined && { dataFolder: absolute(dataFolder) }),
    keys: withAbsoluteKeyPaths(config.keys, absolute),
    feed: absoluteFeed(config.feed, absolute),
  };
}

/** These would be left out where a path is added, or be refused by fetch. */
function isPlain(url: string): boolean {
  const { username, password, search, hash } = new URL(url);
  return [username, password, search, hash].every((part) => part === "");
}

function absoluteFeed(feed: Config["feed"], absolute: (path: string) => string): Config["feed"] {
  if (feed.kind === "folder") return { ...feed, path: absolute(feed.path) };
  return feed.tokenFile === undefined ? feed : { ...feed, tokenFile: absolute(feed.tokenFile) };
}

function problemsOf(issue: z.core.$ZodIssue, input: unknown): string[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${nameOf([...issue.path, key])}: ${adviceOn(key, issue.path)}`);
  }
  const value = valueAt(input, issue.path);
  return [`${nameOf(issue.path)}: ${shown(value, issue.path)}; ${issue.message}`];
}

function adviceOn(key: string, path: readonly PropertyKey[]): string {
  const replaced = path.length === 0 ? REPLACED.get(key) : undefined;
  return replaced ?? "unknown setting; remove it or mend its spelling";
}

function nameOf(path: readonly PropertyKey[]): string {
  const names = path.map((name) => (SECRET_LIKE.test(String(name)) ? "(name not shown)" : String(name)));
  return ["config", ...names].join(".");
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  );
}

/** A URL may carry a key, and a key may stand where its file's path belongs, so neither is ever repeated. */
function shown(value: unknown, path: readonly PropertyKey[]): string {
  if (value === undefined) return "missing";
  if (path.some((key) => /urls?$/i.test(String(key)))) return "value not shown";
  const text = JSON.stringify(value);
  const isSecret = path[0] === "keys" || /(url|file)$/i.test(String(path.at(-1))) || SECRET_LIKE.test(text);
  if (isSecret) return "value not shown";
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** A URL, or a private key. */
const SECRET_LIKE = /:\/\/|[\da-f]{64}/i;

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
