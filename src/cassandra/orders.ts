import { checkTable, whyNotInKey } from "./check-table.ts";
import { type Column, column } from "./column.ts";
import { badTable, keyNames, oncePerTable } from "./table-columns.ts";
import type { KeyName, ValueOf } from "./table-rows.ts";
import type { Impossible } from "./table-keys.ts";
import type { ClusteringColumn, Columns, Table } from "./table.ts";
import { timestamp } from "./types/timestamp.ts";

/**
 * The orders of a table: the same rows in other orders, each kept in a table of its own, by the names of those tables.
 *
 * @example { party_by_date: [asc("date")], party_by_host: { partition: ["host"], clustering: [desc("date")] } }
 */
export type TableOrders<Name extends string = string> = Readonly<
  Record<string, OrderColumns<Name> | OrderKey<Name>>
>;

/** The first clustering columns of an order that keeps the partitions of its table; the rest of the primary key follows. */
export type OrderColumns<Name extends string = string> = readonly ClusteringColumn<Name>[];

/**
 * The first columns of the key of an order that has partitions of its own. Of the table's primary key, what is missing
 * here follows as clustering columns.
 */
export interface OrderKey<Name extends string = string> {
  readonly partition: readonly Name[];
  readonly clustering?: readonly ClusteringColumn<Name>[];
}

/**
 * The table of an order. Its rows are entries: each is a hint that a row of the source may be there, and counts only while
 * that row exists and has the entry's values.
 */
export type Order<T extends Table = Table> = Table & { readonly source: T };

/** The names of a table's orders. */
export type OrderName<T extends Table> = keyof T["orders"] & string;

/** The table of one of a table's orders. */
export type OrderOf<T extends Table, Name extends OrderName<T>> = OrderTable<
  T,
  PartitionIn<T, T["orders"][Name]>,
  ClusteringIn<T, T["orders"][Name]>
>;

type OrderTable<
  T extends Table,
  P extends readonly string[],
  K extends readonly ClusteringColumn[],
> = Table<
  {
    readonly [
      Name in P[number] | K[number]["name"] | typeof ENTERED
    ]: Name extends keyof T["columns"]
      ? Column<ValueOf<T, Name>, true, true, "regular", T["columns"][Name]["field"]>
      : Column<Date, false, true, "regular", undefined>;
  },
  P,
  K,
  false,
  Record<never, never>,
  undefined,
  undefined
> & { readonly source: T };

type PartitionIn<T extends Table, O> = O extends {
  readonly partition: infer P extends readonly string[];
}
  ? P
  : T["partition"];

type GivenIn<O> = O extends readonly ClusteringColumn[]
  ? O
  : O extends { readonly clustering: infer K extends readonly ClusteringColumn[] }
    ? K
    : readonly [];

type ClusteringIn<T extends Table, O> = readonly [
  ...GivenIn<O>,
  ...Without<SourceKey<T>, PartitionIn<T, O>[number] | GivenIn<O>[number]["name"]>,
];

type SourceKey<T extends Table> = readonly [...Ascending<T["partition"]>, ...T["clustering"]];

type Ascending<P extends readonly string[]> = { readonly [I in keyof P]: ClusteringColumn<P[I]> };

type Without<K extends readonly ClusteringColumn[], Had extends string> = K extends readonly [
  infer First extends ClusteringColumn,
  ...infer Rest extends readonly ClusteringColumn[],
]
  ? First["name"] extends Had
    ? Without<Rest, Had>
    : readonly [First, ...Without<Rest, Had>]
  : readonly [];

/** The names of the columns outside a table's key that one of its orders sorts by. */
export type OrderedName<T extends Table> = undefined extends T["orders"]
  ? never
  : Exclude<NamesIn<T["orders"][keyof T["orders"]]>, KeyName<T>>;

type NamesIn<O> =
  | GivenIn<O>[number]["name"]
  | (O extends { readonly partition: readonly (infer P extends string)[] } ? P : never);

/** What is refused of a table with orders, whose rows are written together with their entries. */
export type NoOrders<T extends Table, Reason extends string> = undefined extends T["orders"]
  ? unknown
  : Impossible<Reason>;

/**
 * How far the clocks of Cassandra's nodes may differ, in seconds. An entry that is younger is not removed: whoever puts it
 * again by a slower clock would put it below the removal, and lose it.
 */
export const CLOCK_DIFFERENCE = 10 * 60;

/** A key has no write time that could be read: this column's is the entry's. */
export const ENTERED = "entered";

/** The table of one of a table's orders. @throws CassandraError `BAD_TABLE` if the table has none of this name */
export function orderOf<T extends Table, Name extends OrderName<T>>(
  table: T,
  name: Name,
): OrderOf<T, Name>;
export function orderOf(table: Table, name: string): Order {
  const found = ordersOf(table).find((order) => order.name === name);
  if (!found) throw badTable(table, `it has no order "${name}"`);
  return found;
}

