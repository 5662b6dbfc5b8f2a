import {
  type Attestation,
  type Evidence,
  evidenceFault,
  includes,
  isSameReport,
  type PeerState,
} from "../core/attestation.ts";
import { askPeer, hostOf, PeerFault } from "./client.ts";
import {
  type AttestationsAnswer,
  attestationsAnswer,
  type Domain,
  type EvidenceAnswer,
  evidenceAnswer,
} from "./wire.ts";

export type PeersOptions = {
  readonly urls: readonly string[];
  readonly domain: Domain;
  readonly timeoutMs: number;
  /** How a node is asked; over HTTP unless something else is given. */
  readonly asking?: Asking;
};

/** The questions that a node answers. @throws PeerFault */
export type Asking = {
  attestations(url: string, round: bigint | null): Promise<AttestationsAnswer>;
  evidence(url: string, round: bigint): Promise<EvidenceAnswer>;
};

/** What one node says, not yet verified. */
export type Told = { readonly url: string; readonly state: PeerState; readonly attestations: readonly Attestation[] };

/** Evidence that was asked for, its words verified, and who served some that isn't true. */
export type ToldEvidence = { readonly evidence: readonly Evidence[]; readonly faults: ReadonlyMap<string, string> };

const MAX_ATTESTATIONS_BYTES = 16 * 2 ** 20;
const MAX_EVIDENCE_BYTES = 64 * 2 ** 20;
/** A sum of megabytes: the others are asked in the next turns. */
const ASKED_FOR_EVIDENCE = 3;

/**
 * Asks every node at once what the reporters say of the batches without a report, and of all batches of the given rounds.
 * Never fails: who doesn't answer says nothing this time, and is asked again in the next turn.
 */
export function askAll(options: PeersOptions, rounds: readonly bigint[]): Promise<Told[]> {
  return Promise.all(options.urls.map((url) => askOne(url, options, rounds)));
}

/** The evidence behind attestations: of the nodes that claim their reporters, where there are any. */
export async function askForEvidence(
  wanted: readonly Attestation[],
  told: readonly Told[],
  options: PeersOptions,
  turn: number,
): Promise<ToldEvidence> {
  const evidence: Evidence[] = [];
  const faults = new Map<string, string>();
  const rounds = new Set(wanted.map(({ round }) => round));
  const questions = [...rounds].flatMap((round) => {
    const open = wanted.filter((each) => each.round === round);
    return candidates(open, told, turn).map(({ url }) => ({ url, round, open }));
  });
  await Promise.all(
    questions.map(async ({ url, round, open }) => {
      try {
        const answer = ofSame(await askingOf(options).evidence(url, round), options);
        for (const shown of answer.evidence.filter((each) => open.some((said) => isSameReport(said, each)))) {
          const fault = evidenceFault(shown);
          if (fault === null) evidence.push(shown);
          else faults.set(url, fault);
        }
      } catch (error) {
        faults.set(url, `no evidence: ${messageOf(error)}`);
      }
    }),
  );
  return { evidence, faults };
}

/** Who claims a reporter of what is wanted, else everybody; a few of them, others in the next turn. */
function candidates(wanted: readonly Attestation[], told: readonly Told[], turn: number): Told[] {
  const answering = told.filter(({ state }) => state.reporters !== null);
  const owners = answering.filter(({ state }) =>
    wanted.some(({ reporter }) => includes(state.reporters ?? [], reporter)),
  );
  const from = owners.length > 0 ? owners : answering;
  const first = from.length === 0 ? 0 : (turn * ASKED_FOR_EVIDENCE) % from.length;
  return [...from.slice(first), ...from.slice(0, first)].slice(0, ASKED_FOR_EVIDENCE);
}

/** Who leaves a question open doesn't count as one who answered; what it did answer counts all the same. */
async function askOne(url: string, options: PeersOptions, rounds: readonly bigint[]): Promise<Told> {
  const asking = askingOf(options);
  const asked = [null, ...rounds].map(async (round) => ofSame(await asking.attestations(url, round), options));
  const answers = await Promise.allSettled(asked);
  const given = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
  const lost = answers.find((answer) => answer.status === "rejected");
  const reporters = lost === undefined ? (given[0]?.reporters ?? null) : null;
  const state = { host: hostOf(url), reporters, fault: lost === undefined ? null : messageOf(lost.reason) };
  return { url, state, attestations: given.flatMap(({ attestations }) => attestations) };
}

function askingOf({ asking, timeoutMs }: PeersOptions): Asking {
  return asking ?? overHttp(timeoutMs);
}

function overHttp(timeoutMs: number): Asking {
  return {
    attestations(url, round) {
      const path = `/v1/attestations${round === null ? "" : `?round=${round.toString()}`}`;
      return askPeer(url, path, attestationsAnswer, { timeoutMs, maxBytes: MAX_ATTESTATIONS_BYTES });
    },
    evidence(url, round) {
      const path = `/v1/rounds/${round.toString()}/evidence`;
      return askPeer(url, path, evidenceAnswer, { timeoutMs, maxBytes: MAX_EVIDENCE_BYTES });
    },
  };
}

function ofSame<T extends Domain>(answer: T, { domain }: PeersOptions): T {
  const { chainId, contract, tournament } = answer;
  if (chainId === domain.chainId && contract === domain.contract && tournament === domain.tournament) return answer;
  throw new PeerFault(`it serves tournament ${tournament} of ${contract} on chain ${chainId}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
