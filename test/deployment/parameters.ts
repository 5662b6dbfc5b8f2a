import { readFileSync } from "node:fs";
import { expect } from "chai";
import { Wallet } from "ethers";
import { parseJson } from "../../oracle/src/core/json.ts";
import { ParametersError } from "../../scripts/deploy/fields.ts";
import { loadParameters, type Parameters, readParameters } from "../../scripts/deploy/parameters.ts";
import { readPreset } from "../../scripts/deploy/preset.ts";
import { UsageError } from "../../scripts/support/terminal.ts";
import { present } from "../../scripts/support/present.ts";
import { MAINNET_NMR, parametersFor, presetPath, useFolder, writeJson } from "../support/deployment.ts";

type Members = { [key: string]: unknown };

/** A change of one field: its path, what it becomes (`undefined`: it goes), and what the refusal must say of it. */
type Corruption = readonly [path: string, value: unknown, says: RegExp];

const ADDRESS = Wallet.createRandom().address;
const WRONG_CHECKSUM = "0x1776e1f26f98b1A5dF9cD347953a26dd3Cb46671";

const PARAMETERS: readonly Corruption[] = [
  ["chainId", undefined, /nothing; must be a number/],
  ["chainId", 0, /0; must be from 1 to/],
  ["chainId", 1.5, /1\.5; is finer/],
  ["chainId", "mainnet", /"mainnet" is not a number/],
  ["chainId", true, /true; must be a number/],
  ["token", MAINNET_NMR, /must be an object/],
  ["token.kind", "mine", /"mine"; must be "existing" or "own"/],
  ["token.address", "0x1776", /"0x1776"; must be an address/],
  ["token.address", WRONG_CHECKSUM, /checksum is wrong/],
  ["token.address", "0x0000000000000000000000000000000000000000", /is zero/],
  ["token.holder", ADDRESS, /is no field of it/],
  ["tournaments", {}, /must be a list of at least one/],
  ["tournaments", [], /must be a list of at least one/],
  ["tournaments[0]", "classic", /"classic"; must be an object/],
  ["tournaments[0].preset", "", /must be a text/],
  ["tournaments[0].preset", "nowhere.json", /"nowhere\.json": preset: can't read .*ENOENT/],
  ["tournaments[0].organizer", null, /null; must be an address/],
  ["tournaments[0].organizer", "0x0000000000000000000000000000000000000000", /is zero/],
  ["tournaments[0].guardian", undefined, /nothing; must be an address, 0x and 40 hex digits or null for none/],
  ["tournaments[0].guardian", "0x0000000000000000000000000000000000000000", /is zero.*or null for none/],
  ["tournaments[0].registrar", "0x…", /must be an address/],
  ["tournaments[0].reporters", [], /must be a list of at least one/],
  ["tournaments[0].reporters", Array.from({ length: 65 }, () => Wallet.createRandom().address), /must be at most 64/],
  ["tournaments[0].reporters[1]", 12, /12; must be an address/],
  ["tournaments[0].quorum", 0, /0; must be from 1 to 64/],
  ["tournaments[0].quorum", 4, /4; is more than the 3 reporters/],
  ["tournaments[0].quorum", 1.5, /is finer/],
  ["tournaments[0].quorom", 2, /is no field of it/],
  ["tournament", [], /is no field of it/],
];

const PRESET: readonly Corruption[] = [
  ["name", "", /must be a text of 1 to 64/],
  ["name", "N".repeat(65), /must be a text of 1 to 64/],
  ["limits", undefined, /nothing; must be an object/],
  ["limits.maxClipPercent", 5, /5; must be an object/],
  ["limits.maxClipPercent.reason", undefined, /nothing; must be a text/],
  ["limits.maxClipPercent.value", 101, /101; must be from 0 to 100, in percent/],
  ["limits.maxClipPercent.value", -1, /-1; must be from 0 to 100/],
  ["limits.maxClipPercent.value", "5 %", /"5 %" is not a number/],
  ["limits.maxClipPercent.value", 0.00000001, /finer than the contract counts/],
  ["limits.maxClipPercent.value", 4.9, /^terms\.clipPercent: 5 %; must be at most limits\.maxClipPercent, 4\.9 %/],
  ["limits.maxClipPercent.unit", "%", /is no field of it/],
  ["limits.maxExposurePercent.value", 50, /^terms\.exposurePercent: 100 %; must be at most .*, 50 %/],
  ["limits.maxRoundsInFlight.value", 0, /0; must be from 1 to 65535/],
  ["limits.maxRoundsInFlight.value", 65_536, /must be from 1 to 65535/],
  ["limits.maxRoundsInFlight.value", 27, /^limits\.maxRoundsInFlight: 27 rounds; must be at least .*, 28 rounds/],
  ["limits.maxDurationDays.value", 0, /must be from 1 to 3650/],
  ["limits.maxDurationDays.value", 37, /^limits\.maxDurationDays: 37 days; must be at least .*, 38 days/],
  ["limits.minDisputeWindowHours.value", 25, /^schedule\.disputeWindowHours: 1 day; must be at least .*, 25 hours/],
  ["minStakeNmr.value", 12_000_000, /must be from 0 to 11000000, in NMR/],
  ["minStakeNmr.value", "0.0000000001", /finer than the contract counts/],
  ["terms.score0Multiplier.value", "NaN", /is not a number/],
  ["terms.score1Multiplier.value", 1_001, /must be from -1000 to 1000/],
  ["terms.clipPercent.value", 5.1, /^terms\.clipPercent: 5\.1 %; must be at most .*, 5 %/],
  ["terms.stakeThresholdNmr.value", -1, /must be from 0/],
  ["terms.exposurePercent", undefined, /must be an object/],
  ["schedule.roundsPerWeek.value", 8, /must be from 1 to 7/],
  ["schedule.lockWindowHours.value", 0, /must be from 1/],
  ["schedule.lockWindowHours.value", 793, /^schedule\.lockWindowHours: 793 hours; must be at most .*, 33 days/],
  [
    "schedule.settleWindowDays.value",
    1,
    /^schedule\.settleWindowDays: 1 day; must be at least schedule\.disputeWindowHours and an hour/,
  ],
  ["schedule.disputeWindowHours.value", 23, /^schedule\.disputeWindowHours: 23 hours; must be at least .*, 1 day/],
  ["schedule.disputeWindowHours.value", 119, /^schedule\.settleWindowDays: 5 days; must be at least/],
];

/** A copy with one field changed. */
function changed(original: unknown, path: string, value: unknown): unknown {
  const copy = structuredClone(original) as Members;
  const steps = path.split(/[.[\]]+/).filter((step) => step !== "");
  const last = present(steps.pop(), "the last step");
  const parent = steps.reduce<Members>((members, step) => members[step] as Members, copy);
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else parent[last] = value;
  return copy;
}

function shown(value: unknown): string {
  return value === undefined ? "left out" : JSON.stringify(value).slice(0, 50);
}

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ParametersError) return error.problems;
    throw error;
  }
  return [];
}

