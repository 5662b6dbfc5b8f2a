import type { PeerHeart } from "../../peers/hearts.ts";
import { type Catalogue, gauge, single } from "./groups.ts";

/** How the other operators' nodes are, by their own word; which of them it is stands in /status. */
export function heartMetrics(catalogue: Catalogue, hearts: () => readonly PeerHeart[]): void {
  const versionHelp = "Peers that run the version";
  gauge(catalogue, { name: "operator_version_info", help: versionHelp, labels: ["version"] }, () => {
    const versions = hearts().flatMap(({ version }) => version ?? []);
    return [...new Set(versions)].slice(0, MOST_VERSIONS).map((version) => ({
      labels: { version },
      value: versions.filter((each) => each === version).length,
    }));
  });
  const offsetHelp = "Of the peer whose clock is furthest off: by how much it is ahead of this machine's, seconds";
  single(catalogue, "operator_clock_offset_seconds", offsetHelp, () => {
    const offsets = hearts().flatMap(({ clockOffset }) => clockOffset ?? []);
    return offsets.toSorted((a, b) => Math.abs(b) - Math.abs(a))[0] ?? null;
  });
  const silentHelp = "Reporters of peers whose keys have not shown for three minutes that they can sign";
  single(catalogue, "operator_silent_keys", silentHelp, () =>
    hearts().reduce((sum, { silent }) => sum + silent.length, 0),
  );
}

/** What peers call themselves is their own choice. */
const MOST_VERSIONS = 8;
