import type { FastifyInstance } from "fastify";
import type { Address } from "viem";
import type { Accounts } from "./accounts.ts";
import type { Metrics } from "./metrics/metrics.ts";
import type { EndpointSeen } from "./metrics/rpc.ts";
import type { BuildInfo, ConfigInfo } from "./metrics/parts.ts";
import type { ReadinessOptions } from "./readiness.ts";
import type { Reconciler } from "./reconciler.ts";
import type { Attester } from "./attest.ts";
import type { Acts } from "./acts.ts";
import type { Audits } from "./auditor.ts";
import { projections } from "./graphql/projections.ts";
import { addGraphql } from "./graphql/route.ts";
import type { Heart } from "./heart.ts";
import type { Sheets } from "./sheets.ts";
import { guardedApp } from "./http/guard.ts";
import { addHealthRoutes } from "./http/health-routes.ts";
import { describeApi } from "./http/openapi.ts";
import { addPageRoutes } from "./http/page-routes.ts";
import { addPeerRoutes } from "./http/peer-routes.ts";
import { addRoundRoutes } from "./http/round-routes.ts";

export type AppOptions = {
  readonly reconciler: Pick<Reconciler, "latest" | "latestWithFacts">;
  readonly readiness: ReadinessOptions;
  readonly attester: Pick<Attester, "attestations" | "evidence" | "disagreements" | "peers">;
  readonly heart: Pick<Heart, "answer" | "peers">;
  readonly metrics: Pick<Metrics, "registry">;
  readonly accounts: Pick<Accounts, "latest">;
  readonly audits: Pick<Audits, "latest">;
  readonly endpoints: () => readonly EndpointSeen[];
  readonly acts: Pick<Acts, "latest">;
  readonly sheets: Pick<Sheets, "of">;
  readonly positionsOf: (staker: Address) => readonly number[];
  readonly build: BuildInfo;
  readonly config: ConfigInfo;
  /** Pages elsewhere that may ask `/graphql` from a browser. */
  readonly webOrigins: readonly string[];
};

/** The service's HTTP face, not listening yet. It only ever reads. */
export function buildApp(options: AppOptions): FastifyInstance {
  const app = guardedApp();
  describeApi(app, options.build.version);
  // After the plugins above, which look at every route that is added.
  app.after(() => {
    addPageRoutes(app);
    addHealthRoutes(app, options);
    addRoundRoutes(app, options);
    addPeerRoutes(app, options.attester, options.heart);
    addGraphql(app, {
      latest: () => options.reconciler.latestWithFacts,
      projections: projections(options.sheets),
      attester: options.attester,
      audits: () => options.audits.latest,
      positionsOf: options.positionsOf,
      webOrigins: options.webOrigins,
    });
  });
  return app;
}
