// Makes the client from the schema and from the queries of the README: they are its documents, so that there is one of each.
// With --queries FILE --out DIR: makes typed documents for the client from somebody's own queries.
import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { parseArgs, promisify } from "node:util";
import { codegen } from "@graphql-codegen/core";
import * as operations from "@graphql-codegen/typescript-operations";
import {
  type DefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  parse,
  print,
  printSchema,
  stripIgnoredCharacters,
} from "graphql";
import { apiSchema } from "./api.ts";

const clientDir = resolve(import.meta.dirname, "..");
const subgraphDir = resolve(clientDir, "..");
const generatedDir = join(clientDir, "generated");

// JavaScript's numbers are too small for these; graph-node writes them as strings.
const SCALARS = {
  ID: "string",
  BigInt: "string",
  BigDecimal: "string",
  Int8: "string",
  Timestamp: "string",
  Bytes: "`0x${string}`",
};

interface Query {
  /** Name of its document: the operation's with a small letter. */
  name: string;
  type: string;
  text: string;
  node: DocumentNode;
}

/** The queries of a text in Markdown, one a block. */
export function queriesOf(markdown: string): Query[] {
  return [...markdown.matchAll(/^```graphql\n(.*?)^```$/gms)].map(([, block = ""]) => {
    const { definitions } = parse(block, { noLocation: true });
    const [definition] = definitions;
    if (definitions.length !== 1 || !definition) throw new Error(`a block of the README is not one query: ${block}`);
    return queryOf(definition);
  });
}

function queryOf(definition: DefinitionNode): Query {
  const type = definition.kind === Kind.OPERATION_DEFINITION ? (definition.name?.value ?? "") : "";
  const text = stripIgnoredCharacters(print(definition));
  if (type === "") throw new Error(`not a query with a name: ${text}`);
  const node: DocumentNode = { kind: Kind.DOCUMENT, definitions: [definition] };
  return { name: type.charAt(0).toLowerCase() + type.slice(1), type, text, node };
}

async function typesOf(schema: GraphQLSchema, queries: Query[]): Promise<string> {
  return codegen({
    filename: "types.ts",
    documents: queries.map(({ name, node }) => ({ location: name, document: node })),
    schema: parse(printSchema(schema)),
    schemaAst: schema,
    config: {},
    plugins: [{ operations: { scalars: SCALARS, skipTypename: true, immutableTypes: true, namingConvention: "keep" } }],
    pluginMap: { operations },
  });
}

const moduleOf = (queries: Query[], typeModule: string, type: string, valueOf: (query: Query) => string): string =>
  [
    `import type { ${type} } from "${typeModule}";`,
    'import type * as types from "./types.ts";',
    ...queries.map(
      (query) =>
        `export const ${query.name} = ${valueOf(query)} as ${type}<types.${query.type}Query, types.${query.type}QueryVariables>;`,
    ),
    "",
  ].join("\n");

const readSchema = async (): Promise<GraphQLSchema> =>
  apiSchema(await readFile(join(subgraphDir, "schema.graphql"), "utf8"));

/** Writes the modules that the client imports, and the schema that they are typed by. */
async function generate(): Promise<void> {
  const schema = await readSchema();
  const queries = queriesOf(await readFile(join(subgraphDir, "README.md"), "utf8"));
  const files = {
    "api.graphql": printSchema(schema),
    "types.ts": await typesOf(schema, queries),
    "documents.ts": moduleOf(queries, "../document.ts", "Document", ({ text }) => JSON.stringify(text)),
    "nodes.ts": moduleOf(
      queries,
      "@graphql-typed-document-node/core",
      "TypedDocumentNode",
      ({ node }) => `${JSON.stringify(node)} as unknown`,
    ),
  };
  await write(files, generatedDir);
}

async function write(files: Readonly<Record<string, string>>, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

/** Writes typed documents for the client's users: all queries of a file. */
async function generateFor(file: string, folder: string): Promise<void> {
  const queries = parse(await readFile(file, "utf8"), { noLocation: true }).definitions.map(queryOf);
  const files = {
    "types.ts": await typesOf(await readSchema(), queries),
    "documents.ts": moduleOf(queries, "@numeraire-staking/subgraph/client", "Document", ({ text }) =>
      JSON.stringify(text),
    ),
  };
  await write(files, folder);
}

/** Compiles the client to what package.json exports. */
async function compile(): Promise<void> {
  const require = createRequire(import.meta.url);
  const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");
  await promisify(execFile)(process.execPath, [tsc, "--project", clientDir]);
}

if (process.argv[1] && import.meta.filename === resolve(process.argv[1])) {
  const { values } = parseArgs({ options: { queries: { type: "string" }, out: { type: "string" } } });
  const { queries, out } = values;
  if (queries !== undefined && out !== undefined) {
    await generateFor(queries, out);
  } else {
    await generate();
    await compile();
  }
}
