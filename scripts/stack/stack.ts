import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../oracle/src/core/errors.ts";
import { numeraiFeed } from "../../oracle/src/feeds/numerai.ts";
import { generatedTournament } from "../../oracle/src/simulator/generated.ts";
import { folderTournament } from "../../oracle/src/simulator/replayed.ts";
import { buildSimulator } from "../../oracle/src/simulator/server.ts";
import type { SimulatedRound, Source } from "../../oracle/src/simulator/source.ts";
import { formatNmr, weiFromNano } from "../../oracle/src/core/units.ts";
import { buildSubgraph } from "../../subgraph/engine/build.ts";
import { type Engine, startEngine } from "../../subgraph/engine/engine.ts";
import { publish } from "../../web/publish/publish.ts";
import { type Served, serve } from "../../web/publish/serve.ts";
import { parseConfig } from "../../web/src/config/config.ts";
import { type Contracts, deploy, LIMITS } from "../support/contracts.ts";
import { mined } from "../support/mined.ts";
import { freePorts } from "../support/ports.ts";
import { Interrupted, step, untilAborted, UsageError } from "../support/terminal.ts";
import { type Account, type Chain, newAccount, startChain } from "./chain.ts";
import { drive } from "./drive.ts";
import { logTo } from "./log.ts";
import type { Options } from "./options.ts";
import { startOracle } from "./oracle.ts";
import { needsOf, newStakers, stakesOf } from "./stakers.ts";
import { summarize } from "./summary.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const STAKERS = 50;
/** Nano-NMR. */
const SUPPLY = 11_000_000n * 10n ** 9n;
/** Of all rounds that can be played: Classic's from 2020 to 2023. */
const HIGHEST_CLIP = { numerator: 1n, denominator: 4n };
/** Leaves room for the settlement within the tournament's longest duration. */
const LONGEST_ROUND_DAYS = 110;
const QUORUM = 2;
const CAUSE_PATIENCE_MS = 3_000;

type Cast = Readonly<Record<"organizer" | "guardian" | "relayer", Account>> & {
  readonly reporters: readonly Account[];
  readonly stakers: readonly Account[];
};

type Cleanup = () => Promise<unknown>;

/**
 * Starts everything, plays all rounds, prints the table, and stays up until the signal unless `once`. Ends every part
 * that it started, whatever happens. Returns whether everything agreed; throws the signal's reason where that comes first.
 */
export async function runStack(options: Options, folder: string, signal: AbortSignal): Promise<boolean> {
  const cleanups: Cleanup[] = [];
  const failing = new AbortController();
  try {
    return await play(options, folder, signal, failing, cleanups);
  } catch (error) {
    throw await causeOf(error, failing.signal);
  } finally {
    if (cleanups.length > 0) await step("Everything stopped", () => endAll(cleanups));
  }
}

/** An ended part is often noticed first by whoever asks it, and says itself why only a moment later. */
async function causeOf(error: unknown, failing: AbortSignal): Promise<unknown> {
  if (error instanceof Interrupted || error instanceof UsageError || error instanceof InputError) return error;
  const patience = AbortSignal.timeout(CAUSE_PATIENCE_MS);
  await untilAborted(new Promise<never>(() => undefined), AbortSignal.any([failing, patience])).catch(() => undefined);
  return failing.aborted ? failing.reason : error;
}

/** In the reverse order of starting; one that can't end doesn't keep the others alive. */
async function endAll(cleanups: Cleanup[]): Promise<void> {
  for (const cleanup of cleanups.reverse()) {
    await cleanup().catch((error: unknown) => {
      console.error(`could not end a part: ${String(error)}`);
    });
  }
}

