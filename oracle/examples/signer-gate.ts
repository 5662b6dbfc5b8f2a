import { fileURLToPath } from "node:url";
import Fastify, { type FastifyInstance } from "fastify";
import { z } from "zod";
import { InputError } from "../src/core/errors.ts";
import { loadConfig } from "../src/service/config.ts";
import { openKeys } from "../src/service/keys.ts";
import { SignerRefusal, SignerTrouble } from "../src/signers/errors.ts";
import type { HeartSigner } from "../src/signers/heart-signer.ts";
import { permittedDocument, permittedHeartbeat, type ReportScope } from "../src/signers/policy.ts";
import type { ReportSigner } from "../src/signers/report-signer.ts";

// A remote signer's policy: a gate that lets through reports and heartbeats of one tournament, and nothing else whatever it
// is called.
// It stands on the signer's machine, before a key of its own or before a signer that would sign anything. Run it with
// `node oracle/examples/signer-gate.ts CONFIG PORT`; the first reporter in the configuration is the key behind it.

const question = z.object({ id: z.union([z.number(), z.string()]), method: z.string(), params: z.array(z.unknown()) });

/** The longest permitted document has 1,000 bytes. */
const MAX_BYTES = 16_384;

/** The two powers of one reporter's key. */
export type Powers = { readonly report: ReportSigner; readonly heart: HeartSigner };

export function signerGate(powers: Powers, scope: ReportScope): FastifyInstance {
  const app = Fastify({ bodyLimit: MAX_BYTES });
  app.post("/", async (request, reply) => {
    const { success, data } = question.safeParse(request.body);
    if (!success) return reply.code(400).send({ error: "this is no JSON-RPC question" });
    return { jsonrpc: "2.0", id: data.id, ...(await answer(data.method, data.params, powers, scope)) };
  });
  return app;
}

type Answer = { readonly result: unknown } | { readonly error: { readonly code: number; readonly message: string } };

async function answer(method: string, params: readonly unknown[], powers: Powers, scope: ReportScope): Promise<Answer> {
  if (method === "eth_accounts") return { result: [powers.report.address] };
  if (method !== "eth_signTypedData_v4" && method !== "eth_signTypedData") return failed(-32_601, "method not found");
  try {
    const [address, text] = params;
    if (String(address).toLowerCase() !== powers.report.address.toLowerCase()) return failed(-32_602, "no such key");
    return { result: await signed(JSON.parse(String(text)), powers, scope) };
  } catch (error) {
    if (error instanceof SignerTrouble) return failed(-32_603, error.message);
    if (error instanceof InputError || error instanceof SignerRefusal) return failed(-32_602, error.message);
    return failed(-32_602, "the document is not JSON");
  }
}

function signed(document: unknown, { report, heart }: Powers, scope: ReportScope): Promise<string> {
  if (primaryTypeOf(document) === "Heartbeat") {
    const { time, ...message } = permittedHeartbeat(document, scope).message;
    return heart.sign({ ...message, time: Number(time) });
  }
  const { domain, message } = permittedDocument(document, scope);
  const { chainId, verifyingContract } = domain;
  return report.sign({ chainId, verifyingContract }, message);
}

function primaryTypeOf(document: unknown): unknown {
  return typeof document === "object" && document !== null && "primaryType" in document ? document.primaryType : null;
}

function failed(code: number, message: string): Answer {
  return { error: { code, message } };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const config = loadConfig(process.argv[2] ?? "oracle.json");
  const { chainId, contract: verifyingContract, tournament } = config;
  const { keys, hearts } = openKeys({ ...config, keys: { reporters: config.keys.reporters.slice(0, 1) } });
  const [[report], [heart]] = [keys.reporters, hearts];
  if (report === undefined || heart === undefined) throw new Error("config.keys.reporters has no key to stand before");
  const gate = signerGate({ report, heart }, { chainId, verifyingContract, tournament });
  console.log(await gate.listen({ host: "127.0.0.1", port: Number(process.argv[3] ?? 9_000) }));
}
