/** The value that must be there by the rules of the protocol; throws, naming it, where it isn't. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`${what} is missing`);
  return value;
}
