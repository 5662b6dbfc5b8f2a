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
    let inner: TypeRef | null = type;
    let list = false;
    for (; inner?.ofType; inner = inner.ofType) list ||= inner.kind === "LIST";
    if (list && inner?.name) collections.set(inner.name, name);
  }
  return collections;
}
