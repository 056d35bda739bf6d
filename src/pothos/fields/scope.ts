import { keyNames, type Table } from "../../cassandra/index.ts";
import type { Builder } from "../builder-options.ts";
import type { InputScopes } from "../inputs.ts";
import type { ScopeName } from "../options/scope.ts";
import { columnNeedsOf, isOrder, rowTableOf, scopesOf, tableObjectOf } from "../refs.ts";
import {
  type FieldMethod,
  type Need,
  needOf,
  type ScopeExtension,
  scopeOfMethod,
} from "../scopes.ts";

/** What the scopes of a generated field follow from. */
export interface ScopedField {
  readonly method: FieldMethod;
  readonly table: Table;
  /** The option `scope`. */
  readonly scope: ScopeName | undefined;
  /** The columns that the field cannot be used without, beside those of its key. */
  readonly columns: readonly string[];
  /** The arguments with a field for each of some columns. */
  readonly inputs: readonly InputArgument[];
}

/** An argument whose type is an input for columns. */
export interface InputArgument {
  /** Its name, or the path of the inputs in it: see `ScopeExtension`. */
  readonly argument: string;
  readonly scopes: InputScopes;
}

/**
 * Returns which scopes a generated field needs: that of its kind or its option, those of the columns that its arguments are
 * always about, and those of the columns in its input, if they are given.
 *
 * @throws PothosSchemaError if the option `scope` is not valid
 */
export function scopesOfField(
  builder: Builder,
  { method, table, scope, columns, inputs }: ScopedField,
): ScopeExtension {
  // A page has the rows of an order's source. What an order sorts by is in its cursors, and in the key of each entry.
  const rows = method === "t.partition" ? rowTableOf(table) : table;
  const about = isOrder(table) ? [...keyNames(table), ...columns] : columns;
  const scopes = scopesOf(builder, rows);
  const columnNeeds = columnNeedsOf(tableObjectOf(builder, rows));
  const own =
    scope === undefined
      ? scopes?.[scopeOfMethod[method]]
      : needOf(scope, { table, scopes, place: method });
  const needs = new Set<Need>(own && [own]);
  for (const name of about) {
    const need = columnNeeds.get(name);
    if (need) needs.add(need);
  }
  for (const need of inputs.flatMap(({ scopes }) => scopes.required)) needs.add(need);
  const optional = inputs.filter(({ scopes }) => Object.keys(scopes.optional).length > 0);
  return {
    ...(needs.size > 0 && { scopes: [...needs] }),
    ...(optional.length > 0 && {
      inputScopes: Object.fromEntries(
        optional.map(({ argument, scopes }) => [argument, scopes.optional]),
      ),
    }),
  };
}
