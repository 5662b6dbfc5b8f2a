/**
 * Something that came from outside can't be used as it is; asking again won't help.
 * The message begins with the path of the offending field, shows its value and says what is allowed or what to do.
 */
export class InputError extends Error {
  readonly field: string;

  constructor(field: string, message: string) {
    super(`${field}: ${message}`);
    this.name = "InputError";
    this.field = field;
  }
}
