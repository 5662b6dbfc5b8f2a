import { keccak256, toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import type { ChainFacts } from "../src/core/facts.ts";
import { reportDocument } from "../src/core/report.ts";
import { wantedReports } from "../src/core/steps/report.ts";
import { hashWords, packStakes } from "../src/core/words.ts";
import { attestationBook } from "../src/peers/book.ts";
import { DataFolderTrouble, type Kept, NOWHERE } from "../src/peers/folder.ts";
import { attester } from "../src/service/attest.ts";
import { SignerRefusal } from "../src/signers/errors.ts";
import type { ReportSigner } from "../src/signers/report-signer.ts";
import { batch, chain, feedFor, round, SETTINGS, START } from "./plan-world.ts";

const STAKES = packStakes([1n]);
const held = { state: "locked", stakes: STAKES, stakesHash: hashWords(STAKES) } as const;
const ACCOUNTS = ["a", "b"].map((name) => privateKeyToAccount(keccak256(toHex(name))));
const REPORTERS = ACCOUNTS.map(({ address }) => address);
const facts = chain(START + 1_000, [
  round({ state: "locked", reporters: REPORTERS, batches: [batch(0, held), batch(1, held)] }),
]);
const feed = feedFor(facts);
const settings = { ...SETTINGS, reporters: REPORTERS };
const reports = wantedReports(facts, feed, settings);

type Asked = { readonly place: number; readonly batch: number };

/** A node of its own with both keys; `fault` stands in a signer's way. */
function node(fault: (asked: Asked, nth: number) => unknown = () => null, kept: Kept = NOWHERE) {
  const asked: Asked[] = [];
  const signers = ACCOUNTS.map((account, place): ReportSigner => ({
    address: account.address,
    sign: async (domain, report) => {
      asked.push({ place, batch: report.batch });
      const wrong = fault({ place, batch: report.batch }, asked.length);
      if (wrong instanceof Error) throw wrong;
      return account.signTypedData(reportDocument(domain, wrong === null ? report : { ...report, attempt: 7 }));
    },
  }));
  const domain = { chainId: facts.chainId, verifyingContract: facts.contract };
  const { chainId, contract, tournament } = facts;
  const peers = { urls: [], domain: { chainId, contract, tournament }, timeoutMs: 100 };
  const book = attestationBook({ domain, mine: REPORTERS, kept });
  const attesting = attester({ signers, settings, domain, peers, book });
  const turn = async () => {
    await attesting.hear(facts);
    return attesting.attest(facts, feed, reports);
  };
  const at = async (other: ChainFacts) => {
    await attesting.hear(other);
    return attesting.attest(other, feed, new Map());
  };
  return { asked, turn, at, attestations: (number: bigint | null) => attesting.attestations(number) };
}

describe("the attesting half of a turn", () => {
  it("asks a signer once for a report, however many turns it waits", async () => {
    const { asked, turn, attestations } = node();
    for (let count = 0; count < 5; count += 1) expect((await turn()).errors).toEqual([]);
    expect(asked).toHaveLength(4);
    expect(attestations(1n).attestations).toHaveLength(4);
    expect(attestations(null).attestations).toHaveLength(4);
    expect(attestations(2n).attestations).toEqual([]);
  });

  it("leaves all others alone where one signer fails, and asks that one again", async () => {
    const down = new Error("down");
    const { asked, turn } = node(({ place, batch: index }, nth) =>
      place === 0 && index === 1 && nth < 5 ? down : null,
    );
    const first = await turn();
    expect(first.errors).toEqual([{ error: down, unsigned: reports.get(1n)?.reports[1] }]);
    expect(first.testimony.attestations).toHaveLength(3);
    const second = await turn();
    expect(second.errors).toEqual([]);
    expect(second.testimony.attestations).toHaveLength(4);
    expect(asked).toHaveLength(5);
  });

  it("knows what it signed until the end of the round is final", async () => {
    const { asked, turn, attestations, at } = node();
    await turn();
    const over = (finalized: bigint) => ({
      ...chain(START + 9_000, []),
      finished: new Map([[1n, "settled"]] as const),
      finalized,
    });
    const back = async (finalized: bigint): Promise<number> => {
      await at(over(4n));
      await at(over(finalized));
      await turn();
      return asked.length;
    };
    // A reorganisation takes the settlement back, and the reports: nothing is signed a second time.
    expect(await back(4n)).toBe(4);
    expect(attestations(1n).attestations).toHaveLength(4);
    expect(await back(5n)).toBe(8);
  });

  it("lets no signature out that the contract wouldn't take", async () => {
    const { turn, attestations } = node(({ place }) => (place === 1 ? "another document" : null));
    const { errors, testimony } = await turn();
    expect(errors).toHaveLength(2);
    for (const { error } of errors) expect(error).toBeInstanceOf(SignerRefusal);
    expect(errors.map(({ unsigned }) => unsigned?.batch).toSorted()).toEqual([0, 1]);
    expect(testimony.attestations.map(({ reporter }) => reporter)).toEqual([REPORTERS[0], REPORTERS[0]]);
    expect(attestations(1n).attestations).toHaveLength(2);
  });

  it("goes on without its folder, and says so", async () => {
    const full = new DataFolderTrouble("config.dataFolder: can't write");
    const { turn } = node(undefined, { read: () => Promise.resolve([]), write: () => Promise.reject(full) });
    const { errors, testimony } = await turn();
    expect(errors).toEqual([{ error: full }]);
    expect(testimony.attestations).toHaveLength(4);
  });
});
