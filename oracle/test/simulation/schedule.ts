import { setImmediate as drained } from "node:timers/promises";
import { BASE_FEE } from "./chain.ts";
import { type Chance, chanceOf } from "./chance.ts";
import { type ModelRound, reportDeadline } from "./contract.ts";
import { type Knobs, REPORT_WINDOW } from "./knobs.ts";
import { type Drawn, type Outcome, outcomeOf } from "./outcome.ts";
import { World } from "./world.ts";

const SLOT = 12;
const MINES_EARLY = 0.04;
const KILLS = 0.03;
const REORGANISES = 0.05;
const DROPS = 0.1;
const TICKS = 0.8;
const SPIKE_BLOCKS = 15;
/** A turn takes at most so many blocks: a node gives up on what answers later. */
const MOST_BLOCKS = 2n;
/** No schedule comes near it, so one that does is a world that stands still. */
const MOST_STEPS = 60_000;

/** Runs a schedule to its end, or to the first thing that must never happen. */
export async function runSchedule(seed: number, knobs: Knobs, isTraced = false): Promise<Outcome> {
  const world = new World(seed, knobs, isTraced);
  const schedule = new Schedule(seed, world);
  for (const operator of world.living) operator.boot();
  for (let steps = 0; !schedule.isOver && world.judge.violation === null; steps += 1) {
    if (steps > MOST_STEPS) world.judge.fail("deadline", "nothing goes on");
    schedule.step();
    await drained();
  }
  for (const operator of world.living) operator.kill(world.effects, false);
  await drained();
  for (const operator of world.living)
    if (operator.recordings !== null) world.judge.replayed(operator, await operator.recordings.replayed());
  if (world.judge.violation === null) world.judge.ended((round) => world.prospects?.isLost(round) === true);
  return outcomeOf(world, schedule.drawn);
}

class Schedule {
  readonly #world: World;
  readonly #order: Chance;
  readonly #faults: Chance;
  #kills = 0;
  #reorgs = 0;
  #vetoes = 0;
  #spikeLeft: number;
  #calm = 0;
  #deepest = 0;

  constructor(seed: number, world: World) {
    this.#world = world;
    this.#order = chanceOf(seed, "order");
    this.#faults = chanceOf(seed, "faults");
    this.#spikeLeft = world.knobs.spike ? SPIKE_BLOCKS : 0;
  }

  /** Some blocks after the last round ended: what is still in the pool has had its time. */
  get isOver(): boolean {
    return this.#calm > 4;
  }

