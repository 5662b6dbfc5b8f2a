import { ZeroAddress } from "ethers";
import { MAINNET_NMR } from "./check.ts";
import type { Parameters, TournamentPlan } from "./parameters.ts";
import { worstOf } from "./preset.ts";
import { hasCode, type Site } from "./site.ts";
import { days, HOUR, ONE, percent } from "./units.ts";

const MAINNET = 1;
const FEW_REPORTERS = 3;

/** What is allowed but seldom meant, a line each. */
export async function warningsOf(site: Site, { chainId, token, tournaments }: Parameters): Promise<string[]> {
  const warnings: string[] = [];
  const warn = (holds: boolean, text: string): void => {
    if (holds) warnings.push(text);
  };
  if (token.kind === "own") {
    warn(chainId === MAINNET, `token: own on mainnet, where NMR is ${MAINNET_NMR}: nobody's NMR could be staked`);
    warn(
      !(await hasCode(site, token.holder)),
      `token.holder: ${token.holder} is no contract: one key would hold all NMR`,
    );
  } else {
    warn(chainId === MAINNET && token.address !== MAINNET_NMR, `token.address: is not NMR, which is ${MAINNET_NMR}`);
  }
  for (const plan of tournaments) {
    const own = ofTournament(plan, site.deployer);
    if (!(await hasCode(site, plan.organizer)))
      own.push(`organizer: ${plan.organizer} is no contract; a multisig is safer`);
    warnings.push(...own.map((text) => `${plan.name}: ${text}`));
  }
  return warnings;
}

/** What can be told without the chain. */
export function ofTournament(plan: TournamentPlan, deployer: string): string[] {
  const { organizer, guardian, registrar, reporters, quorum, limits, preset } = plan;
  const count = BigInt(reporters.length);
  const worst = worstOf(preset);
  const roles = Object.entries({ organizer, guardian, registrar }).filter(([, address]) => address !== ZeroAddress);
  const doubled = [...roles, ...reporters.map((address) => ["a reporter", address] as const)].flatMap(
    ([role, address], index, all) =>
      all.slice(index + 1).flatMap(([other, another]) => (address === another ? [`${role} and ${other}`] : [])),
  );
  const rules: [boolean, string][] = [
    [organizer === deployer, "organizer: is the deployer, whose key has been on a machine that sends"],
    [guardian === ZeroAddress, "guardian: none, so a false report can't be vetoed"],
    [registrar === ZeroAddress, "registrar: none, so anybody may stake on any model's name"],
    [count < FEW_REPORTERS, `reporters: ${count}; with fewer than three nobody can be absent or wrong`],
    [quorum === 1n, "quorum: 1, so one key decides every payout"],
    [quorum === count && count > 1n, `quorum: all ${count}, so one reporter's silence voids every round`],
    [quorum * 2n <= count && quorum > 1n, `quorum: ${quorum} of ${count}, so two groups may sign different scores`],
    [doubled.length > 0, `one address is ${doubled.join(", ")}: one key would hold both powers`],
    [
      [...reporters, guardian, registrar].includes(deployer),
      "the deployer's key is a reporter's, the guardian's or the registrar's too",
    ],
    [limits.minDisputeWindow < HOUR, `shortest dispute window: ${days(limits.minDisputeWindow)}, too short to look`],
    [
      worst.allInFlight >= ONE && worst.oneRound * limits.maxRoundsInFlight > ONE,
      `all rounds in flight may burn a whole stake: ${limits.maxRoundsInFlight} of at most ${percent(worst.oneRound)}`,
    ],
  ];
  return rules.flatMap(([holds, text]) => (holds ? [text] : []));
}
