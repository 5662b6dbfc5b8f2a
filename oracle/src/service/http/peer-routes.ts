import type { FastifyInstance, FastifyReply } from "fastify";
import type { Disagreement } from "../../core/disagreement.ts";
import { sayDisagreement } from "../../core/disagreement.ts";
import { toWire } from "../../peers/wire.ts";
import type { Attester } from "../attest.ts";
import type { Heart } from "../heart.ts";
import {
  attestationsQuery,
  attestationsText,
  disagreementAnswer,
  heartbeatsText,
  refusal,
  roundParams,
} from "./schemas.ts";

/** What the operators of a quorum ask each other for, and what anybody may look at. */
export type Testifying = Pick<Attester, "attestations" | "evidence" | "disagreements">;

/** More are counted, not listed. */
const LISTED = 1_000;

/** `/v1/attestations`, `/v1/heartbeats`, `/v1/rounds/:round/evidence`, `/v1/rounds/:round/disagreement`. */
export function addPeerRoutes(app: FastifyInstance, attester: Testifying, heart: Pick<Heart, "answer">): void {
  app.get(
    "/v1/heartbeats",
    {
      schema: {
        summary:
          "How this node is: version, clock, block, and what its reporters' keys signed last to show that they can",
        response: { 200: heartbeatsText },
      },
    },
    (_, reply) => json(reply, toWire(heart.answer())),
  );

  app.get<{ Querystring: { round?: string } }>(
    "/v1/attestations",
    {
      schema: {
        summary: "What reporters say of a round's batches; without a round, of all batches that lack a report",
        querystring: attestationsQuery,
        response: { 200: attestationsText, 400: refusal },
      },
    },
    (request, reply) => {
      const { round } = request.query;
      return json(reply, toWire(attester.attestations(round === undefined ? null : BigInt(round))));
    },
  );

  app.get<{ Params: { round: string } }>(
    "/v1/rounds/:round/evidence",
    {
      schema: {
        summary: "How this node came to its scores: words, and the feed's texts behind them",
        params: roundParams,
        response: { 200: attestationsText, 400: refusal },
      },
    },
    (request, reply) => json(reply, toWire(attester.evidence(BigInt(request.params.round)))),
  );

  app.get<{ Params: { round: string } }>(
    "/v1/rounds/:round/disagreement",
    {
      schema: {
        summary: "Where another operator, or the contract, has other scores: position, field, both texts, both digests",
        params: roundParams,
        response: { 200: disagreementAnswer, 400: refusal },
      },
    },
    (request) => {
      const { round } = request.params;
      return { round, disagreements: attester.disagreements(BigInt(round)).map(disagreementView) };
    },
  );
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
