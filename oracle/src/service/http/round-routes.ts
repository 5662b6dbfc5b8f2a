import type { FastifyInstance, FastifyReply } from "fastify";
import { roundsView, roundView } from "../round-view.ts";
import type { AppOptions } from "../app.ts";
import { refusal, roundAnswer, roundParams, roundsAnswer } from "./schemas.ts";

/** `/rounds`, `/rounds/:round`. */
export function addRoundRoutes(app: FastifyInstance, { reconciler }: Pick<AppOptions, "reconciler">): void {
  app.get(
    "/rounds",
    {
      schema: {
        summary: "All rounds in flight, what each waits for, and how the others ended",
        response: { 200: roundsAnswer, 503: refusal },
      },
    },
    (_, reply) => {
      const tick = reconciler.latestWithFacts;
      return tick?.facts == null ? unread(reply) : roundsView(tick, tick.facts);
    },
  );

  app.get<{ Params: { round: string } }>(
    "/rounds/:round",
    {
      schema: {
        summary: "One round: terms, batches, what is due, what it waits for, its latest errors",
        params: roundParams,
        response: { 200: roundAnswer, 400: refusal, 404: refusal, 503: refusal },
      },
    },
    (request, reply) => {
      const { round } = request.params;
      const tick = reconciler.latestWithFacts;
      if (tick?.facts == null) return unread(reply);
      const view = roundView(tick, tick.facts, BigInt(round));
      return view ?? reply.code(404).send({ error: `round ${round} was never opened` });
    },
  );
}

function unread(reply: FastifyReply) {
  return reply.code(503).send({ error: "the chain has not been read yet; see /readyz" });
}