  step(): void {
    const { effects, living, chain, knobs } = this.#world;
    const isLate = living.some(({ isBusy, since }) => isBusy && chain.head.number - since >= MOST_BLOCKS);
    if (effects.pending.length === 0 || (knobs.slowTurns && !isLate && this.#order.is(MINES_EARLY))) this.#slot();
    else if (this.#kills < knobs.kills && this.#faults.is(KILLS)) this.#kill();
    else effects.some(this.#order);
  }

  /** What was drawn so far. */
  get drawn(): Drawn {
    const dearBlocks = this.#world.knobs.spike ? SPIKE_BLOCKS - this.#spikeLeft : 0;
    return { kills: this.#kills, reorgs: this.#reorgs, deepest: this.#deepest, dearBlocks };
  }

  /** The next block, whatever comes with it, and new turns and lives. */
  #slot(): void {
    const { chain, knobs } = this.#world;
    this.#market();
    this.#guard();
    const depth = Math.min(this.#faults.within(1, 7), this.#mostDepth());
    if (depth > 0 && this.#reorgs < knobs.reorgs && this.#faults.is(REORGANISES)) {
      this.#reorgs += 1;
      this.#deepest = Math.max(this.#deepest, depth);
      this.#world.note(`a reorganisation ${depth} deep`);
      chain.reorganise(depth, knobs.drops);
    } else {
      chain.mine(this.#nextTime());
    }
    for (const { endpoints } of this.#world.living) endpoints?.giveUp();
    this.#tell();
    this.#world.prospects?.look(chain.head);
    if (knobs.drops && chain.pool.length > 0 && this.#faults.is(DROPS)) {
      const [lost] = chain.pool.splice(this.#faults.within(0, chain.pool.length - 1), 1);
      if (lost !== undefined) this.#world.note(`the pool loses number ${lost.nonce} of ${lost.from}`);
    }
    if (this.#rounds().every(({ state }) => state === "settled" || state === "void")) this.#calm += 1;
    else this.#calm = 0;
    this.#begin();
  }

  #begin(): void {
    const { living, chain } = this.#world;
    for (const operator of living) {
      if (!operator.isAlive && chain.head.number >= operator.since) {
        operator.boot();
        this.#world.note(`node ${operator.place} is there again`);
      }
      if (operator.isAlive && !operator.isBusy && this.#order.is(TICKS)) operator.tick();
    }
  }

  #kill(): void {
    const { living, effects, chain, knobs } = this.#world;
    const victim = this.#faults.pick(living);
    if (!victim.isAlive) return;
    this.#kills += 1;
    const isWiped = knobs.wipes && this.#faults.is(0.5);
    this.#world.note(`node ${victim.place} is killed${isWiped ? ", and its folder deleted" : ""}`);
    victim.since = chain.head.number + BigInt(this.#faults.within(0, 3));
    victim.kill(effects, isWiped);
  }

  /** The base fee is ten times as high for some blocks. */
  #market(): void {
    const { chain } = this.#world;
    const isOn = this.#spikeLeft > 0 && (this.#spikeLeft < SPIKE_BLOCKS || this.#faults.is(0.1));
    chain.baseFee = isOn ? 10n * BASE_FEE : BASE_FEE;
    if (isOn) this.#spikeLeft -= 1;
  }

  /** No deeper than what is final, and over no leap of the clock: no chain takes twenty minutes back. */
  #mostDepth(): number {
    const { finalized, head } = this.#world.chain;
    let depth = 0;
    for (let block = head; block.parent !== null && block.number > finalized; block = block.parent) {
      if (block.time - block.parent.time > SLOT + 1) break;
      depth += 1;
    }
    return depth;
  }

  /** The guardian discards a report, once, where all are in and there is time for another; the feed then says better. */
  #guard(): void {
    const { chain, knobs, script } = this.#world;
    if (!knobs.veto || this.#vetoes > 0) return;
    const rounds = this.#rounds();
    const { time } = chain.head;
    const target = rounds.find(({ schedule, batches }) => {
      const isYoung = time < schedule.resolvesAt + REPORT_WINDOW / 4;
      return isYoung && batches.every((batch) => batch.state === "reported" && time < batch.reportedAt + 13);
    });
    if (target === undefined || rounds.some(({ batches }) => batches.some(({ state }) => state === "locked"))) return;
    this.#vetoes += 1;
    script.truth += 2;
    const calls = target.batches.map(({ index }) => ({ kind: "veto", round: target.number, batch: index }) as const);
    this.#world.note(`the guardian vetoes round ${target.number}`);
    chain.offer({ hash: "0xfe", from: "guardian", nonce: 0, maxFee: 10n ** 13n, tip: 1n, calls });
  }

  /** A slot later, or, where all wait for the clock, at the next edge, a second before it or after it. */
  #nextTime(): number {
    const { chain, living, effects } = this.#world;
    const { time } = chain.head;
    if (effects.pending.length > 0 || chain.pool.length > 0 || living.some(({ isBusy }) => isBusy)) return time + SLOT;
    const edges = this.#rounds().map((round) => edgeOf(round, time));
    const next = Math.min(...edges.map((edge) => edge ?? time + SLOT)) + this.#order.within(-1, 1);
    return Number.isFinite(next) && next > time + SLOT ? next : time + SLOT;
  }

  #tell(): void {
    const { head } = this.#world.chain;
    for (const { transaction, refusal } of head.receipts.values()) {
      const calls = transaction.calls.map(
        (call) => `${call.kind} ${call.round}${"batch" in call ? `/${call.batch}` : ""}`,
      );
      const result = refusal === null ? "" : `, which is refused: ${refusal}`;
      this.#world.note(`block ${head.number}: ${calls.join(", ")} of ${transaction.from}${result}`);
    }
    if (head.receipts.size === 0) this.#world.note(`block ${head.number}`);
  }

  #rounds(): ModelRound[] {
    return [...this.#world.chain.head.state.values()];
  }
}

/** When there is something to do for the round again; null: now. */
function edgeOf({ state, schedule, batches }: ModelRound, time: number): number | null {
  const { closesAt, lockedBy, resolvesAt, settledBy, disputeWindow } = schedule;
  if (state === "settled" || state === "void") return Infinity;
  if (state !== "locked") return time < closesAt ? closesAt : time < lockedBy ? null : lockedBy;
  if (time < resolvesAt) return resolvesAt;
  const undisputedAt = Math.max(...batches.map(({ reportedAt }) => reportedAt)) + disputeWindow;
  if (batches.every((batch) => batch.state !== "locked")) return time < undisputedAt ? undisputedAt : null;
  return time < reportDeadline(schedule) || time >= settledBy ? null : settledBy;
}
