import { PothosSchemaError } from "@pothos/core";
import { keyNames, type Table } from "../../cassandra/index.ts";
import { columnNeedsOf, type TableObject } from "../refs.ts";
import type { Need } from "../scopes.ts";

/** Options of a field with which it is refused to whom the column's scope refuses it. */
interface GuardOptions {
  readonly authScopes?: unknown;
  readonly extensions?: { readonly cassandra: { readonly scopes: readonly Need[] } };
}

/** What refuses the fields of a type about one column. */
export interface Guard {
  /** The options of a field that does not tell the column's value. */
  readonly scope: GuardOptions;
  /** The options of a field that tells the column's value, which `authScopes` may refuse, too. */
  readonly value: GuardOptions;
}

interface AboutColumn {
  readonly type: string;
  /** The column's object. Undefined: the type has no columns. */
  readonly object: TableObject | undefined;
  /** The column. Undefined: the type is about none. */
  readonly about: string | undefined;
}

/** Returns the guard of a type. @throws PothosSchemaError as {@link authIn} */
export function guardOf({ type, object, about }: AboutColumn): Guard {
  if (!object || about === undefined) return { scope: {}, value: {} };
  const need = columnNeedsOf(object).get(about);
  const scope = need ? { extensions: { cassandra: { scopes: [need] } } } : {};
  return { scope, value: { ...scope, ...authIn(type, { object, column: about }) } };
}

interface ShownColumn {
  readonly object: TableObject;
  readonly column: string;
}

/** Returns the `authScopes` of a column. @throws PothosSchemaError for a function, which may need what a type does not have */
export function authIn(type: string, { object: { table, columnAuth }, column }: ShownColumn) {
  const authScopes = columnAuth.get(column);
  if (typeof authScopes === "function") throw authFunction(type, { table, column });
  return authScopes === undefined ? {} : { authScopes };
}

interface AuthColumn {
  readonly table: Table;
  readonly column: string;
}

function authFunction(type: string, { table, column }: AuthColumn): PothosSchemaError {
  const remedy = keyNames(table).includes(column)
    ? "give authScopes to the fields that return rows instead"
    : `let the column need a scope instead: columns: { ${JSON.stringify(column)}: { scope: … } }`;
  return new PothosSchemaError(
    `Type "${type}" has column "${column}" of table "${table.name}", but not the whole row that the function authScopes of this column may need: ${remedy}. A map as authScopes is possible, too.`,
  );
}
