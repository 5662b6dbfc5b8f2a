import { type Catalogue, gauge } from "./groups.ts";

/** One of the nodes, as far as metrics tell of it. The host and no path: a URL may carry a key. */
export type EndpointSeen = {
  readonly index: number;
  readonly host: string;
  readonly state: string;
  readonly head: bigint | null;
  readonly answered: number;
  readonly refused: number;
  readonly failed: number;
  readonly disagreements: number;
};

/** How each node does. Its own counts are told as they are, whoever asks. */
export function rpcMetrics(catalogue: Catalogue, endpoints: () => readonly EndpointSeen[]): void {
  const labels = ["endpoint"] as const;
  const name = ({ index }: EndpointSeen) => index.toString();
  const stateHelp = "1 for the state that the node is in; nodes are told by their place in config.rpcUrls";
  gauge(catalogue, { name: "rpc_state", help: stateHelp, labels: ["endpoint", "state"] }, () =>
    endpoints().map((each) => ({ labels: { endpoint: name(each), state: each.state }, value: 1 })),
  );
  const requestsHelp = "Questions to the node; refused: it answered no, failed: it didn't answer";
  gauge(catalogue, { name: "rpc_requests_total", help: requestsHelp, labels: ["endpoint", "outcome"] }, () =>
    endpoints().flatMap((each) =>
      (["answered", "refused", "failed"] as const).map((outcome) => ({
        labels: { endpoint: name(each), outcome },
        value: each[outcome],
      })),
    ),
  );
  gauge(catalogue, { name: "rpc_lag_blocks", help: "Blocks behind the highest head that a node shows", labels }, () => {
    const heads = endpoints().flatMap(({ head }) => head ?? []);
    const highest = heads.reduce((most, head) => (head > most ? head : most), 0n);
    return endpoints().flatMap((each) =>
      each.head === null ? [] : [{ labels: { endpoint: name(each) }, value: Number(highest - each.head) }],
    );
  });
  const disagreementsHelp = "Answers of the node that contradict a quorum of nodes";
  gauge(catalogue, { name: "rpc_disagreements_total", help: disagreementsHelp, labels }, () =>
    endpoints().map((each) => ({ labels: { endpoint: name(each) }, value: each.disagreements })),
  );
}
