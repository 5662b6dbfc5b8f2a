// One staker with one position, on a chain whose blocks come when a test says so.
import { custom, createClient, type PublicRpcSchema } from "viem";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import type { Chain } from "../../src/chain/client.ts";
import type { Desk } from "../../src/flows/desk.ts";
import { type Flows, flowsAt } from "../../src/flows/flow.ts";
import { currentStep } from "../../src/flows/reduce.ts";
import type { Flow, Request, StepState } from "../../src/flows/schema.ts";
import type { Sending, Wallet } from "./flows-wallet.ts";
import {
  approveByHand,
  deskOf,
  flowIn,
  modelNamed,
  NMR,
  openByHand,
  type Staker,
  startWorld,
  TOURNAMENT,
  type World,
} from "./flows-world.ts";

export const AMOUNT = 4n * NMR;

/** What a test has before it. */
export const stage = {} as { world: World; staker: Staker; position: number; request: Request };
const running: Flows[] = [];

/** Sets the stage before each test of a file. */
export function setStage(): void {
  beforeAll(async () => {
    stage.world = await startWorld("permit");
  }, 60_000);
  afterAll(() => stage.world.stop());
  beforeEach(async () => {
    await stage.world.test.client.setAutomine(true);
    stage.staker = await stage.world.staker();
    stage.position = await openByHand(stage.world, stage.staker, modelNamed("m"), 2n * NMR);
    await approveByHand(stage.world, stage.staker, AMOUNT);
    stage.request = { kind: "increaseStake", tournament: TOURNAMENT, position: stage.position, amount: AMOUNT };
    await stage.world.test.client.setAutomine(false);
  });
  afterEach(() => {
    for (const flows of running.splice(0)) flows.stop();
  });
}

export const mine = (): Promise<void> => stage.world.test.client.mine({ blocks: 1 });

export function open(changes: Partial<Desk> = {}, wallet: Wallet = stage.staker.wallet): Flows {
  const flows = flowsAt(deskOf(stage.world, wallet, changes));
  running.push(flows);
  return flows;
}

export const stateOf = (flow: Flow): StepState => currentStep(flow).state;

/** Waits until the flow is there. */
export async function reaches(flows: Flows, id: string, isThere: (flow: Flow) => boolean): Promise<Flow> {
  for (let look = 0; look < 400; look++) {
    const flow = flowIn(flows, id);
    if (isThere(flow)) return flow;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`the flow is ${stateOf(flowIn(flows, id)).name}`);
}

/** Starts, clicks, and waits until it is sent. */
export async function sent(changes: Partial<Desk> = {}) {
  const flows = open(changes);
  const id = await flows.start(stage.request, stage.staker.address);
  const clicked = flows.advance(id);
  const state = stateOf(await reaches(flows, id, (flow) => stateOf(flow).name === "sent"));
  if (state.name !== "sent" || state.hash === null) throw new Error("not sent");
  const { params } = stage.staker.wallet.asked.at(-1) ?? {};
  const sending = params?.[0] as Sending;
  return { flows, id, clicked, hash: state.hash, nonce: state.asked.nonce, sending };
}

export async function increases(): Promise<bigint> {
  const [active] = await stage.world.test.read<[bigint, bigint]>("stakeOf", TOURNAMENT, stage.position);
  return active - 2n * NMR;
}

/** The chain over a transport that fails where a test wants it. */
export function through(fault: (method: string, params: readonly unknown[]) => Error | null): Chain {
  const { client } = stage.world.chain;
  const transport = custom(
    {
      request({ method, params }: { method: string; params: readonly unknown[] }) {
        const error = fault(method, params);
        if (error !== null) return Promise.reject(error);
        return client.request({ method, params } as unknown as PublicRpcSchema[0] & { method: "web3_clientVersion" });
      },
    },
    { retryCount: 0 },
  );
  return { ...stage.world.chain, client: createClient({ transport }) };
}
