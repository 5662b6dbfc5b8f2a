// What others do, on the positions that ours is measured with: contracts of our own in their shape, on slots in use.
import { AbiCoder, concat, keccak256, toBeHex } from "ethers";
import { payoutTowardZero, rate } from "../oracle/src/core/payout.ts";
import { mined } from "../scripts/support/mined.ts";
import type { Say } from "../scripts/support/terminal.ts";
import type { Numeraire } from "../types/contracts/Numeraire.js";
import { gasOf, POSITIONS, scoresOf, stakesOf, TRANSACTION_GAS } from "../test/support/gas.ts";
import { CLASSIC_TERMS, type Connection, NANO, NMR } from "../test/support/staking.ts";
import { MerkleTree } from "./merkle.ts";

/** What settling a round costs. `missing`: what it doesn't check, or leaves to others. */
export type Alternative = { name: string; transactions: number; gas: bigint; missing: string };

/** A position, what the round pays it, wei, and its rate, 1e-18. */
type Row = { position: bigint; staker: string; tag: string; stake: bigint; rate: bigint; payout: bigint };

type Stage = Connection & { readonly token: Numeraire; readonly rows: readonly Row[]; readonly say: Say };

const FACTOR = 10n ** 18n;
/** More transfers and burns don't fit a transaction. */
const ROWS = 512;
const LIMIT = { gasLimit: TRANSACTION_GAS };
const SUPPLY = 1_000_000n * NMR;

/** Measures all of them on one chain. */
export async function measureAlternatives(connection: Connection, say: Say): Promise<Alternative[]> {
  const [holder] = await connection.ethers.getSigners();
  const token = await connection.ethers.deployContract("Numeraire", [holder]);
  const stage = { ...connection, token, rows: makeRows(), say };
  const measured: Alternative[] = [];
  // In this order: claims then find stakers who hold tokens already, which is cheaper for them.
  for (const measure of [measureFloor, measureLoop, measureTransfers, measureMerkle]) {
    measured.push(await measure(stage));
  }
  return measured;
}

function makeRows(): Row[] {
  return stakesOf(POSITIONS).map((stake, position) => {
    const tag = keccak256(toBeHex(position, 32));
    return {
      position: BigInt(position),
      staker: toBeHex(BigInt(tag) >> 96n, 20),
      tag,
      stake: stake * NANO,
      rate: rate(scoresOf(position), FACTOR, CLASSIC_TERMS) / FACTOR,
      payout: payoutTowardZero(stake, scoresOf(position), FACTOR, CLASSIC_TERMS) * NANO,
    };
  });
}

async function measureFloor({ ethers, say }: Stage): Promise<Alternative> {
  say("the floor");
  const floor = await ethers.deployContract("Floor");
  for (let first = 0; first < POSITIONS; first += ROWS) await mined(floor.touch(first, ROWS, LIMIT));
  return {
    name: "the floor: a cold slot read and written",
    transactions: 1,
    gas: await gasOf(floor.touch(0, POSITIONS, LIMIT)),
    missing: "everything: it computes nothing and tells nobody",
  };
}

async function measureLoop({ ethers, rows, say }: Stage): Promise<Alternative> {
  say("a plain loop");
  const loop = await ethers.deployContract("OneSlotLoop");
  for (const some of chunks(rows)) {
    await mined(
      loop.stake(
        some.map(({ position }) => position),
        some.map(({ stake }) => stake),
        LIMIT,
      ),
    );
  }
  const positions = rows.map(({ position }) => position);
  const rates = rows.map((row) => row.rate);
  return {
    name: "a plain loop: one slot, one event a stake",
    transactions: 1,
    gas: await gasOf(loop.settle(positions, rates, LIMIT)),
    missing: "who calls, what is brought, a snapshot, a dispute window, a reserve, the burn itself",
  };
}

async function measureTransfers({ ethers, token, rows, say }: Stage): Promise<Alternative> {
  say("transfers and burns");
  const loop = await ethers.deployContract("TransferBurnLoop", [token]);
  await mined(token.transfer(loop, SUPPLY));
  const round = async (size: number): Promise<bigint> => {
    for (const some of chunks(rows, size)) {
      const stakes = some.map(({ stake }) => stake);
      await mined(loop.stake(...keysOf(some), stakes, LIMIT));
    }
    let gas = 0n;
    for (const some of chunks(rows, size)) {
      const payouts = some.map(({ payout }) => payout);
      gas += await gasOf(loop.resolve(...keysOf(some), payouts, LIMIT));
    }
    return gas;
  };
  // Stakers without a token yet cost more.
  await round(ROWS / 2);
  return {
    name: "transfers and burns: NumeraiTournamentV3's shape",
    transactions: POSITIONS / ROWS,
    gas: await round(ROWS),
    missing: "every payout is believed; each staker stakes again for the next round",
  };
}

async function measureMerkle({ ethers, token, rows, say }: Stage): Promise<Alternative> {
  const roots = await ethers.deployContract("MerkleRoots", [token]);
  await mined(token.transfer(roots, SUPPLY));
  const left = rows.map(({ stake, payout }) => stake + payout);
  const tree = new MerkleTree(rows.map(({ position, staker }, index) => leafOf(position, staker, left[index] ?? 0n)));
  const burned = rows.reduce((sum, { payout }) => (payout < 0n ? sum - payout : sum), 0n);
  let gas = await gasOf(roots.post(1, tree.root, burned));
  for (const [index, { position, staker }] of rows.entries()) {
    if (index % 100 === 0) say(`Merkle root: ${index} of ${rows.length} claims`);
    gas += await gasOf(roots.claim(1, position, staker, left[index] ?? 0n, tree.proof(index), LIMIT));
  }
  return {
    name: "Merkle root and a claim by every staker: atomic staking's, merkle-distributor's shape",
    transactions: rows.length + 1,
    gas,
    missing:
      "every payout is believed, of one signer; stakers pay for their claims, and stake again for the next round",
  };
}

function leafOf(position: bigint, staker: string, amount: bigint): string {
  const encoded = AbiCoder.defaultAbiCoder().encode(["uint256", "address", "uint256"], [position, staker, amount]);
  return keccak256(concat([keccak256(encoded)]));
}

function keysOf(rows: readonly Row[]): [string[], string[]] {
  return [rows.map(({ staker }) => staker), rows.map(({ tag }) => tag)];
}

function chunks(rows: readonly Row[], size = ROWS): Row[][] {
  const count = Math.ceil(rows.length / size);
  return Array.from({ length: count }, (_, index) => rows.slice(index * size, (index + 1) * size));
}
