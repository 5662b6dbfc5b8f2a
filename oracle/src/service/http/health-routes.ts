import type { FastifyInstance } from "fastify";
import { readiness } from "../readiness.ts";
import { statusView } from "../status-view.ts";
import type { AppOptions } from "../app.ts";
import { live, readinessAnswer, statusAnswer } from "./schemas.ts";

/** `/livez`, `/readyz`, `/metrics`, `/status`, `/openapi.json`. */
export function addHealthRoutes(app: FastifyInstance, options: AppOptions): void {
  const { reconciler, metrics } = options;

  app.get("/livez", { schema: { summary: "Whether the process lives", response: { 200: live } } }, () => ({
    live: true,
  }));

  app.get(
    "/readyz",
    {
      schema: {
        summary: "Whether the next deadline would be met if it came now, and what is in the way",
        response: { 200: readinessAnswer, 503: readinessAnswer },
      },
    },
    (_, reply) => {
      const answer = readiness(reconciler.latest, Date.now(), options.readiness);
      return reply.code(answer.ready ? 200 : 503).send(answer);
    },
  );

  app.get("/metrics", { schema: { summary: "For Prometheus" } }, async (_, reply) => {
    const { registry } = metrics;
    return reply.type(registry.contentType).send(await registry.metrics());
  });

  app.get(
    "/status",
    {
      schema: {
        summary: "Deadlines, operators, nodes, accounts, audits, the latest acts",
        response: { 200: statusAnswer },
      },
    },
    () => statusView(options),
  );

  app.get("/openapi.json", { schema: { summary: "This description" } }, () => app.swagger());
}
