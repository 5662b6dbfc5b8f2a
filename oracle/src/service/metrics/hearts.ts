import type { PeerHeart } from "../../peers/hearts.ts";
import { type Catalogue, gauge } from "./groups.ts";

/** How the other operators' nodes are, by their own word. */
export function heartMetrics(catalogue: Catalogue, hearts: () => readonly PeerHeart[]): void {
  const versionHelp = "1; what the peer runs";
  gauge(catalogue, { name: "operator_version_info", help: versionHelp, labels: ["operator", "version"] }, () =>
    hearts().flatMap(({ host, version }) =>
      version === null ? [] : [{ labels: { operator: host, version }, value: 1 }],
    ),
  );
  const offsetHelp = "By how much the peer's clock is ahead of this machine's, seconds";
  gauge(catalogue, { name: "operator_clock_offset_seconds", help: offsetHelp, labels: ["operator"] }, () =>
    hearts().flatMap(({ host, clockOffset }) =>
      clockOffset === null ? [] : [{ labels: { operator: host }, value: clockOffset }],
    ),
  );
  const silentHelp = "Reporters of the peer whose keys have not shown for three minutes that they can sign";
  gauge(catalogue, { name: "operator_silent_keys", help: silentHelp, labels: ["operator"] }, () =>
    hearts().map(({ host, silent }) => ({ labels: { operator: host }, value: silent.length })),
  );
}
