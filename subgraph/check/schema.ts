// What there is to compare: every entity and every stored field of the schema, read from the schema itself.
import { readFile } from "node:fs/promises";
import {
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  type TypeNode,
  type ValueNode,
} from "graphql";

const SCHEMA = new URL("../schema.graphql", import.meta.url);

export interface Field {
  name: string;
  /** Name of its type, without list and "!". */
  type: string;
  list: boolean;
  /** Whether it holds ids of other entities. */
  reference: boolean;
  /** Of an aggregation: how it is made of the points. */
  aggregate?: { fn: string; arg: string };
}

export interface Entity {
  name: string;
  fields: Field[];
  /** Of an aggregation: its intervals, "hour"; otherwise none. */
  intervals: string[];
}

export async function readSchema(text?: string): Promise<Entity[]> {
  const types = parse(text ?? (await readFile(SCHEMA, "utf8"))).definitions.filter(
    (definition) => definition.kind === Kind.OBJECT_TYPE_DEFINITION,
  );
  const names = new Set(types.map(({ name }) => name.value));
  return types.map((type) => ({
    name: type.name.value,
    // What is derived is no field of its own: it is the field it is derived from, read the other way.
    fields: (type.fields ?? [])
      .filter((field) => argumentsOf(field, "derivedFrom") === undefined)
      .map((field) => fieldOf(field, names)),
    intervals: listOf(argumentsOf(type, "aggregation")?.get("intervals")),
  }));
}

function fieldOf(field: FieldDefinitionNode, entities: Set<string>): Field {
  const { name, list } = typeOf(field.type);
  const aggregate = argumentsOf(field, "aggregate");
  return {
    name: field.name.value,
    type: name,
    list,
    reference: entities.has(name),
    ...(aggregate && { aggregate: { fn: textOf(aggregate.get("fn")), arg: textOf(aggregate.get("arg")) } }),
  };
}

function typeOf(type: TypeNode): { name: string; list: boolean } {
  if (type.kind === Kind.NAMED_TYPE) return { name: type.name.value, list: false };
  return { name: typeOf(type.type).name, list: type.kind === Kind.LIST_TYPE || typeOf(type.type).list };
}

/** The arguments of a directive; undefined without the directive. */
function argumentsOf(
  node: FieldDefinitionNode | ObjectTypeDefinitionNode,
  directive: string,
): Map<string, ValueNode> | undefined {
  const found = node.directives?.find(({ name }) => name.value === directive);
  return found && new Map((found.arguments ?? []).map(({ name, value }) => [name.value, value]));
}

function textOf(value: ValueNode | undefined): string {
  return value?.kind === Kind.STRING ? value.value : "";
}

function listOf(value: ValueNode | undefined): string[] {
  return value?.kind === Kind.LIST ? value.values.map(textOf) : [];
}
