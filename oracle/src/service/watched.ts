import { InputError } from "../core/errors.ts";
import { type Feed, FeedUnavailable } from "../feeds/feed.ts";
import type { ReportSigner } from "../signers/report-signer.ts";

/** How a question to the feed ended. `field`: what was refused. Times are milliseconds. */
export type FeedSeen = {
  readonly outcome: "answered" | "refused" | "down" | "failed";
  readonly field: string | null;
  readonly ms: number;
};

/** How a request for a signature ended; `fault`: null where there is one, else the class of the error. */
export type SignerSeen = { readonly fault: string | null; readonly ms: number };

/** The same feed, and every question is told. */
export function watchedFeed(feed: Feed, see: (seen: FeedSeen) => void): Feed {
  const watch = async <T>(ask: () => Promise<T>): Promise<T> => {
    const startedAt = Date.now();
    try {
      const answer = await ask();
      see({ outcome: "answered", field: null, ms: Date.now() - startedAt });
      return answer;
    } catch (error) {
      see({ ...faultOf(error), ms: Date.now() - startedAt });
      throw error;
    }
  };
  return { rounds: () => watch(() => feed.rounds()), details: (round) => watch(() => feed.details(round)) };
}

/** The same signer, and every request is told. */
export function watchedSigner(signer: ReportSigner, see: (seen: SignerSeen) => void): ReportSigner {
  return {
    address: signer.address,
    async sign(domain, report) {
      const startedAt = Date.now();
      try {
        const signature = await signer.sign(domain, report);
        see({ fault: null, ms: Date.now() - startedAt });
        return signature;
      } catch (error) {
        see({ fault: classOf(error), ms: Date.now() - startedAt });
        throw error;
      }
    },
  };
}

/** Places in lists are left out: the field counts, not which model's. */
function faultOf(error: unknown): Pick<FeedSeen, "outcome" | "field"> {
  if (error instanceof InputError) return { outcome: "refused", field: error.field.replace(/\[\d+\]/g, "[]") };
  return { outcome: error instanceof FeedUnavailable ? "down" : "failed", field: null };
}

function classOf(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return "bug";
}
