import { pino } from "pino";
import type { Address, PublicClient } from "viem";
import { ChainTrouble } from "../../src/chain/errors.ts";
import type { Attestation } from "../../src/core/attestation.ts";
import type { ChainFacts, Settings } from "../../src/core/facts.ts";
import { FeedUnavailable } from "../../src/feeds/feed.ts";
import { DataFolderTrouble } from "../../src/peers/folder.ts";
import type { Attester } from "../../src/service/attest.ts";
import { feedReader } from "../../src/service/feed-view.ts";
import type { Performer } from "../../src/service/perform.ts";
import type { RecordedFeed } from "../../src/service/recorded-feed.ts";
import { type Reconciler, reconciler } from "../../src/service/reconciler.ts";
import type { Recorder } from "../../src/service/recorder.ts";
import type { Tick } from "../../src/service/tick.ts";
import { attesterOf, type Effect } from "./attesting.ts";
import type { Block } from "./chain.ts";
import type { Chance } from "./chance.ts";
import type { Effects } from "./effects.ts";
import { Endpoints, type Request } from "./endpoints.ts";
import { factsAt } from "./facts.ts";
import type { Judged } from "./judge.ts";
import { type Reading, readingOf } from "./reading.ts";
import { Recordings, servedFeed } from "./recordings.ts";
import { answerOf, clientOf } from "./rpc.ts";
import { settingsOf } from "./script.ts";
import { performerOf } from "./sending.ts";
import type { World } from "./world.ts";

/** Longer than any schedule takes, shorter than what a timer can hold. */
const FOREVER_MS = 2 ** 30;
const FAILS = 0.02;
const STALE = 0.1;
const LOG = pino({ level: "silent" });

/** One operator's node: the real one from the reconciler on, with its effects drawn by lot. */
export class Operator implements Judged {
  readonly place: number;
  readonly isLiar: boolean;
  /** What its data folder holds. */
  folder: readonly Attestation[] = [];
  told: readonly Attestation[] = [];
  readonly reporter: Address | null;
  life = 0;
  isAlive = false;
  isBusy = false;
  /** The block in which the turn under way began, or in which the next life may. */
  since = 0n;
  attester: Attester | null = null;
  /** null: it reads the chain itself. */
  readonly endpoints: Endpoints | null;
  /** null: nobody will replay its turns. */
  readonly recordings: Recordings | null;
  readonly #world: World;
  readonly #settings: Settings;
  readonly #offset: number;
  readonly #chance: Chance;
  #reconciler: Reconciler | null = null;
  #facts: ChainFacts | null = null;
  #confirmed = 0;
  #published = new Set<number>();

  constructor(place: number, isLiar: boolean, world: World, chance: Chance, ofEndpoints: Chance) {
    this.place = place;
    this.isLiar = isLiar;
    this.#world = world;
    this.#chance = chance;
    this.#settings = settingsOf(place, world.knobs);
    this.reporter = this.#settings.reporters[0] ?? null;
    this.#offset = chance.within(-world.knobs.clockOffset, world.knobs.clockOffset);
    const answer = (request: Request, head: Block): unknown => this.#answer(request, head);
    const { effects, knobs } = world;
    this.recordings = knobs.recorded ? new Recordings() : null;
    const around = { effects, head: () => world.chain.head, answer };
    this.endpoints = knobs.endpoints > 0 ? new Endpoints(place, knobs, around, ofEndpoints) : null;
  }

