import type { Feed } from "../feeds/feed.ts";
import { folderFeed } from "../feeds/folder.ts";
import { neutralFeed } from "../feeds/neutral-feed.ts";
import { numeraiFeed } from "../feeds/numerai.ts";
import type { Tap } from "../feeds/tap.ts";
import { readSecretFile } from "../signers/secret-file.ts";
import type { Config } from "./config.ts";
import type { FeedSource } from "./turn-schema.ts";

/**
 * All feeds live by the chain's clock: a round is resolved for them when it is for the contract.
 * @throws InputError naming the file that can't be used
 */
export function feedMaker({ feed, feedTimeoutMs }: Config, clock: () => number): (tap: Tap) => Feed {
  if (feed.kind === "folder") return (tap) => folderFeed(feed.path, clock, tap);
  const { url, tournament, tokenFile } = feed;
  const token = tokenFile === undefined ? {} : { token: readSecretFile(tokenFile, "config.feed.tokenFile") };
  const options = { url, tournament, clock, timeoutMs: feedTimeoutMs, ...token };
  if (feed.kind === "http") return (tap) => neutralFeed({ ...options, tap });
  return (tap) => numeraiFeed({ ...options, tap, ...(feed.gated !== undefined && { gated: feed.gated }) });
}

/** How to understand what the feed answers; not where it is, for a URL may carry a key. */
export function feedSource({ feed }: Config): FeedSource {
  if (feed.kind === "folder") return { kind: "folder", path: feed.path };
  const { kind, tournament } = feed;
  if (kind === "http") return { kind, tournament };
  return { kind, tournament, ...(feed.gated !== undefined && { gated: feed.gated }) };
}