/** The tables of a table's orders. */
export function ordersOf<T extends Table>(table: T): readonly Order<T>[] {
  return orderTables(table) as readonly Order<T>[];
}

/** The names of the columns outside a table's key that one of its orders sorts by, each once. */
export const orderedNames = oncePerTable((table): readonly string[] => [
  ...new Set(ordersOf(table).flatMap(orderedNamesOf)),
]);

/** The names of the columns by which an order sorts and which are not in the key of its source. */
export function orderedNamesOf(order: Order): readonly string[] {
  return keyNames(order).filter((name) => !keyNames(order.source).includes(name));
}

/** Tables and those of their orders, each once. */
export function withOrders(tables: readonly Table[]): readonly Table[] {
  return [...new Set(tables.flatMap((table) => [table, ...ordersOf(table)]))];
}

const orderTables = oncePerTable((table): readonly Order[] =>
  Object.entries(table.orders ?? {}).map(([name, given]) => orderTable(table, name, keyOf(given))),
);

/** Source columns alone, whatever is known of their presence: a key has all of its columns. */
function orderTable(source: Table, name: string, given: NamedKey): Order {
  const { partition = source.partition } = given;
  const had = [...partition, ...given.clustering.map((each) => each.name)];
  const key = [
    ...source.partition.map((each) => ({ name: each, order: "ASC" as const })),
    ...source.clustering,
  ];
  const clustering = [...given.clustering, ...key.filter((each) => !had.includes(each.name))];
  const names = [...partition, ...clustering.map((each) => each.name)];
  const columns: Columns = {
    ...Object.fromEntries(names.map((each) => [each, keyColumn(source.columns[each]!)])),
    [ENTERED]: timestamp()
      .default(() => new Date())
      .nullAs(new Date(0))
      .describe("When the entry was put."),
  };
  return Object.freeze({
    name,
    source,
    columns,
    hidden: {},
    partition,
    clustering,
    lwt: false,
    lanes: undefined,
    orders: undefined,
    compaction: undefined,
    sweepAfter: CLOCK_DIFFERENCE,
    description: undefined,
  });
}

function keyColumn({ type, field, description }: Column): Column {
  return {
    ...column(type),
    field,
    ...(description !== undefined && { description }),
  };
}

/** The columns that an order names. Without a partition key of its own it has the table's. */
function keyOf(given: OrderColumns | OrderKey): NamedKey {
  return "partition" in given ? { clustering: [], ...given } : { clustering: given };
}

interface NamedKey {
  readonly partition?: readonly string[];
  readonly clustering: OrderColumns;
}

/** Names of tables that Cassandra takes (SchemaConstants.java). */
const TABLE_NAME = /^\w{1,48}$/;

/**
 * Checks that a table can have its orders.
 *
 * @throws CassandraError `BAD_TABLE` with the names of the table, the order and, where one is the reason, the column
 */
export function checkOrders(table: Table): void {
  for (const [name, given] of Object.entries(table.orders ?? {})) {
    const why = whyNoOrder(table, name, given);
    if (why !== undefined) throw badTable(table, `its order "${name}" ${why}`);
  }
  for (const order of ordersOf(table)) checkTable(order);
}

/** Why a table cannot have an order, continuing a sentence that begins with the order. */
function whyNoOrder(
  table: Table,
  name: string,
  given: OrderColumns | OrderKey,
): string | undefined {
  if (table.lanes === undefined) return "needs lanes: give the table lanes: true";
  if (!TABLE_NAME.test(name)) return "must be named by 1 to 48 letters, digits and underscores";
  if (name === table.name) return "has the name of the table itself";
  const { partition, clustering } = keyOf(given);
  if (clustering.some((each) => typeof each.name !== "string"))
    return "must name each clustering column by asc(…) or desc(…)";
  if (partition?.length === 0) return "has an empty partition key";
  const names = [...(partition ?? table.partition), ...clustering.map((each) => each.name)];
  const unknown = names.find((each) => !Object.hasOwn(table.columns, each));
  if (unknown !== undefined) {
    return `names "${unknown}", but the table's columns are ${Object.keys(table.columns).join(", ")}`;
  }
  const twice = names.find((each, at) => names.indexOf(each) !== at);
  if (twice !== undefined) return `names "${twice}" twice`;
  for (const each of names) {
    const why = whyNotInKey(table.columns[each]!);
    if (why !== undefined) return `has "${each}" in its key, and ${why}`;
  }
  if ([...names, ...keyNames(table)].includes(ENTERED))
    return `has "${ENTERED}" in its key, which is also the column of its entries' time`;
  if (names.every((each) => keyNames(table).includes(each)))
    return "names no column outside the table's key";
  return undefined;
}
