import Fastify, { type FastifyInstance } from "fastify";
import { addPeerRoutes, type Testifying } from "./peer-routes.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { type Readiness, readiness, type ReadinessOptions } from "./readiness.ts";
import type { Reconciler } from "./reconciler.ts";
import { roundsView, roundView } from "./round-view.ts";

export type AppOptions = {
  readonly reconciler: Pick<Reconciler, "latest" | "latestWithFacts">;
  readonly readiness: ReadinessOptions;
  readonly attester: Testifying;
  readonly metrics: Pick<Metrics, "registry">;
};

const ROUND = /^[1-9]\d{0,19}$/;

/**
 * The service's HTTP face, not listening yet: `/livez`, `/readyz`, `/rounds`, `/rounds/:round` and what peers ask for. It
 * only ever reads.
 */
export function buildApp({ reconciler, readiness: options, attester, metrics }: AppOptions): FastifyInstance {
  const app = Fastify();

  app.get("/livez", () => ({ live: true }));

  app.get("/readyz", (_, reply) => {
    const answer: Readiness = readiness(reconciler.latest, Date.now(), options);
    return reply.code(answer.ready ? 200 : 503).send(answer);
  });

  app.get("/metrics", async (_, reply) => {
    const { registry } = metrics;
    return reply.type(registry.contentType).send(await registry.metrics());
  });

  app.get("/rounds", (_, reply) => {
    const tick = reconciler.latestWithFacts;
    if (tick?.facts == null) return reply.code(503).send({ error: "the chain has not been read yet; see /readyz" });
    return roundsView(tick, tick.facts);
  });

  app.get<{ Params: { round: string } }>("/rounds/:round", (request, reply) => {
    const { round } = request.params;
    if (!ROUND.test(round)) return reply.code(400).send({ error: "a round is a whole number from 1" });
    const tick = reconciler.latestWithFacts;
    if (tick?.facts == null) return reply.code(503).send({ error: "the chain has not been read yet; see /readyz" });
    return (
      roundView(tick, tick.facts, BigInt(round)) ?? reply.code(404).send({ error: `round ${round} was never opened` })
    );
  });

  addPeerRoutes(app, attester);

  return app;
}
