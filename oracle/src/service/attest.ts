import { isAddressEqual } from "viem";
import {
  type Attestation,
  type Evidence,
  isSameReport,
  type PeerState,
  type Testimony,
  wantedEvidence,
  type WantedReport,
  type WantedSignature,
  wantedSignatures,
} from "../core/attestation.ts";
import { type Disagreement, disagreements } from "../core/disagreement.ts";
import type { ChainFacts, FeedView, Settings } from "../core/facts.ts";
import type { Report, ReportDomain } from "../core/report.ts";
import type { RoundReports } from "../core/steps/report.ts";
import {
  contradicted,
  type Ends,
  endsAfter,
  outdated,
  shownWork,
  uncheckedRounds,
  withFinalEnds,
  type Work,
  type Works,
  worksAfter,
  worksOf,
} from "../core/work.ts";
import type { Book, Refused } from "../peers/book.ts";
import { askAll, askForEvidence, type PeersOptions, type Told } from "../peers/gather.ts";
import { isOfNow, signatureFault, type Verify } from "../peers/verify.ts";
import type { AttestationsAnswer, EvidenceAnswer } from "../peers/wire.ts";
import { SignerRefusal } from "../signers/errors.ts";
import type { ReportSigner } from "../signers/report-signer.ts";

/** The attesting half of a turn: what the other operators say, and what this one signs. */
export type Attester = {
  /** Asks the other nodes. Never fails. */
  hear(facts: ChainFacts): Promise<void>;
  /** The rounds whose scores are to be read though nothing of them is to be signed: others have reported them. */
  unchecked(facts: ChainFacts): bigint[];
  /** Signs what is to be signed, and looks for what is behind others' words. */
  attest(facts: ChainFacts, feed: FeedView, reports: ReadonlyMap<bigint, RoundReports>): Promise<Attested>;
  /** Signs what somebody else has worked out, under the same guard. */
  sign(report: WantedReport, facts: ChainFacts): Promise<readonly AttestFault[]>;
  /** What it answers others: all attestations to a round's batches, or, without one, to those that lack a report. */
  attestations(round: bigint | null): AttestationsAnswer;
  /** How it came to its own. */
  evidence(round: bigint): EvidenceAnswer;
  /** Where others, or the contract, have other scores. */
  disagreements(round: bigint): Disagreement[];
  /** How asking the other nodes went in the latest turn. */
  peers(): readonly PeerState[];
};

/** Of a signer, with the report that it should have signed, or of the data folder. */
export type AttestFault = { readonly error: unknown; readonly unsigned?: Report };

/** None of the errors stops the turn. */
export type Attested = { readonly testimony: Testimony; readonly errors: readonly AttestFault[] };

export type AttesterOptions = {
  readonly signers: readonly ReportSigner[];
  readonly settings: Settings;
  readonly domain: ReportDomain;
  readonly peers: PeersOptions;
  readonly book: Book;
  readonly verify?: Verify;
};

export function attester(options: AttesterOptions): Attester {
  const { settings, peers, book } = options;
  let latest: ChainFacts | null = null;
  let told: readonly Told[] = [];
  let refused: ReadonlyMap<string, Refused> = new Map();
  let works: Works = new Map();
  let ends: Ends = new Map();
  let others: readonly Evidence[] = [];
  let found: readonly Disagreement[] = [];
  let turns = 0;

  /** Asks only for what isn't at hand; answers who served something wrong. */
  const lookBehind = async (facts: ChainFacts): Promise<ReadonlyMap<string, string>> => {
    const mine = contradicted(works, facts, book.attestations).map(({ report }) => report);
    const wanted = wantedEvidence(mine, facts, book.attestations, settings);
    others = others.filter((shown) => wanted.some((said) => isSameReport(said, shown)));
    const lacking = wanted.filter((said) => !others.some((shown) => isSameReport(said, shown)));
    turns += 1;
    const { evidence, faults } = await askForEvidence(lacking, told, peers, turns);
    others = [...others, ...evidence];
    return faults;
  };

  /** Looks once more into the folder: another process with the same key may have signed since the turn began. */
  const signDue = async (due: readonly WantedReport[], facts: ChainFacts): Promise<AttestFault[]> => {
    const heard = (): Testimony => ({
      attestations: book.attestations,
      own: [],
      others,
      peers: told.map(({ state }) => state),
    });
    if (wantedSignatures(due, facts, heard(), settings).length === 0) return [];
    await book.remember(withFinalEnds(facts, ends));
    return signAll(wantedSignatures(due, facts, heard(), settings), options);
  };

  return {
    async hear(facts) {
      latest = facts;
      ends = endsAfter(ends, facts);
      const known = withFinalEnds(facts, ends);
      book.forget(known);
      // What was signed here counts before what others say, whether there are others or not.
      await book.remember(known);
      const reported = contradicted(works, facts, book.attestations)
        .map(({ report }) => report.round)
        .filter((round, index, all) => all.indexOf(round) === index);
      told = await askAll(peers, reported);
      refused = await verified(told, book, facts);
    },
    unchecked: (facts) => uncheckedRounds(works, facts, settings),
    async attest(facts, feed, reports) {
      const due = [...reports.values()].flatMap((each) => each.reports);
      const errors = await signDue(due, facts);
      const checks = [...reports.values()].flatMap((each) => each.checks);
      const known = withFinalEnds(facts, ends);
      works = worksAfter(works, [...due, ...checks], known, feed, book.attestations, settings.reporters);
      const faults = await lookBehind(facts);
      const testimony: Testimony = {
        attestations: book.attestations,
        own: [...ownWorks(works, due, facts, book.attestations, settings)].map(shownWork),
        others,
        peers: told.map(({ url, state }) => ({
          ...state,
          fault: state.fault ?? sayRefused(refused.get(url)) ?? faults.get(url) ?? null,
        })),
      };
      const now = disagreements(facts, testimony);
      found = [...found.filter((each) => isPast(each, now, facts)), ...now];
      return { testimony, errors };
    },
    sign: (report, facts) => signDue([report], facts),
    attestations(round) {
      const facts = latest;
      const served = book.attestations.filter(
        (said) =>
          facts !== null && isOfNow(said, facts) && (round === null ? isDue(said, facts) : said.round === round),
      );
      return { ...peers.domain, reporters: settings.reporters, attestations: served };
    },
    evidence(round) {
      const shown = latest === null ? [] : worksOf(round, works, latest).map(shownWork);
      return { ...peers.domain, evidence: shown };
    },
    disagreements: (round) => found.filter(({ mine }) => mine.round === round),
    peers: () => told.map(({ state }) => state),
  };
}

