import { type Column, type SaiIndex, type Table, table } from "../cassandra/index.ts";
import { drift, type LiveColumn } from "../cassandra/drift.ts";
import { differenceText } from "../cassandra/drift-options.ts";
import { parseType, typeNames } from "../cassandra/cql-type.ts";
import type { LiveKeyspace } from "../cassandra/session/live-keyspace.ts";
import type { ColumnDescription, TableDescription } from "./description.ts";
import { expressionOf } from "./expression.ts";
import { describeIndex, whyInvalidTable, saiOf } from "./indexes.ts";
import { namesOfColumns, type TableNames } from "./names.ts";
import { describeOptions } from "./options.ts";
import { describeColumn, type DescribedTypes } from "./types.ts";

/** What a table is described with. */
export interface TableParts {
  readonly live: LiveKeyspace;
  readonly types: DescribedTypes;
  readonly names: TableNames;
}

/** Describes a table or view, or returns why it cannot be written. */
export function describeTable(name: string, parts: TableParts): TableDescription | string {
  try {
    return described(name, parts);
  } catch (error) {
    return whyInvalidTable(error);
  }
}

function described(name: string, { live, types, names }: TableParts): TableDescription {
  const all = columnsInOrder(live.tables.get(name)!);
  const key = keyOf(all);
  const columns = describeColumns(name, { all, live, types });
  const ofKey = columns.found.filter((column) => isInKey(all, column.name));
  // A column that no table can have beside the key is left out.
  const rest = columns.found.filter((column) => !ofKey.includes(column));
  const refused = new Map(
    rest.flatMap((column) => {
      const why = whyNot(() => definedTable(name, { columns: [...ofKey, column], key }));
      return why === undefined ? [] : [[column.name, why] as const];
    }),
  );
  const kept = columns.found.filter((column) => !refused.has(column.name));
  const { options, missing: otherOptions } = describeOptions(live.options.get(name) ?? {});
  const define = (indexes: readonly SaiIndex[]) =>
    definedTable(name, { columns: kept, key: { ...key, indexes, ...options } });
  const indexes = live.indexes
    .filter((index) => index.table === name)
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map((index) => describeIndex(index, (one) => define([one])));
  const found = indexes.flatMap(({ index }) => index ?? []);
  requireEqual(define(found.map(({ column, options: each }) => saiOf(column, each))), live);
  return {
    constant: names.type,
    name,
    api: withoutNotes(names),
    columns: kept,
    ...key,
    indexes: found,
    options,
    notes: [...names.notes, ...notesOf(name, live)],
    missing: [
      ...columns.missing,
      ...[...refused].map(([column, why]) => `Column "${column}" is left out: ${why}`),
      ...droppedText(name, live),
      ...indexes.flatMap(({ missing }) => missing ?? []),
      ...otherOptions.map((text) => `Option of the table that no definition has: ${text}.`),
    ],
  };
}

function withoutNotes(names: TableNames): TableDescription["api"] {
  const { notes: _, ...api } = names;
  return api;
}

interface DescribedKey {
  readonly partition: readonly string[];
  readonly clustering: readonly { readonly name: string; readonly order: "ASC" | "DESC" }[];
}

/** The order of columns in a definition. */
const kindsInOrder: readonly LiveColumn["kind"][] = [
  "partition_key",
  "clustering",
  "static",
  "regular",
];

/** Returns columns as a definition has them: those of the key in its order, then static and other ones by name. */
function columnsInOrder(columns: ReadonlyMap<string, LiveColumn>): readonly LiveColumn[] {
  return [...columns.values()].toSorted(
    (one, other) =>
      kindsInOrder.indexOf(one.kind) - kindsInOrder.indexOf(other.kind) ||
      one.position - other.position ||
      (one.name < other.name ? -1 : 1),
  );
}

function keyOf(columns: readonly LiveColumn[]): DescribedKey {
  return {
    partition: columns.filter(({ kind }) => kind === "partition_key").map(({ name }) => name),
    clustering: columns
      .filter(({ kind }) => kind === "clustering")
      .map(({ name, order }) => ({ name, order: order === "desc" ? "DESC" : "ASC" })),
  };
}

