import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { createSchema, createYoga, type Plugin, type YogaInitialContext } from "graphql-yoga";
import { limits } from "./limits.ts";
import { type ResolverOptions, resolversOf } from "./resolvers.ts";
import { TYPE_DEFINITIONS } from "./type-definitions.ts";

type Context = { req: FastifyRequest; reply: FastifyReply };

/** `/graphql`: queries only, bounded in depth, cost and page size; errors inside are masked. */
export function addGraphql(
  app: FastifyInstance,
  options: ResolverOptions & { readonly webOrigins: readonly string[] },
): void {
  const bounded: Plugin<YogaInitialContext> = {
    onValidate({ addValidationRule, context }) {
      addValidationRule(limits(context.params.variables ?? {}));
    },
  };
  const yoga = createYoga<Context>({
    schema: createSchema({ typeDefs: TYPE_DEFINITIONS, resolvers: resolversOf(options) }),
    plugins: [bounded],
    // What a query costs depends on its variables too.
    parserAndValidationCache: false,
    graphiql: false,
    landingPage: false,
    cors: options.webOrigins.length > 0 && { origin: [...options.webOrigins], methods: ["POST"], credentials: false },
    batching: false,
    logging: false,
    maskedErrors: { isDev: false },
  });
  // Yoga reads the body itself.
  app.addContentTypeParser("application/graphql", (_, __, done) => done(null));
  app.route({
    url: "/graphql",
    method: ["GET", "POST", "OPTIONS"],
    schema: {
      summary: "Projected payouts of rounds in flight, reports and signatures, next deadlines; ask it for its schema",
    },
    handler: (req, reply) => yoga.handleNodeRequestAndResponse(req, reply, { req, reply }),
  });
}
