import { expect } from "chai";
import hre from "hardhat";
import { POSITIONS } from "../support/gas.ts";
import { IN_FLIGHT, moveName, MOVES } from "../support/gas-users.ts";
import { changes, committed, measureSnapshot, type Snapshot } from "../support/gas-snapshot.ts";

/** What protocol.md, section 12, allows: gas a position for a full batch, gas a transaction for people. */
const STEPS: Record<string, number> = { lock: 710, report: 340, settle: 2_000, keeper: 2_500 };
const ALL_IN = 3_000;
const OPENING = 130_000;
const MOVING = 75_000;

// Under --coverage the contracts run instructions more: no figure would be one of theirs.
if (!hre.globalOptions.coverage) {
  describe("gas", () => {
    let measured: Snapshot;

    before(async function () {
      this.timeout(120_000);
      measured = await measureSnapshot();
    });

    const gasOf = (name: string): number => measured[name] ?? Number.NaN;
    const aPosition = (step: string): number => gasOf(`a batch of 1,024: ${step}`) / POSITIONS;

    it("is what the committed snapshot says, to the unit", () => {
      const changed = changes(committed(), measured);
      expect(changed, `gas changed; \`npm run gas:snapshot\` commits to it:\n${changed.join("\n")}\n`).to.deep.equal(
        [],
      );
    });

    for (const [step, most] of Object.entries(STEPS)) {
      it(`of a full batch: at most ${most} a position for ${step}`, () => {
        expect(aPosition(step)).to.be.at.most(most);
      });
    }

    it(`of a full batch: at most ${ALL_IN} a position, each step in its own transaction`, () => {
      expect(aPosition("lock") + aPosition("report") + aPosition("settle")).to.be.at.most(ALL_IN);
    });

    it(`of a position opened with a permit: at most ${OPENING}`, () => {
      expect(gasOf("open, permit, word in use")).to.be.at.most(OPENING);
    });

    it(`of moving stake: at most ${MOVING}, at any number of rounds in flight`, () => {
      for (const inFlight of IN_FLIGHT) {
        for (const move of MOVES)
          expect(gasOf(moveName(move, inFlight)), moveName(move, inFlight)).to.be.at.most(MOVING);
      }
    });
  });
}
