import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { keccak256, Wallet } from "ethers";
import { trackTransaction } from "@nomicfoundation/ignition-core";
import { readOptions } from "../../scripts/deploy/options.ts";
import { auditRecord, readRecord } from "../../scripts/deploy/record.ts";
import { present } from "../../scripts/support/present.ts";
import { UsageError } from "../../scripts/support/terminal.ts";
import { parametersFor, standOf, startTestChain, type TestChain, useFolder, writeJson } from "../support/deployment.ts";
import { killGroup, type Run, runScript } from "../support/processes.ts";

const SEPOLIA = 11_155_111;
/** Transactions of a deployment with one tournament: token, staking contract, creation, handover. */
const TRANSACTIONS = 4;

describe("npm run deploy", function () {
  this.timeout(240_000);
  const folder = useFolder();
  const key = Wallet.createRandom();
  const runs: Run[] = [];
  let chain: TestChain;
  let id: string;
  let file: string;

  beforeEach(async () => {
    chain = await startTestChain(SEPOLIA, { key: key.privateKey });
    id = `local-${randomUUID()}`;
    file = await writeJson(folder(), parametersFor(SEPOLIA, { kind: "own", holder: key.address }));
  });
  afterEach(async () => {
    for (const run of runs.splice(0)) killGroup(run);
    await chain.stop();
    rmSync(recordFolder(), { recursive: true, force: true });
  });

  const recordFolder = (): string => join(import.meta.dirname, "../../ignition/deployments", id);

  /** The command as anybody runs it: the network is Sepolia's entry of the configuration, its variables come from outside. */
  function deploy(args: readonly string[], input = ""): Run {
    const variables = { SEPOLIA_RPC_URL: chain.url, DEPLOYER_PRIVATE_KEY: key.privateKey };
    const all = ["--network", "sepolia", "--parameters", file, "--deployment-id", id, ...args];
    const run = runScript("scripts/deploy.ts", all, { input, variables });
    runs.push(run);
    return run;
  }

  async function ended(args: readonly string[], code: number, input = ""): Promise<string> {
    const result = await deploy(args, input).ended;
    expect(result.code, result.output).to.equal(code);
    return result.output;
  }

  const stand = () => standOf(chain.connection, key.address);

  it("shows in a dry run what would happen and what it costs, and changes nothing", async () => {
    const before = await stand();
    const output = await ended(["--dry-run"], 0);
    expect(await stand()).to.deep.equal(before);
    expect(existsSync(recordFolder())).to.equal(false);
    for (const pattern of [
      /chain id +│ +11155111/,
      /its ether +│ +100\.0/,
      /NumeraireStaking +│ 0x[0-9a-fA-F]{40} │ 0x[0-9a-fA-F]{40} │ to deploy/,
      /for ever: most clip +│ +5 %/,
      /out at the latest after +│ +45 days/,
      /1\. deploy Numeraire +│ +[\d,]{7} +│ +0\.\d+/,
      /2\. deploy NumeraireStaking +│ +[\d,]{9} +│ +0\.\d+/,
      /3\. create tournament Classic +│/,
      /4\. propose the organizer of Classic +│/,
      /Warning: token\.holder: .* is no contract/,
      /Warning: Classic: organizer: .* is no contract/,
      /and has 100\.0: enough/,
      /Nothing was sent\.\n$/,
    ]) {
      expect(output).to.match(pattern);
    }
  });

  it("plays a dry run for a sender whose key is not there, and says where ether is missing", async () => {
    const output = await ended(["--dry-run", "--from", Wallet.createRandom().address], 1);
    expect(output).to.match(/and has 0\.0: NOT enough/);
  });

  it("sends only once the network's name was typed, tells the addresses beforehand, keeps a record; a second run does nothing", async () => {
    const before = await stand();
    for (const typed of ["", "mainnet\n"]) {
      expect(await ended([], 2, typed)).to.match(/deploy: nothing was sent; type the network's name, sepolia/);
    }
    expect(await stand()).to.deep.equal(before);
    expect(existsSync(recordFolder())).to.equal(false);

    const output = await ended([], 0, "sepolia\n");
    const told = /NumeraireStaking +│ (0x\w{40})/.exec(output)?.[1];
    const record = present(readRecord(recordFolder()), "the record");
    expect(await auditRecord(recordFolder())).to.deep.equal([]);
    expect(record.contracts.map(({ name }) => name)).to.deep.equal(["Numeraire", "NumeraireStaking"]);
    expect(record.contracts[1]?.address).to.equal(told);
    expect(record.tournaments).to.have.length(1);
    expect(record).to.include({ chainId: SEPOLIA, network: "sepolia", deployer: key.address });
    expect(output).to.match(/NumeraireStaking: code +│ +\d+ bytes, hash 0x\w+… +│ +yes/);
    expect(output).to.match(new RegExp(`calls acceptOrganizer\\(1\\) on ${record.contracts[1]?.address}: 0x\\w{72}`));

    const written = readFileSync(join(recordFolder(), "record.json"), "utf8");
    const after = await stand();
    expect(after[1]).to.equal(TRANSACTIONS);
    expect(await ended([], 0)).to.match(/Everything is there already/);
    expect(await ended(["--dry-run"], 0)).to.match(/Everything is there already/);
    expect(await stand()).to.deep.equal(after);
    expect(readFileSync(join(recordFolder(), "record.json"), "utf8")).to.equal(written);
  });

  const mine = () => chain.connection.provider.request({ method: "hardhat_mine", params: ["0x6"] });
  const stopMining = () => chain.connection.provider.request({ method: "evm_setAutomine", params: [false] });
  const journal = (): string => join(recordFolder(), "journal.jsonl");

  /** How many transactions the journal knows as sent. */
  function noted(): number {
    if (!existsSync(journal())) return 0;
    return readFileSync(journal(), "utf8").split("TRANSACTION_SEND").length - 1;
  }

  /** Lets the command run, mining all the while, until the journal has so many transactions; then kills it. */
  async function killAfter(transactions: number): Promise<void> {
    const run = deploy(["--yes"]);
    while (noted() < transactions) {
      expect(run.child.exitCode, run.output()).to.equal(null);
      // What was sent before waits for its confirmations.
      await mine();
    }
    killGroup(run);
    await run.ended;
    expect((await stand())[1]).to.equal(transactions);
  }

  async function finish(): Promise<void> {
    const run = deploy(["--yes"]);
    while (run.child.exitCode === null) await mine();
    const { code, output } = await run.ended;
    expect(code, output).to.equal(0);
    expect((await stand())[1]).to.equal(TRANSACTIONS);
    const record = present(readRecord(recordFolder()), "the record");
    const { address } = present(record.contracts[1], "the staking contract");
    const staking = await chain.connection.ethers.getContractAt("NumeraireStaking", address);
    expect(await staking.tournaments()).to.equal(1);
    expect(await auditRecord(recordFolder())).to.deep.equal([]);
  }

  it("goes on where it was killed, at a contract, a tournament and its handover: nothing is sent twice", async () => {
    await stopMining();
    await killAfter(1);
    // What follows is mined while nobody looks.
    await killAfter(3);
    await mine();
    await killAfter(TRANSACTIONS);
    await mine();
    await finish();
  });

  it("asks for the transaction where it was killed between sending it and noting it, and goes on with it", async () => {
    await stopMining();
    await killAfter(2);
    await mine();
    const lines = readFileSync(journal(), "utf8").split("\n");
    const last = lines.findLast((line) => line.includes("TRANSACTION_SEND")) ?? "";
    const hash = present(/"hash":"(0x\w{64})"/.exec(last)?.[1], "the hash of the last transaction");
    writeFileSync(journal(), lines.filter((line) => line !== last).join("\n"));
    expect(await ended(["--yes"], 1)).to.match(/nonce 1 sent from account 0x\w{40}[^]*hardhat ignition track-tx/);
    await trackTransaction(recordFolder(), hash, chain.connection.provider, 1);
    await finish();
  });

  it("checks a deployment again: what the organizer changed is told, what can't change must be as it was", async () => {
    expect(await ended(["--check"], 2)).to.match(/there is no record in .*local-/);
    await ended(["--yes"], 0);
    expect(await ended(["--check"], 0)).not.to.match(/│ +(no|changed) │/);

    const record = present(readRecord(recordFolder()), "the record");
    const tournament = present(record.tournaments[0], "a tournament");
    const address = present(record.contracts[1], "the staking contract").address;
    const staking = await chain.connection.ethers.getContractAt("NumeraireStaking", address);
    await chain.connection.provider.request({ method: "hardhat_impersonateAccount", params: [tournament.organizer] });
    await chain.connection.provider.request({
      method: "hardhat_setBalance",
      params: [tournament.organizer, "0xde0b6b3a7640000"],
    });
    const organizer = staking.connect(await chain.connection.ethers.getSigner(tournament.organizer));
    await organizer.acceptOrganizer(1);
    await organizer.setMinStake(1, 0);
    await organizer.transferOrganizer(1, key.address);
    await staking.acceptOrganizer(1);
    const later = await ended(["--check"], 0);
    expect(later).to.match(/Classic \(1\): least stake +│ +0 NMR +│ +changed/);
    expect(later).to.match(/Classic \(1\): most clip +│ +5 % +│ +yes/);

    // Other parameters than it was created with: told by a check, refused by a deployment.
    const other = JSON.parse(readFileSync(file, "utf8")) as ReturnType<typeof parametersFor>;
    present(other.tournaments[0], "a tournament").reporters.reverse();
    file = await writeJson(folder(), other);
    expect(await ended(["--check"], 1)).to.match(/Classic \(1\): first reporters[^]*│ +no │/);
    const before = await stand();
    expect(await ended(["--yes"], 1)).to.match(/deploy: [^]*Creation_Classic[^]*argument/i);
    expect(await stand()).to.deep.equal(before);
  });

  it("adds a tournament to a deployment, and refuses another deployer, token or a record that was changed", async () => {
    await ended(["--yes"], 0);
    const parameters = JSON.parse(readFileSync(file, "utf8")) as ReturnType<typeof parametersFor>;
    const more = parametersFor(SEPOLIA, parameters.token, ["crypto"]).tournaments;
    file = await writeJson(folder(), { ...parameters, tournaments: [...parameters.tournaments, ...more] });
    expect(await ended(["--dry-run"], 0)).to.match(
      /1\. create tournament Crypto[^]*2\. propose the organizer of Crypto/,
    );
    await ended(["--yes"], 0);
    expect(readRecord(recordFolder())?.tournaments.map(({ number, name }) => [number, name])).to.deep.equal([
      ["1", "Classic"],
      ["2", "Crypto"],
    ]);

    const stranger = ["--dry-run", "--from", Wallet.createRandom().address];
    expect(await ended(stranger, 2)).to.match(/was begun by 0x\w+; go on with its key/);
    const token = { kind: "own", holder: Wallet.createRandom().address };
    const good = file;
    file = await writeJson(folder(), { ...parameters, token });
    expect(await ended(["--dry-run"], 2)).to.match(
      /the record in .* but these parameters and this checkout lead to 0x/,
    );
    file = good;
    const path = join(recordFolder(), "record.json");
    const text = readFileSync(path, "utf8");
    const hash = present(/"initCodeHash": "(0x\w+)"/.exec(text)?.[1], "a hash");
    writeFileSync(path, text.replace(hash, keccak256(hash)));
    expect(await ended(["--check"], 2)).to.match(/the record in .* does not hold:\n.*does not follow from its code/);
  });

  it("refuses what can't be, naming it", async () => {
    const named = ["--network", "sepolia", "--parameters", "x.json"];
    const cases: [args: string[], says: RegExp][] = [
      [[], /--network and --parameters are both needed\nusage: npm run deploy/],
      [["--network", "sepolia"], /--network and --parameters are both needed/],
      [[...named, "--dry-run", "--check"], /^--dry-run and --check: give one of them/],
      [[...named, "--from", key.address], /^--from: goes with --dry-run only/],
      [[...named, "--dry-run", "--from", "0x12"], /^--from: 0x12 is not an address/],
      [[...named, "--deployment-id", "../x"], /^--deployment-id: \.\.\/x; must be/],
      [[...named, "--key", "0x12"], /Unknown option '--key'/],
    ];
    for (const [args, says] of cases) expect(() => readOptions(args, "/")).to.throw(UsageError, says);
    expect(await ended(["--network", "nowhere"], 2)).to.match(
      /^deploy: --network: there is no nowhere; .*mainnet, sepolia/,
    );
    file = await writeJson(folder(), parametersFor(1, { kind: "own", holder: key.address }));
    expect(await ended(["--dry-run"], 2)).to.match(
      /chainId: the parameters are for chain 1, but sepolia is chain 11155111/,
    );
    expect(await stand()).to.deep.equal([0, 0]);
  });

  it("names the variable that is not set", async () => {
    const variables = { SEPOLIA_RPC_URL: undefined, DEPLOYER_PRIVATE_KEY: undefined };
    const args = ["--network", "sepolia", "--parameters", file, "--dry-run"];
    const run = runScript("scripts/deploy.ts", args, { variables });
    runs.push(run);
    const { code, output } = await run.ended;
    expect(code, output).to.equal(1);
    expect(output).to.match(/deploy: .*SEPOLIA_RPC_URL/);
  });
});