const asJson = (content: unknown) => parseJson(JSON.stringify(content), "a test");

function expectRefusal(problems: readonly string[], [path, , says]: Corruption): void {
  expect(problems, path).to.have.length(1);
  const named = says.source.startsWith("^") ? "" : `${path}: `;
  expect(problems[0]?.startsWith(named), problems[0]).to.equal(true);
  expect(problems[0]).to.match(says);
}

describe("parameters of a deployment", () => {
  const folder = useFolder();
  const good = parametersFor(1, { kind: "existing", address: MAINNET_NMR });
  const preset = JSON.parse(readFileSync(presetPath("classic"), "utf8")) as Members;
  const load = async (content: unknown): Promise<Parameters> => loadParameters(await writeJson(folder(), content));

  it("are read into the contract's units", async () => {
    const { chainId, token, tournaments } = await load(good);
    expect([chainId, token]).to.deep.equal([1, { kind: "existing", address: MAINNET_NMR }]);
    expect(tournaments[0]).to.deep.include({
      name: "Classic",
      limits: {
        maxClip: 50_000_000n,
        maxExposure: 1_000_000_000n,
        maxRoundsInFlight: 30n,
        maxDuration: 45n * 86_400n,
        minDisputeWindow: 86_400n,
      },
      minStake: 10n ** 17n,
      registrar: "0x0000000000000000000000000000000000000000",
      quorum: 2n,
    });
    const { terms, rhythm } = readPreset("signals", parseJson(readFileSync(presetPath("signals"), "utf8"), ""));
    expect(terms).to.deep.equal({
      multipliers: [300_000_000n, 800_000_000n],
      clip: 17_000_000n,
      stakeThreshold: 36_000n * 10n ** 9n,
      exposure: 1_000_000_000n,
    });
    expect(rhythm).to.include({ lockWindow: 21_600n, resolvesAfter: 33n * 86_400n, settleWindow: 5n * 86_400n });
  });

  for (const corruption of PARAMETERS) {
    const [path, value] = corruption;
    it(`are refused where ${path} is ${shown(value)}`, async () => {
      const file = await writeJson(folder(), changed(good, path, value));
      expectRefusal(
        problemsOf(() => loadParameters(file)),
        corruption,
      );
    });
  }

  for (const corruption of PRESET) {
    const [path, value] = corruption;
    it(`have presets, refused where ${path} is ${shown(value)}`, () => {
      expectRefusal(
        problemsOf(() => readPreset("a preset", asJson(changed(preset, path, value)))),
        corruption,
      );
    });
  }

  it("are told of every bad field at once, a preset's among them", async () => {
    const presetFile = await writeJson(folder(), changed(preset, "limits.maxClipPercent.value", 101));
    const bad = changed(changed(good, "tournaments[0].preset", presetFile), "chainId", 0);
    const file = await writeJson(folder(), changed(bad, "tournaments[0].quorum", 9));
    expect(problemsOf(() => loadParameters(file)).map((problem) => problem.replace(/:.*/, ""))).to.have.members([
      "chainId",
      "tournaments[0].quorum",
      "tournaments[0].preset",
    ]);
  });

  it("are refused where a reporter is named twice", async () => {
    const [first] = present(good.tournaments[0], "a tournament").reporters;
    const file = await writeJson(folder(), changed(good, "tournaments[0].reporters[2]", first?.toLowerCase()));
    expect(problemsOf(() => loadParameters(file))).to.deep.equal([
      `tournaments[0].reporters[2]: ${first}; is the same as reporters[0]: name everybody once`,
    ]);
  });

  it("are refused where two tournaments have one name", async () => {
    const file = await writeJson(folder(), parametersFor(1, good.token, ["classic", "signals", "classic"]));
    expect(problemsOf(() => loadParameters(file))).to.deep.equal([
      'tournaments[2].preset: its name "Classic" is that of tournaments[0]: copy the preset under another name',
    ]);
  });

  it("are refused where the file is not there, or no JSON", async () => {
    expect(() => loadParameters("/nowhere/x.json")).to.throw(UsageError, /--parameters: can't read .*ENOENT/);
    const file = await writeJson(folder(), 0);
    expect(problemsOf(() => loadParameters(file))[0]).to.match(/^the file: 0; must be an object/);
    expect(() => loadParameters(import.meta.filename)).to.throw(UsageError, /is not JSON/);
  });

  for (const example of ["mainnet", "sepolia"]) {
    it(`have an example for ${example} that only wants addresses`, () => {
      const path = `${import.meta.dirname}/../../ignition/parameters/${example}.example.json`;
      const text = readFileSync(path, "utf8");
      const problems = problemsOf(() => loadParameters(path));
      expect(problems).to.have.length(text.split('"0x…"').length - 1);
      for (const problem of problems) expect(problem).to.match(/"0x…"; must be an address/);
      const filled = text.replaceAll('"0x…"', () => JSON.stringify(Wallet.createRandom().address));
      const presetOf = (name: string) =>
        readPreset(name, parseJson(readFileSync(presetPath(name.replace(/^.*\/|\.json$/g, "")), "utf8"), name));
      expect(readParameters(path, parseJson(filled, path), presetOf).tournaments).not.to.have.length(0);
    });
  }
});
