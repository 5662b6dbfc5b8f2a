// The schema that graph-node serves for ours: filters, orders, paging, blocks. graph-node makes it when a subgraph is deployed
// and no tool prints it, so the client is typed by this derivation; a test compares it with what graph-node answers.
import {
  buildASTSchema,
  type DefinitionNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type TypeNode,
} from "graphql";

const COMPARED = ["", "not", "gt", "lt", "gte", "lte", "in", "not_in"];
const CHOSEN = ["", "not", "in", "not_in"];
const LISTED = ["", "not", "contains", "not_contains"];
const SEARCHED = ["contains", "starts_with", "ends_with"].flatMap((search) =>
  ["", "not_"].flatMap((not) => [`${not}${search}`, `${not}${search}_nocase`]),
);
const OPERATORS: Record<string, string[]> = {
  Boolean: CHOSEN,
  Bytes: [...COMPARED, "contains", "not_contains"],
  String: [...COMPARED, ...SEARCHED],
};
/** Of an aggregation, only what makes its groups can be compared. */
const AGGREGATED = ["", "gt", "lt", "gte", "lte", "in"];

const PAGE = "skip: Int = 0, first: Int = 100";
const AT = "block: Block_height, subgraphError: _SubgraphErrorPolicy_! = deny";
const FIXED = `
scalar BigDecimal scalar BigInt scalar Bytes scalar Int8 scalar Timestamp
directive @derivedFrom(field: String!) on FIELD_DEFINITION
directive @entity on OBJECT
directive @subgraphId(id: String!) on OBJECT
enum OrderDirection { asc desc }
enum Aggregation_interval { hour day }
enum Aggregation_current { exclude include }
enum _SubgraphErrorPolicy_ { allow deny }
enum LogLevel { CRITICAL ERROR WARNING INFO DEBUG }
input BlockChangedFilter { number_gte: Int! }
input Block_height { hash: Bytes, number: Int, number_gte: Int }
type _Block_ { hash: Bytes, number: Int!, timestamp: Int, parentHash: Bytes }
type _Meta_ { block: _Block_!, deployment: String!, hasIndexingErrors: Boolean! }
type _LogArgument_ { key: String!, value: String! }
type _LogMeta_ { module: String!, line: Int!, column: Int! }
type _Log_ {
  id: String!, subgraphId: String!, timestamp: String!, level: LogLevel!, text: String!
  arguments: [_LogArgument_!]!, meta: _LogMeta_!
}`;
const FIXED_QUERIES = `_meta(block: Block_height): _Meta_
  _logs(level: LogLevel, from: String, to: String, search: String, ${PAGE}, orderDirection: OrderDirection = desc): [_Log_!]!`;

const nameOf = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type));
const isList = (type: TypeNode): boolean =>
  type.kind === Kind.LIST_TYPE || (type.kind === Kind.NON_NULL_TYPE && isList(type.type));
const has = (node: ObjectTypeDefinitionNode | FieldDefinitionNode, directive: string): boolean =>
  node.directives?.some(({ name }) => name.value === directive) ?? false;

/** The schema of the queries to a subgraph with that schema. */
export function apiSchema(subgraphSchema: string): GraphQLSchema {
  const { definitions } = parse(subgraphSchema);
  const objects = definitions.filter((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION);
  const entities = new Map(objects.map((node) => [node.name.value, node]));
  const enums = new Set(
    definitions.flatMap((node) => (node.kind === Kind.ENUM_TYPE_DEFINITION ? [node.name.value] : [])),
  );

  const fieldOf = (field: FieldDefinitionNode): string => {
    const target = nameOf(field.type);
    const paged = isList(field.type) && entities.has(target);
    const order = `orderBy: ${target}_orderBy, orderDirection: OrderDirection, where: ${target}_filter`;
    const description = field.description ? `${print(field.description)}\n` : "";
    return `${description}${field.name.value}${paged ? `(${PAGE}, ${order})` : ""}: ${print(field.type)}`;
  };

  const filtersOf = (field: FieldDefinitionNode, aggregated: boolean): string[] => {
    const target = nameOf(field.type);
    const name = field.name.value;
    const nested = entities.has(target) ? [`${name}_: ${target}_filter`] : [];
    if (has(field, "derivedFrom")) return nested;
    const stored = entities.has(target) ? "String" : target;
    const list = isList(field.type);
    const usual = enums.has(target) ? CHOSEN : (OPERATORS[stored] ?? COMPARED);
    const nocase = stored === "String" ? ["contains_nocase", "not_contains_nocase"] : [];
    const operators = list ? [...LISTED, ...nocase] : aggregated ? (nested.length > 0 ? [""] : AGGREGATED) : usual;
    const filters = operators.map((operator) => {
      const many = list || operator === "in" || operator === "not_in";
      return `${name}${operator && `_${operator}`}: ${many ? `[${stored}!]` : stored}`;
    });
    return [...filters, ...nested];
  };

  const ordersOf = (field: FieldDefinitionNode): string[] => {
    const target = entities.get(nameOf(field.type));
    if (!target || isList(field.type)) return [field.name.value];
    const sortable = (target.fields ?? []).filter(({ type }) => !isList(type) && !entities.has(nameOf(type)));
    return [field.name.value, ...sortable.map(({ name }) => `${field.name.value}__${name.value}`)];
  };

  const typesOf = (entity: ObjectTypeDefinitionNode): string => {
    const name = entity.name.value;
    const fields = entity.fields ?? [];
    const aggregated = has(entity, "aggregation");
    const filtered = fields.filter((field) => !has(field, "aggregate"));
    const filters = filtered.flatMap((field) => filtersOf(field, aggregated));
    return `${entity.description ? print(entity.description) : ""}
      type ${name} { ${fields.map(fieldOf).join("\n")} }
      input ${name}_filter {
        ${filters.join("\n")} _change_block: BlockChangedFilter and: [${name}_filter] or: [${name}_filter] }
      enum ${name}_orderBy { ${fields.flatMap(ordersOf).join("\n")} }`;
  };

  const queriesOf = (entity: ObjectTypeDefinitionNode): string => {
    const name = entity.name.value;
    const single = name.charAt(0).toLowerCase() + name.slice(1);
    const page = `${PAGE}, orderBy: ${name}_orderBy, orderDirection: OrderDirection, where: ${name}_filter, ${AT}`;
    if (has(entity, "aggregation")) {
      const grouped = "interval: Aggregation_interval!, current: Aggregation_current";
      return `${single}_collection(${grouped}, ${page}): [${name}!]!`;
    }
    return `${single}(id: ID!, ${AT}): ${name}\n${pluralOf(single)}(${page}): [${name}!]!`;
  };

  const own: DefinitionNode[] = definitions.filter(({ kind }) => kind === Kind.ENUM_TYPE_DEFINITION);
  const text = [FIXED, ...own.map(print), ...objects.map(typesOf)].join("\n");
  return buildASTSchema(parse(`${text}\ntype Query { ${objects.map(queriesOf).join("\n")} ${FIXED_QUERIES} }`));
}

/** English, as far as the names of our entities need it. */
const pluralOf = (name: string): string => (name.endsWith("ch") ? `${name}es` : `${name}s`);
