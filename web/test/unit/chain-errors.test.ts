import { readFileSync } from "node:fs";
import {
  type Abi,
  type AbiParameter,
  createClient,
  custom,
  encodeErrorResult,
  type Hex,
  http,
  keccak256,
  stringToHex,
  toHex,
  zeroAddress,
} from "viem";
import { call, estimateGas } from "viem/actions";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAnvil } from "../../../scripts/stack/clients.ts";
import { type Chain, NMR, type OwnChain, startChain } from "../../../subgraph/test/chain.ts";
import { copy } from "../../src/copy/en.ts";
import { errorsAbi, type ErrorText } from "../../src/chain/error-abi.ts";
import { refusalFrom, refusalOf, revertDataIn } from "../../src/chain/errors.ts";

const STYLE = { locale: "en-GB", zone: "UTC" } as const;
const TIME = 1_797_260_400n;
const SHOWN_TIME = "14 Dec 2026, 15:00 UTC";

type Sentence = (values: Record<string, string>) => ErrorText;

function artifact(path: string): { abi: Abi; bytecode: Hex } {
  const file = new URL(`../../../artifacts/contracts/${path}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as { abi: Abi; bytecode: Hex };
}

/** Errors of the compiled contracts, by name. */
function compiledErrors(): Map<string, readonly AbiParameter[]> {
  const abis = ["NumeraireStaking.sol/NumeraireStaking", "Numeraire.sol/Numeraire"].map((path) => artifact(path).abi);
  return new Map(abis.flat().flatMap((item) => (item.type === "error" ? [[item.name, item.inputs]] : [])));
}

describe("sentences", () => {
  const errors = [...compiledErrors()];

  it("are there for every error of the compiled contracts, with the same values, and for no other", () => {
    const types = (inputs: readonly AbiParameter[]): string[] =>
      inputs.map(({ name, type }) => `${type} ${name ?? ""}`);
    const said = new Map<string, readonly AbiParameter[]>(errorsAbi.map(({ name, inputs }) => [name, inputs]));
    expect(Object.keys(copy.errors).sort()).toEqual(errors.map(([name]) => name).sort());
    for (const [name, inputs] of errors) expect(types(said.get(name) ?? [])).toEqual(types(inputs));
  });

  it.each(errors)("%s has each of its values, and says what to do", (name, inputs) => {
    const values = Object.fromEntries(inputs.map((input) => [input.name ?? "", `<${input.name ?? ""}>`]));
    const { what, todo } = (copy.errors as unknown as Record<string, Sentence>)[name]?.(values) ?? {
      what: "",
      todo: "",
    };
    for (const value of Object.values(values)) expect(`${what} ${todo}`).toContain(value);
    expect(what).toMatch(/^[^!]+\.$/);
    expect(todo).toMatch(/^[A-Z][^!]+\.$/);
  });
});

describe("values in words", () => {
  const said = (errorName: string, ...args: unknown[]): string => {
    const error: { abi: Abi; errorName: string; args: unknown[] } = { abi: errorsAbi, errorName, args };
    const { what, todo } = refusalFrom(encodeErrorResult(error), STYLE);
    return `${what} ${todo}`;
  };
  const name = (text: string): Hex => stringToHex(text, { size: 32 });

  it.each<[string, unknown[], string[]]>([
    ["StakeBelowMinimum", [NMR / 2n, 3n * NMR], ["0.5 NMR", "3 NMR"]],
    ["HoldingsTooLarge", [2n * NMR, 1234n * NMR], ["2 NMR", "1,234 NMR"]],
    ["GrantExpired", [TIME, TIME + 60n], [SHOWN_TIME, "15:01 UTC"]],
    ["GrantExpired", [0n, 2n ** 256n - 1n], [(2n ** 256n - 1n).toString()]],
    ["RoundNotVoidable", [3, TIME, TIME - 60n], ["is locked", SHOWN_TIME, "14:59 UTC"]],
    ["RoundStateUnexpected", [2, 5], ["is void", "needs it locking"]],
    ["BatchStateUnexpected", [7, 0, 2], ["Batch 7 is reported", "needs it not locked"]],
    ["LimitExceeded", [name("clip"), 50_000_000n, 17_000_000n], ["The clip of 5 %", "1.7 %"]],
    ["LimitExceeded", [name("disputeWindow"), 60n, 3_600n], ["dispute window of 1 minute", "1 hour"]],
    ["LimitExceeded", [name("settledBy"), TIME, TIME - 60n], ["settling deadline", SHOWN_TIME, "14:59 UTC"]],
    ["LimitExceeded", [name("stake"), 5n * 10n ** 9n, 10n ** 9n], ["5 NMR", "1 NMR"]],
    ["LimitExceeded", [name("something new"), 5n, 4n], ["something new", "5", "4"]],
    [
      "LimitOutOfBounds",
      [name("maxExposure"), 2n * 10n ** 9n, 0n, 10n ** 9n],
      ["largest exposure", "200 %", "0 % to 100 %"],
    ],
    [
      "LimitOutOfBounds",
      [name("maxRoundsInFlight"), 0n, 1n, 65_535n],
      ["of rounds in flight of a tournament can't be 0", "1 to 65535"],
    ],
    ["ScheduleInvalid", [name("closesAt"), TIME, TIME + 60n], ["The close", SHOWN_TIME, "15:01 UTC"]],
    ["TooManyRoundsInFlight", [4n, 4n], ["4 rounds", "allows 4"]],
    ["ERC20InsufficientAllowance", [zeroAddress, NMR, 2n * NMR], [zeroAddress, "1 NMR", "2 NMR"]],
    ["InvalidAccountNonce", [zeroAddress, 8n], ["next number is 8"]],
  ])("%s %s", (errorName, args, words) => {
    for (const word of words) expect(said(errorName, ...args)).toContain(word);
  });

  it("are there for the compiler's errors, for unknown ones, and for none", () => {
    const panic = (code: bigint): Hex => `0x4e487b71${toHex(code, { size: 32 }).slice(2)}`;
    expect(refusalFrom(panic(0x11n), STYLE)).toMatchObject({
      name: "Panic",
      what: expect.stringContaining("left its range") as string,
    });
    expect(refusalFrom(panic(0x99n), STYLE).what).toContain("an unknown one (panic 0x99)");
    const plain = encodeErrorResult({
      abi: [{ type: "error", name: "Error", inputs: [{ type: "string" }] }],
      args: ["no luck"],
    });
    expect(refusalFrom(plain, STYLE).what).toBe("The call was refused: no luck.");
    expect(refusalFrom("0x12345678", STYLE)).toMatchObject({ name: "0x12345678" });
    expect(refusalFrom("0x12", STYLE).what).toContain("0x12");
    expect(refusalFrom("0x", STYLE)).toEqual({ name: "", ...copy.failure.silent });
  });
});

describe("what a node answers", () => {
  const data = encodeErrorResult({ abi: errorsAbi, errorName: "TournamentUnknown", args: [9] });
  const rejected = { code: 4001, message: "User rejected the request." };

  /** A failed call over a transport whose node or wallet answers so. */
  const failed = (answer: object): Promise<unknown> => {
    const request = (): Promise<never> => Promise.reject(Object.assign(new Error("refused"), answer));
    const client = createClient({ transport: custom({ request }, { retryCount: 0 }) });
    return call(client, { to: zeroAddress }).then(
      () => null,
      (error: unknown) => error,
    );
  };

  it.each<[string, object]>([
    ["geth and anvil", { code: 3, message: "execution reverted", data }],
    ["Hardhat", { code: -32_603, message: "VM Exception", data: { message: "reverted", txHash: "0xab", data } }],
    [
      "a wallet around geth",
      { code: -32_603, message: "Internal JSON-RPC error.", data: { code: 3, message: "execution reverted", data } },
    ],
    ["a wallet that keeps the original", { code: -32_603, message: "x", data: { originalError: { code: 3, data } } }],
  ])("is understood of %s", async (_, answer) => {
    expect(refusalOf(await failed(answer), STYLE)).toMatchObject({ name: "TournamentUnknown" });
  });

  it("is understood where it is only that the call reverted", async () => {
    expect(refusalOf(await failed({ code: -32_000, message: "execution reverted" }), STYLE)?.name).toBe("");
    expect(refusalOf(await failed({ code: 3, message: "execution reverted", data: "0x" }), STYLE)?.name).toBe("");
  });

  it("is no refusal of the contract's where somebody rejected it, or the node is down, or nothing failed", async () => {
    expect(refusalOf(await failed(rejected), STYLE)).toBeNull();
    const away = createClient({ transport: http("http://127.0.0.1:1", { retryCount: 0 }) });
    expect(refusalOf(await call(away, { to: zeroAddress }).catch((error: unknown) => error), STYLE)).toBeNull();
    for (const other of [null, undefined, "revert", new Error("revert"), { data: { data: {} } }]) {
      expect(refusalOf(other, STYLE)).toBeNull();
      expect(revertDataIn(other)).toBeNull();
    }
  });
});

describe("real nodes", { timeout: 60_000 }, () => {
  let chain: OwnChain;
  let anvil: Awaited<ReturnType<typeof startAnvil>>;
  beforeAll(async () => {
    chain = await startChain();
    anvil = await startAnvil(0, [], () => undefined);
  });
  afterAll(async () => {
    await chain.stop();
    await anvil.stop();
  });
  const caught = (action: Promise<unknown>): Promise<unknown> =>
    action.then(
      () => null,
      (error: unknown) => error,
    );

  it("Hardhat: calls, gas estimates and sent transactions tell the same error", async () => {
    const owner = chain.owner;
    const failures = await Promise.all([
      caught(chain.read("previewPayout", TERMS, 0n, 2n ** 63n, 0n)),
      caught(chain.client.simulateContract({ ...REQUEST(chain), functionName: "cancelWithdrawal", args: [7, 0] })),
      caught(chain.send(owner, "cancelWithdrawal", 7, 0)),
      caught(chain.client.estimateContractGas({ ...REQUEST(chain), functionName: "withdraw", args: [7, 0, owner] })),
    ]);
    expect(failures.map((failure) => refusalOf(failure, STYLE)?.name)).toEqual([
      "LimitExceeded",
      ...["TournamentUnknown", "TournamentUnknown", "TournamentUnknown"],
    ]);
  });

  it("anvil: calls and gas estimates tell the same error, and code without a reason none", async () => {
    const client = createClient({ transport: http(anvil.url) });
    const data = encodeErrorResult({ abi: errorsAbi, errorName: "AmountZero" });
    const from = chain.owner;
    // Creation code that reverts with its last four bytes, and one that reverts with nothing.
    const reverting: Hex = `0x63${data.slice(2)}60e01b60005260046000fd`;
    const estimated = (): Promise<unknown> => estimateGas(client, { account: from, data: reverting });
    for (const ask of [() => call(client, { data: reverting }), estimated]) {
      expect(refusalOf(await caught(ask()), STYLE)?.name).toBe("AmountZero");
    }
    expect(refusalOf(await caught(call(client, { data: "0x60006000fd" })), STYLE)?.what).toBe(copy.failure.silent.what);
  });

  it("mainnet NMR, stopped, refuses a stake without a reason of its own", async () => {
    const { abi, bytecode } = artifact("mocks/MainnetNumeraire.sol/MainnetNumeraire");
    const { client, owner, staking } = chain;
    const deployed = async (code: { abi: Abi; bytecode: Hex }, args: unknown[]): Promise<Hex> => {
      const hash = await client.deployContract({ ...code, args, account: owner });
      return (await client.waitForTransactionReceipt({ hash })).contractAddress as Hex;
    };
    const token = await deployed({ abi, bytecode }, [owner]);
    const address = await deployed(staking, [token]);
    const write = async (to: Hex, contract: Abi, functionName: string, args: unknown[]): Promise<unknown> => {
      const hash = await client.writeContract({ abi: contract, address: to, functionName, args, account: owner });
      return client.waitForTransactionReceipt({ hash });
    };
    const limits = { maxClip: 1n, maxExposure: 1n, maxRoundsInFlight: 1, maxDuration: 1, minDisputeWindow: 0 };
    await write(address, staking.abi, "createTournament", ["", limits, zeroAddress, zeroAddress, 0n, [owner], 1]);
    await write(token, abi, "approve", [address, NMR]);
    await write(token, abi, "setStopped", [true]);
    const open = write(address, staking.abi, "openPosition", [1, keccak256("0x"), NMR, 0n, "0x"]);
    expect(refusalOf(await caught(open), STYLE)).toMatchObject({ name: "SafeERC20FailedOperation" });
  });
});

const TERMS = { multipliers: [1n, 1n], clip: 1n, stakeThreshold: 0n, exposure: 1n };

function REQUEST({ staking, address, owner }: Chain) {
  return { abi: staking.abi, address, account: owner };
}
