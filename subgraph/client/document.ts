declare const TYPES: unique symbol;

/** A query as text, which knows what it takes and gives. */
export type Document<Result, Variables> = string & { readonly [TYPES]?: (variables: Variables) => Result };
