import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { parseJson } from "../../oracle/src/core/json.ts";
import type { Scores } from "../../oracle/src/core/words.ts";
import { contractsFor } from "../../scripts/deploy/apply.ts";
import { type Preset, readPreset, type Rhythm, roundsWithin, worstOf } from "../../scripts/deploy/preset.ts";
import { deployAll } from "../../scripts/deploy/rehearsal.ts";
import { siteOf } from "../../scripts/deploy/site.ts";
import { DAY, days, ONE, percent } from "../../scripts/deploy/units.ts";
import { present } from "../../scripts/support/present.ts";
import { useFolder, presetPath } from "../support/deployment.ts";
import { expectError } from "../support/errors.ts";
import { lockBatches, reportRound, settleBatch } from "../support/rounds.ts";
import { type Deployment, deployStaking, HOUR, NANO, NMR, openPosition } from "../support/staking.ts";

const NAMES = readdirSync(presetPath(".").replace("..json", ""))
  .filter((file) => file.endsWith(".json"))
  .map((file) => file.replace(".json", ""));
const LOWEST: Scores = [-(2n ** 31n) + 1n, -(2n ** 31n) + 1n];
const STAKE = 1_000n * NMR;

function presetOf(name: string): Preset {
  return readPreset(name, parseJson(readFileSync(presetPath(name), "utf8"), name));
}

/** All presets' tournaments in one deployment, by the way of any deployment; Alice stakes in each. */
async function deployPresets(folder: string) {
  const d = await deployStaking();
  const site = await siteOf(d.connection, folder);
  const contracts = await contractsFor({ kind: "own", holder: d.organizer.address });
  const plans = NAMES.map((name) => {
    const preset = presetOf(name);
    const { limits, minStake } = preset;
    const people = { organizer: d.bob.address, guardian: d.guardian.address, registrar: d.ethers.ZeroAddress };
    const reporters = d.reporters.map(({ address }) => address);
    return { name: preset.name, limits, minStake, ...people, reporters, quorum: 2n, preset };
  });
  const created = await deployAll(site, contracts, plans);
  const staking = await d.ethers.getContractAt("NumeraireStaking", contracts.staking.address);
  const token = await d.ethers.getContractAt("Numeraire", present(contracts.token, "the token").address);
  for (const holder of [d.organizer, d.alice]) {
    if (holder !== d.organizer) await token.transfer(holder, 100_000n * NMR);
    await token.connect(holder).approve(staking, 1_000_000n * NMR);
  }
  const numbers = new Map(created.map(({ plan, number }) => [plan.name, number]));
  return { ...d, staking, token, numbers };
}

/** Opens rounds 1 to `count` on the preset's schedule, on its terms but for `changes`; they close a few seconds apart. */
async function openRounds(d: Deployment, tournament: bigint, preset: Preset, count: bigint, changes = {}) {
  const { lockWindow, resolvesAfter, settleWindow, disputeWindow } = preset.rhythm;
  const first = BigInt(await d.networkHelpers.time.latest()) + 2n * HOUR;
  const multipliers = [...preset.terms.multipliers] as [bigint, bigint];
  const rounds = [];
  for (let round = 1n; round <= count; ++round) {
    const closesAt = first + 3n * round;
    const resolvesAt = closesAt + resolvesAfter;
    const lockedBy = closesAt + lockWindow;
    const times = { closesAt, lockedBy, resolvesAt, settledBy: resolvesAt + settleWindow, disputeWindow };
    await d.staking.openRound(tournament, round, { ...preset.terms, multipliers, ...changes }, times);
    rounds.push({ round, times });
  }
  return rounds;
}

/** Most rounds in flight at once, counted day by day on a calendar of Tuesdays to Saturdays and so on. */
function countedInFlight(seconds: bigint, { roundsPerWeek }: Rhythm): bigint {
  const closes = Array.from({ length: 400 }, (_, day) => BigInt(day)).filter((day) => day % 7n < roundsPerWeek);
  const inFlight = closes.map((now) => closes.filter((day) => day <= now && (now - day) * DAY < seconds).length);
  return BigInt(Math.max(...inFlight));
}

