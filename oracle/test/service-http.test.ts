import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { BODY_LIMIT_BYTES, REQUESTS_PER_MINUTE } from "../src/service/http/guard.ts";
import { readinessAnswer, refusal, roundAnswer, roundsAnswer, statusAnswer } from "../src/service/http/schemas.ts";
import { batch, chain, round, START } from "./plan-world.ts";
import { account, appAt, attestation, operators, READINESS, tickAt } from "./service-world.ts";

const FACTS = chain(START + 1_050, [round({ state: "locked", batches: [batch(0, { state: "locked" })] })], {
  finished: new Map([[3n, "void"]]),
});
const JSON_ROUTES = ["/livez", "/readyz", "/rounds", "/rounds/1", "/status", "/openapi.json", "/v1/attestations"];

type OpenApi = {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, { summary?: string; parameters?: object[]; responses: object }>>;
};

describe("the description", () => {
  it("names every route with a summary, its parameters and its answers", async () => {
    const { openapi, paths } = (await appAt(null).inject("/openapi.json")).json<OpenApi>();
    expect(openapi).toBe("3.1.0");
    for (const route of [
      ...JSON_ROUTES.map((each) => each.replace("/1", "/{round}")),
      "/v1/rounds/{round}/disagreement",
    ]) {
      expect(paths[route]?.["get"]?.summary, route).toBeTruthy();
    }
    expect(paths["/rounds/{round}"]?.["get"]?.parameters).toMatchObject([
      { in: "path", name: "round", required: true },
    ]);
    expect(paths["/v1/attestations"]?.["get"]?.parameters).toMatchObject([
      { in: "query", name: "round", required: false },
    ]);
    expect(Object.keys(paths["/rounds/{round}"]?.["get"]?.responses ?? {})).toEqual(["200", "400", "404", "503"]);
  });

  it.each([
    ["/readyz", readinessAnswer],
    ["/rounds", roundsAnswer],
    ["/rounds/1", roundAnswer],
    ["/rounds/3", roundAnswer],
    ["/status", statusAnswer],
  ])("is true of %s, to the last member", async (url, schema) => {
    const latest = tickAt(FACTS, { failures: [{ action: null, code: "bug", message: "why" }] });
    const [reporter] = FACTS.rounds[0]?.reporters ?? [];
    if (reporter === undefined) throw new Error("no reporter");
    const said = operators([attestation(1n, 0, reporter)], [{ host: "a:1", reporters: null, fault: "gone" }]);
    const acts = { latest: [{ at: 1, what: "lock round 1", result: "0x1", code: null }] };
    const endpoint = {
      index: 0,
      host: "h",
      state: "alive",
      head: 5n,
      answered: 1,
      refused: 0,
      failed: 0,
      disagreements: 0,
    };
    const changes = { attester: said, acts, accounts: { latest: [account()] }, endpoints: () => [endpoint] };
    const answer = await appAt(latest, READINESS, latest, changes).inject(url);
    const body: unknown = answer.json();
    expect(strict(schema).parse(body)).toEqual(body);
  });
});

describe("requests that can't be answered", () => {
  it.each([
    "/rounds/0",
    "/rounds/x",
    "/rounds/18446744073709551616",
    "/v1/rounds/-1/evidence",
    "/v1/attestations?round=1e3",
  ])("%s is refused with field, value and what is allowed", async (url) => {
    const answer = await appAt(tickAt(FACTS)).inject(url);
    expect(answer.statusCode).toBe(400);
    const { error, field, value, allowed } = refusal.parse(answer.json());
    expect(field).toBe("round");
    expect(allowed).toMatch(/^must be a whole number/);
    expect(error).toBe(`round: ${value ?? ""}; ${allowed ?? ""}`);
  });

  it.each([
    ["GET", "/nothing"],
    ["POST", "/rounds"],
    ["DELETE", "/"],
  ] as const)("%s %s answers 404 in JSON and says what there is", async (method, url) => {
    const answer = await appAt(null).inject({ method, url });
    expect(answer.statusCode).toBe(404);
    expect(answer.json<{ routes: string[] }>().routes).toEqual(
      expect.arrayContaining(["/livez", "/readyz", "/rounds/:round"]),
    );
  });

  it("that fail inside tell nobody why", async () => {
    const broken = {
      ...operators(),
      attestations: () => {
        throw new Error("secret-canary");
      },
    };
    const answer = await appAt(null, READINESS, null, { attester: broken }).inject("/v1/attestations");
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toEqual({ error: "internal error" });
  });
});

