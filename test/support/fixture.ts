import {
  createTournament,
  deployStaking,
  type Deployment,
  NANO,
  NMR,
  openPosition,
  openPositions,
  type TokenKind,
  type TournamentOptions,
} from "./staking.ts";

/** Deploys and builds once for the tests of a `describe`, and takes the chain back to that point before each of them. */
export function useFixture<T extends object>(
  build: (d: Deployment) => Promise<T>,
  kind: TokenKind = "Numeraire",
): () => Deployment & T {
  let built: (Deployment & T) | undefined;
  let rewind: () => Promise<void>;

  before(async () => {
    const deployment = await deployStaking(kind);
    built = { ...deployment, ...(await build(deployment)) };
    const snapshot = await deployment.networkHelpers.takeSnapshot();
    rewind = () => snapshot.restore();
  });
  beforeEach(() => rewind());
  after(() => built?.connection.close());

  return () => {
    if (built === undefined) throw new Error("a fixture is there from `before` on");
    return built;
  };
}

/** A tournament where nobody stakes yet. */
export function useTournament(options: TournamentOptions = {}, kind?: TokenKind) {
  return useFixture(async (d) => ({ tournament: await createTournament(d, options) }), kind);
}

export const STAKES = [1_000n * NMR, 2_000n * NMR, 3_000n * NMR] as const;

/** A tournament where Alice, Bob and Carol hold positions 0, 1 and 2, with 1,000, 2,000 and 3,000 NMR. */
export function useStakers(options: TournamentOptions = {}, kind?: TokenKind) {
  return useFixture((d) => withStakers(d, options), kind);
}

export async function withStakers(d: Deployment, options: TournamentOptions = {}) {
  const tournament = await createTournament(d, options);
  await openPosition(d, d.alice, tournament, STAKES[0]);
  await openPosition(d, d.bob, tournament, STAKES[1]);
  await openPosition(d, d.carol, tournament, STAKES[2]);
  return { tournament };
}

/** A tournament where Carol holds so many positions of 1 NMR each: 1,024 fill a batch. */
export function useCrowd(positions: number, options: TournamentOptions = {}) {
  return useFixture(async (d) => {
    const tournament = await createTournament(d, options);
    await openPositions(
      d,
      d.carol,
      tournament,
      Array.from({ length: positions }, () => NANO),
    );
    return { tournament };
  });
}