function isInKey(columns: readonly LiveColumn[], name: string): boolean {
  const { kind } = columns.find((column) => column.name === name)!;
  return kind === "partition_key" || kind === "clustering";
}

interface LiveTableColumns extends Omit<TableParts, "names"> {
  readonly all: readonly LiveColumn[];
}

/** @throws Error if a column of the key cannot be written */
function describeColumns(
  table: string,
  { all, live, types }: LiveTableColumns,
): { readonly found: readonly ColumnDescription[]; readonly missing: readonly string[] } {
  const names = all.map(({ name }) => name);
  const fields = namesOfColumns(
    names,
    names.filter((name) => isInKey(all, name)),
  );
  const found: ColumnDescription[] = [];
  const missing: string[] = [];
  for (const { name, type: cql, kind } of all) {
    const type = expressionOf(cql, types.known);
    if (type) {
      const masks = live.masks.filter((mask) => mask.table === table && mask.column === name);
      const notes = masks.map(
        (mask) =>
          `Roles without UNMASK read it masked, by ${mask.function}. No definition has masks.`,
      );
      const isStatic = kind === "static";
      found.push(describeColumn(name, { type, made: fields.get(name)!, isStatic, notes }));
      continue;
    }
    const why = `Column "${name}" is ${cql}, ${whyNoType(cql, types)}.`;
    if (isInKey(all, name)) throw new Error(why);
    missing.push(why);
  }
  return { found, missing };
}

function whyNoType(cql: string, { missing }: DescribedTypes): string {
  const type = typeNames(parseType(cql)).find((name) => missing.has(name));
  return type === undefined
    ? "which is no type of this library"
    : `but type "${type}" cannot be written: ${missing.get(type)}`;
}

interface TableShape {
  readonly columns: readonly ColumnDescription[];
  readonly key: object;
}

/** Returns the table that a description stands for. @throws CassandraError `BAD_TABLE` */
function definedTable(name: string, { columns, key }: TableShape): Table {
  const each = columns.map((column) => [column.name, columnOfTable(column)] as const);
  return table(name, Object.fromEntries(each), key as never) as Table;
}

function columnOfTable({ type: { column }, isStatic }: ColumnDescription): Column {
  if (!isStatic) return column;
  return { ...column, role: column.role === "counter" ? "static counter" : "static" };
}

function whyNot(define: () => Table): string | undefined {
  try {
    define();
    return undefined;
  } catch (error) {
    return whyInvalidTable(error);
  }
}

/** @throws Error if a definition differs from the live table */
function requireEqual(defined: Table, { tables, ...more }: LiveKeyspace): void {
  const { missing, conflicts, differences } = drift([defined], tables, more);
  const all = [...missing.map(({ cql }) => cql), ...conflicts, ...differences.map(differenceText)];
  if (all.length > 0) throw new Error(`its definition would differ: ${all.join("; ")}.`);
}

function notesOf(name: string, { views, options }: LiveKeyspace): readonly string[] {
  const view = views.get(name);
  const flags = options.get(name)?.["flags"] as readonly string[] | null | undefined;
  const isCompact = flags !== null && flags !== undefined && !flags.includes("compound");
  return [
    ...(view
      ? [
          `A materialized view of ${view.base}, of the rows where ${view.where}. Cassandra writes it: read it only. Where it does not exist, sync would create a table instead.`,
        ]
      : []),
    ...(isCompact ? ["A table WITH COMPACT STORAGE, which no definition can create."] : []),
  ];
}

function droppedText(name: string, { dropped }: LiveKeyspace): readonly string[] {
  return dropped
    .filter(({ table: of }) => of === name)
    .toSorted((one, other) => (one.column < other.column ? -1 : 1))
    .map(
      ({ column, type }) =>
        `Column "${column}" was dropped. Cassandra takes the name again only with the type ${type}.`,
    );
}
