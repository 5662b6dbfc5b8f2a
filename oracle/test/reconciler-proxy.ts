import { createServer, type Server } from "node:http";
import { once } from "node:events";

export type Request = { readonly id: number; readonly method: string; readonly params?: readonly unknown[] };
export type Answer =
  { readonly result: unknown } | { readonly error: { readonly code: number; readonly message: string } };
/** What to answer instead of the node's own answer; undefined: leave it. */
export type Fault = (request: Request, answer: Answer) => Answer | undefined;

/** A node in front of a real one, with a fault that can be changed at any time; it counts what it is asked. */
export type Proxy = {
  readonly url: string;
  fault: Fault | null;
  down: boolean;
  readonly asked: string[];
  close(): void;
};

export async function proxyOf(target: string): Promise<Proxy> {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      void forward(Buffer.concat(chunks).toString()).then((body) => {
        if (body === null) response.destroy();
        else response.setHeader("content-type", "application/json").end(body);
      });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const proxy: Proxy = {
    url: `http://127.0.0.1:${port}`,
    fault: null,
    down: false,
    asked: [],
    close: () => server.close(),
  };

  const forward = async (body: string): Promise<string | null> => {
    if (proxy.down) return null;
    const asked = JSON.parse(body) as Request | Request[];
    const requests = Array.isArray(asked) ? asked : [asked];
    proxy.asked.push(...requests.map(({ method }) => method));
    const reply = await fetch(target, { method: "POST", headers: { "content-type": "application/json" }, body });
    const answered = (await reply.json()) as (Answer & { id: number }) | (Answer & { id: number })[];
    const answers = Array.isArray(answered) ? answered : [answered];
    const changed = answers.map((answer) => {
      const request = requests.find(({ id }) => id === answer.id);
      const other = request === undefined ? undefined : proxy.fault?.(request, answer);
      return other === undefined ? answer : { jsonrpc: "2.0", id: answer.id, ...other };
    });
    return JSON.stringify(Array.isArray(answered) ? changed : changed[0]);
  };
  return proxy;
}
