import type { Address } from "viem";
import { type Heartbeat, listDigest, type SignedHeartbeat } from "../core/heartbeat.ts";
import type { ChainFacts, FeedList } from "../core/facts.ts";
import { askHeart, type PeerHeart } from "../peers/hearts.ts";
import type { PeersOptions } from "../peers/gather.ts";
import type { HeartbeatsAnswer } from "../peers/wire.ts";
import type { HeartSigner } from "../signers/heart-signer.ts";

/** Shows between rounds that every reporter's key can sign, and looks whether the other operators' can. */
export type Heart = {
  /** Has what is due signed and asked for beside the turn; answers what stands in the way of signing. Waits for nothing. */
  look(facts: ChainFacts, feed: Pick<FeedList, "rounds">): readonly unknown[];
  /** What this node answers others. */
  answer(): HeartbeatsAnswer;
  /** How the others were when they were asked last. */
  readonly peers: readonly PeerHeart[];
};

export type HeartOptions = {
  readonly signers: readonly HeartSigner[];
  readonly peers: Pick<PeersOptions, "urls" | "domain" | "timeoutMs">;
  readonly version: string;
  /** Milliseconds. */
  readonly now?: () => number;
};

/** So often that a dead signer is known within two minutes, alert and all; a failed one is asked again at every turn. */
export const BEAT_MS = 45_000;

type Pulse = { readonly beat: SignedHeartbeat | null; readonly at: number; readonly fault: unknown };

export function heart({ signers, peers: { urls, ...asking }, version, now = Date.now }: HeartOptions): Heart {
  const pulses = new Map<Address, Pulse>();
  const underWay = new Set<string>();
  let peers: readonly PeerHeart[] = [];
  let peersAskedAt = -Infinity;
  let block = 0n;

  /** One at a time: what hangs is not asked for again. */
  const beside = (name: string, act: () => Promise<void>): void => {
    if (underWay.has(name)) return;
    underWay.add(name);
    void act().finally(() => underWay.delete(name));
  };

  const beat = async (signer: HeartSigner, heartbeat: Heartbeat): Promise<void> => {
    const reporter = signer.address;
    try {
      const signature = await signer.sign(heartbeat);
      pulses.set(reporter, { beat: { ...heartbeat, reporter, signature }, at: now(), fault: null });
    } catch (fault) {
      pulses.set(reporter, { beat: pulses.get(reporter)?.beat ?? null, at: -Infinity, fault });
    }
  };

  return {
    look(facts, feed) {
      ({ number: block } = facts.block);
      const { tournament } = facts;
      const due = signers.filter(({ address }) => now() - (pulses.get(address)?.at ?? -Infinity) >= BEAT_MS);
      if (due.length > 0) {
        const time = Math.floor(now() / 1_000);
        const heartbeat = { tournament, time, block, feedDigest: listDigest(feed), version };
        for (const signer of due) beside(signer.address, () => beat(signer, heartbeat));
      }
      if (now() - peersAskedAt >= BEAT_MS && urls.length > 0) {
        peersAskedAt = now();
        beside("peers", async () => void (peers = await Promise.all(urls.map((url) => askHeart(url, asking, now)))));
      }
      return [...pulses.values()].flatMap(({ fault }) => fault ?? []);
    },
    answer: () => ({
      ...asking.domain,
      version,
      time: now() / 1_000,
      block,
      reporters: signers.map(({ address }) => address),
      heartbeats: [...pulses.values()].flatMap((pulse) => pulse.beat ?? []),
    }),
    get peers() {
      return peers;
    },
  };
}