  /** A life with nothing in its memory. */
  boot(): void {
    this.isAlive = true;
    this.life += 1;
    this.isBusy = false;
    this.told = [];
    const effect: Effect = (name, act, fault) => this.#effect(name, act, fault);
    this.attester = attesterOf(this, this.#settings, this.#world, effect);
    const settings = this.#settings;
    const told = this.#world.script.feed(this.isLiar);
    const served = this.recordings === null ? null : servedFeed(told, () => this.#world.chain.now);
    const feed = served?.feed ?? told;
    const unavailable = (): Error => new FeedUnavailable("lost");
    const reading = this.#reading();
    this.#reconciler = reconciler({
      readFacts: () => this.#read(reading),
      readFeed: feedReader({
        feed: {
          rounds: () => this.#effect("list the feed", () => feed.rounds(), unavailable),
          details: (round) => this.#effect("read the feed", () => feed.details(round), unavailable),
        },
        settings,
        timeoutMs: FOREVER_MS,
        settleSeconds: this.#world.knobs.settleSeconds,
        now: () => this.#now(),
      }),
      ...(served !== null && this.recordings !== null && { record: this.#recorder(served, this.recordings) }),
      attester: this.attester,
      settings,
      perform: this.#performer(reading.client),
      log: LOG,
      pollIntervalMs: FOREVER_MS,
      tickBudgetMs: FOREVER_MS,
    });
  }

  /** Begins a turn; it goes on as its effects happen. */
  tick(): void {
    const mine = this.#reconciler;
    if (mine === null) return;
    this.isBusy = true;
    this.since = this.#world.chain.head.number;
    void mine.tick().then((tick) => {
      if (this.#reconciler === mine) this.#over(tick);
    });
  }

  kill(effects: Effects, isWiped: boolean): void {
    this.isAlive = false;
    this.attester = null;
    this.#reconciler = null;
    if (isWiped) this.folder = [];
    effects.kill(this.place);
    this.endpoints?.kill();
  }

  #over(tick: Tick): void {
    this.isBusy = false;
    const { chain, knobs, judge } = this.#world;
    if (knobs.endpoints > 0 && !knobs.slowTurns) judge.waited(this, Number(chain.head.number - this.since));
    // That a transaction isn't in a block yet is no loss: nobody waits for it by the clock here.
    const failures = tick.failures.filter(({ code }) => !code.startsWith("tx_"));
    if (knobs.fault !== null && failures.length > 0) judge.lost(failures.map(({ message }) => message));
    const bug = tick.failures.find(({ code }) => code === "bug");
    if (bug !== undefined) judge.fail("bug", `node ${this.place}: ${bug.message}`);
  }

  #recorder(feed: RecordedFeed, recordings: Recordings): Recorder {
    const full = (): Error => new DataFolderTrouble("full");
    const keep = (act: () => void): Promise<void> => this.#effect("keep the turn", act, full);
    return recordings.recorder(feed, this.#settings, keep, () => this.#now());
  }

  #now(): number {
    return this.#world.chain.now * 1_000 + this.#offset;
  }

  #effect<T>(name: string, act: () => T | Promise<T>, fault: () => Error): Promise<T> {
    const fails = (): Error | null => (this.#world.knobs.failures && this.#chance.is(FAILS) ? fault() : null);
    return this.#world.effects.of(this.place, name, act, fails);
  }

  #factsNow(): ChainFacts {
    const { chain, knobs } = this.#world;
    const back = knobs.staleReads && this.#chance.is(STALE) ? BigInt(this.#chance.within(1, 3)) : 0n;
    return factsAt(chain.blockNumbered(chain.head.number - back) ?? chain.head, chain.finalized);
  }

  #performer(client: PublicClient): Performer {
    const { wires, judge } = this.#world;
    const perform = performerOf(wires, client, this.#settings, this.place);
    return (actions, until) => {
      if (this.#facts !== null) judge.planned(this, actions, this.#facts);
      return perform(actions, until);
    };
  }

  /** What the chain is for this life. */
  #reading(): Reading {
    if (this.endpoints !== null)
      return readingOf(this.endpoints.vote(), (request, answer) => {
        this.#heard(request, answer);
      });
    const lost = (): Error => new ChainTrouble("rpc_down", "lost");
    return {
      client: clientOf((request) => this.#rpc(request)),
      readFacts: () => this.#effect("read the chain", () => this.#factsNow(), lost),
    };
  }

  async #read({ readFacts }: Reading): Promise<ChainFacts> {
    const facts = await readFacts();
    if (this.endpoints !== null) this.#world.judge.read(this, facts);
    this.#facts = facts;
    return facts;
  }

  #rpc(request: Request): Promise<unknown> {
    const act = (): unknown => {
      const answer = this.#answer(request, this.#world.chain.head);
      this.#heard(request, answer);
      return answer;
    };
    return this.#effect(request.method, act, () => new Error("connection lost"));
  }

  #answer(request: Request, head: Block): unknown {
    const { chain, wires } = this.#world;
    return answerOf(chain, wires, request, (bytes) => this.#send(bytes), head);
  }

  #heard({ method }: Request, answer: unknown): void {
    if (method !== "eth_getTransactionCount") return;
    this.#confirmed = Number(answer);
    this.#published = new Set();
  }

  #send(bytes: Parameters<World["sent"]>[1]): string | null {
    const transaction = this.#world.sent(this, bytes);
    this.#world.judge.published(this, transaction, this.#confirmed, this.#published.size);
    this.#published.add(transaction.nonce);
    return this.#world.chain.offer(transaction);
  }
}
