import { execFileSync } from "node:child_process";
import { createServer } from "node:net";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { madeUpRound, type RoundFile } from "../support/round-file.ts";
import { alive, descendantsOf, killGroup, type Run, runScript } from "../support/processes.ts";

const FREE_PORTS = ["--rpc-port", "0", "--graphql-port", "0", "--oracle-port", "0", "--feed-port", "0"];
const KILLS = 8;

/** The table's rows: round, positions, at risk, payout factor, rewarded, burned, gas a position, and two verdicts. */
function rowsOf(output: string): string[][] {
  return output
    .split("\n")
    .filter((line) => /^│ +\d/.test(line))
    .map((line) =>
      line
        .split("│")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** How the oracle's work falls into transactions is not the same twice. */
function withoutGas(rows: readonly string[][]): string[][] {
  return rows.map((row) => row.toSpliced(6, 1));
}

describe("npm start", function () {
  this.timeout(240_000);
  const runs: Run[] = [];
  const folders: string[] = [];
  afterEach(() => {
    for (const run of runs.splice(0)) killGroup(run);
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  function start(...args: string[]): Run {
    const run = runScript("scripts/start.ts", [...FREE_PORTS, ...args]);
    runs.push(run);
    return run;
  }

  function dataFolder(round: unknown): string {
    const folder = mkdtempSync(join(tmpdir(), "start-test-"));
    folders.push(folder);
    writeFileSync(join(folder, "round-262.json"), JSON.stringify(round));
    return folder;
  }

  const tournament = ["--once", "--models", "90", "--rounds", "3", "--seed", "5"];
  let undisturbed: string;
  before(async () => {
    const { code, output } = await start(...tournament).ended;
    expect(code, output).to.equal(0);
    undisturbed = output;
  });

  it("ends in the same state on anvil", async () => {
    const { code, output } = await start(...tournament, "--chain", "anvil").ended;
    expect(code, output).to.equal(0);
    expect(withoutGas(rowsOf(output))).to.deep.equal(withoutGas(rowsOf(undisturbed)));
  });

  it("ends in the same state however often the oracle is killed on the way", async () => {
    const killed = start(...tournament);
    for (let kill = 1; kill <= KILLS; kill++) {
      const oracles = new RegExp(`(?:The oracle runs as process (\\d+)[^]*){${kill}}`);
      const [, pid] = await killed.says(oracles);
      // Somewhere between its start and a whole round's work.
      await sleep(200 + ((kill * 787) % 1_900));
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {
        break; // The run was over first.
      }
    }
    const { code, output } = await killed.ended;
    expect(code, output).to.equal(0);
    expect(output).to.match(/started again [1-9]/);
    expect(withoutGas(rowsOf(output))).to.deep.equal(withoutGas(rowsOf(undisturbed)));
    expect(rowsOf(output)).to.have.length(3);
    for (const row of rowsOf(output)) expect(row.slice(-2)).to.deep.equal(["yes", "yes"]);
  });

  it("plays real rounds from a folder, stays up, and leaves nothing running after Ctrl-C", async () => {
    const run = start("--data", dataFolder(madeUpRound(40, "0.75")));
    await run.says(/Ctrl-C ends everything/);
    const [, oracle = ""] = await run.says(/oracle: +(\S+)/);
    expect((await fetch(new URL("/livez", oracle))).status).to.equal(200);
    expect(rowsOf(run.output()).map((row) => row[0])).to.deep.equal(["262"]);
    const processes = descendantsOf(run);
    expect(processes).to.have.length.above(8);
    process.kill(-(run.child.pid ?? 0), "SIGINT");
    expect((await run.ended).code).to.equal(0);
    expect(alive(processes)).to.deep.equal([]);
  });

  for (const [name, signal, code, client] of [
    ["asked to end on the way", "SIGTERM", 143, "anvil"],
    ["hung up on", "SIGHUP", 129, "hardhat"],
    ["killed", "SIGKILL", null, "hardhat"],
    ["killed", "SIGKILL", null, "anvil"],
  ] as const) {
    it(`leaves nothing running when it is ${name}, on ${client}`, async () => {
      const run = start("--once", "--models", "60", "--rounds", "3", "--chain", client);
      await run.says(/Round 1: stakers bring/);
      const processes = descendantsOf(run);
      process.kill(run.child.pid ?? 0, signal);
      expect((await run.ended).code).to.equal(code);
      // What a killed one leaves is ended by its reapers, within their patience.
      for (let wait = 0; wait < 80 && alive(processes).length > 0; wait++) await sleep(100);
      expect(alive(processes)).to.deep.equal([]);
    });
  }

  for (const [part, program] of [
    ["graph-node", "bin/gnd"],
    ["anvil", "bin/anvil"],
  ] as const) {
    it(`says in one line that ${part} has failed, and ends the others`, async () => {
      const run = start("--once", "--models", "60", "--rounds", "3", "--chain", "anvil");
      await run.says(/Round 1: stakers bring/);
      const processes = descendantsOf(run);
      const names = execFileSync("ps", ["-A", "-o", "pid=,args="], { encoding: "utf8" }).split("\n");
      const failing = names
        .map((line) => new RegExp(`^ *(\\d+) .*${program} `).exec(line)?.[1])
        .find((pid) => processes.includes(Number(pid)));
      process.kill(Number(failing), "SIGKILL");
      const { code, output } = await run.ended;
      expect(code).to.equal(2);
      expect(output.trim().split("\n").at(-1)).to.match(new RegExp(`^start: ${part}: ended \\(SIGKILL\\)`));
      expect(output).not.to.match(/\n +at /);
      expect(alive(processes)).to.deep.equal([]);
    });
  }

  it("names what can't be played before anything starts", async () => {
    const cases: [(round: RoundFile) => unknown, RegExp][] = [
      [({ roundDetails }) => roundDetails.models.splice(0), /round 262: no model has a stake/],
      [({ round }) => (round["resolveTime"] = "2035-01-01T00:00:00Z"), /round 262: resolves \d+ days after/],
      [
        ({ roundDetails }) => Object.assign(roundDetails.models[1] ?? {}, { selectedStakeValue: "20000000" }),
        /need 2[\d,.]+ NMR/,
      ],
    ];
    for (const [spoil, message] of cases) {
      const round = madeUpRound(20, "1");
      spoil(round);
      const { code, output } = await start("--once", "--data", dataFolder(round)).ended;
      expect(code, output).to.equal(2);
      expect(output)
        .to.match(message)
        .and.not.match(/oracle runs/);
    }
  });

  it("names a port that is wanted twice", async () => {
    const port = 41_873;
    const args = ["--rpc-port", String(port), "--feed-port", String(port)];
    const { code, output } = await start("--once", ...args).ended;
    expect(code, output).to.equal(2);
    expect(output.trim()).to.match(new RegExp(`^start: port ${port} is in use; the tournament simulator`));
  });

  it("names a busy port and who wants it, in one line", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const { code, output } = await start("--once", "--oracle-port", String(port)).ended;
    server.close();
    expect(code).to.equal(2);
    expect(output.trim()).to.equal(`start: port ${port} is in use; the oracle wants it (--oracle-port names another)`);
  });

  it("names the file and the field of a bad round", async () => {
    const round = madeUpRound(20, "1");
    delete round.roundDetails.models[7]?.["mmcMultiplier"];
    const { code, output } = await start("--once", "--data", dataFolder(round)).ended;
    expect(code).to.equal(2);
    expect(output).to.match(/roundDetails\.models\[7\]\.mmcMultiplier.*round-262\.json/);
  });

  it("names an option that can't be", async () => {
    const cases: [string, string, RegExp][] = [
      ["--rounds", "many", /--rounds: many is not a whole number/],
      ["--chain", "geth", /--chain: geth is not one of hardhat, anvil/],
    ];
    for (const [option, value, message] of cases) {
      const { code, output } = await start(option, value).ended;
      expect(code).to.equal(2);
      expect(output).to.match(message);
    }
  });
});
