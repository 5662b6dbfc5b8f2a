import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { privateKeyToAccount } from "viem/accounts";
import { getAddress, type Hex } from "viem";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { buildOracle } from "../src/service/oracle.ts";
import { readiness } from "../src/service/readiness.ts";
import { roundView } from "../src/service/round-view.ts";
import { tickTable } from "../src/service/table.ts";
import { type Tick } from "../src/service/tick.ts";
import { KEYS, ROUND, TOURNAMENT, buildWorld, type World } from "./reconciler-world.ts";
import {
  documentOf,
  highSDocument,
  highSTransaction,
  honest,
  type RemoteSigner,
  remoteSigner,
  reply,
  unknownMethod,
} from "./signers-remote-server.ts";

// Two batches on a real chain, every key behind a signer of its own over real HTTP.

const HOUR = 3_600;
const SETTLED = 4;
const [FIRST, SECOND] = KEYS.reporters as unknown as [Hex, Hex];

let world: World;
let signers: Record<"first" | "second" | "relayer" | "organizer", RemoteSigner>;
let clean: Hex;

beforeAll(async () => {
  world = await buildWorld({ positions: 1_030 });
  const [first, second, relayer, organizer] = await Promise.all(
    [FIRST, SECOND, KEYS.relayer, KEYS.organizer].map((key) => remoteSigner(key, "/canary-token")),
  );
  if (first === undefined || second === undefined || relayer === undefined || organizer === undefined)
    throw new Error();
  signers = { first, second, relayer, organizer };
  clean = await world.chain.snapshot();
}, 120_000);
beforeEach(async () => {
  await world.chain.revert({ id: clean });
  clean = await world.chain.snapshot();
  for (const signer of Object.values(signers)) {
    signer.mischief = null;
    signer.asked.length = 0;
  }
});
afterAll(async () => {
  await Promise.all(Object.values(signers).map((signer) => signer.close()));
  await world.close();
});

const source = (key: Hex, { url }: RemoteSigner) => ({
  kind: "remote",
  url,
  address: privateKeyToAccount(key).address,
});

function oracle() {
  const { first, second, relayer, organizer } = signers;
  return world.oracle({
    keys: {
      reporters: [source(FIRST, first), source(SECOND, second)],
      relayer: source(KEYS.relayer, relayer),
      organizer: source(KEYS.organizer, organizer),
    },
  });
}

function summary({ done, failures }: Tick): string[] {
  return [
    ...done.map(({ action }) => ("batch" in action ? `${action.kind} ${action.batch}` : action.kind)),
    ...failures.map(
      ({ action, code }) => `${action !== null && "batch" in action ? `batch ${action.batch} ` : ""}${code}`,
    ),
  ];
}

async function toResolution(): Promise<void> {
  await oracle().reconciler.tick();
  await world.moveTo(world.times.closesAt);
  await oracle().reconciler.tick();
  await world.moveTo(world.times.resolvesAt);
}

it("brings a round to its end, with signers that know typed data by its older name and give high values of s", async () => {
  const odd = (key: Hex, signer: RemoteSigner): void => {
    signer.mischief = (question, response) => {
      const { method, params } = question;
      if (method === "eth_signTypedData_v4") return unknownMethod;
      const answer = method === "eth_signTransaction" ? highSTransaction(key, params) : highSDocument(key, params);
      void answer.then((result) => reply(response, question, { result }));
      return undefined;
    };
  };
  odd(FIRST, signers.first);
  odd(SECOND, signers.second);
  odd(KEYS.relayer, signers.relayer);
  odd(KEYS.organizer, signers.organizer);
  expect(summary(await oracle().reconciler.tick())).toEqual(["open"]);
  await world.moveTo(world.times.closesAt);
  expect(summary(await oracle().reconciler.tick())).toEqual(["lock 0", "lock 1"]);
  await world.moveTo(world.times.resolvesAt);
  expect(summary(await oracle().reconciler.tick())).toEqual(["report 0", "report 1"]);
  await world.moveTo(world.times.resolvesAt + 2 * HOUR);
  expect(summary(await oracle().reconciler.tick())).toEqual(["settle 0", "settle 1"]);
  expect((await world.round()).state).toBe(SETTLED);
  // Each key was asked for what its role needs and for nothing else.
  const methods = (signer: RemoteSigner) => [...new Set(signer.asked.map(({ method }) => method))].toSorted();
  expect(methods(signers.first)).toEqual(["eth_signTypedData", "eth_signTypedData_v4"]);
  expect(methods(signers.relayer)).toEqual(["eth_signTransaction"]);
  expect(methods(signers.organizer)).toEqual(["eth_signTransaction"]);
  for (const { params } of signers.second.asked) {
    const document = documentOf(params);
    // Between its reports it shows that it is there.
    const isReport = document.primaryType === "Report";
    expect(document).toMatchObject({
      primaryType: isReport ? "Report" : "Heartbeat",
      message: { tournament: TOURNAMENT, ...(isReport && { round: ROUND.toString() }) },
      domain: { verifyingContract: getAddress(world.contract) },
    });
  }
});

