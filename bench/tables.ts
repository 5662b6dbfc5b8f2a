// The figures of `npm run bench:gas`, for people.
import { printTable } from "../scripts/support/terminal.ts";
import { POSITIONS, type RoundGas, type Step, STEPS, TRANSACTION_GAS } from "../test/support/gas.ts";
import { IN_FLIGHT, moveName, MOVES } from "../test/support/gas-users.ts";
import type { Alternative } from "./alternatives.ts";
import { type Breakdown, PARTS } from "./breakdown.ts";

export type Figures = {
  readonly round: RoundGas;
  readonly breakdown: Readonly<Partial<Record<Step, Breakdown>>>;
  readonly alternatives: readonly Alternative[];
  readonly users: Readonly<Record<string, bigint>>;
  readonly whole: { readonly positions: number; readonly gas: RoundGas };
};

/** What protocol and network allow: gas a position; bytes that nodes take of one transaction. */
const TARGETS = { lock: 710, report: 340, settle: 2_000, allIn: 3_000, keeper: 2_500 };
const TRANSACTION_BYTES = 131_072;
const GAS_PRICES = [1, 10] as const;

export function printFigures({ round, breakdown, alternatives, users, whole }: Figures): void {
  printSteps(round);
  printBreakdown(breakdown);
  printAlternatives(round, alternatives);
  printWhole(whole.positions, whole.gas);
  printMoves(users);
  printUsers(users);
}

function allIn(gas: RoundGas): bigint {
  return gas.lock + gas.report + gas.settle;
}

function count(value: number | bigint): string {
  return value.toLocaleString("en");
}

function aPosition(gas: bigint | number, positions = POSITIONS): string {
  return (Number(gas) / positions).toLocaleString("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

function printSteps(round: RoundGas): void {
  console.log(`\nA full batch of ${count(POSITIONS)} positions, a round a day, 2-of-3 reporters:`);
  const rows = [
    ["lock", round.lock, TARGETS.lock],
    ["report", round.report, TARGETS.report],
    ["settle", round.settle, TARGETS.settle],
    ["all in, a transaction each", allIn(round), TARGETS.allIn],
    ["all in, the keeper's one transaction a day", round.keeper, TARGETS.keeper],
  ] as const;
  printTable(
    ["step", "gas", "gas a position", "at most"],
    rows.map(([step, gas, most]) => [step, count(gas), aPosition(gas), count(most)]),
  );
}

function printBreakdown(breakdown: Figures["breakdown"]): void {
  console.log("\nWhere it goes, gas a position, a transaction each:");
  const steps = STEPS.flatMap((step) => breakdown[step] ?? []);
  printTable(
    ["", ...STEPS],
    PARTS.map((part) => [part, ...steps.map((parts) => aPosition(parts[part]))]),
  );
}

function printAlternatives(round: RoundGas, alternatives: readonly Alternative[]): void {
  console.log("\nThe same positions, stakes and payouts, the way others do it:");
  const ours = [
    { name: "ours, the keeper's one transaction a day", transactions: 1, gas: round.keeper },
    { name: "ours, a transaction each", transactions: 3, gas: allIn(round) },
  ];
  printTable(
    ["a round", "transactions", "gas", "gas a position", "times ours"],
    [...ours, ...alternatives].map(({ name, transactions, gas }) => [
      name,
      count(transactions),
      count(gas),
      aPosition(gas),
      (Number(gas) / Number(round.keeper)).toFixed(1),
    ]),
  );
  console.log("What they don't check, or leave to others:");
  for (const { name, missing } of alternatives) console.log(`  ${name.split(":")[0] ?? name}: ${missing}`);
}

function printWhole(positions: number, gas: RoundGas): void {
  const batches = Math.ceil(positions / POSITIONS);
  console.log(`\nA whole round of ${count(positions)} positions, ${batches} batches:`);
  const rows = [
    ["lock", batches, gas.lock],
    ["report", batches, gas.report],
    ["settle", batches, gas.settle],
    ["all in, a transaction a step and batch", 3 * batches, allIn(gas)],
    ["all in, the keeper's one transaction a day", 1, gas.keeper],
  ] as const;
  printTable(
    ["step", "transactions", "gas", "gas a position", ...GAS_PRICES.map((price) => `ETH at ${price} gwei`)],
    rows.map(([step, transactions, used]) => [
      step,
      count(transactions),
      count(used),
      aPosition(used, positions),
      ...GAS_PRICES.map((price) => ((Number(used) * price) / 1e9).toFixed(4)),
    ]),
  );
  const ofGas = `${count(gas.keeper)} of ${count(TRANSACTION_GAS)} gas`;
  console.log(`The keeper's transaction: ${ofGas}, ${count(gas.keeperBytes)} of ${count(TRANSACTION_BYTES)} bytes.`);
}

function printMoves(users: Figures["users"]): void {
  console.log("\nMoving stake, gas a transaction, by rounds in flight:");
  printTable(
    ["", ...IN_FLIGHT.map(String)],
    MOVES.map((move) => [move, ...IN_FLIGHT.map((inFlight) => count(users[moveName(move, inFlight)] ?? 0n))]),
  );
}

function printUsers(users: Figures["users"]): void {
  const moves = new Set(MOVES.flatMap((move) => IN_FLIGHT.map((inFlight) => moveName(move, inFlight))));
  console.log("\nEverything else, gas a transaction:");
  printTable(
    ["transaction", "gas"],
    Object.entries(users)
      .filter(([name]) => !moves.has(name))
      .map(([name, gas]) => [name, count(gas)]),
  );
}
