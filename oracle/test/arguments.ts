/** The value of a long test's option. @throws Error with its name, value and what it may be. */
export function wholeNumber(name: string, text: string, least = 1): number {
  if (/^[1-9]\d{0,8}$/.test(text) && Number(text) >= least) return Number(text);
  throw new Error(`--${name} is ${text}, but takes a whole number from ${least} on`);
}
