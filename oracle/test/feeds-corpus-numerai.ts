import { INFINITY, NAN } from "./feeds-bodies.ts";
import { many, MISSING, one, type Spoil, text } from "./feeds-spoils.ts";

const MODEL = "roundDetails.models[1]";
const CONFIG = "round.roundScoreConfigs";
const NOT_NUMBER = "is not a number";

const paying = { isPayout: true, defaultMultiplier: 1, clipThreshold: 0.05, stakeThreshold: 72000 };

/** What is wrong in a round whose configurations name the scores that pay. */
export const TODAY: readonly Spoil[] = [
  one("a paying score missing", `${MODEL}.v2Corr20`, MISSING, "is missing; expected a number or null"),
  one("the second paying score missing", `${MODEL}.mmc`, MISSING, "is missing; expected a number or null"),
  many(
    "a score in the prototype",
    [
      [`${MODEL}.mmc`, MISSING],
      [`${MODEL}.__proto__`, { mmc: 1 }],
    ],
    `${MODEL}.mmc`,
    "is missing",
  ),
  one("a bare NaN for a score", `${MODEL}.v2Corr20`, NAN, "NaN is not a number"),
  one("an infinite score", `${MODEL}.mmc`, INFINITY, "-Infinity is not a number"),
  one("a NaN as text", `${MODEL}.mmc`, "NaN", '"NaN" is not a number'),
  one("a score as text", `${MODEL}.v2Corr20`, "0.02", '"0.02" is not a number'),
  one("a score as a flag", `${MODEL}.mmc`, true, "true is not a number"),
  one("a score as a list", `${MODEL}.mmc`, [0.02], "a list of 1 is not a number"),
  one("a score as an object", `${MODEL}.mmc`, { value: 0.02 }, "an object is not a number"),
  one("a score too high", `${MODEL}.mmc`, 2.147483648, "2.147483648 is out of range; a score is within ±2.147483647"),
  one("a score too low", `${MODEL}.v2Corr20`, -2.2, "-2.2 is out of range"),
  one("an enormous score", `${MODEL}.mmc`, 1e308, "1e+308 is out of range"),
  text("a score to exhaust memory", '"mmc":0.01', '"mmc":1e-999999999', "roundDetails.models[0].mmc", NOT_NUMBER),
  text(
    "a score of a thousand digits",
    '"mmc":0.01',
    `"mmc":0.${"1".repeat(1000)}`,
    "roundDetails.models[0].mmc",
    NOT_NUMBER,
  ),
  text("a score twice", '"mmc":0.01', '"mmc":0.01,"mmc":0.01', "roundDetails.models[0].mmc", "is there twice"),
  one("configurations that are no list", CONFIG, {}, "an object is not a list"),
  one("configurations as text", CONFIG, "corr", '"corr" is not a list'),
  one("a null configuration", `${CONFIG}[0]`, null, "null is not an object"),
  one("no name of a score", `${CONFIG}[2].name`, MISSING, "is missing; expected text"),
  one("no version", `${CONFIG}[1].version`, null, "null is not text"),
  one("no isPayout", `${CONFIG}[1].isPayout`, MISSING, "is missing; expected true or false"),
  one("isPayout as text", `${CONFIG}[1].isPayout`, "false", '"false" is not true or false'),
  one("a label as a number", `${CONFIG}[2].displayName`, 5, "5 is not text"),
  one(
    "an unknown paying score",
    `${CONFIG}[0].name`,
    "true_contribution",
    "unknown paying score true_contribution version 6",
  ),
  one(
    "a later version",
    `${CONFIG}[0].version`,
    "7",
    "unknown paying score correlation version 7",
    `${CONFIG}[0].name`,
  ),
  one("a version with a fraction", `${CONFIG}[0].version`, "6.0", "correlation version 6.0", `${CONFIG}[0].name`),
  one("another label than known", `${CONFIG}[1].displayName`, "mmc60", "version 5 (mmc60)", `${CONFIG}[1].name`),
  one("no label", `${CONFIG}[1].displayName`, null, "(no display name)", `${CONFIG}[1].name`),
  one(
    "a score of a round that pays on another",
    `${CONFIG}[2].isPayout`,
    true,
    "something_new version 1",
    `${CONFIG}[2].name`,
  ),
  many(
    "nothing that pays",
    [
      [`${CONFIG}[0].isPayout`, false],
      [`${CONFIG}[1].isPayout`, false],
    ],
    CONFIG,
    "none of them isPayout",
  ),
  one(
    "three that pay",
    `${CONFIG}[2]`,
    { name: "alpha", version: "2", displayName: "alpha", ...paying },
    "3 of them are isPayout",
    CONFIG,
  ),
  one(
    "one score that pays twice",
    `${CONFIG}[1]`,
    { name: "correlation", version: "6", displayName: "v2_corr20", ...paying },
    "v2_corr20 pays twice",
    `${CONFIG}[1].name`,
  ),
  one("no multiplier", `${CONFIG}[1].defaultMultiplier`, null, "null is not a number"),
  one("a multiplier as text", `${CONFIG}[1].defaultMultiplier`, "2", '"2" is not a number'),
  one("a multiplier of NaN", `${CONFIG}[1].defaultMultiplier`, NAN, "NaN is not a number"),
  one("a multiplier beyond int64", `${CONFIG}[0].defaultMultiplier`, 1e10, "int64"),
  one("a multiplier below int64", `${CONFIG}[1].defaultMultiplier`, -1e10, "int64"),
  one("no clip", `${CONFIG}[0].clipThreshold`, null, "null is not a number"),
  one("no clip field", `${CONFIG}[1].clipThreshold`, MISSING, "is missing; expected a number"),
  one("a negative clip", `${CONFIG}[0].clipThreshold`, -0.05, "-0.05 is out of range"),
  one("a clip above 1", `${CONFIG}[0].clipThreshold`, 5, "a clip is within 0 to 1"),
  one("two clips", `${CONFIG}[1].clipThreshold`, 0.1, "0.1 differs from 0.05 of v2_corr20"),
  one("two thresholds", `${CONFIG}[1].stakeThreshold`, 36000, "36000 differs from 72000"),
  one("a negative threshold", `${CONFIG}[0].stakeThreshold`, -1, "-1 is negative"),
  one("no threshold", `${CONFIG}[0].stakeThreshold`, null, "null is not a number"),
  one("a threshold beyond the ledger", `${CONFIG}[0].stakeThreshold`, 1e11, "is too much"),
  one("a limit without a measure", `${MODEL}.churnThreshold`, 0.15, "is missing", `${MODEL}.prevWeekChurnMax`),
  one("a measure without a limit", `${MODEL}.prevWeekTurnoverMax`, 0.1, "is missing", `${MODEL}.turnoverThreshold`),
];

