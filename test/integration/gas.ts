import { expect } from "chai";
import { measureRound, POSITIONS } from "../support/gas.ts";

describe("gas of a full batch, each step in its own transaction", () => {
  it("stays below 3,400 a position and round", async () => {
    const { lock, report, settle } = await measureRound();
    expect(Number(lock + report + settle) / POSITIONS).to.be.below(3_400);
  }).timeout(60_000);
});
