import { createServer, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";

export type Request = { readonly id: number; readonly method: string; readonly params?: readonly unknown[] };
export type Answer =
  { readonly result: unknown } | { readonly error: { readonly code: number; readonly message: string } };
/** What to answer instead of the node's own answer; undefined: leave it. */
export type Fault = (request: Request, answer: Answer) => Answer | undefined;
/** What to answer without asking the node; undefined: ask it. */
export type Interception = (request: Request) => Answer | undefined;
/** What goes wrong below JSON-RPC; a number is the HTTP status of an answer without a use. */
export type Line = "refused" | "hangs" | "slow_body" | "cut" | number;

/** A node in front of a real one, with a fault that can be changed at any time; it counts what it is asked. */
export type Proxy = {
  readonly url: string;
  fault: Fault | null;
  interception: Interception | null;
  line: Line | null;
  readonly asked: string[];
  close(): void;
};

const SLOW_MS = 50;

export async function proxyOf(target: string): Promise<Proxy> {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => void reply(Buffer.concat(chunks).toString(), response));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const proxy: Proxy = {
    url: `http://127.0.0.1:${port}`,
    fault: null,
    interception: null,
    line: null,
    asked: [],
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };

  const reply = async (body: string, response: ServerResponse): Promise<void> => {
    const { line } = proxy;
    if (line === "refused") response.destroy();
    else if (typeof line === "number") response.writeHead(line).end("no");
    else if (line !== "hangs") send(await forward(body), response, line);
  };

  const forward = async (body: string): Promise<string> => {
    const asked = JSON.parse(body) as Request | Request[];
    const requests = Array.isArray(asked) ? asked : [asked];
    proxy.asked.push(...requests.map(({ method }) => method));
    const answers = await Promise.all(requests.map(answerTo));
    return JSON.stringify(Array.isArray(asked) ? answers : answers[0]);
  };

  const answerTo = async (request: Request): Promise<object> => {
    const answer = proxy.interception?.(request) ?? (await ask(target, request));
    return { jsonrpc: "2.0", id: request.id, ...(proxy.fault?.(request, answer) ?? answer) };
  };
  return proxy;
}

async function ask(target: string, request: Request): Promise<Answer> {
  const body = JSON.stringify(request);
  const reply = await fetch(target, { method: "POST", headers: { "content-type": "application/json" }, body });
  return (await reply.json()) as Answer;
}

function send(body: string, response: ServerResponse, line: Line | null): void {
  response.setHeader("content-type", "application/json");
  if (line === null) {
    response.end(body);
    return;
  }
  response.setHeader("content-length", Buffer.byteLength(body));
  response.write(body.slice(0, body.length / 2));
  if (line === "cut") {
    setTimeout(() => response.destroy(), SLOW_MS);
    return;
  }
  // White space after the half that came: more and more arrives, and never enough.
  const timer = setInterval(() => response.write(" "), SLOW_MS);
  response.on("close", () => clearInterval(timer));
}