/** What is wrong in a round whose models carry their own multipliers. */
export const OF_2021: readonly Spoil[] = [
  one("no corr", `${MODEL}.corr`, MISSING, "is missing; expected a number or null"),
  one("no mmc", `${MODEL}.mmc`, MISSING, "is missing; expected a number or null"),
  one("a bare NaN", `${MODEL}.corr`, NAN, "NaN is not a number"),
  one("no multiplier", "roundDetails.models[0].corrMultiplier", MISSING, "is missing; expected a number or null"),
  one("a null multiplier of a score", "roundDetails.models[0].mmcMultiplier", null, "null is not a number"),
  one("a multiplier as text", "roundDetails.models[0].mmcMultiplier", "2", '"2" is not a number'),
  one("a product out of range", "roundDetails.models[0].mmc", 1.5, "1.5 × 2 is out of range"),
  one("no threshold", "round.stakeThreshold", null, "null is not a number"),
  one("no threshold field", "round.stakeThreshold", MISSING, "is missing; expected a number"),
  one("a threshold as text", "round.stakeThreshold", "72000", '"72000" is not a number'),
  one("a factor of zero", "round.payoutFactor", "0E-18", "0E-18 is not above 0"),
  one("a negative factor", "round.payoutFactor", "-0.5", "-0.5 is not above 0"),
  one("a factor of NaN", "round.payoutFactor", "NaN", '"NaN" is not a number'),
];