/** What the plan is shown of this node's own works: what somebody contradicts, and what only memory still holds. */
function ownWorks(
  works: Works,
  due: readonly WantedReport[],
  facts: ChainFacts,
  attestations: readonly Attestation[],
  { reporters }: Settings,
): ReadonlySet<Work> {
  const signed = outdated(works, due, facts, attestations, reporters);
  return new Set([...contradicted(works, facts, attestations), ...signed]);
}

/** One node after the other: verifying is work for this process, not waiting. */
async function verified(told: readonly Told[], book: Book, facts: ChainFacts): Promise<ReadonlyMap<string, Refused>> {
  const refused = new Map<string, Refused>();
  for (const { url, attestations } of told) {
    const answer = await book.hear(attestations, facts);
    if (answer.count > 0) refused.set(url, answer);
  }
  return refused;
}

/** All signers at once; one that fails leaves the others alone and is asked again in the next turn. */
async function signAll(
  wanted: readonly WantedSignature[],
  { signers, domain, book, verify = signatureFault }: AttesterOptions,
): Promise<AttestFault[]> {
  const errors: AttestFault[] = [];
  const signed: Attestation[] = [];
  const signing = wanted.map(async (each) => {
    try {
      signed.push(await signOne(each, signers, domain, verify));
    } catch (error) {
      errors.push({ error, unsigned: each.report });
    }
  });
  await Promise.all(signing);
  try {
    await book.sign(signed);
  } catch (error) {
    errors.push({ error });
  }
  return errors;
}

/** A signature that the contract wouldn't take is a fault of the signer, and never leaves this node. */
async function signOne(
  { report, reporter }: WantedSignature,
  signers: readonly ReportSigner[],
  domain: ReportDomain,
  verify: Verify,
): Promise<Attestation> {
  const signer = signers.find(({ address }) => isAddressEqual(address, reporter));
  if (signer === undefined) throw new Error(`there is no key of reporter ${reporter}`);
  const { tournament, round, batch, attempt, stakesHash, scoresHash, feedDigest } = report;
  const said = { tournament, round, batch, attempt, stakesHash, scoresHash };
  const attestation = { ...said, feedDigest, reporter, signature: await signer.sign(domain, said) };
  const fault = await verify(attestation, domain);
  if (fault !== null) throw new SignerRefusal(`the signer of ${reporter} answers wrongly: ${fault}`);
  return attestation;
}

function isDue(said: Attestation, { rounds }: ChainFacts): boolean {
  const batches = rounds.find(({ number }) => number === said.round)?.batches ?? [];
  return batches.some(({ index, state }) => index === said.batch && state === "locked");
}

/** A disagreement is shown until its round is over, though its batch is settled and nobody repeats it. */
function isPast(each: Disagreement, now: readonly Disagreement[], { finished }: ChainFacts): boolean {
  const isNow = now.some(({ mine, scoresHash }) => isSameReport(mine, each.mine) && scoresHash === each.scoresHash);
  return !isNow && !finished.has(each.mine.round);
}

function sayRefused(refused: Refused | undefined): string | undefined {
  return refused === undefined ? undefined : `${refused.count} attestations refused: ${refused.why}`;
}
