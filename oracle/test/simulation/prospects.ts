import type { Hex } from "viem";
import { type Attestation, isSameAttempt } from "../../src/core/attestation.ts";
import type { BatchFacts } from "../../src/core/facts.ts";
import { hashWords, packScores } from "../../src/core/words.ts";
import type { Block } from "./chain.ts";
import { type ModelRound, reportDeadline } from "./contract.ts";
import type { Judged, Signing } from "./judge.ts";
import { DOMAIN, scoresOf } from "./script.ts";

/** What can be seen of a schedule. */
export type Seen = {
  readonly signings: readonly Signing[];
  readonly nodes: readonly Judged[];
  /** What the feed tells the honest now. */
  readonly version: number;
};

/** Turns of all places at their longest, a turn that is slow, and a base fee that is high meanwhile. */
const MOST_STANDING_BLOCKS = 40;
/**
 * What was lost until then, and isn't any more because all memory of it is gone, has no time for two readings and a report
 * by nodes that have just begun to live, and whose turns take some blocks each.
 */
const LAST_SECONDS = 180;

/**
 * Follows what can still be reported of each batch. No more than this excuses a void round: at the end of its report window,
 * or so shortly before that nothing came of it, no words for one of its batches could get a quorum's signatures any more, or none that knew the words was left; and
 * they hadn't stood there, to be reported by anybody, for long.
 */
export class Prospects {
  readonly #see: () => Seen;
  readonly #latest = new Map<string, { readonly attempt: number; readonly stakesHash: Hex; readonly lostAt: number }>();
  /** For so many blocks each attempt stood complete and unreported. */
  readonly #standing = new Map<string, number>();

  constructor(see: () => Seen) {
    this.#see = see;
  }

  /** Of each block that a reporter may see as the latest. */
  look({ state, time }: Block): void {
    for (const round of state.values()) {
      const { schedule } = round;
      if (round.state !== "locked" || time < schedule.resolvesAt || time >= reportDeadline(schedule)) continue;
      for (const batch of round.batches) this.#follow(round, batch, time);
    }
  }

  isLost(round: ModelRound): boolean {
    return round.batches.some((batch) => {
      const known = this.#latest.get(placeOf(round, batch));
      const standing = this.#standing.get(attemptOf(round, batch)) ?? 0;
      const isOfNow = known?.attempt === batch.attempt && known.stakesHash === batch.stakesHash;
      const isTooLate = known !== undefined && reportDeadline(round.schedule) - known.lostAt <= LAST_SECONDS;
      return batch.state === "locked" && isOfNow && isTooLate && standing <= MOST_STANDING_BLOCKS;
    });
  }

  #follow(round: ModelRound, batch: BatchFacts, time: number): void {
    const { attempt, stakesHash } = batch;
    const place = placeOf(round, batch);
    const before = this.#latest.get(place);
    if (before?.attempt !== attempt) this.#forgetTold(round.number, batch.index);
    const chances = batch.state === "locked" ? this.#chances(round, batch) : ["later"];
    const isLost = chances.every((chance) => chance === "never");
    const lostAt = isLost ? time : before?.attempt === attempt ? before.lostAt : -Infinity;
    this.#latest.set(place, { attempt, stakesHash, lostAt });
    const key = attemptOf(round, batch);
    if (chances.includes("now")) this.#standing.set(key, (this.#standing.get(key) ?? 0) + 1);
  }

  /** What may come of each of the words that somebody signed, and of those that the feed gives now. */
  #chances(
    { number: round, quorum }: ModelRound,
    { index: batch, attempt, stakesHash, stakes, vetoedHash }: BatchFacts,
  ) {
    const { signings, nodes, version } = this.#see();
    const feeds = hashWords(packScores(scoresOf(batch, stakes, version)));
    const about = { tournament: DOMAIN.tournament, round, batch, attempt, stakesHash, scoresHash: feeds };
    const kept = signings.filter((said) => isSameAttempt(said, about) && isKept(said, nodes));
    const signers = (words: Hex): number =>
      new Set(kept.filter(({ scoresHash }) => scoresHash === words).map(({ reporter }) => reporter)).size;
    const isFree = ({ isLiar, reporter }: Judged): boolean =>
      !isLiar && reporter !== null && !kept.some((said) => said.reporter === reporter);
    const free = nodes.filter(isFree).length;
    return [feeds, ...kept.map(({ scoresHash }) => scoresHash)].map((words) => {
      const isKnown = words === feeds || kept.some((said) => said.scoresHash === words && isRemembered(said));
      if (isKnown && signers(words) >= quorum) return "now";
      return words === feeds && words !== vetoedHash && signers(words) + free >= quorum ? "later" : "never";
    });
  }

  /** Who isn't the reporter keeps nothing of an attempt that is over: a reorganisation brings back no more than that. */
  #forgetTold(round: bigint, batch: number): void {
    for (const node of this.#see().nodes) {
      const isOther = (said: Attestation): boolean => said.reporter !== node.reporter;
      node.told = node.told.filter((said) => !(said.round === round && said.batch === batch && isOther(said)));
    }
  }
}

/** Whether who signed still lives the same life. */
function isRemembered({ node, life }: Signing): boolean {
  return node.isAlive && node.life === life;
}

/** Whether anybody still has the signature, or will when it lives again. */
function isKept(said: Signing, nodes: readonly Judged[]): boolean {
  const isIn = (known: readonly Attestation[]): boolean => known.some(({ signature }) => signature === said.signature);
  return isRemembered(said) || isIn(said.node.folder) || nodes.some(({ isAlive, told }) => isAlive && isIn(told));
}

function placeOf({ number }: ModelRound, { index }: BatchFacts): string {
  return `${number.toString()} ${index}`;
}

function attemptOf(round: ModelRound, batch: BatchFacts): string {
  return `${placeOf(round, batch)} ${batch.attempt} ${batch.stakesHash}`;
}
