// A small round as it must be, put together by hand: for what needs no chain.
import type { RoundHistory } from "@numeraire-staking/oracle/core/history";
import { previewPayout } from "@numeraire-staking/oracle/core/payout";
import { hashWords, packPayouts, packScores, packStakes } from "@numeraire-staking/oracle/core/words";
import type { Evidence } from "../../src/core/check.ts";

const ONE = 10n ** 9n;
const TERMS = { multipliers: [ONE / 2n, 2n * ONE], clip: ONE, stakeThreshold: 0n, exposure: ONE } as const;
const SCHEDULE = { closesAt: 20, lockedBy: 30, resolvesAt: 900, settledBy: 9_000, disputeWindow: 10 };
const REPORTER = `0x${"11".repeat(20)}` as const;

/** Two stakes, both rewarded; one reporter. */
export function evidenceOf(): Evidence {
  const stakes = packStakes([1_000n * ONE, 500n * ONE]);
  const both = [ONE / 50n, ONE / 100n] as const;
  const scores = packScores([both, both]);
  const atRisk = 1_500n * ONE;
  const payouts = [1_000n, 500n].map((stake) => previewPayout(TERMS, atRisk, stake * ONE, both));
  const rewarded = payouts.reduce((sum, each) => sum + each, 0n);
  const totals = { atRisk, payoutFactor: 10n ** 18n, rewarded, burned: 0n };
  const opening = { terms: TERMS, schedule: SCHEDULE, reporters: [REPORTER], quorum: 1 };
  const at = (time: number) => ({ block: BigInt(time), time, transaction: "0x01" }) as const;
  const hashes = { stakesHash: hashWords(stakes), scoresHash: hashWords(scores) };
  const signature = { reporter: REPORTER, signature: "0x02", recovered: REPORTER, isTrue: true } as const;
  const report = { tournament: 1, round: 1n, batch: 0, attempt: 0, ...hashes };
  const round: RoundHistory = {
    ...{ number: 1n, state: "settled", opened: at(1), totals, ...opening },
    contract: {
      ...{ ...opening, state: "settled", totals, staked: atRisk },
      counts: { all: 1, locked: 1, reported: 1, settled: 1 },
    },
    batches: [
      {
        index: 0,
        kept: { attempt: 0, reportedAt: 1_000, ...hashes },
        lock: { ...at(21), stakes },
        reports: [
          {
            ...{ ...at(1_000), attempt: 0, scores, signers: 1n },
            signed: { report, digest: "0x03", signers: 1n, signatures: [signature] },
          },
        ],
        vetoes: [],
        settlement: {
          ...{ ...at(1_010), rewarded, burned: 0n, payouts: packPayouts(payouts), balances: [] },
          brought: { stakes, scores },
        },
      },
    ],
  };
  return { kind: "read", round };
}
