import { InputError } from "../core/errors.ts";

/** The signer can't be reached or can't answer now: worth trying again. */
export class SignerTrouble extends Error {
  readonly code = "signer_down";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SignerTrouble";
  }
}

/** The signer won't sign, or what it gave isn't what was asked, or the request was not for this key: somebody must act. */
export class SignerRefusal extends Error {
  readonly code = "signer_refused";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SignerRefusal";
  }
}

/** What a policy permits; what it doesn't is the signer's refusal, with what its key is for. @throws SignerRefusal */
export function permittedOf<T>(purpose: string, permit: () => T): T {
  try {
    return permit();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new SignerRefusal(`${purpose}: ${error.message}`);
  }
}
