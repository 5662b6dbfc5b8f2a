import type { Settings } from "../../src/core/facts.ts";
import { type Feed, FeedUnavailable } from "../../src/feeds/feed.ts";
import { neutralFeed } from "../../src/feeds/neutral-feed.ts";
import type { Body } from "../../src/feeds/tap.ts";
import { type Bundle, packBundle, unpackBundle, withTurn } from "../../src/service/bundle.ts";
import { type RecordedFeed, recordedFeed } from "../../src/service/recorded-feed.ts";
import { type Recorder, recorder } from "../../src/service/recorder.ts";
import { replayBundle } from "../../src/service/replay.ts";
import type { RecordedTurn } from "../../src/service/turn-schema.ts";
import { DOMAIN } from "./script.ts";

/** Of a node's recordings, decided again from nothing but their bytes. */
export type Replays = { readonly rounds: number; readonly turns: number; readonly differences: readonly string[] };

/** What a node's turns were decided from, by the real recorder; lives and wiped folders leave it as it is. */
export class Recordings {
  readonly #bundles = new Map<bigint, Bundle>();

  /** `keep`: how a recording is written. */
  recorder(
    feed: RecordedFeed,
    settings: Settings,
    keep: (act: () => void) => Promise<void>,
    now: () => number,
  ): Recorder {
    const add = (round: bigint, turn: RecordedTurn): Promise<void> =>
      keep(() => {
        const { chainId, contract, tournament } = DOMAIN;
        const begun = { of: { chainId, contract, tournament, round }, turns: [], parts: new Map() };
        this.#bundles.set(round, withTurn(this.#bundles.get(round) ?? begun, turn));
      });
    const source = { kind: "http", tournament: DOMAIN.tournament } as const;
    const folder = { add, read: () => Promise.resolve(null) };
    return recorder(folder, { settings, source, calls: feed.calls, now });
  }

  async replayed(): Promise<Replays> {
    let turns = 0;
    const differences: string[] = [];
    for (const [round, bundle] of this.#bundles) {
      const again = await replayBundle(unpackBundle(await packBundle(bundle)));
      turns += again.length;
      for (const { turn, difference } of again)
        if (difference !== null) differences.push(`round ${round.toString()}, turn ${turn}: ${difference}`);
    }
    return { rounds: this.#bundles.size, turns, differences };
  }
}

/** A feed as a server gives it, in the real format, read by the real reader, and kept as the node keeps it. */
export function servedFeed(feed: Feed, clock: () => number): RecordedFeed {
  return recordedFeed((tap) => {
    const { tournament } = DOMAIN;
    const served = (question: string) => tap(question, () => bodyFor(question, feed));
    return neutralFeed({ url: "http://feed.invalid", tournament, clock, tap: served });
  });
}

async function bodyFor(question: string, feed: Feed): Promise<Body> {
  const { rounds } = await feed.rounds();
  const head = { format: "numeraire-feed/1", tournament: DOMAIN.tournament };
  if (question === "rounds") return bodyOf({ ...head, rounds: rounds.map(written) });
  const number = BigInt(question.slice("rounds/".length));
  const round = rounds.find((each) => each.number === number);
  if (round === undefined) throw new FeedUnavailable(`no round ${number.toString()}`);
  const { models } = await feed.details(number);
  return bodyOf({
    ...head,
    round: written(round),
    models: models.map(({ id, scores }) => ({ id, scores: (scores ?? [null, null]).map(nano) })),
  });
}

function bodyOf(content: unknown): Body {
  return { status: 200, text: JSON.stringify(content) };
}

type Round = Awaited<ReturnType<Feed["rounds"]>>["rounds"][number];

function written({ number, opensAt, closesAt, resolvesAt, resolved, scoreNames, terms }: Round) {
  const { multipliers, clip, stakeThreshold, exposure } = terms;
  return {
    ...{ number: Number(number), opensAt: iso(opensAt), closesAt: iso(closesAt), resolvesAt: iso(resolvesAt) },
    ...{ resolved, scoreNames },
    terms: {
      multipliers: multipliers.map(nano),
      clip: nano(clip),
      stakeThreshold: nano(stakeThreshold),
      exposure: nano(exposure),
    },
  };
}

function nano(value: bigint | null): string | null {
  return value === null ? null : `${value.toString()}e-9`;
}

function iso(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace(".000Z", "Z");
}
