/** Every page's address. The browser's tests walk this list: what isn't in it can't be shown. */
export const routes = {
  overview: "/",
  tournament: "/tournament/:tournament",
  round: "/tournament/:tournament/round/:round",
  model: "/tournament/:tournament/model/:model",
  staker: "/staker/:staker",
  check: "/check/:tournament?/:round?/:position?",
  mine: "/mine",
  act: "/act/:kind/:tournament?/:position?",
  flow: "/flow/:id",
} as const;

export type RouteName = keyof typeof routes;