it("loses to a signer that fails at one batch only that batch, and does the rest in the same tick", async () => {
  await toResolution();
  signers.second.mischief = (question, response) => {
    if (question.method !== "eth_signTypedData_v4") return unknownMethod;
    if (documentOf(question.params).message["batch"] === 0) return { error: { code: -32_603, message: "sealed" } };
    void honest(SECOND, question).then((content) => reply(response, question, content));
    return undefined;
  };
  const node = oracle();
  const tick = await node.reconciler.tick();
  expect(summary(tick)).toEqual(["report 1", "signer_down"]);
  expect(tick.failures[0]?.message).toMatch(
    /^the signer of 0x\w{40} at 127\.0\.0\.1:\d+ answers .* error -32603: sealed$/,
  );
  expect(tick.failures[0]?.unsigned).toMatchObject({ tournament: TOURNAMENT, round: ROUND, batch: 0, attempt: 0 });
  expect(tickTable(tick)).toMatch(/^failed +sign tournament 1 round 5 batch 0 attempt 0 +signer_down: /m);
  if (tick.facts === null) throw new Error("the chain was not read");
  expect(roundView(tick, tick.facts, ROUND)).toMatchObject({ errors: [{ code: "signer_down" }] });
  signers.second.mischief = null;
  expect(summary(await node.reconciler.tick())).toEqual(["report 0"]);
});

it.each<[string, RemoteSigner["mischief"], "signer_down" | "signer_refused", string]>([
  ["is down", (_, response) => void response.writeHead(503).end(), "signer_down", "warn"],
  ["lacks the key", () => ({ error: { code: -32_000, message: "no such key\nhttp://x/" } }), "signer_refused", "error"],
  ["signs rubbish", () => ({ result: "0x1234" }), "signer_refused", "error"],
  ["talks of reverts", () => ({ error: { code: -32_000, message: "execution reverted" } }), "signer_refused", "error"],
])("says %s of a relayer's signer that does, and is unready for as long", async (_, mischief, code, level) => {
  await oracle().reconciler.tick();
  await world.moveTo(world.times.closesAt);
  signers.relayer.mischief = mischief;
  const lines: string[] = [];
  const log = pino(
    { formatters: { level: (label) => ({ level: label }) } },
    { write: (line: string) => void lines.push(line) },
  );
  const node = buildOracle(
    world.config({ keys: { ...world.configuration.keys, relayer: source(KEYS.relayer, signers.relayer) } }),
    log,
  );
  const tick = await node.reconciler.tick();
  expect(summary(tick)).toEqual([`batch 0 ${code}`, `batch 1 ${code}`]);
  expect(readiness(tick, Date.now(), { overdueMs: 60_000, maxBlockAgeSeconds: 0 })).toMatchObject({
    ready: false,
    obstacles: [{ code }, { code }],
  });
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual(
    [0, 1].map(() => expect.objectContaining({ level, code }) as object),
  );
  expect(lines.join("")).not.toContain("canary-token");
  expect(await world.nonce()).toBe(0);
  signers.relayer.mischief = null;
  expect(summary(await node.reconciler.tick())).toEqual(["lock 0", "lock 1"]);
});

it("takes a round over in the next tick from a signer that hung in this one", async () => {
  await toResolution();
  signers.first.mischief = () => undefined;
  const node = oracle();
  const startedAt = performance.now();
  expect(summary(await node.reconciler.tick())).toEqual(["signer_down", "signer_down"]);
  // One wait of five seconds for both.
  expect(performance.now() - startedAt).toBeLessThan(9_000);
  signers.first.mischief = null;
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  // What the heartbeat said of the signer, beside the turn before, is told in this one and gone with the next.
  expect(summary(await node.reconciler.tick())).toEqual(["report 0", "report 1", "signer_down"]);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(summary(await node.reconciler.tick())).toEqual([]);
});

it("boots though its signer isn't up, whose address the configuration tells", () => {
  writeFileSync(join(world.folder, "url"), "http://127.0.0.1:9/canary-token", { mode: 0o600 });
  const address = privateKeyToAccount(KEYS.relayer).address;
  const { heldKeys, keys } = world.oracle({ keys: { relayer: { kind: "remote", urlFile: "url", address } } });
  expect(heldKeys).toMatchObject([{ role: "relayer", kind: "remote", address, field: "config.keys.relayer" }]);
  expect(keys.relayer?.address).toBe(address);
});
