import { mkdirSync, writeFileSync } from "node:fs";
import { publishedSchemas } from "./neutral-schema.ts";

// Writes the JSON Schemas of the feed that any organizer may serve. A test fails while they differ from what is checked.

const FOLDER = new URL("../../schema/", import.meta.url);

mkdirSync(FOLDER, { recursive: true });
for (const [name, schema] of Object.entries(publishedSchemas())) {
  writeFileSync(new URL(`${name}.json`, FOLDER), `${JSON.stringify(schema, null, 2)}\n`);
}