describe("presets", function () {
  this.timeout(120_000);
  const folder = useFolder();
  let d: Awaited<ReturnType<typeof deployPresets>>;
  let rewind: () => Promise<void>;
  before(async () => {
    d = await deployPresets(folder());
    const snapshot = await d.networkHelpers.takeSnapshot();
    rewind = () => snapshot.restore();
  });
  beforeEach(() => rewind());
  after(() => d.connection.close());

  it("are there for Classic, Signals and Crypto", () => {
    expect(NAMES.map((name) => presetOf(name).name)).to.include.members(["Classic", "Signals", "Crypto"]);
  });

  it("count rounds in flight as a calendar does", () => {
    for (const roundsPerWeek of [1n, 2n, 5n, 6n, 7n]) {
      const rhythm = { ...presetOf("classic").rhythm, roundsPerWeek };
      for (let hours = 1n; hours < 100n * 24n; hours += 11n) {
        const counted = countedInFlight(hours * HOUR, rhythm);
        expect(roundsWithin(hours * HOUR, rhythm), `${roundsPerWeek} a week, ${hours} hours`).to.equal(counted);
      }
    }
  });

  for (const name of NAMES) {
    const preset = presetOf(name);
    const worst = worstOf(preset);
    const { maxClip, maxExposure, maxRoundsInFlight } = preset.limits;

    it(`${name}: the manual tells the worst in figures`, () => {
      const manual = readFileSync(`${import.meta.dirname}/../../docs/deployment.md`, "utf8");
      const cells = [
        preset.name,
        `${percent(maxClip)} of ${percent(maxExposure)}`,
        percent(worst.oneRound),
        `${maxRoundsInFlight}`,
        percent(worst.allInFlight),
        days(worst.exit),
        `${worst.usuallyInFlight}, ${worst.mostInFlight}`,
        percent(worst.reserve),
      ];
      const rows = manual.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
      expect(rows).to.deep.include(["", ...cells, ""]);
    });

    it(`${name}: as many rounds as may be in flight lose every time: a staker loses what the manual says, no more`, async () => {
      const tournament = present(d.numbers.get(preset.name), name);
      await openPosition(d, d.alice, tournament, STAKE);
      await d.staking.fundReserve(tournament, 100n * STAKE);
      const atWorst = { clip: maxClip, exposure: maxExposure, multipliers: [NANO, NANO] };
      const opened = await openRounds(d, tournament, preset, maxRoundsInFlight + 1n, atWorst);
      const tooMany = present(opened.pop(), "a round too many");
      const locked = [];
      for (const { round, times } of opened) {
        locked.push({ round, times, stakes: await lockBatches(d, tournament, round) });
      }
      await expectError(
        "TooManyRoundsInFlight",
        [maxRoundsInFlight, maxRoundsInFlight],
        lockBatches(d, tournament, tooMany.round),
      );
      const reported = [];
      for (const round of locked) {
        const { scores } = await reportRound(d, tournament, round.round, round, [[LOWEST]]);
        reported.push({ ...round, scores });
      }
      await d.networkHelpers.time.increase(preset.rhythm.disputeWindow);
      const losses: bigint[] = [];
      for (const round of reported) {
        const before = await d.staking.stakeOf(tournament, 0);
        await settleBatch(d, tournament, round.round, round);
        losses.push(before.active - (await d.staking.stakeOf(tournament, 0)).active);
      }
      const [first = 0n] = losses;
      expect(first, "one round").to.equal((STAKE * worst.oneRound) / ONE);
      const all = losses.reduce((sum, loss) => sum + loss, 0n);
      expect(all, "all in flight").to.equal((STAKE * worst.allInFlight) / ONE);
    });

    it(`${name}: today's terms open, and the reserve that the manual names covers the rounds in flight, no more`, async () => {
      const tournament = present(d.numbers.get(preset.name), name);
      await openPosition(d, d.alice, tournament, STAKE);
      await d.staking.fundReserve(tournament, (STAKE * worst.reserve) / ONE);
      const opened = await openRounds(d, tournament, preset, worst.usuallyInFlight + 1n);
      const uncovered = present(opened.pop(), "a round too many");
      for (const { round } of opened) await lockBatches(d, tournament, round);
      const { total, earmarked } = await d.staking.reserveOf(tournament);
      expect(earmarked).to.equal(total);
      const needed = earmarked / worst.usuallyInFlight;
      await expectError("ReserveTooSmall", [tournament, 0n, needed], lockBatches(d, tournament, uncovered.round));
    });
  }
});
