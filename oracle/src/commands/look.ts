import { pino } from "pino";
import type { Plan } from "../core/actions.ts";
import type { Testimony } from "../core/attestation.ts";
import type { ChainFacts, FeedView } from "../core/facts.ts";
import { plan } from "../core/plan.ts";
import type { Config } from "../service/config.ts";
import { feedReader } from "../service/feed-view.ts";
import { buildOracle, type Oracle } from "../service/oracle.ts";
import { step } from "./progress.ts";

/** What the configured oracle would see and decide now. */
export type Look = {
  readonly oracle: Oracle;
  readonly facts: ChainFacts;
  readonly feed: FeedView;
  readonly testimony: Testimony;
  readonly plan: Plan;
};

/** An oracle to ask with; it says nothing itself. */
export function quietOracle(config: Config): Oracle {
  return buildOracle(config, pino({ level: "silent" }));
}

/**
 * Looks at chain, feed and peers as a turn does; signs nothing and sends nothing.
 * @throws ChainTrouble, ChainRefusal
 */
export async function look(config: Config): Promise<Look> {
  const oracle = quietOracle(config);
  const { settings } = oracle.recording;
  return step("looking at chain, feed and peers", async () => {
    const facts = await oracle.readFacts();
    const { feed: source, attester } = oracle;
    const readFeed = feedReader({ feed: source, settings, timeoutMs: config.feedTimeoutMs, settleSeconds: 0 });
    const [feed, told] = await Promise.all([readFeed(facts, () => false), oracle.askPeers(), attester.hear(facts)]);
    const testimony: Testimony = {
      attestations: facts.rounds.flatMap(({ number }) => attester.attestations(number).attestations),
      own: [],
      others: [],
      peers: told.map(({ state }) => state),
    };
    return { oracle, facts, feed, testimony, plan: plan(facts, feed, testimony, settings) };
  });
}
