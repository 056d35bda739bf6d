import type {
  ColumnDescription,
  IndexDescription,
  KeyspaceDescription,
  TableDescription,
  TypeDescription,
} from "./description.ts";
import { type CodeParts, commentLines, propertyLines, propertyName, stringCode } from "./layout.ts";

/** Returns the file of a description: TypeScript as oxfmt formats it. */
export function printKeyspace(description: KeyspaceDescription): string {
  const { keyspace, types, tables, notes } = description;
  const blocks = [
    fileHeader(keyspace),
    ...(tables.length > 0 ? [importLines(description)] : []),
    ...types.map(typeLines),
    ...tables.map(tableLines),
    ...(tables.length > 0 ? [apiLines(tables)] : []),
    ...(types.some(({ graphql }) => graphql !== undefined) ? [udtsLines(types)] : []),
    ...notes.map((note) => commentLines(note, 0)),
    ...(tables.length > 0 ? [] : [["export {};"]]),
  ];
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function fileHeader(keyspace: string): readonly string[] {
  return [
    `Keyspace ${keyspace}, as partyfinder inspect found it.`,
    "A person decides what the database does not tell:",
    "- Names: .as() names a field of GraphQL, and api, at the end, the types and fields of tables.",
    "- Values can be null. If a column has a value in every row, add .required().",
    "- Do other programs write a table by lightweight transactions? Then add lwt: true. A plain write beside them is lost silently.",
  ].flatMap((text) => commentLines(text, 0));
}

function importLines({ types, tables }: KeyspaceDescription): readonly string[] {
  const columns = [
    ...types.flatMap(({ fields }) => fields),
    ...tables.flatMap((each) => each.columns),
  ];
  const names = new Set([
    "table",
    ...(types.length > 0 ? ["udt"] : []),
    ...columns.flatMap(({ type }) => type.calls),
    ...tables.flatMap(({ clustering }) => clustering.map(({ order }) => order.toLowerCase())),
    ...(tables.some(({ indexes }) => indexes.length > 0) ? ["sai"] : []),
  ]);
  const sorted = [...names].toSorted();
  const line = `import { ${sorted.join(", ")} } from "partyfinder/cassandra";`;
  if (line.length <= 100) return [line];
  return ["import {", ...sorted.map((name) => `  ${name},`), '} from "partyfinder/cassandra";'];
}

function typeLines({ constant, name, fields, notes }: TypeDescription): readonly string[] {
  return [
    ...notes.flatMap((note) => commentLines(note, 0)),
    `const ${constant} = udt(${stringCode(name)}, {`,
    ...fields.flatMap((field) => columnLines(field, 2)),
    "});",
  ];
}

function tableLines(table: TableDescription): readonly string[] {
  const { constant, name, columns, notes } = table;
  return [
    ...notes.flatMap((note) => commentLines(note, 0)),
    `export const ${constant} = table(`,
    `  ${stringCode(name)},`,
    "  {",
    ...columns.flatMap((column) => columnLines(column, 4)),
    "  },",
    "  {",
    ...optionLines(table, 4),
    "  },",
    ");",
  ];
}

function apiLines(tables: readonly TableDescription[]): readonly string[] {
  return [
    "export const api = {",
    ...tables.flatMap(({ name, api }) => propertyLines(propertyName(name), objectCode(api), 2)),
    "};",
  ];
}

function udtsLines(types: readonly TypeDescription[]): readonly string[] {
  return [
    "export const udts = {",
    ...types.flatMap(({ name, graphql }) =>
      graphql === undefined ? [] : propertyLines(propertyName(name), stringCode(graphql), 2),
    ),
    "};",
  ];
}

function columnLines(
  { name, type, isStatic, field, notes }: ColumnDescription,
  indent: number,
): readonly string[] {
  const chain = [
    type.code,
    ...(isStatic ? [".static()"] : []),
    ...(field === undefined ? [] : [`.as(${stringCode(field)})`]),
  ] as const;
  return [
    ...notes.flatMap((note) => commentLines(note, indent)),
    ...propertyLines(propertyName(name), { chain }, indent),
  ];
}

function optionLines(
  { partition, clustering, indexes, options, missing }: TableDescription,
  indent: number,
): readonly string[] {
  const list = (name: string, items: readonly CodeParts[]) =>
    items.length === 0 ? [] : propertyLines(name, { list: items }, indent);
  return [
    ...list("partition", partition.map(stringCode)),
    ...list(
      "clustering",
      clustering.map(({ name, order }) => `${order.toLowerCase()}(${stringCode(name)})`),
    ),
    ...list("indexes", indexes.map(indexCode)),
    ...Object.entries(options).flatMap(([name, value]) =>
      propertyLines(name, typeof value === "object" ? objectCode(value) : valueCode(value), indent),
    ),
    ...missing.flatMap((text) => commentLines(text, indent)),
  ];
}

function indexCode({ column, options }: IndexDescription): CodeParts {
  if (Object.keys(options).length === 0) return `sai(${stringCode(column)})`;
  return { before: `sai(${stringCode(column)}, `, ...objectCode(options), after: ")" };
}

function objectCode(object: object) {
  return {
    object: Object.entries(object as Readonly<Record<string, string | number | boolean>>).map(
      ([name, value]) => `${propertyName(name)}: ${valueCode(value)}`,
    ),
  };
}

function valueCode(value: string | number | boolean): string {
  return typeof value === "string" ? stringCode(value) : String(value);
}
