import type { FastifyInstance, FastifyReply } from "fastify";
import type { Disagreement } from "../core/disagreement.ts";
import { sayDisagreement } from "../core/disagreement.ts";
import { toWire } from "../peers/wire.ts";
import type { Attester } from "./attest.ts";

/** What the operators of a quorum ask each other for, and what anybody may look at. */
export type Testifying = Pick<Attester, "attestations" | "evidence" | "disagreements">;

/** A uint64 from 1, as a path or a query has it. */
const ROUND = /^[1-9]\d{0,19}$/;
/** More are counted, not listed. */
const LISTED = 1_000;

/** `/v1/attestations`, `/v1/rounds/:round/evidence`, `/v1/rounds/:round/disagreement`. */
export function addPeerRoutes(app: FastifyInstance, attester: Testifying): void {
  app.get<{ Querystring: { round?: string } }>("/v1/attestations", (request, reply) => {
    const { round } = request.query;
    if (round !== undefined && !ROUND.test(round)) return refuse(reply);
    return json(reply, toWire(attester.attestations(round === undefined ? null : BigInt(round))));
  });

  app.get<{ Params: { round: string } }>("/v1/rounds/:round/evidence", (request, reply) => {
    const { round } = request.params;
    return ROUND.test(round) ? json(reply, toWire(attester.evidence(BigInt(round)))) : refuse(reply);
  });

  app.get<{ Params: { round: string } }>("/v1/rounds/:round/disagreement", (request, reply) => {
    const { round } = request.params;
    if (!ROUND.test(round)) return refuse(reply);
    return { round, disagreements: attester.disagreements(BigInt(round)).map(disagreementView) };
  });
}

function disagreementView(disagreement: Disagreement) {
  const { mine, scoresHash, reporters, isReported, theirs, differences } = disagreement;
  const { batch, attempt, stakesHash } = mine;
  return {
    batch,
    attempt,
    stakesHash,
    message: sayDisagreement(disagreement),
    mine: { scoresHash: mine.scoresHash, feedDigest: mine.feedDigest, readAt: mine.readAt },
    theirs: {
      scoresHash,
      feedDigest: theirs?.feedDigest ?? null,
      readAt: theirs?.readAt ?? null,
      reporters,
      isReported,
    },
    /** null: nobody shows what the other scores are made from. */
    count: differences?.length ?? null,
    differences: differences?.slice(0, LISTED) ?? [],
  };
}

function json(reply: FastifyReply, text: string) {
  return reply.type("application/json; charset=utf-8").send(text);
}

function refuse(reply: FastifyReply) {
  return reply.code(400).send({ error: "a round is a whole number from 1" });
}
