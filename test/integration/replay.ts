import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect } from "chai";
import type { Client } from "../../scripts/stack/clients.ts";
import { madeUpRound, realRoundFiles, type RoundFile, type Value } from "../support/round-file.ts";
import { runScript } from "../support/processes.ts";

type Outcome = {
  round: number;
  payoutFactor: string;
  rewarded: string;
  burned: string;
  positions: { model: string; position: number; stake: string; atRisk: string; payout: string }[];
  gas: Record<"positions" | "lock" | "report" | "settle" | "allIn", string>;
};

const NANO = 10n ** 9n;

/** A decimal as an exact fraction over 10^40. */
function exact(decimal: string): bigint {
  const [mantissa = "", exponent = "0"] = decimal.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  return BigInt(whole + fraction + "0".repeat(40 - fraction.length + Number(exponent)));
}

/** The model's score times its multiplier in 1e-9, to the nearest, ties away from zero. */
function score(value: Value, multiplier: Value): bigint {
  if (value === null) return 0n; // no score
  const product = exact(String(value)) * exact(String(multiplier));
  const unit = 10n ** (80n - 9n);
  const half = product < 0n ? -unit / 2n : unit / 2n;
  return (product + half) / unit;
}

/** The formula a third time, straight from the file: stake, score and payout of every staked model, nano-NMR. */
function expected(file: RoundFile): Map<string, { stake: bigint; payout: bigint }> {
  const stakes = file.roundDetails.models.map((model) => exact(String(model["selectedStakeValue"])) / 10n ** 31n);
  const total = stakes.reduce((sum, stake) => sum + stake, 0n);
  const published = exact(String(file.round["payoutFactor"]));
  const one = 10n ** 40n;
  const threshold = published < one ? (published * total) / one : 0n;
  const factor = threshold === 0n || total <= threshold ? 10n ** 18n : (threshold * 10n ** 18n) / total;
  const clip = 250_000_000n * 10n ** 27n;
  return new Map(
    file.roundDetails.models.flatMap((model, index) => {
      const stake = stakes[index] ?? 0n;
      if (stake === 0n) return [];
      const sum = score(model["corr"], model["corrMultiplier"]) + score(model["mmc"], model["mmcMultiplier"]);
      const rate = sum * NANO * factor;
      const clipped = rate > clip ? clip : rate < -clip ? -clip : rate;
      return [[String(model["id"]), { stake, payout: (stake * NANO * clipped) / 10n ** 45n }] as const];
    }),
  );
}

