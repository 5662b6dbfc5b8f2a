/** Something an operator can mend; the message is one line that says what. */
export class EngineError extends Error {
  override name = "EngineError";

  constructor(message: string) {
    super(message.replace(/\s*\n\s*/g, "; "));
  }
}
