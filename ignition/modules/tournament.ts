import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** What `createTournament` takes, in the contract's units. */
export type Creation = {
  readonly name: string;
  readonly limits: {
    readonly maxClip: bigint;
    readonly maxExposure: bigint;
    readonly maxRoundsInFlight: bigint;
    readonly maxDuration: bigint;
    readonly minDisputeWindow: bigint;
  };
  readonly guardian: string;
  readonly registrar: string;
  readonly minStake: bigint;
  readonly reporters: readonly string[];
  readonly quorum: bigint;
};

/** Creates a tournament whose organizer is the sender. A record knows it by its name: one of a name in a deployment. */
export function creationModule(staking: string, creation: Creation) {
  const { name, limits, guardian, registrar, minStake, reporters, quorum } = creation;
  return buildModule(`Creation_${moduleKey(name)}`, (m) => {
    const contract = m.contractAt("NumeraireStaking", staking);
    m.call(contract, "createTournament", [name, limits, guardian, registrar, minStake, [...reporters], quorum]);
    return { contract };
  });
}

/** Proposes the organizer of a tournament, who then has to accept. */
export function handoverModule(staking: string, name: string, tournament: bigint, organizer: string) {
  return buildModule(`Handover_${moduleKey(name)}`, (m) => {
    const contract = m.contractAt("NumeraireStaking", staking);
    m.call(contract, "transferOrganizer", [tournament, organizer]);
    return { contract };
  });
}

/** Ignition's names take letters, digits and underscores. Names that differ otherwise only are one to it. */
export function moduleKey(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, "_");
}
