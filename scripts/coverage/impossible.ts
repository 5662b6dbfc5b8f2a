import type { Impossible } from "./report.ts";

/** What no test can reach, and why. An entry that is reached after all, or fits nothing any more, is an error. */
export const IMPOSSIBLE: readonly Impossible[] = [
  {
    file: "contracts/core/Rounds.sol",
    text: "r.settledBy < needed",
    what: "never true",
    why: "openRound demands settledBy > resolvesAt + disputeWindow and resolvesAt > now + MIN_NOTICE, which is an hour as well",
  },
];
