import { type Address, type Hex, numberToHex } from "viem";
import type { Action } from "../../src/core/actions.ts";
import { type Attestation, isSameAttempt } from "../../src/core/attestation.ts";
import { canonicalText } from "../../src/core/canonical.ts";
import type { BatchFacts, ChainFacts } from "../../src/core/facts.ts";
import type { Report } from "../../src/core/report.ts";
import { hashWords, packScores } from "../../src/core/words.ts";
import type { Block, Chain, Transaction } from "./chain.ts";
import { type ModelRound, Refusal } from "./contract.ts";
import { isCalm, type Knobs } from "./knobs.ts";
import { factsAt } from "./facts.ts";
import type { Replays } from "./recordings.ts";
import { DOMAIN, FLICKER, LIE, scoresOf, TRUTH, versionOf } from "./script.ts";

/** What must never happen, by name. */
export type Invariant =
  | "once"
  | "equivocation"
  | "finality"
  | "refusal"
  | "deadline"
  | "nonce"
  | "reading"
  | "facts"
  | "turn"
  | "signature"
  | "replay"
  | "race"
  | "bug";

export type Violation = { readonly invariant: Invariant; readonly message: string };

/** A node as far as it is judged. */
export type Judged = {
  readonly place: number;
  /** Counts its lives. */
  readonly life: number;
  readonly isLiar: boolean;
  readonly folder: readonly Attestation[];
  /** All that others told it in this life, and that it may still have to know. */
  told: readonly Attestation[];
  /** Whose key it has; null: nobody's. */
  readonly reporter: Address | null;
  readonly isAlive: boolean;
};

/** A signature, by whom and in which of its lives. */
export type Signing = Attestation & { readonly node: Judged; readonly life: number };

/** For the latest block, for what is read of it, and both again to send. */
const MOST_TIMEOUTS = 4;

/** Looks at everything that leaves a node. Keeps the first violation; nothing after it counts. */
export class Judge {
  violation: Violation | null = null;
  /** Second signatures of a reporter who could not know of its first any more: docs/quorum.md allows them. */
  unknowable = 0;
  /** The most timeouts that a turn waited out. */
  timeouts = 0;
  lostTurns = 0;
  /** Rounds, by node, and turns of them that were decided again. */
  replayedRounds = 0;
  replayedTurns = 0;
  readonly signings: Signing[] = [];
  readonly #chain: () => Chain;
  readonly #knobs: Knobs;
  readonly #issued = new Map<string, Hex>();
  readonly #signatures = new Map<Hex, { readonly reporter: Address; readonly report: Report }>();
  readonly #excused = new Set<string>();

  constructor(chain: () => Chain, knobs: Knobs) {
    this.#chain = chain;
    this.#knobs = knobs;
  }

  fail(invariant: Invariant, message: string): void {
    this.violation ??= { invariant, message };
  }

  /** A reporter's signature; its bytes are a name for what was signed. */
  sign(node: Judged, reporter: Address, report: Report): Hex {
    const attempt = `${reporter} ${report.round} ${report.batch} ${report.attempt} ${report.stakesHash}`;
    const key = `${attempt} ${report.scoresHash}`;
    const signature = this.#issued.get(key) ?? numberToHex(this.#issued.size + 1, { size: 65 });
    this.#issued.set(key, signature);
    this.#signatures.set(signature, { reporter, report });
    this.#requireTrue(node, report);
    this.#requireFirst(node, { ...report, reporter, feedDigest: "0x", signature }, attempt);
    return signature;
  }

  /** Whether the signature is the reporter's, under this very report. */
  isSigned(reporter: Address, report: Report, signature: Hex): boolean {
    const found = this.#signatures.get(signature);
    return (
      found?.reporter === reporter &&
      isSameAttempt(found.report, report) &&
      found.report.scoresHash === report.scoresHash
    );
  }

  /** As the contract checks a report on a batch. */
  counts(report: Action & { kind: "report" }, reporter: Address, signature: Hex, batch: BatchFacts): boolean {
    const { round, scores } = report;
    const { index, attempt, stakesHash } = batch;
    const { tournament } = DOMAIN;
    const said = { tournament, round, batch: index, attempt, stakesHash, scoresHash: hashWords(scores) };
    return this.isSigned(reporter, said, signature);
  }

  /** What a node believes of a block is what the block holds, whoever lies. */
  read(node: Judged, facts: ChainFacts): void {
    const chain = this.#chain();
    const block = chain.blockAt(facts.block.hash);
    const truth = block === undefined ? "no such block" : textOf(factsAt(block, 0n));
    if (facts.finalized <= chain.finalized && textOf(facts) === truth) return;
    this.fail("facts", `node ${node.place} believes of block ${facts.block.number} what isn't so`);
  }

  /** A turn that nothing holds up but endpoints ends in a later block for each question that waits for one. */
  waited(node: Judged, timeouts: number): void {
    this.timeouts = Math.max(this.timeouts, timeouts);
    if (timeouts > MOST_TIMEOUTS)
      this.fail("turn", `node ${node.place} waits for endpoints ${timeouts} times in a turn`);
  }

  /** A turn with a failure; one of three endpoints is worth no more than one. */
  lost(failures: readonly string[]): void {
    this.lostTurns += 1;
    if (this.lostTurns > 1) this.fail("turn", `a second turn is lost: ${failures.join("; ")}`);
  }

