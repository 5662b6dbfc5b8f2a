import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { numeraiFeed } from "../../oracle/src/feeds/numerai.ts";
import { generatedTournament } from "../../oracle/src/simulator/generated.ts";
import { folderTournament } from "../../oracle/src/simulator/replayed.ts";
import { buildSimulator } from "../../oracle/src/simulator/server.ts";
import type { Source } from "../../oracle/src/simulator/source.ts";
import { weiFromNano } from "../../oracle/src/core/units.ts";
import { buildSubgraph } from "../../subgraph/engine/build.ts";
import { startEngine } from "../../subgraph/engine/engine.ts";
import { type Contracts, deploy, LIMITS } from "../support/contracts.ts";
import { freePort } from "../support/ports.ts";
import { step } from "../support/terminal.ts";
import { type Account, type Chain, newAccount, startChain } from "./chain.ts";
import { drive } from "./drive.ts";
import type { Options } from "./options.ts";
import { startOracle } from "./oracle.ts";
import { needsOf, newStakers } from "./stakers.ts";
import { summarize } from "./summary.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const STAKERS = 50;
/** Enough for every round in flight at its clip, NMR. */
const RESERVE = 1_000_000n * 10n ** 9n;
const QUORUM = 2;

type Cast = Readonly<Record<"organizer" | "guardian" | "relayer", Account>> & {
  readonly reporters: readonly Account[];
  readonly stakers: readonly Account[];
};

/**
 * Starts everything, plays all rounds, prints the table, and stays up until the signal unless `once`. Ends every part
 * that it started, whatever happens. Returns whether everything agreed.
 */
export async function runStack(options: Options, folder: string, signal: AbortSignal): Promise<boolean> {
  const cleanups: (() => Promise<unknown>)[] = [];
  try {
    return await play(options, folder, signal, cleanups);
  } finally {
    if (cleanups.length > 0) await step("Everything stopped", () => endAll(cleanups));
  }
}

/** In the reverse order of starting; one that can't end doesn't keep the others alive. */
async function endAll(cleanups: (() => Promise<unknown>)[]): Promise<void> {
  for (const cleanup of cleanups.reverse()) {
    await cleanup().catch((error: unknown) => {
      console.error(`could not end a part: ${String(error)}`);
    });
  }
}