/** @param failing Aborted with the reason where a part fails. */
async function play(
  options: Options,
  folder: string,
  told: AbortSignal,
  failing: AbortController,
  cleanups: Cleanup[],
): Promise<boolean> {
  const ports = await portsOf(options);
  const source = await step("Tournament", () => sourceOf(options), told);
  // One signal for all that ends the play: we are told to, or a part of it fails.
  const signal = AbortSignal.any([told, failing.signal]);
  const fail = (error: unknown): void => {
    failing.abort(error);
  };

  const startsAt = Math.min(...source.rounds.map(({ opensAt }) => opensAt));
  let feedTime = startsAt;
  const simulator = buildSimulator({ source, clock: () => feedTime });
  cleanups.push(() => simulator.close());
  const feedUrl = await simulator.listen({ host: "127.0.0.1", port: ports.feed });
  const feed = numeraiFeed({ url: feedUrl, tournament: source.tournament, clock: () => feedTime });

  const cast = castOf();
  const chain = await startChain({
    client: options.chain,
    port: ports.rpc,
    startsAt,
    accounts: [cast.organizer, cast.guardian, cast.relayer, ...cast.stakers],
    log: logTo(folder, "chain", fail),
  });
  cleanups.push(() => chain.stop());
  void chain.failed.then(fail);
  const { contracts, tournament, from } = await step(
    "Contracts deployed, tournament created, stakers funded",
    () => prepare(chain, cast, source),
    signal,
  );
  const contract = await contracts.staking.getAddress();

  const starting = step("Subgraph built, graph-node started", () => index(chain, contract, from, ports, folder, fail));
  cleanups.push(() => starting.then((engine) => engine.stop()).catch(() => undefined));
  const engine = await untilAborted(starting, signal);
  void engine.failed.then(fail);

  const chainId = Number((await chain.connection.ethers.provider.getNetwork()).chainId);
  const oracle = await startOracle({
    folder,
    rpcUrl: chain.url,
    chainId,
    contract,
    deploymentBlock: from,
    tournament,
    feedUrl,
    feedTournament: source.tournament,
    port: ports.oracle,
    webOrigin: `http://127.0.0.1:${ports.web}`,
    reporters: cast.reporters.slice(0, QUORUM),
    relayer: cast.relayer,
    organizer: cast.organizer,
    onStart: (pid, settings) => {
      console.log(`The oracle runs as process ${pid} with ${settings}`);
    },
    onFailure: fail,
  });
  cleanups.push(() => oracle.stop());

  const web = await showApp(
    {
      chainName: "this machine",
      chainId,
      rpcUrls: [chain.url],
      contract,
      deploymentBlock: from,
      subgraphUrl: engine.graphqlUrl,
      oracleUrls: [`http://127.0.0.1:${ports.oracle}`],
      pollMs: 500,
      explorerUrl: null,
    },
    folder,
    ports.web,
  );
  cleanups.push(() => web.stop());

  const addresses = cast.stakers.map(({ address }) => address);
  await drive({
    chain,
    staking: contracts.staking,
    tournament,
    source,
    stakers: newStakers(chain.connection, contracts, tournament, addresses),
    signal,
    setFeedClock: (time) => (feedTime = Math.max(feedTime, time)),
    waitsFor: () => oracle.waitsFor(),
  });
  const scene = { chain, staking: contracts.staking, tournament, from, feed, graphqlUrl: engine.graphqlUrl };
  const agrees = await summarize(scene, signal);
  if (oracle.restarts() > 0) console.log(`The oracle was started again ${oracle.restarts()} times.`);
  if (options.once) return agrees;

  const urls = {
    web: web.url,
    chain: chain.url,
    subgraph: engine.graphqlUrl,
    oracle: `http://127.0.0.1:${ports.oracle}/rounds`,
    feed: feedUrl,
    contract: `${contract} on the chain, tournament ${tournament}`,
    settings: `${oracle.configFile}, log ${oracle.logFile}`,
  };
  for (const [name, url] of Object.entries(urls)) console.log(`${`${name}:`.padEnd(10)}${url}`);
  console.log("Ctrl-C ends everything.");
  await untilAborted(new Promise<never>(() => undefined), signal).catch((error: unknown) => {
    if (!(error instanceof Interrupted)) throw error;
  });
  return agrees;
}

/** Builds the subgraph for the contract and starts graph-node on it. */
async function index(
  chain: Chain,
  contract: string,
  from: number,
  ports: { readonly graphql: number },
  folder: string,
  onFailure: (error: unknown) => void,
): Promise<Engine> {
  // PostgreSQL runs as an ordinary user where we are root, and must be able to enter.
  await chmod(folder, 0o755);
  const outDir = join(folder, "subgraph");
  const manifest = await buildSubgraph({ address: contract, startBlock: from, network: "local", outDir });
  return startEngine({
    dataDir: join(folder, "index"),
    rpcUrl: chain.url,
    manifest,
    ports: { graphql: ports.graphql },
    log: logTo(folder, "graph-node", onFailure),
  });
}

