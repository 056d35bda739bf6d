/** The number of tables, and of columns per table besides the key. */
export interface Size {
  readonly tables: number;
  readonly columns: number;
}

/** The libraries whose types are compared. */
export type Library = "ours" | "drizzle" | "kysely";

/** The column types that all three libraries have. */
const kinds = ["text", "integer", "bigint", "boolean", "timestamp"] as const;
type Kind = (typeof kinds)[number];

interface Column {
  readonly name: string;
  readonly kind: Kind;
  readonly isNullable: boolean;
}

/**
 * Return programs that do the same with the same tables: define them, name the types of their rows, insert a row, read a
 * partition and a row by key, and update a row. Without tables, a program only imports the library.
 */
export const sourceOf: Readonly<Record<Library, (size: Size, module: string) => string>> = {
  ours: (size, module) => `
import { asc, bigint, boolean, insert, int, type Row, select, table, text, timestamp, update, uuid } from "${module}";
export const used = { asc, bigint, boolean, insert, int, select, table, text, timestamp, update, uuid };
export type Used = Row<never>;
${each(
  size,
  (t, columns) => `
export const ${t} = table("${t}", {
  p: text(),
  id: uuid(),
${columns.map(({ name, kind, isNullable }) => `  ${name}: ${builders[kind]}()${isNullable ? "" : ".required()"},`).join("\n")}
}, { partition: ["p"], clustering: [asc("id")] });
export type ${t}Row = Row<typeof ${t}>;
export const ${t}First = (row: ${t}Row) => row.${columns[0]!.name};
export const ${t}Insert = insert(${t}, { p: "a", id: "b", ${values(columns)} });
export const ${t}Partition = select(${t}, { p: "a" });
export const ${t}One = select(${t}, { p: "a", id: "b" });
export const ${t}Names = ${t}One.decode([])?.${columns[0]!.name};
export const ${t}Update = update(${t}, { p: "a", id: "b" }, { ${values(columns.slice(0, 2))} });
`,
)}`,
  drizzle: (size, module) => `
import { and, eq } from "${module}";
import { bigint, boolean, integer, type PgDatabase, pgTable, primaryKey, text, timestamp, uuid } from "${module}/pg-core";
declare const db: PgDatabase<never>;
export const used = { and, bigint, boolean, db, eq, integer, pgTable, primaryKey, text, timestamp, uuid };
${each(
  size,
  (t, columns) => `
export const ${t} = pgTable("${t}", {
  p: text().notNull(),
  id: uuid().notNull(),
${columns.map(({ name, kind, isNullable }) => `  ${name}: ${kind}(${kind === "bigint" ? '{ mode: "bigint" }' : ""})${isNullable ? "" : ".notNull()"},`).join("\n")}
}, (t) => [primaryKey({ columns: [t.p, t.id] })]);
export type ${t}Row = typeof ${t}.$inferSelect;
export const ${t}First = (row: ${t}Row) => row.${columns[0]!.name};
export const ${t}Insert = db.insert(${t}).values({ p: "a", id: "b", ${values(columns)} });
export const ${t}Partition = db.select().from(${t}).where(eq(${t}.p, "a"));
export const ${t}One = db.select().from(${t}).where(and(eq(${t}.p, "a"), eq(${t}.id, "b")));
export const ${t}Names = async () => (await ${t}One)[0]?.${columns[0]!.name};
export const ${t}Update = db.update(${t}).set({ ${values(columns.slice(0, 2))} }).where(and(eq(${t}.p, "a"), eq(${t}.id, "b")));
`,
)}`,
  kysely: (size, module) => `
import type { Insertable, Kysely, Selectable, Updateable } from "${module}";
declare const db: Kysely<Database>;
export const used = { db };
export type Used = Insertable<{}> & Selectable<{}> & Updateable<{}>;
export interface Database {
${names(size)
  .map((t) => `  ${t}: ${t};`)
  .join("\n")}
}
${each(
  size,
  (t, columns) => `
export interface ${t} {
  p: string;
  id: string;
${columns.map(({ name, kind, isNullable }) => `  ${name}: ${scripts[kind]}${isNullable ? " | null" : ""};`).join("\n")}
}
export type ${t}Row = Selectable<${t}>;
export const ${t}First = (row: ${t}Row) => row.${columns[0]!.name};
export const ${t}Insert = db.insertInto("${t}").values({ p: "a", id: "b", ${values(columns)} });
export const ${t}Partition = db.selectFrom("${t}").selectAll().where("p", "=", "a");
export const ${t}One = db.selectFrom("${t}").selectAll().where("p", "=", "a").where("id", "=", "b");
export const ${t}Names = async () => (await ${t}One.executeTakeFirst())?.${columns[0]!.name};
export const ${t}Update = db.updateTable("${t}").set({ ${values(columns.slice(0, 2))} }).where("p", "=", "a").where("id", "=", "b");
`,
)}`,
};

const builders: Readonly<Record<Kind, string>> = {
  text: "text",
  integer: "int",
  bigint: "bigint",
  boolean: "boolean",
  timestamp: "timestamp",
};

const scripts: Readonly<Record<Kind, string>> = {
  text: "string",
  integer: "number",
  bigint: "bigint",
  boolean: "boolean",
  timestamp: "Date",
};

const samples: Readonly<Record<Kind, string>> = {
  text: '"x"',
  integer: "1",
  bigint: "1n",
  boolean: "true",
  timestamp: "new Date()",
};

function names({ tables }: Size): readonly string[] {
  return Array.from({ length: tables }, (_, at) => `table${at}`);
}

function each(size: Size, write: (table: string, columns: readonly Column[]) => string): string {
  return names(size)
    .map((table) => write(table, columnsOf(size)))
    .join("");
}

function columnsOf({ columns }: Size): readonly Column[] {
  return Array.from({ length: columns }, (_, at) => ({
    name: `c${at}`,
    kind: kinds[at % kinds.length]!,
    isNullable: at % 3 !== 0,
  }));
}

function values(columns: readonly Column[]): string {
  return columns.map(({ name, kind }) => `${name}: ${samples[kind]}`).join(", ");
}
