import type { Address } from "viem";
import { type Attestation, includes, signedBy } from "../core/attestation.ts";
import type { ChainFacts } from "../core/facts.ts";
import type { ReportDomain } from "../core/report.ts";
import type { Kept } from "./folder.ts";
import { isOfNow, isOfReporter, signatureFault, type Verify } from "./verify.ts";

/** Every attestation that is known and true: of the batches as they stand, and of this node's own reporters for good. */
export type Book = {
  readonly attestations: readonly Attestation[];
  /** Takes what this node's own reporters signed in an earlier life, or in another process that shares the folder. */
  remember(facts: ChainFacts): Promise<void>;
  /**
   * Takes what is new and true, and stops where too much of it isn't; answers how many were refused, and why the first. What
   * this node's own reporters signed, and comes back from another, is kept again: its folder may have been deleted.
   */
  hear(said: readonly Attestation[], facts: ChainFacts): Promise<Refused>;
  /**
   * Takes this node's own signatures: kept first, so that nobody hears of one that a next life could forget.
   * @throws DataFolderTrouble; they are taken all the same, for a full disk must not stop a round
   */
  sign(own: readonly Attestation[]): Promise<void>;
  /** Drops what no longer counts. */
  forget(facts: ChainFacts): void;
};

export type Refused = { readonly count: number; readonly why: string };

export type BookOptions = {
  readonly domain: ReportDomain;
  /** The reporters whose keys are here. */
  readonly mine: readonly Address[];
  readonly kept: Kept;
  readonly verify?: Verify;
};

/** Two different ones prove that a reporter contradicts itself; more would prove nothing else. */
const MOST_OF_ONE = 2;
/** To verify costs time, and who serves so much that isn't true in one turn is not to have more of it. */
const MOST_FAULTS = 16;

export function attestationBook({ domain, mine, kept, verify = signatureFault }: BookOptions): Book {
  let known: readonly Attestation[] = [];
  const isMine = ({ reporter }: Attestation): boolean => includes(mine, reporter);

  const isNew = (said: Attestation): boolean => {
    const earlier = signedBy(said.reporter, said, known);
    return earlier.length < MOST_OF_ONE && !earlier.some(({ scoresHash }) => scoresHash === said.scoresHash);
  };
  return {
    get attestations() {
      return known;
    },
    async remember({ finished }) {
      for (const said of await kept.read(mine)) {
        if (finished.has(said.round) || !isMine(said) || !isNew(said)) continue;
        if ((await verify(said, domain)) === null) known = [...known, said];
      }
    },
    async hear(said, facts) {
      const faults: string[] = [];
      const before = known;
      for (const each of said) {
        if (faults.length === MOST_FAULTS) break;
        if (!isOfNow(each, facts) || !isNew(each)) continue;
        const fault = isOfReporter(each, facts) ? await verify(each, domain) : strangers(each);
        if (fault === null) known = [...known, each];
        else faults.push(fault);
      }
      if (known.slice(before.length).some(isMine)) {
        // A folder that can't be written to is named at the next signature; what was heard counts all the same.
        await kept.write(known.filter(isMine)).catch(() => undefined);
      }
      return { count: faults.length, why: faults[0] ?? "" };
    },
    async sign(own) {
      const added = own.filter(isNew);
      if (added.length === 0) return;
      try {
        await kept.write([...known.filter(isMine), ...added]);
      } finally {
        known = [...known, ...added];
      }
    },
    forget(facts) {
      // A reorganisation may take a veto back, and with it an attempt: what was signed here stays until the round is over.
      known = known.filter((each) => (isMine(each) ? !facts.finished.has(each.round) : isOfNow(each, facts)));
    },
  };
}

function strangers({ reporter, round }: Attestation): string {
  return `${reporter} is no reporter of round ${round.toString()}`;
}
