/** Nothing is known about index and chain now: one of them is behind, gone or another. It may be otherwise in a minute. */
export class CannotTell extends Error {
  override name = "CannotTell";
}
