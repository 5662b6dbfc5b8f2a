import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";

const FILES = [
  ["/", "index.html", "text/html; charset=utf-8"],
  ["/page.css", "page.css", "text/css; charset=utf-8"],
  ["/page.js", "page.js", "text/javascript; charset=utf-8"],
] as const;

/** `/`: one page for people. Its style and script are files of their own, so that nothing inline need be allowed. */
export function addPageRoutes(app: FastifyInstance): void {
  for (const [url, name, type] of FILES) {
    const text = readFileSync(new URL(`../page/${name}`, import.meta.url), "utf8");
    app.get(url, { schema: { hide: true } }, (_, reply) => reply.type(type).send(text));
  }
}
