import { readFileSync } from "node:fs";
import { createWalletClient, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { alertRules, type Firing } from "./alert-rules.ts";
import { STEP, type Watched, watched } from "./failures-world.ts";
import { buildOperators, type Operator } from "./quorum-world.ts";
import { proxyOf, type Proxy } from "./reconciler-proxy.ts";
import type { Oracle } from "../src/service/oracle.ts";
import { buildWorld, KEYS, type World } from "./reconciler-world.ts";
import { type RemoteSigner, remoteSigner } from "./signers-remote-server.ts";

// The twenty failures that operators of oracles report, each brought about for real, and who says so how soon. What a
// failure is told as stands in docs/runbook.md, "What breaks"; here it is shown to be true.

const HOUR = 3_600;
/** How soon somebody must know. */
const SOON = 120;

type Scene = {
  readonly world: World;
  readonly oracle: Oracle;
  readonly service: Watched;
  /** In front of the chain, all that the service has. */
  readonly nodes: readonly [Proxy, ...Proxy[]];
  /** Where the third reporter's key is kept, which no quorum needs. */
  readonly signer: RemoteSigner;
  /** Operators of their own, with a reporter's key each, who take turns only where the case lets them. */
  readonly others: readonly Operator[];
};

type Case = {
  readonly failure: string;
  readonly what: string;
  /** Where the round is: it takes stakes, is about to close, is about to resolve. */
  readonly stage: "open" | "closing" | "resolving";
  readonly settings?: object;
  readonly nodes?: number;
  readonly others?: number;
  readonly begin: (scene: Scene) => unknown;
  /** How long it threatens nothing yet, and nobody is told, seconds. */
  readonly harmless?: number;
  /** Ends it, and its alert with it; without, the alert lasts, as that of a count does for an hour. */
  readonly heal?: (scene: Scene) => unknown;
  readonly alert: string;
  /** The section of its page. */
  readonly page: string;
};

/** Changes what a node answers to a kind of question. */
function answering(to: string, change: (result: unknown) => unknown): Proxy["fault"] {
  return ({ method }, answer) => (method === to && "result" in answer ? { result: change(answer.result) } : undefined);
}

const CASES: readonly Case[] = [
  {
    failure: "F1",
    what: "a transaction that no block takes",
    stage: "closing",
    settings: { receiptTimeoutMs: 100 },
    begin: ({ nodes: [node] }) => {
      node.interception = ({ method }) =>
        method === "eth_sendRawTransaction" ? { result: `0x${"cd".repeat(32)}` } : undefined;
    },
    harmless: 0.75 * HOUR - STEP,
    heal: ({ nodes: [node] }) => (node.interception = null),
    alert: "DeadlineNear",
    page: "deadline_near",
  },
  {
    failure: "F5",
    what: "a node that takes questions and never answers",
    stage: "open",
    settings: { rpcTimeoutMs: 200 },
    begin: ({ nodes: [node] }) => (node.line = "hangs"),
    heal: ({ nodes: [node] }) => (node.line = null),
    alert: "RpcQuorumLost",
    page: "rpc_down",
  },
  {
    failure: "F6",
    what: "a provider who has had enough of us",
    stage: "open",
    begin: ({ nodes: [node] }) => (node.line = 429),
    heal: ({ nodes: [node] }) => (node.line = null),
    alert: "RpcQuorumLost",
    page: "rate_limited",
  },
  {
    failure: "F7",
    what: "a node that stands still",
    stage: "open",
    begin: ({ nodes: [node] }) => {
      let latest: unknown = null;
      node.fault = ({ method, params }, answer) =>
        method === "eth_getBlockByNumber" && params?.[0] === "latest" && "result" in answer
          ? { result: (latest ??= answer.result) }
          : undefined;
    },
    harmless: 360,
    heal: ({ nodes: [node] }) => (node.fault = null),
    alert: "RpcQuorumLost",
    page: "rpc_stale",
  },
  {
    failure: "F7",
    what: "two nodes that contradict each other",
    stage: "open",
    nodes: 2,
    begin: ({ nodes: [node] }) => {
      node.fault = answering("eth_call", (result) => `${String(result).slice(0, -1)}7`);
    },
    heal: ({ nodes: [node] }) => (node.fault = null),
    alert: "RpcQuorumLost",
    page: "rpc_disagree",
  },
  {
    failure: "F8",
    what: "nodes that are away beyond a deadline, and come back",
    stage: "closing",
    begin: async ({ nodes: [node], service }) => {
      node.line = "refused";
      expect(names(await service.during(2 * HOUR, 60))).toEqual(["RpcQuorumLost docs/runbook.md#rpc_down"]);
      node.line = null;
    },
    alert: "DeadlineMissed",
    page: "deadline_missed",
  },
  {
    failure: "F9",
    what: "a process that lives and takes no turns",
    stage: "open",
    begin: ({ service }) => (service.turns = false),
    heal: ({ service }) => (service.turns = true),
    alert: "TurnsStalled",
    page: "tick_overdue",
  },
  {
    failure: "F10",
    what: "reporters who can be reached and don't sign",
    stage: "resolving",
    others: 2,
    begin: () => undefined,
    alert: "SignaturesMissing",
    page: "signatures_missing",
  },
  {
    failure: "F10",
    what: "reporters who are away",
    stage: "resolving",
    others: 2,
    begin: ({ others }) => {
      for (const other of others) other.die();
    },
    alert: "QuorumUnreachable",
    page: "quorum_unreachable",
  },
  {
    failure: "F11",
    what: "another operator with other scores",
    stage: "resolving",
    others: 2,
    begin: ({ others: [first, second], service }) => {
      first?.write(1, "mmc", "0.25");
      service.beside.after = () => Promise.all([first?.tick(), second?.tick()]);
    },
    alert: "Disagreement",
    page: "disagreement",
  },
  {
    failure: "F13",
    what: "another process with the relayer's key",
    stage: "open",
    begin: ({ world }) => {
      const account = privateKeyToAccount(KEYS.relayer);
      return createWalletClient({ account, transport: http(world.url) }).sendTransaction({
        to: world.relayer,
        chain: null,
      });
    },
    alert: "ForeignTransaction",
    page: "foreign_transaction",
  },
  {
    failure: "F14",
    what: "a base fee above the limit",
    stage: "closing",
    settings: { receiptTimeoutMs: 100 },
    begin: ({ service, world }) => {
      service.beside.before = () => world.chain.setNextBlockBaseFeePerGas({ baseFeePerGas: 10n ** 12n });
    },
    heal: ({ service, world }) => {
      service.beside.before = () => world.chain.setNextBlockBaseFeePerGas({ baseFeePerGas: 10n ** 9n });
    },
    alert: "FeeCapped",
    page: "tx_fee_capped",
  },
  {
    failure: "F15",
    what: "a signer that is away while no round needs it",
    stage: "open",
    begin: ({ signer }) => {
      signer.mischief = (_, response) => void response.writeHead(503).end();
    },
    heal: ({ signer }) => (signer.mischief = null),
    alert: "SignerDown",
    page: "signer_down",
  },
  {
    failure: "F18",
    what: "a contract that is gone",
    stage: "open",
    begin: ({ world }) => world.chain.setCode({ address: world.contract, bytecode: "0x" }),
    alert: "NotReady",
    page: "contract_missing",
  },
  {
    failure: "F19",
    what: "an account that a thief has emptied",
    stage: "open",
    begin: ({ world }) => world.chain.setBalance({ address: world.relayer, value: 10n ** 15n }),
    heal: ({ world }) => world.chain.setBalance({ address: world.relayer, value: 10n ** 21n }),
    alert: "FundsLow",
    page: "funds_low",
  },
  {
    failure: "F20",
    what: "a feed with a field that is nothing",
    stage: "resolving",
    begin: ({ world }) => world.writeRound((file) => ({ ...file, round: { ...file.round, roundScoreConfigs: null } })),
    heal: ({ world }) => world.writeRound(),
    alert: "FeedDown",
    page: "feed_refused",
  },
  {
    failure: "F20",
    what: "a node that leaves events out",
    stage: "closing",
    begin: ({ nodes: [node] }) => (node.fault = answering("eth_getLogs", () => [])),
    heal: ({ nodes: [node] }) => (node.fault = null),
    alert: "RpcQuorumLost",
    page: "events_incomplete",
  },
  {
    failure: "F20",
    what: "a process that is gone",
    stage: "open",
    begin: ({ service }) => (service.answers = service.turns = false),
    heal: ({ service }) => (service.answers = service.turns = true),
    alert: "OracleAbsent",
    page: "oracle-absent",
  },
  {
    failure: "A6",
    what: "a settled round that isn't what the feed says",
    stage: "resolving",
    begin: async ({ world, service, oracle }) => {
      await service.until(world.times.resolvesAt);
      await service.until(world.times.resolvesAt + HOUR + STEP);
      world.writeRound((file) => ({
        ...file,
        roundDetails: {
          ...file.roundDetails,
          models: file.roundDetails.models.map((model) => ({ ...model, mmc: 0.5 })),
        },
      }));
      // The thread has no part in the virtual clock.
      service.beside.after = () =>
        vi.waitUntil(() => oracle.audits.latest.length > 0, { timeout: 2_000 }).catch(() => undefined);
    },
    alert: "AuditMismatch",
    page: "audit_mismatch",
  },
];

const names = (fired: readonly Firing[][]): string[] => [
  ...new Set(fired.flat().map(({ alert, page }) => `${alert} ${page}`)),
];

describe("the twenty failures", { timeout: 120_000 }, () => {
  let world: World;
  let nodes: [Proxy, ...Proxy[]];
  let signer: RemoteSigner;
  let clean: `0x${string}`;
  beforeAll(async () => {
    world = await buildWorld({ positions: 3 });
    signer = await remoteSigner(KEYS.reporters[2] ?? "0x");
  }, 60_000);
  beforeEach(async () => {
    clean = await world.chain.snapshot();
    nodes = [await proxyOf(world.url), await proxyOf(world.url)];
    vi.useFakeTimers({ toFake: ["Date"] });
  });
  afterEach(async () => {
    vi.useRealTimers();
    for (const node of nodes) node.close();
    signer.mischief = null;
    world.writeRound();
    await world.chain.revert({ id: clean });
  });
  afterAll(async () => {
    await signer.close();
    await world.close();
  });

  /** A service that has seen some calm turns. */
  async function sceneOf({ stage, settings = {}, nodes: count = 1, others: peers = 0 }: Case): Promise<Scene> {
    const { times } = world;
    const rpcUrls = nodes.slice(0, count).map(({ url }) => url);
    const real = { rpcUrls, maxBlockAgeSeconds: 300, pollIntervalMs: STEP * 1_000, ...settings };
    const [mine, ...others] = peers === 0 ? [] : await buildOperators(world, 1 + peers, real);
    const { keys } = world.configuration;
    const third = { kind: "remote", url: signer.url, address: world.reporters[2] };
    const oracle = mine?.oracle ?? world.oracle({ ...real, keys: { ...keys, reporters: [...keys.reporters, third] } });
    const service = watched(world, oracle);
    await service.until(times.opensAt);
    if (stage === "closing") await service.until(times.closesAt - 5 * STEP);
    if (stage === "resolving") {
      service.beside.after = () => Promise.all(others.map(({ tick }) => tick()));
      await service.until(times.closesAt);
      await service.during(10 * STEP);
      await service.until(times.resolvesAt - 5 * STEP);
      service.beside.after = () => Promise.resolve();
    }
    expect(names(await service.during(4 * STEP)), "the calm before").toEqual([]);
    return { world, oracle, service, nodes, signer, others };
  }

  it.each(CASES)("$failure, $what: $alert within two minutes, and nothing else", async (each) => {
    const scene = await sceneOf(each);
    const { service } = scene;
    await each.begin(scene);
    if (each.harmless !== undefined) expect(names(await service.during(each.harmless, 60))).toEqual([]);
    const fired = await service.during(SOON);
    expect(names(fired)).toEqual([`${each.alert} docs/runbook.md#${each.page}`]);
    if (each.heal === undefined) return;
    await each.heal(scene);
    const after = await service.during(10 * STEP);
    expect(after.at(-1), "after its end").toEqual([]);
  });
});

describe("what the runbook says of them", () => {
  const runbook = readFileSync(new URL("../../docs/runbook.md", import.meta.url), "utf8");
  const rows = (heading: string): string[][] => {
    const [, section = ""] = runbook.split(`\n## ${heading}\n`);
    const table =
      section
        .split("\n## ")[0]
        ?.split("\n")
        .filter((line) => line.startsWith("| ")) ?? [];
    return table.slice(2).map((line) =>
      line
        .slice(2, -2)
        .split(" | ")
        .map((cell) => cell.trim()),
    );
  };
  const told = rows("What breaks, and who says so");
  const ended = rows("What can't break any more");

  it("is what is shown here, failure by failure", () => {
    const shown = CASES.map(({ failure, what, page, alert }) => [failure, what, `[${page}](#${page})`, alert]);
    expect(told).toEqual(shown);
  });

  it("leaves out none of the twenty, and tells of no failure both ways", () => {
    const failures = [...told, ...ended].map(([failure = ""]) => failure);
    const twenty = Array.from({ length: 20 }, (_, index) => `F${index + 1}`);
    expect(new Set(failures)).toEqual(new Set([...twenty, "A6"]));
    const inBoth = ended.filter(([failure]) => told.some(([other]) => other === failure));
    expect(inBoth).toEqual([]);
  });

  it("leaves out no alert, and names none that doesn't exist", () => {
    const alerts = new Set(told.map(([, , , alert]) => alert));
    expect(alerts).toEqual(new Set(alertRules().map(({ alert }) => alert)));
  });

  it("names for those that can't occur any more a test that exists", () => {
    for (const [failure, , where = ""] of ended) {
      const [, file = "", title = ""] = /^`([\w-]+\.test\.ts)`: (.+)$/.exec(where) ?? [];
      const text = readFileSync(new URL(file, import.meta.url), "utf8");
      expect(text.includes(`("${title}"`), `${failure ?? ""}: ${title}`).toBe(true);
    }
  });
});
