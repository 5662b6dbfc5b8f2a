import swagger from "@fastify/swagger";
import type { FastifyInstance, FastifySchema } from "fastify";
import { z } from "zod";

/** Describes the routes that are added after it, from the very schemas that check them. */
export function describeApi(app: FastifyInstance, version: string): void {
  void app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Oracle of a staking tournament",
        description:
          "It only reads. Large numbers are decimal strings; Nano is 1e-9 (of an NMR, or of one); times are unix seconds unless named otherwise.",
        version,
      },
    },
    transform: ({ schema, url }) => ({ schema: jsonSchema(schema), url }),
  });
}

function jsonSchema(schema: FastifySchema | undefined): FastifySchema {
  const { params, querystring, response, ...rest } = schema ?? {};
  return {
    ...rest,
    ...(params instanceof z.ZodType && { params: converted(params) }),
    ...(querystring instanceof z.ZodType && { querystring: converted(querystring) }),
    ...(typeof response === "object" &&
      response !== null && {
        response: Object.fromEntries(Object.entries(response).map(([code, each]) => [code, converted(each)])),
      }),
  };
}

function converted(schema: unknown): unknown {
  return schema instanceof z.ZodType ? z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) : schema;
}
