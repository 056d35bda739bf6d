import {
  execute,
  getNamedType,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  isObjectType,
  parse,
} from "graphql";
import { literalOf } from "./literal.ts";
import type { JsonValues, Partitions } from "./rows.ts";

/** What arguments can name of a partition. */
export interface KnownPartition {
  /** The partition key as arguments. */
  readonly key: JsonValues;
  /** The keys of rows as arguments. */
  readonly rows: readonly JsonValues[];
  /** The cursors of its rows by the field that returns them. */
  readonly cursors: Readonly<Record<string, readonly string[]>>;
}

/** Partitions by table. */
export type Known = Readonly<Record<string, readonly KnownPartition[]>>;

export type RootField = GraphQLField<unknown, unknown>;

/** Reads all keys and cursors of partitions, as graphql-js does. */
export async function readKnown(
  schema: GraphQLSchema,
  partitions: Partitions,
  contextValue: object,
): Promise<Known> {
  const known: Record<string, KnownPartition[]> = {};
  for (const [table, keys] of Object.entries(partitions)) {
    // A partition that is chosen more often occurs several times.
    const read = new Map<string, KnownPartition>();
    for (const key of keys) {
      const text = JSON.stringify(key);
      if (!read.has(text))
        read.set(text, await readPartition(schema, { table, key }, contextValue));
      (known[table] ??= []).push(read.get(text)!);
    }
  }
  return known;
}

interface PartitionOfTable {
  readonly table: string;
  readonly key: JsonValues;
}

async function readPartition(
  schema: GraphQLSchema,
  { table, key }: PartitionOfTable,
  contextValue: object,
): Promise<KnownPartition> {
  const cursors: Record<string, readonly string[]> = {};
  let rows: readonly JsonValues[] = [];
  for (const field of rootFields(schema).filter((each) => tableOfField(each) === table)) {
    if (!isPage(field)) {
      // The key is that of the only row.
      if (rows.length === 0 && field.args.every(({ name }) => Object.hasOwn(key, name)))
        rows = [key];
      continue;
    }
    const source = keysQuery(schema, { field, key });
    const { data } = await execute({ schema, document: parse(source), contextValue });
    const edges = (data as unknown as Pages | null)?.page.edges.filter((edge) => edge) ?? [];
    cursors[field.name] = edges.map(({ cursor }) => cursor);
    if (edges.length > rows.length) rows = edges.map(({ node }) => ({ ...key, ...node }));
  }
  return { key, rows, cursors };
}

interface Pages {
  readonly page: {
    readonly edges: readonly { readonly cursor: string; readonly node: JsonValues }[];
  };
}

/** Returns the fields of the query type that read a table. */
export function rootFields(schema: GraphQLSchema): readonly RootField[] {
  return Object.values(schema.getQueryType()!.getFields());
}

/** Returns the name of the table that a generated field reads. */
export function tableOfField({ extensions }: RootField): string | undefined {
  return (extensions["cassandra"] as { readonly table?: string } | undefined)?.table;
}

/** Whether a field returns a page. */
export function isPage({ args }: RootField): boolean {
  return args.some(({ name }) => name === "first");
}

interface PageOfKey {
  readonly field: RootField;
  readonly key: JsonValues;
}

function keysQuery(schema: GraphQLSchema, { field, key }: PageOfKey): string {
  const node = nodeTypeOf(field);
  const row = rootFields(schema).find((each) => getNamedType(each.type) === node);
  const names = row?.args.map(({ name }) => name).filter((name) => node.getFields()[name]) ?? [];
  const selected = names.map((name) => `${name} ${wholeOf(node.getFields()[name]!.type)}`);
  const given = field.args
    .filter(({ name, type, defaultValue }) => {
      return Object.hasOwn(key, name) || (String(type).endsWith("!") && defaultValue === undefined);
    })
    // Any moment will do.
    .map(({ name, type }) => `${name}: ${literalOf(key[name] ?? NO_MOMENT, type)}`);
  return `{ page: ${field.name}(${[...given, "first: 100"].join(", ")}) { edges { cursor node { __typename ${selected.join(" ")} } } } }`;
}

const NO_MOMENT = "50554d6e-29bb-11e5-b345-feff819cdc9f";

function nodeTypeOf({ type }: RootField) {
  const connection = getNamedType(type);
  const nodes = isObjectType(connection) ? connection.getFields()["nodes"] : undefined;
  const node = nodes && getNamedType(nodes.type);
  if (isObjectType(node)) return node;
  throw new TypeError(`${String(type)} is no connection`);
}

/** Returns a selection of everything that a type has. */
function wholeOf(type: GraphQLOutputType): string {
  const named = getNamedType(type);
  if (!isObjectType(named)) return "";
  const fields = Object.values(named.getFields()).map(
    (field) => `${field.name} ${wholeOf(field.type)}`,
  );
  return `{ ${fields.join(" ")} }`;
}
