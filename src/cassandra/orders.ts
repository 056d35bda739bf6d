import { checkTable, TABLE_NAME, whyNotInKey } from "./check-table.ts";
import { type Column, column } from "./column.ts";
import { badTable, keyNames, oncePerTable } from "./table-columns.ts";
import type { KeyName, ValueOf } from "./table-rows.ts";
import type { Impossible } from "./table-keys.ts";
import { DEFAULT_STORAGE } from "./table-options.ts";
import type { ClusteringColumn, Columns, Table } from "./table.ts";
import { timestamp } from "./types/timestamp.ts";

/**
 * The orders of a table by name. Each order keeps the same rows in another order, in a table of its own with that name.
 *
 * @example { seat_by_date: [asc("date")], seat_by_name: { partition: ["name"], clustering: [desc("date")] } }
 */
export type TableOrders<Name extends string = string> = Readonly<
  Record<string, OrderColumns<Name> | OrderKey<Name>>
>;

/** The first clustering columns of an order with the partitions of its table. The rest of the primary key follows. */
export type OrderColumns<Name extends string = string> = readonly ClusteringColumn<Name>[];

/**
 * The first key columns of an order with its own partitions. The missing columns of the table's primary key follow as
 * clustering columns.
 */
export interface OrderKey<Name extends string = string> {
  readonly partition: readonly Name[];
  readonly clustering?: readonly ClusteringColumn<Name>[];
}

/**
 * The table of an order. Its rows are entries. An entry is a hint that the source may have a row, and is valid only
 * while that row exists and has the same values as the entry.
 */
export type Order<T extends Table = Table> = Table & { readonly source: T };

/** The names of the orders of a table. */
export type OrderName<T extends Table> = keyof T["orders"] & string;

/** The type of the table of an order. */
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
  undefined,
  readonly []
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

/** The names of the columns outside the key that an order of the table sorts by. */
export type OrderedName<T extends Table> = undefined extends T["orders"]
  ? never
  : Exclude<NamesIn<T["orders"][keyof T["orders"]]>, KeyName<T>>;

type NamesIn<O> =
  | GivenIn<O>[number]["name"]
  | (O extends { readonly partition: readonly (infer P extends string)[] } ? P : never);

/** Rejects a table with orders, whose rows are written together with their entries. */
export type NoOrders<T extends Table, Reason extends string> = undefined extends T["orders"]
  ? unknown
  : Impossible<Reason>;

/**
 * How far the clocks of Cassandra's nodes may differ, in seconds. Younger entries are not removed: if a node with a
 * slower clock put such an entry again, its write time would be before the removal, and the entry would be lost.
 */
export const CLOCK_DIFFERENCE = 10 * 60;

/** The column whose write time is that of the entry, since the write time of a key cannot be read. */
export const ENTERED = "entered";

/** Returns the table of an order. @throws CassandraError `BAD_TABLE` if the table has no order of this name */
export function orderOf<T extends Table, Name extends OrderName<T>>(
  table: T,
  name: Name,
): OrderOf<T, Name>;
export function orderOf(table: Table, name: string): Order {
  const found = ordersOf(table).find((order) => order.name === name);
  if (!found) throw badTable(table, `it has no order "${name}"`);
  return found;
}

/** Returns the tables of all orders of a table. */
export function ordersOf<T extends Table>(table: T): readonly Order<T>[] {
  return orderTables(table) as readonly Order<T>[];
}

/** Returns the names of the columns outside the key that orders of the table sort by, without duplicates. */
export const orderedNames = oncePerTable((table): readonly string[] => [
  ...new Set(ordersOf(table).flatMap(orderedNamesOf)),
]);

/** Returns the names of the columns that an order sorts by and that are not in the key of its source. */
export function orderedNamesOf(order: Order): readonly string[] {
  return keyNames(order).filter((name) => !keyNames(order.source).includes(name));
}

/** Returns the given tables and the tables of their orders, without duplicates. */
export function withOrders(tables: readonly Table[]): readonly Table[] {
  return [...new Set(tables.flatMap((table) => [table, ...ordersOf(table)]))];
}

const orderTables = oncePerTable((table): readonly Order[] =>
  Object.entries(table.orders ?? {}).map(([name, given]) =>
    createOrderTable(table, name, namedKey(given)),
  ),
);

/**
 * Creates the table of an order. Its key columns have the types of the source columns; a key has no nulls or defaults.
 */
function createOrderTable(source: Table, name: string, given: NamedKey): Order {
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
      .describe("When the entry was written."),
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
    indexes: [],
    consistency: undefined,
    ...DEFAULT_STORAGE,
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

/** Returns the columns that an order names. An order without a partition key has that of its table. */
function namedKey(given: OrderColumns | OrderKey): NamedKey {
  return "partition" in given ? { clustering: [], ...given } : { clustering: given };
}

interface NamedKey {
  readonly partition?: readonly string[];
  readonly clustering: OrderColumns;
}

/**
 * Checks the orders of a table.
 *
 * @throws CassandraError `BAD_TABLE` that names the table, the order and, if there is one, the invalid column
 */
export function checkOrders(table: Table): void {
  for (const [name, given] of Object.entries(table.orders ?? {})) {
    const why = whyNoOrder(table, name, given);
    if (why !== undefined) throw badTable(table, `its order "${name}" ${why}`);
  }
  for (const order of ordersOf(table)) checkTable(order);
}

/** Returns why a table cannot have an order, or undefined if it can. The text continues a sentence about the order. */
function whyNoOrder(
  table: Table,
  name: string,
  given: OrderColumns | OrderKey,
): string | undefined {
  if (table.lanes === undefined) return "needs lanes: give the table lanes: true";
  if (!TABLE_NAME.test(name)) return "must be named by 1 to 48 letters, digits and underscores";
  if (name === table.name) return "has the name of the table itself";
  const { partition, clustering } = namedKey(given);
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
    if (why !== undefined) return `has "${each}" in its key, but ${why}`;
  }
  if ([...names, ...keyNames(table)].includes(ENTERED))
    return `has "${ENTERED}" in its key, which is also the column of its entries' time`;
  if (names.every((each) => keyNames(table).includes(each)))
    return "names no column outside the table's key";
  return undefined;
}