  /** A plan holds nothing that the contract would refuse in the block that it was made for. */
  planned(node: Judged, actions: readonly Action[], facts: ChainFacts): void {
    const block = this.#chain().blockAt(facts.block.hash);
    if (block === undefined || actions.length === 0) return;
    const result = this.#chain().tried(block.state, actions, block);
    if (!(result instanceof Refusal)) return;
    const what = actions.map(({ kind, round }) => `${kind} of round ${round}`).join(", ");
    this.fail("refusal", `node ${node.place} wants ${what}, but ${result.message} in block ${block.number}`);
  }

  /** Numbers go on from the confirmed one without a gap. */
  published(node: Judged, { nonce }: Transaction, confirmed: number, under: number): void {
    if (nonce >= confirmed && nonce <= confirmed + under) return;
    this.fail("nonce", `node ${node.place} sends number ${nonce}, with ${confirmed} confirmed and ${under} under way`);
  }

  /** Whoever has the bytes of a recording comes to the same, byte for byte. */
  replayed(node: Judged, { rounds, turns, differences: [first] }: Replays): void {
    this.replayedRounds += rounds;
    this.replayedTurns += turns;
    if (first !== undefined) this.fail("replay", `node ${node.place}, ${first}`);
  }

  /** How it all ended. `isLost`: whether nobody could have reported the round any more. */
  ended(isLost: (round: ModelRound) => boolean): void {
    const { head } = this.#chain();
    for (const round of head.state.values()) {
      if (round.state !== "settled" && !isLost(round)) {
        const missing = round.batches.map(
          ({ index, state, attempt }) => `batch ${index} ${state} (attempt ${attempt})`,
        );
        this.fail("deadline", `round ${round.number} is ${round.state}: ${missing.join(", ")}`);
      } else if (round.state !== "settled" && round.state !== "void") {
        this.fail("deadline", `round ${round.number} is ${round.state}, neither settled nor void`);
      }
    }
    this.#requireOnce(head);
    if (isCalm(this.#knobs)) this.#requireNoRace(head);
    const queued = this.#chain().behindGaps();
    if (queued.length > 0 && !this.#knobs.drops) {
      this.fail(
        "nonce",
        `transactions wait behind a gap: ${queued.map(({ from, nonce }) => `${from} ${nonce}`).join()}`,
      );
    }
  }

  #requireTrue({ isLiar }: Judged, { round, batch, stakesHash, scoresHash }: Report): void {
    const { flip, veto } = this.#knobs;
    const chain = this.#chain();
    const final = chain.blockNumbered(chain.finalized);
    const held = final?.state.get(round)?.batches[batch];
    if (held?.lockedAtBlock == null || held.stakesHash !== stakesHash) {
      this.fail("finality", `a signature for round ${round} batch ${batch}, whose lock is not final`);
    } else if (!isLiar && !flip && !veto && scoresHash !== hashWords(packScores(scoresOf(batch, held.stakes, TRUTH)))) {
      this.fail(
        "signature",
        `a signature for round ${round} batch ${batch} under words that the feed never gave for good`,
      );
    }
  }

  #requireFirst(node: Judged, said: Attestation, attempt: string): void {
    const earlier = this.signings.filter(
      (each) => each.reporter === said.reporter && isSameAttempt(each, said) && each.scoresHash !== said.scoresHash,
    );
    if (!this.signings.some(({ signature, life }) => signature === said.signature && life === node.life))
      this.signings.push({ ...said, node, life: node.life });
    if (earlier.length === 0) return;
    const known = [...node.folder, ...node.told].some((each) =>
      earlier.some(({ signature }) => signature === each.signature),
    );
    if (!known && (this.#knobs.flip || this.#knobs.veto)) {
      this.#excused.add(attempt);
      this.unknowable = this.#excused.size;
      return;
    }
    const how = known ? "though it knew of the first" : "though its feed never changed";
    this.fail("equivocation", `node ${node.place} signs twice for round ${said.round} batch ${said.batch}, ${how}`);
  }

  #requireNoRace(head: Block): void {
    for (let block: Block | null = head; block !== null; block = block.parent) {
      for (const { transaction, refusal } of block.receipts.values()) {
        if (refusal !== null) this.fail("race", `a transaction of ${transaction.from} comes too late: ${refusal}`);
      }
    }
  }

  /** Along the branch that counts: one report an attempt, one settlement, and of no words that a minority made up. */
  #requireOnce(head: Block): void {
    const counts = new Map<string, number>();
    for (let block: Block | null = head; block !== null; block = block.parent) {
      for (const { transaction, refusal } of block.receipts.values()) {
        if (refusal !== null) continue;
        for (const call of transaction.calls) {
          const attempt = call.kind === "report" ? call.attempt : "";
          const key = `${call.kind} ${call.round} ${"batch" in call ? call.batch : ""} ${attempt}`;
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
      }
    }
    for (const [what, count] of counts) if (count > 1) this.fail("once", `${what}: ${count} times`);
    for (const { number, state, batches } of head.state.values()) {
      for (const { index, attempt, scores } of state === "settled" ? batches : []) {
        const reports = counts.get(`report ${number} ${index} ${attempt}`);
        const settlements = counts.get(`settle ${number} ${index} `);
        if (reports !== 1 || settlements !== 1) {
          this.fail(
            "once",
            `round ${number} batch ${index}: ${String(reports)} reports, ${String(settlements)} settlements`,
          );
        }
        const version = versionOf(scores);
        if (version === LIE) this.fail("reading", `round ${number} batch ${index} is settled with a liar's scores`);
        if (version === FLICKER)
          this.fail("reading", `round ${number} batch ${index} is settled with a passing reading`);
      }
    }
  }
}

/** Of all but what is final; rounds end in one order and are listed in another. */
function textOf(facts: ChainFacts): string {
  const finished = [...facts.finished].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return canonicalText({ ...facts, finalized: 0n, finished });
}
