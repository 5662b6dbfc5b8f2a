import { writeFileSync } from "node:fs";
import { zeroAddress } from "viem";
import { metricsDocument } from "./document.ts";
import { oracleMetrics } from "./metrics.ts";

// Writes docs/metrics.md from what an oracle registers.

const nobody = { chainId: 1, contract: zeroAddress, tournament: 1, reporters: [], attestations: [] };
const { entries } = oracleMetrics({
  build: { version: "", node: "" },
  config: { chain_id: "", contract: "", tournament: "", feed: "" },
  readiness: { overdueMs: 0, maxBlockAgeSeconds: 0 },
  attester: { attestations: () => nobody, disagreements: () => [], peers: () => [] },
  accounts: () => [],
  hearts: () => [],
  endpoints: () => [],
});
writeFileSync(new URL("../../../../docs/metrics.md", import.meta.url), metricsDocument(entries));