async function play(options: Options, folder: string, signal: AbortSignal, cleanups: (() => Promise<unknown>)[]) {
  const ports = await portsOf(options);
  const source = await step("Tournament", () => sourceOf(options));
  const startsAt = Math.min(...source.rounds.map(({ opensAt }) => opensAt));
  let feedTime = startsAt;
  const simulator = buildSimulator({ source, clock: () => feedTime });
  cleanups.push(() => simulator.close());
  const feedUrl = await simulator.listen({ host: "127.0.0.1", port: ports.feed });

  const cast = castOf();
  const chain = await startChain(ports.rpc, startsAt, [cast.organizer, cast.guardian, cast.relayer, ...cast.stakers]);
  cleanups.push(() => chain.stop());
  const { contracts, tournament, from } = await step("Contracts deployed, tournament created, stakers funded", () =>
    prepare(chain, cast, source),
  );
  const contract = await contracts.staking.getAddress();

  const engine = await step("Subgraph built, graph-node started", async () => {
    // PostgreSQL runs as an ordinary user where we are root, and must be able to enter.
    await chmod(folder, 0o755);
    const manifest = await buildSubgraph({
      address: contract,
      startBlock: from,
      network: "local",
      outDir: join(folder, "subgraph"),
    });
    const log = createWriteStream(join(folder, "graph-node.log"));
    return startEngine({
      dataDir: join(folder, "index"),
      rpcUrl: chain.url,
      manifest,
      ports: { graphql: ports.graphql },
      log: (line) => log.write(`${line}\n`),
    });
  });
  cleanups.push(() => engine.stop());

  const oracle = await startOracle({
    folder,
    rpcUrl: chain.url,
    chainId: Number((await chain.connection.ethers.provider.getNetwork()).chainId),
    contract,
    deploymentBlock: from,
    tournament,
    feedUrl,
    feedTournament: source.tournament,
    port: ports.oracle,
    reporters: cast.reporters.slice(0, QUORUM),
    relayer: cast.relayer,
    organizer: cast.organizer,
    onStart: (pid, settings) => console.log(`The oracle runs as process ${pid} with ${settings}`),
  });
  cleanups.push(() => oracle.stop());

  const addresses = cast.stakers.map(({ address }) => address);
  const failed = engine.failed.then((error) => Promise.reject(error));
  failed.catch(() => undefined); // nobody may be waiting when it happens
  const driven = drive({
    chain,
    staking: contracts.staking,
    tournament,
    source,
    stakers: newStakers(chain.connection, contracts, tournament, addresses),
    signal,
    setFeedClock: (time) => (feedTime = Math.max(feedTime, time)),
    lastWords: () => oracle.lastWords(),
  });
  await Promise.race([driven, failed]);
  const feed = numeraiFeed({ url: feedUrl, tournament: source.tournament, clock: () => feedTime });
  const agrees = await summarize({
    chain,
    staking: contracts.staking,
    tournament,
    from,
    feed,
    graphqlUrl: engine.graphqlUrl,
  });
  if (oracle.restarts() > 0) console.log(`The oracle was started again ${oracle.restarts()} times.`);

  if (!options.once) {
    const urls = {
      chain: chain.url,
      subgraph: engine.graphqlUrl,
      oracle: `http://127.0.0.1:${ports.oracle}/rounds`,
      feed: feedUrl,
    };
    for (const [name, url] of Object.entries(urls)) console.log(`${`${name}:`.padEnd(10)}${url}`);
    console.log(`contract:  ${contract} on the chain, tournament ${tournament}`);
    console.log(`settings:  ${oracle.configFile}, log ${oracle.logFile}`);
    console.log("Ctrl-C ends everything.");
    if (!signal.aborted)
      await Promise.race([once(signal, "abort"), engine.failed.then((error) => Promise.reject(error))]);
  }
  return agrees;
}

async function sourceOf({ data, models, rounds, seed }: Options): Promise<Source> {
  if (data !== undefined) return folderTournament(data);
  // Rounds open a week apart and resolve after twenty days: three of them overlap.
  const firstOpensAt = Math.floor(Date.now() / 1000 / HOUR) * HOUR;
  return generatedTournament({
    ...{ seed, models, rounds, firstOpensAt },
    ...{ opensEvery: 7 * DAY, openFor: DAY, scoresAfter: 5 * DAY, resolvesAfter: 20 * DAY },
  });
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
  await staking.createTournament(
    "Demonstration",
    LIMITS,
    cast.guardian.address,
    ethers.ZeroAddress,
    0n,
    reporters,
    QUORUM,
  );
  const tournament = Number(await staking.tournaments());
  await token.approve(staking, weiFromNano(RESERVE));
  await staking.fundReserve(tournament, weiFromNano(RESERVE));
  const needs = needsOf(source, cast.stakers.length);
  for (const [index, { address }] of cast.stakers.entries()) {
    const need = weiFromNano(needs[index] ?? 0n);
    await token.transfer(address, need);
    await token.connect(await ethers.getSigner(address)).approve(staking, need);
  }
  return { contracts, tournament, from };
}

/** The ports asked for, all of them known to be free before anything starts. */
async function portsOf({ ports }: Options) {
  return {
    rpc: await freePort(ports.rpc, { name: "the chain", option: "--rpc-port" }),
    graphql: await freePort(ports.graphql, { name: "graph-node", option: "--graphql-port" }),
    oracle: await freePort(ports.oracle, { name: "the oracle", option: "--oracle-port" }),
    feed: await freePort(ports.feed, { name: "the tournament simulator", option: "--feed-port" }),
  };
}