describe("every answer", () => {
  it.each([...JSON_ROUTES, "/metrics", "/nothing"])(
    "of %s may be framed, sniffed and cached by nobody",
    async (url) => {
      const { headers } = await appAt(tickAt(FACTS)).inject(url);
      expect(headers["content-security-policy"]).toContain("default-src 'none'");
      expect(headers["content-security-policy"]).not.toContain("unsafe");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["cache-control"]).toBe("no-store");
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    },
  );
});

describe("the status page", () => {
  const get = async (url: string) => (await appAt(null).inject(url)).body;

  it("is its own: nothing inline, nothing from elsewhere, everything it names is served", async () => {
    const html = await get("/");
    expect(html).not.toMatch(/<script(?![^>]*src=)|<style|style=|\son\w+=|javascript:|https?:|\/\/\w/);
    for (const [, url = ""] of html.matchAll(/(?:href|src)="([^"]+)"/g)) {
      const { statusCode } = await appAt(tickAt(FACTS)).inject(url);
      expect([200, 503], url).toContain(statusCode);
    }
    const script = await get("/page.js");
    expect(script).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write|eval|https?:/);
    for (const [, id = ""] of script.matchAll(/(?:byId|fill)\("(\w+)"/g)) expect(html, id).toContain(`id="${id}"`);
  });

  it("says in words what colour says, and works without either theme", async () => {
    expect(await get("/page.js")).toMatch(/✓ Ready/);
    expect(await get("/page.css")).toContain("color-scheme: light dark");
  });
});

describe("limits", () => {
  it("turn away one stranger who asks too often, nobody else, and never this machine", async () => {
    const app = appAt(null);
    const ask = async (remoteAddress: string) => (await app.inject({ url: "/livez", remoteAddress })).statusCode;
    for (let asked = 0; asked < REQUESTS_PER_MINUTE; asked += 1) await ask("10.0.0.1");
    expect(await ask("10.0.0.1")).toBe(429);
    expect((await app.inject({ url: "/livez", remoteAddress: "10.0.0.1" })).json<{ error: string }>().error).toMatch(
      /^too many requests/,
    );
    expect(await ask("10.0.0.2")).toBe(200);
    for (let asked = 0; asked <= REQUESTS_PER_MINUTE; asked += 1) expect(await ask("127.0.0.1")).toBe(200);
  });

  it("refuse a body that is too large", async () => {
    const payload = JSON.stringify({ query: "x".repeat(BODY_LIMIT_BYTES) });
    const headers = { "content-type": "application/json" };
    const answer = await appAt(null).inject({ method: "POST", url: "/graphql", payload, headers });
    expect(answer.statusCode).toBe(413);
  });

  it("let no idle or half-sent connection delay the end", async () => {
    const app = appAt(null);
    const url = new URL(await app.listen({ host: "127.0.0.1", port: 0 }));
    const sockets = await Promise.all(
      ["", "GET /livez HTTP/1.1\r\nHost: a\r\n", "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"].map(async (text) => {
        const socket = connect(Number(url.port), url.hostname);
        socket.on("error", () => undefined);
        await once(socket, "connect");
        socket.write(text);
        return socket;
      }),
    );
    const startedAt = Date.now();
    await app.close();
    expect(Date.now() - startedAt).toBeLessThan(1_500);
    for (const socket of sockets) socket.destroy();
  });
});

/** The schema with no room for members that it doesn't name. */
function strict(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) {
    return z.strictObject(
      Object.fromEntries(Object.entries(schema.shape).map(([key, each]) => [key, strict(each as z.ZodType)])),
    );
  }
  if (schema instanceof z.ZodArray) return z.array(strict(schema.element as z.ZodType));
  if (schema instanceof z.ZodNullable) return strict(schema.unwrap() as z.ZodType).nullable();
  if (schema instanceof z.ZodUnion) return z.union(schema.options.map((each) => strict(each as z.ZodType)));
  return schema;
}
