import type { ColumnType } from "../cassandra/index.ts";

const scalars: Readonly<Record<string, string>> = {
  int: "Int",
  text: "String",
  timestamp: "DateTime",
  uuid: "UUID",
};

/** The name of the GraphQL scalar of a type. */
export function scalarOf({ kind }: ColumnType): string | undefined {
  return scalars[kind];
}
