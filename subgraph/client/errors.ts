/** What went wrong: whom to ask next. */
export type Trouble =
  /** No answer, or none that an index gives: the network, the address, or the server. */
  | "unreachable"
  /** The index refuses the query: its text, its values, or a block that it doesn't know. */
  | "refused"
  /** Indexing stopped for good, and whatever the index answers is old: for whoever runs it. */
  | "failed"
  /** The index hasn't got the block yet: wait. */
  | "behind";

/** The one error of this client; its message is for people, and names the index. */
export class SubgraphError extends Error {
  override name = "SubgraphError";
  readonly kind: Trouble;

  constructor(kind: Trouble, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
