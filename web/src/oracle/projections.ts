import type { Address } from "viem";
import * as z from "zod/mini";

/** What an oracle expects of a staker's positions, nano-NMR, if the rounds in flight ended with today's scores. */
export type Projections = {
  readonly total: bigint;
  /** By position. */
  readonly positions: ReadonlyMap<number, bigint>;
};

const digits = z.string().check(z.regex(/^-?\d{1,40}$/));
const answer = z.object({
  data: z.object({
    tournament: z.nullable(
      z.object({
        number: z.int(),
        staker: z.object({
          projected: z.object({ netNanoNmr: digits }),
          positions: z.array(
            z.object({
              position: z.int(),
              inRounds: z.array(z.object({ projected: z.object({ payoutNanoNmr: digits }) })),
            }),
          ),
        }),
      }),
    ),
  }),
});

const QUERY = `query ($staker: String!) {
  tournament {
    number
    staker(address: $staker) {
      projected { netNanoNmr }
      positions(first: 500) { position inRounds { projected { payoutNanoNmr } } }
    }
  }
}`;
const TIMEOUT_MS = 5_000;

/**
 * Asks oracles what they expect; each serves one tournament. null: none that answers serves this one.
 */
export async function projectionsOf(
  urls: readonly string[],
  tournament: number,
  staker: Address,
): Promise<Projections | null> {
  const answers = await Promise.all(urls.map((url) => ask(url, staker).catch(() => null)));
  const said = answers.find((each) => each?.number === tournament);
  if (said === undefined || said === null) return null;
  const sums = said.staker.positions.map(({ position, inRounds }) => {
    const net = inRounds.reduce((sum, { projected }) => sum + BigInt(projected.payoutNanoNmr), 0n);
    return [position, net] as const;
  });
  return { total: BigInt(said.staker.projected.netNanoNmr), positions: new Map(sums) };
}

async function ask(url: string, staker: Address) {
  const response = await fetch(new URL("graphql", url.endsWith("/") ? url : `${url}/`), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: QUERY, variables: { staker } }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return answer.parse(await response.json()).data.tournament;
}
