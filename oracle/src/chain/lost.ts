import type { Cast, Endpoint } from "./endpoint.ts";
import { ChainRefusal, ChainTrouble, sayWhy } from "./errors.ts";
import type { Trust } from "./heads.ts";

/**
 * Why endpoints could not agree, with what each of them said. A single node's own error is left as it is.
 * @param isContradictory Whether they differ about what they all must know.
 */
export function lost(
  what: string,
  cast: readonly Cast[],
  all: readonly Endpoint[],
  { endpoints, quorum }: Trust,
  isContradictory: boolean,
): Error {
  const failures = cast.filter((each) => each.kind !== "value");
  const wrong = failures.map(({ error }) => error).filter((error) => error instanceof ChainRefusal);
  const [firstWrong] = wrong;
  if (firstWrong !== undefined && wrong.length > endpoints - quorum) return firstWrong;
  const cause = failures.find(({ kind }) => kind === "refusal")?.error ?? failures[0]?.error;
  const message = [`${what}: fewer than ${quorum} of ${endpoints} endpoints say the same`, ...said(cast, all)].join(
    "; ",
  );
  if (isContradictory) return new ChainTrouble("rpc_disagree", message, { cause });
  const limited = failures.filter((each) => each.kind === "failure" && each.isLimited);
  if (limited.length > 0 && cast.length - failures.length + limited.length >= quorum) {
    return new ChainTrouble("rate_limited", message, { cause });
  }
  return endpoints === 1 && cause !== undefined ? cause : new ChainTrouble("rpc_quorum_lost", message, { cause });
}

function said(cast: readonly Cast[], all: readonly Endpoint[]): string[] {
  const answers = cast.map((each) => {
    const words = each.kind === "value" ? `says ${JSON.stringify(each.value).slice(0, 120)}` : sayWhy(each.error);
    return `${each.from.name}: ${words}`;
  });
  const out = all.filter((each) => !each.hasVote && !cast.some(({ from }) => from === each));
  return [...answers, ...out.map(({ name, view }) => `${name}: ${view.why}`)];
}
