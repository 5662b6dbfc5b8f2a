/**
 * Something that came from outside can't be used as it is; asking again won't help.
 * The message begins with the path of the offending field, shows its value and says what is allowed or what to do.
 */
export class InputError extends Error {
  readonly field: string;
  /** The message without the field. */
  readonly reason: string;

  constructor(field: string, reason: string) {
    super(`${field}: ${reason}`);
    this.name = "InputError";
    this.field = field;
    this.reason = reason;
  }
}
