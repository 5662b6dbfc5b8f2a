/** The documents of the client for libraries that want them parsed. */
export * from "./generated/nodes.ts";
