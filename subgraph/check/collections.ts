// By what name graph-node's query type lists each entity: it makes the plurals itself.
import { query } from "../engine/query.ts";

interface TypeRef {
  kind: string;
  name: string | null;
  ofType: TypeRef | null;
}

const QUERY = `{ __schema { queryType { fields { name type { ...t ofType { ...t ofType { ...t ofType { ...t } } } } } } } }
fragment t on __Type { kind name }`;

export async function collectionsOf(graphqlUrl: string): Promise<Map<string, string>> {
  const { __schema: schema } = await query<{
    __schema: { queryType: { fields: { name: string; type: TypeRef }[] } };
  }>(graphqlUrl, QUERY);
  const collections = new Map<string, string>();
  for (const { name, type } of schema.queryType.fields) {
    const inner = innermost(type);
    if (inner.list && inner.name !== null) collections.set(inner.name, name);
  }
  return collections;
}

function innermost({ kind, name, ofType }: TypeRef): { name: string | null; list: boolean } {
  if (!ofType) return { name, list: false };
  const inner = innermost(ofType);
  return { name: inner.name, list: inner.list || kind === "LIST" };
}
