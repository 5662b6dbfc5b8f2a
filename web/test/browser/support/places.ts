import { type RouteName, routes } from "../../../src/routes.ts";
import { modelOf } from "../../../../subgraph/test/history.ts";
import { CLASSIC, modelName, ROUNDS } from "./history.ts";
import type { World } from "./world.ts";

type Values = Readonly<Record<string, string>>;

/** An address of each route, with something of the history to see. A route without one doesn't compile. */
const VALUES: Readonly<Record<RouteName, (world: World) => Values>> = {
  overview: () => ({}),
  tournament: () => ({ tournament: String(CLASSIC) }),
  round: () => ({ tournament: String(CLASSIC), round: String(ROUNDS.settled) }),
  model: () => ({ tournament: String(CLASSIC), model: modelOf(modelName(0)) }),
  staker: ({ chain }) => ({ staker: chain.accounts[1]?.toLowerCase() ?? "" }),
  check: () => ({ tournament: String(CLASSIC), round: String(ROUNDS.settled), position: "0" }),
  mine: () => ({}),
  act: () => ({ kind: "open" }),
  flow: () => ({ id: "unknown" }),
};

export const routeNames = Object.keys(routes) as RouteName[];

export function addressOf(route: RouteName, world: World): string {
  const values = VALUES[route](world);
  return routes[route].replaceAll(/\/:(\w+)\??/g, (_, name: string) => (name in values ? `/${values[name]}` : ""));
}
