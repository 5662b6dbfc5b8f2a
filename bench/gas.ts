// What a position and round costs, every step in a transaction of its own: 1,024 positions, 2-of-3 reporters, every
// amount and score non-zero. Run with `npm run bench:gas`.
import { network } from "hardhat";
import { printTable } from "../scripts/support/terminal.ts";
import { measureRound, POSITIONS } from "../test/support/gas.ts";

const gas = await measureRound(await network.create());
const all = { ...gas, "all in": gas.lock + gas.report + gas.settle };
console.log(`${POSITIONS} positions, the second round of a tournament`);
printTable(
  ["step", "gas", "gas a position"],
  Object.entries(all).map(([step, used]) => [step, used.toLocaleString("en"), (Number(used) / POSITIONS).toFixed(1)]),
);
