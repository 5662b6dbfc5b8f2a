// So many requests a second at an HTTP server, on time whether it answers or not.
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export type Question = { readonly route: string; readonly path: string; readonly body?: string };

/** `ms`: from when the request was due, so that one that had to wait behind others shows it. */
export type Answered = { readonly route: string; readonly ms: number; readonly status: number; readonly at: number };

/** The questions one after the other, again and again. `at`: milliseconds from the start. */
export async function load(url: string, questions: readonly Question[], aSecond: number, seconds: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const started = performance.now();
  const answers: Promise<Answered>[] = [];
  for (let count = 0; count < aSecond * seconds; count += 1) {
    const question = questions[count % questions.length];
    const at = (count * 1_000) / aSecond;
    const early = at - (performance.now() - started);
    if (early > 0) await sleep(early);
    if (question === undefined) break;
    const status = ask(url, question, agent);
    answers.push(
      status.then((code) => ({ route: question.route, ms: performance.now() - started - at, status: code, at })),
    );
  }
  const all = await Promise.all(answers);
  agent.destroy();
  return all;
}

/** Reads the answer to its end. */
function ask(url: string, { path, body }: Question, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const sent = request(new URL(path, url), { agent, method, headers: { "content-type": "application/json" } });
    sent.on("error", reject);
    sent.on("response", (response) => {
      response.on("error", reject).on("end", () => {
        resolve(response.statusCode ?? 0);
      });
      response.resume();
    });
    sent.end(body);
  });
}