/** Writes the app for this chain, and serves it. */
async function showApp(config: unknown, folder: string, port: number): Promise<Served> {
  const outDir = join(folder, "web");
  await publish(parseConfig(config), outDir);
  return serve(outDir, port);
}

/** @throws UsageError, InputError where the rounds can't be played. */
async function sourceOf({ data, models, rounds, seed }: Options): Promise<Source> {
  // Made-up rounds open a week apart and resolve after twenty days: three of them overlap.
  const firstOpensAt = Math.floor(Date.now() / 1000 / HOUR) * HOUR;
  const source =
    data === undefined
      ? generatedTournament({
          ...{ seed, models, rounds, firstOpensAt },
          ...{ opensEvery: 7 * DAY, openFor: DAY, scoresAfter: 5 * DAY, resolvesAfter: 20 * DAY },
        })
      : await folderTournament(data);
  for (const round of source.rounds) requirePlayable(round);
  const needed = needsOf(source, 1).reduce((sum, need) => sum + need, reserveOf(source));
  if (needed > SUPPLY) {
    const shown = `${formatNmr(needed, ",")} NMR, with the reserve to pay them, but there are ${formatNmr(SUPPLY, ",")}`;
    throw new UsageError(`the stakes of all rounds need ${shown}; play fewer or smaller rounds`);
  }
  return source;
}

function requirePlayable(round: SimulatedRound): void {
  const staked = [...stakesOf(round).values()].some((stake) => stake > 0n);
  if (!staked) throw new UsageError(`round ${round.number}: no model has a stake of a nano-NMR or more`);
  const days = (round.resolvesAt - round.stakingClosesAt) / DAY;
  if (days > LONGEST_ROUND_DAYS) {
    throw new UsageError(
      `round ${round.number}: resolves ${Math.ceil(days)} days after its close; at most ${LONGEST_ROUND_DAYS} are allowed`,
    );
  }
}

/** What all rounds together may pay at most, were they all in flight at once, nano-NMR. */
function reserveOf(source: Source): bigint {
  const staked = source.rounds
    .flatMap((round) => [...stakesOf(round).values()])
    .reduce((sum, stake) => sum + stake, 0n);
  return (staked * HIGHEST_CLIP.numerator) / HIGHEST_CLIP.denominator + BigInt(source.rounds.length * 1_000);
}

function castOf(): Cast {
  const accounts = (count: number): Account[] => Array.from({ length: count }, newAccount);
  return {
    organizer: newAccount(),
    guardian: newAccount(),
    relayer: newAccount(),
    reporters: accounts(3),
    stakers: accounts(STAKERS),
  };
}

async function prepare(chain: Chain, cast: Cast, source: Source) {
  const { ethers } = chain.connection;
  const from = await ethers.provider.getBlockNumber();
  const contracts: Contracts = await deploy(chain.connection);
  const { token, staking } = contracts;
  const reporters = cast.reporters.map(({ address }) => address);
  await mined(
    staking.createTournament("Demonstration", LIMITS, cast.guardian.address, ethers.ZeroAddress, 0n, reporters, QUORUM),
  );
  const tournament = Number(await staking.tournaments());
  const reserve = weiFromNano(reserveOf(source));
  await mined(token.approve(staking, reserve));
  await mined(staking.fundReserve(tournament, reserve));
  const needs = needsOf(source, cast.stakers.length);
  for (const [index, { address }] of cast.stakers.entries()) {
    const need = weiFromNano(needs[index] ?? 0n);
    await mined(token.transfer(address, need));
    await mined(token.connect(await ethers.getSigner(address)).approve(staking, need));
  }
  return { contracts, tournament, from };
}

/** The ports asked for, all of them known to be free before anything starts. */
async function portsOf({ ports }: Options) {
  return freePorts({
    rpc: { port: ports.rpc, user: "the chain", option: "--rpc-port" },
    graphql: { port: ports.graphql, user: "graph-node", option: "--graphql-port" },
    oracle: { port: ports.oracle, user: "the oracle", option: "--oracle-port" },
    feed: { port: ports.feed, user: "the tournament simulator", option: "--feed-port" },
    web: { port: ports.web, user: "the web app", option: "--web-port" },
  });
}