describe("npm run replay", function () {
  this.timeout(180_000);
  const folder = mkdtempSync(join(tmpdir(), "replay-test-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  async function replay(feed: string, client: Client = "hardhat") {
    const out = join(folder, `${basename(feed)}.out`);
    const args = ["--feed", feed, "--out", out, "--chain", client];
    const { code, output } = await runScript("scripts/replay.ts", args).ended;
    return { code, output, outcome: existsSync(out) ? (JSON.parse(readFileSync(out, "utf8")) as Outcome) : undefined };
  }

  function written(name: string, body: unknown): string {
    const path = join(folder, name);
    writeFileSync(path, typeof body === "string" ? body : JSON.stringify(body));
    return path;
  }

  const madeUp = [
    ["a made-up round of a batch and a bit", written("round-1100.json", madeUpRound(1_200, "0.8058553"))],
    ["a made-up round with a factor of 1", written("round-30.json", madeUpRound(30, "1"))],
  ] as const;
  const real = realRoundFiles().map((path) => [`the real ${basename(path)}`, path] as const);
  const rounds = [
    ...[...madeUp, ...real].map((round) => [...round, "hardhat"] as const),
    ...madeUp.map((round) => [...round, "anvil"] as const),
  ];
  for (const [name, path, client] of rounds) {
    it(`settles ${name} as the formula says, to the last nano, on ${client}`, async () => {
      const file = JSON.parse(readFileSync(path, "utf8")) as RoundFile;
      const { code, output, outcome } = await replay(path, client);
      expect(code, output).to.equal(0);
      const judge = expected(file);
      expect(outcome?.positions.length).to.equal(judge.size);
      const sums = { rewarded: 0n, burned: 0n };
      for (const { model, stake, atRisk, payout } of outcome?.positions ?? []) {
        const right = judge.get(model);
        expect({ model, stake, atRisk, payout }).to.deep.equal({
          model,
          stake: String((right?.stake ?? 0n) * NANO),
          atRisk: String((right?.stake ?? 0n) * NANO),
          payout: String((right?.payout ?? 0n) * NANO),
        });
        if (BigInt(payout) > 0n) sums.rewarded += BigInt(payout);
        else sums.burned -= BigInt(payout);
      }
      expect({ rewarded: outcome?.rewarded, burned: outcome?.burned }).to.deep.equal({
        rewarded: String(sums.rewarded),
        burned: String(sums.burned),
      });
      const { lock = 0, report = 0, settle = 0, allIn = 0 } = outcome?.gas ?? {};
      expect(Number(allIn)).to.equal(Number(lock) + Number(report) + Number(settle));
      // What a batch costs once is spread over few positions where it is nearly empty.
      if (judge.size > 1_500) expect(Number(allIn) / judge.size).to.be.below(3_400);
    });
  }

  const [first, second] = madeUpRound(12, "1").roundDetails.models;
  const faults: [string, (file: RoundFile) => unknown, RegExp][] = [
    ["a missing field", (f) => delete f.roundDetails.models[4]?.["corr"], /roundDetails\.models\[4\]\.corr/],
    [
      "a score beyond an int32",
      (f) => Object.assign(f.roundDetails.models[4] ?? {}, { corr: 2.2 }),
      /models\[4\]\.corr.*2\.2.*2\.147483647/,
    ],
    [
      "a duplicate model",
      (f) => Object.assign(f.roundDetails.models[5] ?? {}, { id: second?.["id"] }),
      /models\[5\]\.id.*models\[1\]/,
    ],
    [
      "an unknown model",
      (f) => Object.assign(f.roundDetails.models[5] ?? {}, { id: "nobody" }),
      /models\[5\]\.id.*nobody/,
    ],
    ["NaN as text", (f) => Object.assign(f.roundDetails.models[6] ?? {}, { mmc: "NaN" }), /models\[6\]\.mmc.*NaN/],
    [
      "a negative stake",
      (f) => Object.assign(f.roundDetails.models[6] ?? {}, { selectedStakeValue: "-1" }),
      /models\[6\]\.selectedStakeValue.*-1/,
    ],
    ["a round that is not resolved", (f) => Object.assign(f.round, { resolvedStaking: false }), /resolvedStaking/],
    ["another round's details", (f) => Object.assign(f.roundDetails, { roundNumber: 261 }), /roundNumber.*261/],
    ["no stake at all", (f) => f.roundDetails.models.splice(1), /models.*stake/],
  ];
  for (const [name, spoil, message] of faults) {
    it(`refuses ${name} with the field's name, and writes nothing`, async () => {
      const file = madeUpRound(12, "1");
      spoil(file);
      const { code, output, outcome } = await replay(written(`bad-${name.replaceAll(" ", "-")}.json`, file));
      expect(code, output).to.equal(2);
      expect(output.trim().split("\n").at(-1)).to.match(message);
      expect(outcome).to.equal(undefined);
    });
  }

  it("refuses a bare NaN, which is not JSON, with the field's name", async () => {
    const text = JSON.stringify(madeUpRound(12, "1")).replace(`"corr":${String(first?.["corr"])}`, `"corr":NaN`);
    const { code, output } = await replay(written("nan.json", text));
    expect(code, output).to.equal(2);
    expect(output).to.match(/roundDetails\.models\[0\]\.corr.*NaN/);
  });

  it("refuses where nothing can be written, before any work", async () => {
    const feed = written("good.json", madeUpRound(12, "1"));
    const cases: [string, RegExp][] = [
      [join(folder, "missing", "x.json"), /--out: .*missing.*can't be written.*ENOENT/],
      [folder, /--out: .* is a folder/],
      [feed, /--out: .* is the feed itself/],
    ];
    for (const [out, message] of cases) {
      const { code, output } = await runScript("scripts/replay.ts", ["--feed", feed, "--out", out]).ended;
      expect(code, output).to.equal(2);
      expect(output.trim()).to.match(message).and.not.include("\n");
    }
  });

  it("says how it is used where an option is missing", async () => {
    const { code, output } = await runScript("scripts/replay.ts", ["--feed", "x"]).ended;
    expect(code).to.equal(2);
    expect(output).to.match(/--out.*usage/);
  });
});
