import { type Hex, keccak256 } from "viem";
import { chanceOf } from "./chance.ts";
import { Chain, FIRST_BLOCK, type Transaction } from "./chain.ts";
import { carriedOut, type ModelRound, type ModelState } from "./contract.ts";
import { Effects } from "./effects.ts";
import { Judge } from "./judge.ts";
import type { Knobs } from "./knobs.ts";
import { Operator } from "./operator.ts";
import { Wires } from "./rpc.ts";
import { Prospects } from "./prospects.ts";
import { openingState, Script, START, stakesOf } from "./script.ts";

/** Everything of a schedule, and what leaves traces in it. */
export class World {
  readonly knobs: Knobs;
  readonly places: readonly number[];
  readonly chain: Chain;
  readonly script: Script;
  readonly judge: Judge;
  /** null where the feed never changes for good: then nothing excuses a void round. */
  readonly prospects: Prospects | null;
  readonly effects: Effects;
  readonly wires = new Wires();
  readonly operators: readonly Operator[];
  /** In plain words; null where nobody reads it. */
  readonly trace: string[] | null;
  /** Changes with everything that happens: two runs of a seed have the same. */
  hash = 0x811c9dc5;

  constructor(seed: number, knobs: Knobs, isTraced: boolean) {
    this.knobs = knobs;
    this.trace = isTraced ? [] : null;
    this.judge = new Judge(() => this.chain, knobs);
    const seen = () => ({ signings: this.judge.signings, nodes: this.living, version: this.script.version(false) });
    this.prospects = knobs.flip || knobs.veto ? new Prospects(seen) : null;
    const state = startingState(knobs);
    const time = knobs.locked ? ([...state.values()][0]?.schedule.resolvesAt ?? START) - 200 : START;
    const rules = {
      stakes: stakesOf,
      isSigned: (report: Parameters<Judge["counts"]>[0], place: number, batch: Parameters<Judge["counts"]>[3]) => {
        const reporter = state.get(report.round)?.reporters[place];
        const signature = report.signatures.find(({ index }) => index === place)?.signature;
        return (
          reporter !== undefined && signature !== undefined && this.judge.counts(report, reporter, signature, batch)
        );
      },
    };
    this.chain = new Chain(state, time, knobs, rules, chanceOf(seed, "chain"));
    this.script = new Script(state, knobs, () => this.chain.now, chanceOf(seed, "feed"));
    this.effects = new Effects(
      (place) => this.operators[place]?.isAlive === true,
      (place, name, isDone) => this.note(`node ${place}: ${name}${isDone ? "" : ", which fails"}`),
    );
    const count = knobs.operators + (knobs.relayOnly ? 1 : 0);
    this.places = Array.from({ length: count }, (_, place) => place);
    this.operators = this.places.map((place) => {
      const isLiar = place >= knobs.dead && place < knobs.dead + knobs.liars;
      return new Operator(place, isLiar, this, chanceOf(seed, `node ${place}`), chanceOf(seed, `endpoints ${place}`));
    });
  }

  /** Those that live at all. */
  get living(): readonly Operator[] {
    return this.operators.slice(this.knobs.dead);
  }

  note(what: string): void {
    let { hash } = this;
    for (let index = 0; index < what.length; index += 1) hash = Math.imul(hash ^ what.charCodeAt(index), 0x01000193);
    this.hash = hash >>> 0;
    this.trace?.push(`${this.chain.head.number.toString()} +${this.chain.now - START} s  ${what}`);
  }

  /** A transaction that a node publishes. */
  sent(operator: Operator, bytes: Hex): Transaction {
    const transaction = this.wires.transaction(bytes, keccak256(bytes));
    const calls = transaction.calls.map(
      (call) => `${call.kind} ${call.round}${"batch" in call ? `/${call.batch}` : ""}`,
    );
    this.note(`node ${operator.place} publishes number ${transaction.nonce}: ${calls.join(", ")}`);
    return transaction;
  }
}

/** The rounds as they were opened, or with everything locked long ago. */
function startingState(knobs: Knobs): ModelState {
  const opened = openingState(knobs);
  return knobs.locked ? [...opened.values()].reduce(lockedWhole, opened) : opened;
}

function lockedWhole(state: ModelState, { number, batches, schedule }: ModelRound): ModelState {
  const moment = {
    time: schedule.closesAt,
    block: FIRST_BLOCK,
    isSigned: () => false,
    stakes: (batch: number) => stakesOf(batch, 0),
  };
  return batches.reduce(
    (after, { index }) =>
      carriedOut(after, { kind: "lock", round: number, batch: index, eligibleAt: 0, deadline: null }, moment),
    state,
  );
}
