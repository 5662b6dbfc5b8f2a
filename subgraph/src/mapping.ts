// graph-node takes one module a data source: this is it.
export * from "./mappings/rounds";
export * from "./mappings/stakes";
export * from "./mappings/tournaments";
