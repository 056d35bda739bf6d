import { setProperty, valueCql } from "./ddl.ts";
import { hasProperty, storageProperties, type StorageProperty } from "./table-options.ts";
import type { Table } from "./table.ts";

/** The options of a table of the database, by their names in CQL (`system_schema.tables`). */
export type LiveTableOptions = Readonly<Record<string, unknown>>;

/** An option of a table that its model sets and the database has differently. */
export interface OptionDifference {
  readonly table: string;
  /** Its name in CQL, e.g. `gc_grace_seconds`. */
  readonly option: string;
  /** Its value in the database, in CQL. */
  readonly found: string;
  /** Its value in the model, in CQL. */
  readonly model: string;
  /** The statement that sets the value of the model. */
  readonly cql: string;
}

/** Compares the options that a table sets. Options that the database does not know are no difference. */
export function optionDifferences(
  table: Table,
  live: LiveTableOptions | undefined,
): readonly OptionDifference[] {
  return storageProperties(table).flatMap((property) => {
    const { name: option, value } = property;
    const found = live?.[option];
    if (found === undefined || found === null || hasProperty(property, found)) return [];
    const difference = {
      found: valueCql(found as StorageProperty["value"]),
      model: valueCql(value),
    };
    return [{ table: table.name, option, ...difference, cql: setProperty(table, property) }];
  });
}

/** Describes a difference, as a clause with the statement that removes it. */
export function differenceText({ table, option, found, model, cql }: OptionDifference): string {
  return `${table} has ${option} = ${found}, the model has ${model} (${cql})`;
}
