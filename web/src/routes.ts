/** Every page's address. The browser's tests walk this list: what isn't in it can't be shown. */
export const routes = {
  overview: "/",
  tournament: "/tournament/:tournament",
  round: "/tournament/:tournament/round/:round",
  model: "/tournament/:tournament/model/:model",
  staker: "/staker/:staker",
} as const;

export type RouteName = keyof typeof routes;
