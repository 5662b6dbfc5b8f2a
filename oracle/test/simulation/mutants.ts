import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Invariant } from "./judge.ts";
import type { Kind } from "./knobs.ts";

/** A fault in the node that the simulation must find: `from` stands in the file, `to` takes its place. */
export type Mutant = {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** One of which is broken. */
  readonly breaks: readonly Invariant[];
  /** How many schedules it may take, and of which kind; without one, of all faults. */
  readonly schedules: number;
  readonly kind?: Kind;
};

export const MUTANTS: readonly Mutant[] = [
  {
    name: "signs again when the feed has changed",
    file: "core/attestation.ts",
    from: "signedBy(reporter, report, testimony.attestations).length === 0",
    to: "!testimony.attestations.some((each) => each.reporter === reporter && isSameReport(each, report))",
    breaks: ["equivocation"],
    schedules: 200,
  },
  {
    name: "signs for a lock that isn't final",
    file: "core/steps/report.ts",
    from: "lockedAtBlock > finalized)",
    to: "lockedAtBlock > finalized + 2n)",
    breaks: ["finality"],
    schedules: 200,
  },
  {
    name: "doesn't leave others their turn",
    file: "core/turns.ts",
    from: "if (settings.turnSeconds === 0 || isLastFifth(action, now)) return null;",
    to: "return null;",
    breaks: ["race"],
    schedules: 200,
  },
  {
    name: "settles a second too early",
    file: "core/steps/settle.ts",
    from: "if (now < undisputedAt) {",
    to: "if (now < undisputedAt - 1) {",
    breaks: ["refusal"],
    schedules: 200,
  },
  {
    name: "locks a second too early",
    file: "core/steps/lock.ts",
    from: "if (facts.block.timestamp < closesAt) {",
    to: "if (facts.block.timestamp < closesAt - 1) {",
    breaks: ["refusal"],
    schedules: 200,
  },
  {
    name: "reports with a signature too few",
    file: "core/steps/quorum.ts",
    from: "return agreeing.length >= round.quorum\n",
    to: "return agreeing.length >= round.quorum - 1\n",
    breaks: ["refusal"],
    schedules: 200,
  },
  {
    name: "leaves a gap before its first transaction",
    file: "chain/executor.ts",
    from: "nonce: nonce + place, gas",
    to: "nonce: nonce + place + 1, gas",
    breaks: ["nonce"],
    schedules: 200,
  },
  {
    name: "takes two readings at once for two",
    file: "service/feed-view.ts",
    from: "now() - first.since >= settleSeconds * 1_000",
    to: "now() - first.since >= 0",
    breaks: ["reading", "deadline"],
    schedules: 3_000,
  },
  {
    name: "forgets what its folder holds",
    file: "peers/book.ts",
    from: "      for (const said of await kept.read(mine)) {\n",
    to: "      for (const said of known.slice(0, 0)) {\n",
    breaks: ["equivocation"],
    schedules: 2_000,
  },
  {
    name: "relays nothing that its feed has taken back",
    file: "core/steps/quorum.ts",
    from: "vouchedWords(round, testimony, settings)",
    to: "[]",
    breaks: ["deadline"],
    schedules: 6_000,
  },
  {
    name: "forgets the words that it signed when the feed changes",
    file: "core/work.ts",
    from: "(isSameReport(earlier, report) || isSigned(earlier, attestations, reporters))",
    to: "isSameReport(earlier, report)",
    breaks: ["deadline"],
    schedules: 6_000,
  },
  {
    name: "believes whichever endpoint answers first",
    file: "chain/vote.ts",
    from: "this.#trust = { endpoints: endpoints.length, quorum }",
    to: "this.#trust = { endpoints: endpoints.length, quorum: 1 }",
    breaks: ["facts", "nonce", "refusal", "bug"],
    schedules: 20,
    kind: "deadlines",
  },
  {
    name: "waits for endpoints that hang",
    file: "chain/collect.ts",
    from: "(enough(some) && graceMs === 0)",
    to: "(enough(some) && graceMs < 0)",
    breaks: ["turn"],
    schedules: 20,
    kind: "deadlines",
  },
  {
    name: "takes the answers of one endpoint for those of all",
    file: "chain/vote.ts",
    from: "elected(cast, this.#trust.quorum)",
    to: "elected(cast, 1)",
    breaks: ["turn", "signature", "facts", "bug"],
    schedules: 50,
    kind: "rpc",
  },
  {
    name: "records its decisions without what its peers said",
    file: "core/slice.ts",
    from: "attestations: attestations.filter(ofRound),",
    to: "attestations: attestations.filter(ofRound).slice(1),",
    breaks: ["replay"],
    schedules: 20,
    kind: "replay",
  },
];

const ORACLE = join(import.meta.dirname, "../..");
const NODE_MODULES = "node_modules";

/** Whether the simulation says of it what it should. */
export function isFound({ breaks }: Mutant, { code, text }: ReturnType<typeof judgeMutant>): boolean {
  const [, , said] = /^seed (\d+), (\w+):/m.exec(text) ?? [];
  return code === 1 && breaks.some((invariant) => invariant === said);
}

/** Runs the simulation over a copy of the node with the fault in it. @returns what it printed, and its exit code */
export function judgeMutant({ file, from, to, schedules, kind = "all" }: Mutant): {
  readonly code: number;
  readonly text: string;
} {
  const folder = mkdtempSync(join(tmpdir(), "simulation-mutant-"));
  try {
    const oracle = join(folder, "oracle");
    for (const part of ["src", "test/simulation", "test/plan-world.ts", "test/arguments.ts", "package.json"]) {
      cpSync(join(ORACLE, part), join(oracle, part), { recursive: true });
    }
    symlinkSync(join(ORACLE, NODE_MODULES), join(oracle, NODE_MODULES));
    symlinkSync(join(ORACLE, "..", NODE_MODULES), join(folder, NODE_MODULES));
    const path = join(oracle, "src", file);
    const text = readFileSync(path, "utf8");
    if (text.split(from).length !== 2) throw new Error(`${file} has not exactly one place for a mutant: ${from}`);
    writeFileSync(path, text.replace(from, to));
    const main = join(oracle, "test/simulation/main.ts");
    const options = ["--kind", kind, "--schedules", String(schedules), "--jobs", "1", "--until-failure"];
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...options], { encoding: "utf8" });
    return { code: status ?? -1, text: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
