import { type Address, type Hex, parseGwei } from "viem";
import type { Logger } from "pino";
import { callData } from "../chain/calls.ts";
import type { EndpointView } from "../chain/endpoint.ts";
import { executor } from "../chain/executor.ts";
import { readFacts } from "../chain/facts.ts";
import { type History, readHistory } from "../chain/history.ts";
import { journalReader } from "../chain/journal.ts";
import { stakesOf } from "../chain/rounds.ts";
import { contractsAmong, readReporterSet, type ReporterSet } from "../chain/reporters.ts";
import { InputError } from "../core/errors.ts";
import type { BatchFacts, ChainFacts, Settings } from "../core/facts.ts";
import type { Sender } from "../core/transaction.ts";
import type { Feed } from "../feeds/feed.ts";
import { attestationBook } from "../peers/book.ts";
import { keptIn, NOWHERE } from "../peers/folder.ts";
import { askAll, type PeersOptions, type Told } from "../peers/gather.ts";
import { accountWatch, type Accounts } from "./accounts.ts";
import { actLog, type Acts } from "./acts.ts";
import { attester, type Attester } from "./attest.ts";
import { auditInThread } from "./audit-in-thread.ts";
import { auditor, type Audits } from "./auditor.ts";
import { chainSource } from "./chain-source.ts";
import { type Config, ConfigError } from "./config.ts";
import { feedMaker, feedSource } from "./feed-source.ts";
import { feedReader } from "./feed-view.ts";
import { buildInfo, configInfo } from "./info.ts";
import { heart, type Heart } from "./heart.ts";
import { type HeldKey, openKeys } from "./keys.ts";
import { type Metrics, oracleMetrics } from "./metrics/metrics.ts";
import type { BuildInfo, ConfigInfo } from "./metrics/parts.ts";
import { type Keys, performer } from "./perform.ts";
import type { ReadinessOptions } from "./readiness.ts";
import { reconciler, type Reconciler } from "./reconciler.ts";
import { recordedFeed } from "./recorded-feed.ts";
import { recorder, type Recording } from "./recorder.ts";
import { type RecordingFolder, recordingsIn } from "./recording-folder.ts";
import { sheetCache, type Sheets } from "./sheets.ts";
import type { Tick } from "./tick.ts";
import { watchedFeed, watchedSigner } from "./watched.ts";

/** The parts of an oracle, put together from its configuration; nothing has been asked or sent yet. */
export type Oracle = {
  readonly reconciler: Reconciler;
  readonly attester: Attester;
  readonly heart: Heart;
  readonly askPeers: () => Promise<Told[]>;
  readonly readFacts: () => Promise<ChainFacts>;
  readonly readReporterSet: (facts: ChainFacts) => Promise<ReporterSet>;
  /** Those of a set that are contracts. */
  readonly contractsIn: (set: ReporterSet, facts: ChainFacts) => Promise<readonly Address[]>;
  readonly balanceOf: (account: Sender) => Promise<bigint>;
  /** Stakes words of a batch: of its lock, or, before it, as they are at the facts' block. */
  readonly stakesOf: (batch: BatchFacts, facts: ChainFacts) => Promise<readonly bigint[]>;
  /** Positions of a staker, lowest first, as of the latest facts. */
  readonly positionsOf: (staker: Address) => readonly number[];
  /** @throws ChainTrouble */
  readonly readHistory: (say: (progress: string) => void) => Promise<History>;
  /** How each node does; holds no URL. */
  readonly endpoints: () => readonly EndpointView[];
  readonly feed: Feed;
  readonly keys: Keys;
  readonly heldKeys: readonly HeldKey[];
  readonly recording: Recording;
  /** null without a data folder. */
  readonly recordings: RecordingFolder | null;
  readonly accounts: Accounts;
  readonly audits: Audits;
  readonly metrics: Metrics;
  readonly readiness: ReadinessOptions;
  readonly acts: Acts;
  readonly sheets: Sheets;
  readonly build: BuildInfo;
  readonly config: ConfigInfo;
  readonly webOrigins: readonly string[];
};

