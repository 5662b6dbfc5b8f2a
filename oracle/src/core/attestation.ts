import { type Address, type Hex, isAddressEqual } from "viem";
import type { ChainFacts, RoundFacts, ScoreSheet, Settings } from "./facts.ts";
import type { Report } from "./report.ts";
import { isLastFifth } from "./turns.ts";
import { hashWords, POSITIONS_PER_BATCH, unpackStakes } from "./words.ts";

// What reporters say of batches, and what of it becomes a report.

/** What one reporter says of one batch. Only the report is signed; the digest is its node's word. */
export type Attestation = Report & { readonly feedDigest: Hex; readonly reporter: Address; readonly signature: Hex };

/** A report as this node would sign it, with what it was made from and when that was read (unix seconds). */
export type WantedReport = Report & {
  readonly scores: readonly bigint[];
  readonly feedDigest: Hex;
  readonly readAt: number;
  readonly eligibleAt: number;
  readonly deadline: number;
};

/** A position with a stake; `raw` is what its scores were read from, null where the feed doesn't list its model. */
export type PositionEvidence = {
  readonly position: number;
  readonly model: Hex;
  readonly raw: Readonly<Record<string, string | null>> | null;
};

/** What a node computed for a batch, and from which texts: enough to find where two nodes part. */
export type Evidence = Report & {
  readonly scores: readonly bigint[];
  readonly feedDigest: Hex;
  readonly readAt: number;
  readonly positions: readonly PositionEvidence[];
};

/** How asking another operator's node went. `reporters`: those whose keys it claims; null: it didn't answer. */
export type PeerState = {
  readonly host: string;
  readonly reporters: readonly Address[] | null;
  /** Why there is no answer, or what in it was refused; null: all is well. */
  readonly fault: string | null;
};

/** What is known of the reporters' words, each attestation verified, each evidence hashing to what it names. */
export type Testimony = {
  readonly attestations: readonly Attestation[];
  /** What this node itself holds for right, of batches of which somebody says something else, be it its own feed by now. */
  readonly own: readonly Evidence[];
  /** What the others computed, as far as it is needed. */
  readonly others: readonly Evidence[];
  /** The nodes that are asked; none: this one works alone. */
  readonly peers: readonly PeerState[];
};

/** A signature that is to be made. */
export type WantedSignature = { readonly report: WantedReport; readonly reporter: Address };

/** Whether both speak of the same attempt on the same lock: of these a reporter signs one in its life. */
export function isSameAttempt(a: Report, b: Report): boolean {
  return (
    a.tournament === b.tournament &&
    a.round === b.round &&
    a.batch === b.batch &&
    a.attempt === b.attempt &&
    a.stakesHash === b.stakesHash
  );
}

/** Whether both say the same. */
export function isSameReport(a: Report, b: Report): boolean {
  return isSameAttempt(a, b) && a.scoresHash === b.scoresHash;
}

/** A round's reporters whose keys are here, in the set's order. */
export function localReporters(round: RoundFacts, settings: Settings): Address[] {
  return round.reporters.filter((address) => includes(settings.reporters, address));
}

/** Whether the address is among them, in whatever case it is written. */
export function includes(addresses: readonly Address[], wanted: Address): boolean {
  return addresses.some((address) => isAddressEqual(address, wanted));
}

/**
 * The signatures to make now. A reporter who has signed for the attempt, whatever it was, signs no more for it. Where no
 * peer answers, none can tell what was signed in an earlier life; then only the last fifth of the window makes it worth
 * the risk.
 */
export function wantedSignatures(
  reports: readonly WantedReport[],
  facts: ChainFacts,
  testimony: Testimony,
  settings: Settings,
): WantedSignature[] {
  const due = reports.filter((report) => isHeard(testimony) || isLastFifth(report, facts.block.timestamp));
  const wanted = facts.rounds.flatMap((round) => {
    const own = due.filter((report) => report.round === round.number);
    return own.flatMap((report) => localReporters(round, settings).map((reporter) => ({ report, reporter })));
  });
  return wanted.filter(({ report, reporter }) => signedBy(reporter, report, testimony.attestations).length === 0);
}

/** What the reporter signed for the report's attempt: one attestation, or more of one who is broken or lies. */
export function signedBy(reporter: Address, report: Report, attestations: readonly Attestation[]): Attestation[] {
  return attestations.filter((each) => isSameAttempt(each, report) && isAddressEqual(each.reporter, reporter));
}

/**
 * The reports whose evidence is to be asked for: what others signed against this node's own words, to find where they part;
 * and what a quorum signed in rounds that none of the local keys counts in, to relay it.
 */
export function wantedEvidence(
  own: readonly Report[],
  facts: ChainFacts,
  attestations: readonly Attestation[],
  settings: Settings,
): Attestation[] {
  const foreign = facts.rounds.filter((round) => localReporters(round, settings).length === 0);
  return attestations.filter((said) => {
    if (own.some((mine) => isSameAttempt(mine, said) && mine.scoresHash !== said.scoresHash)) return true;
    const round = foreign.find(({ number }) => number === said.round);
    const batch = round?.batches.find(({ index }) => index === said.batch);
    if (round === undefined || batch?.state !== "locked") return false;
    return attestations.filter((each) => isSameReport(each, said)).length >= round.quorum;
  });
}

/** Whether there is nobody to ask, or somebody answered. */
export function isHeard({ peers }: Pick<Testimony, "peers">): boolean {
  return peers.length === 0 || peers.some(({ reporters }) => reporters !== null);
}

/** The texts behind a report's words. */
export function evidenceOf(
  report: Report & Pick<WantedReport, "scores" | "feedDigest" | "readAt">,
  stakes: readonly bigint[],
  models: readonly Hex[],
  sheet: ScoreSheet,
): Evidence {
  const { tournament, round, batch, attempt, stakesHash, scoresHash, scores, feedDigest, readAt } = report;
  const rawOf = new Map(sheet.models.map(({ model, raw }) => [model, raw]));
  const first = batch * POSITIONS_PER_BATCH;
  const positions = unpackStakes(stakes).flatMap((stake, lane): PositionEvidence[] => {
    const model = models[first + lane];
    return stake === 0n || model === undefined
      ? []
      : [{ position: first + lane, model, raw: rawOf.get(model) ?? null }];
  });
  return { tournament, round, batch, attempt, stakesHash, scoresHash, scores, feedDigest, readAt, positions };
}

/** What is wrong with a node's evidence; null: its words are those that it names. */
export function evidenceFault({ round, batch, scores, scoresHash }: Evidence): string | null {
  const hash = hashWords(scores);
  if (hash === scoresHash) return null;
  return `its words of round ${round.toString()} batch ${batch} hash to ${hash}, not to ${scoresHash} as it says`;
}
