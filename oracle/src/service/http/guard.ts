import rateLimit from "@fastify/rate-limit";
import Fastify, { type FastifyInstance, type FastifySchemaCompiler } from "fastify";
import { z } from "zod";

// What every request passes, whatever it asks for.

export const BODY_LIMIT_BYTES = 64 * 1_024;
const REQUEST_TIMEOUT_MS = 10_000;
/** Of one address that isn't this machine's own: peers ask a few times a turn. */
export const REQUESTS_PER_MINUTE = 1_200;
const LOOPBACK = ["127.0.0.1", "::1", "::ffff:127.0.0.1"];

/** Nothing from elsewhere, nothing inline, in nobody's frame. */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "cache-control": "no-store",
} as const;

/** A parameter that can't be used. */
class ParameterFault extends Error {
  readonly statusCode = 400;
  readonly field: string;
  readonly value: string;
  readonly allowed: string;

  constructor(field: string, value: string, allowed: string) {
    super(`${field}: ${value}; ${allowed}`);
    this.name = "ParameterFault";
    this.field = field;
    this.value = value;
    this.allowed = allowed;
  }
}

/** An app that checks requests with zod, refuses in JSON and holds nobody's connection for long. Not listening yet. */
export function guardedApp(): FastifyInstance {
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: 5_000,
    // Open connections don't delay the end.
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 100 },
  });
  const routes: string[] = [];
  app.setValidatorCompiler(checkWith);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.addHook("onRoute", ({ method, url }) => {
    if (method === "GET" && url !== "*") routes.push(url);
  });
  app.addHook("onRequest", async (_, reply) => {
    reply.headers(HEADERS);
  });
  app.setNotFoundHandler((request, reply) => {
    const error = `there is no ${request.method} ${shown(request.url)}`;
    return reply.code(404).send({ error, routes: [...new Set(routes)].toSorted() });
  });
  app.setErrorHandler((error, _, reply) => {
    if (error instanceof ParameterFault) {
      const { message, field, value, allowed } = error;
      return reply.code(400).send({ error: message, field, value, allowed });
    }
    const status = statusOf(error);
    // What went wrong inside is for the log, not for whoever asks.
    return reply
      .code(status)
      .send({ error: status < 500 && error instanceof Error ? error.message : "internal error" });
  });
  void app.register(rateLimit, {
    max: REQUESTS_PER_MINUTE,
    timeWindow: "1 minute",
    allowList: LOOPBACK,
    errorResponseBuilder: (_, { after }) =>
      Object.assign(new Error(`too many requests; try again in ${after}`), { statusCode: 429 }),
  });
  return app;
}

const checkWith: FastifySchemaCompiler<unknown> = ({ schema, httpPart }) => {
  if (!(schema instanceof z.ZodType)) throw new Error(`${String(httpPart)} has a schema that isn't zod's`);
  return (data: unknown) => {
    const result: z.ZodSafeParseResult<unknown> = schema.safeParse(data);
    if (result.success) return { value: result.data };
    const [issue] = result.error.issues;
    const path = issue?.path.map(String).join(".") ?? "";
    const value = typeof data === "object" && data !== null ? (data as Record<string, unknown>)[path] : data;
    return { error: new ParameterFault(path, shown(String(value)), issue?.message ?? "is refused") };
  };
};

function statusOf(error: unknown): number {
  if (typeof error !== "object" || error === null || !("statusCode" in error)) return 500;
  const { statusCode } = error;
  return typeof statusCode === "number" && statusCode >= 400 ? statusCode : 500;
}

function shown(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