/** @throws ConfigError naming the setting whose file can't be used */
export function buildOracle(config: Config, log: Logger): Oracle {
  const { chainId, contract, tournament } = config;
  const { keys: opened, hearts, held } = openKeys(config);
  const keys = {
    ...opened,
    reporters: opened.reporters.map((signer) => watchedSigner(signer, (seen) => metrics.onSigner(seen))),
  };
  const { vote, client, journaled } = usable(() =>
    chainSource(config, { onChange: endpointReporter(log), see: (seen) => metrics.onChain(seen) }),
  );
  const journal = journalReader({ client, ...journaled });
  let chainTime = 0;
  const facts = async (): Promise<ChainFacts> => {
    const read = await readFacts({ client, journal, contract, chainId, tournament, finality: config.finality });
    chainTime = read.block.timestamp;
    return read;
  };
  const recorded = usable(() => recordedFeed(feedMaker(config, () => chainTime)));
  const feed = watchedFeed(recorded.feed, (seen) => metrics.onFeed(seen));
  const send = executor({
    client,
    chainId,
    contract,
    encode: (action) => callData(action, tournament),
    window: config.maxTransactionsInFlight,
    receiptTimeoutMs: config.receiptTimeoutMs,
    maxFeePerGas: parseGwei(config.maxFeePerGasGwei.toString()),
  });
  const perform = performer(keys, send);
  const settings = settingsOf(config, keys);
  const peers = peersOf(config);
  const attesting = buildAttester(config, keys, settings, peers);
  const { feedTimeoutMs: timeoutMs, feedSettleSeconds: settleSeconds } = config;
  const readFeed = feedReader({ feed, settings, timeoutMs, settleSeconds });
  const recording = { settings, source: feedSource(config), calls: recorded.calls };
  const recordings = config.dataFolder === undefined ? null : recordingsIn(config.dataFolder, peers.domain);
  const record = recordings === null ? {} : { record: recorder(recordings, recording) };
  const balanceOf = ({ address }: Sender) => client.getBalance({ address });
  const nonceOf = ({ address }: Sender) => client.getTransactionCount({ address, blockTag: "latest" });
  const accounts = accountWatch({ keys, balanceOf, nonceOf, gasPrice: () => client.getGasPrice() });
  const audits = auditor({ audit: auditInThread(config), onAudit: (audit) => metrics.onAudit(audit) });
  const readiness = readinessOf(config);
  const info = { build: buildInfo(), config: configInfo(config) };
  const beating = heart({ signers: hearts, peers, version: info.build.version });
  const acts = actLog();
  const sheets = sheetCache(feed);
  const metrics = oracleMetrics({
    ...info,
    readiness,
    attester: attesting,
    accounts: () => accounts.latest,
    hearts: () => beating.peers,
    endpoints: () => vote.endpoints,
  });
  const onTick = (tick: Tick): void => {
    metrics.onTick(tick);
    acts.onTick(tick);
    if (tick.facts !== null) sheets.onFacts(tick.facts);
  };
  const effects = {
    readFacts: facts,
    readFeed,
    attester: attesting,
    perform,
    heart: beating,
    accounts,
    audits,
    ...record,
  };
  return {
    webOrigins: config.webOrigins,
    reconciler: reconciler({ ...config, ...effects, settings, log, onTick }),
    attester: attesting,
    heart: beating,
    askPeers: () => askAll(peers, []),
    readFacts: facts,
    readReporterSet: ({ block }) => readReporterSet({ client, contract }, tournament, block.number),
    contractsIn: ({ reporters }, { block }) => contractsAmong({ client, contract }, reporters, block.number),
    balanceOf,
    stakesOf: (batch, { block }) => stakesOf({ client, contract }, tournament, batch, block.number),
    positionsOf: (staker) => journal.positionsOf(staker.toLowerCase() as Hex),
    readHistory: (say) => readHistory({ client, chainId, ...journaled }, say),
    feed,
    keys,
    heldKeys: held,
    accounts,
    audits,
    metrics,
    readiness,
    endpoints: () => vote.endpoints,
    acts,
    sheets,
    ...info,
    recording,
    recordings,
  };
}

function readinessOf({ tickBudgetMs, pollIntervalMs, maxBlockAgeSeconds }: Config): ReadinessOptions {
  return { overdueMs: tickBudgetMs + 3 * pollIntervalMs, maxBlockAgeSeconds };
}

/** Who contradicts a quorum may be lying: that deserves a look. The rest comes and goes. */
function endpointReporter(log: Logger): (view: EndpointView) => void {
  return ({ index, host, state, why }) => {
    log[state === "disagreeing" ? "warn" : "info"]({ endpoint: index, host, state, why }, `rpc ${index} is ${state}`);
  };
}

function peersOf({ peers, peerTimeoutMs, chainId, contract, tournament }: Config): PeersOptions {
  return { urls: peers.map(({ url }) => url), domain: { chainId, contract, tournament }, timeoutMs: peerTimeoutMs };
}

function buildAttester(
  { chainId, contract, tournament, dataFolder }: Config,
  keys: Keys,
  settings: Settings,
  peers: PeersOptions,
): Attester {
  const domain = { chainId, verifyingContract: contract };
  const kept = dataFolder === undefined ? NOWHERE : keptIn(dataFolder, { chainId, contract, tournament });
  const book = attestationBook({ domain, mine: settings.reporters, kept });
  return attester({ signers: keys.reporters, settings, domain, peers, book });
}

function settingsOf({ opening, repeatVetoed, peers, turnSeconds }: Config, keys: Keys): Settings {
  return {
    reporters: keys.reporters.map(({ address }) => address),
    relayer: keys.relayer?.address ?? null,
    organizer: keys.organizer?.address ?? null,
    lockWindow: opening.lockWindowSeconds,
    settleWindow: opening.settleWindowSeconds,
    disputeWindow: opening.disputeWindowSeconds,
    openMargin: opening.marginSeconds,
    repeatVetoed,
    // One alone has nobody to leave a turn to.
    turnSeconds: peers.length === 0 ? 0 : turnSeconds,
  };
}

function usable<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof InputError ? new ConfigError([error.message]) : error;
  }
}
