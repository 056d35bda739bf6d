import { PothosSchemaError } from "@pothos/core";
import type { Table } from "../cassandra/index.ts";
import type { ScopeName, TableScopes } from "./options/scope.ts";

/** Scopes of which a caller needs one. The first is the least: the one to ask for. */
export type Need = readonly [string, ...string[]];

/** Which scopes an output or input field needs: the content of its `extensions.cassandra`, besides its cost. */
export interface ScopeExtension {
  /** What a caller needs: all of these. Absent: nothing. */
  readonly scopes?: readonly Need[];
  /**
   * What a caller needs to give a field of an input: by the name of the argument, and that of the input's field. Instead of an
   * argument with a list of inputs, the path of the inputs in it, e.g. `rows.row`.
   */
  readonly inputScopes?: Readonly<Record<string, Readonly<Record<string, Need>>>>;
  /** Whether the field's value depends on more of the viewer than on what its scopes allow. */
  readonly byViewer?: true;
}

/** Which of a table's scopes the fields of each method need. */
export const scopeOfMethod = {
  "t.row": "read",
  "t.partition": "read",
  "t.watch": "read",
  "t.follow": "read",
  "t.create": "write",
  "t.put": "write",
  "t.putRows": "write",
  "t.update": "write",
  "t.change": "write",
  "t.add": "write",
  "t.remove": "admin",
  "t.removeRange": "admin",
} as const satisfies Readonly<Record<string, keyof TableScopes>>;

/** A method that creates a field. */
export type FieldMethod = keyof typeof scopeOfMethod;

/** From the least to the most: each kind includes those before it. */
const kinds = ["read", "write", "admin"] as const satisfies readonly (keyof TableScopes)[];

/** What fields of a table need, by the kind of its scopes. */
export type TableNeeds = Readonly<Record<keyof TableScopes, Need>>;

/**
 * Returns what the fields of a table need.
 *
 * @param given the option `scopes`; `true` names them after the table
 * @throws PothosSchemaError if one is missing, or no valid name of a scope
 */
export function tableNeeds(
  table: Table,
  given: true | TableScopes | undefined,
): TableNeeds | undefined {
  if (given === undefined) return undefined;
  const names = kinds.map((kind) => {
    const name: unknown = given === true ? `${table.name}:${kind}` : given[kind];
    if (isScope(name)) return name;
    throw new PothosSchemaError(
      `Table "${table.name}": the option scopes must name scopes as in { ${kind}: "${table.name}:${kind}" }, ${SCOPE_RULE}, but has ${shownScope(name)} as ${kind}.`,
    );
  });
  const need = (kind: keyof TableScopes) => names.slice(kinds.indexOf(kind)) as unknown as Need;
  return { read: need("read"), write: need("write"), admin: need("admin") };
}

interface ScopeChoice {
  readonly table: Table;
  /** The table's own scopes, if it has any. */
  readonly scopes: TableNeeds | undefined;
  /** Where the scope is given, for messages. */
  readonly place: string;
}

/**
 * Returns what a field needs by its option `scope`.
 *
 * @throws PothosSchemaError if it names a scope of a table that has none, or is no valid name of a scope
 */
export function needOf(scope: ScopeName, { table, scopes, place }: ScopeChoice): Need {
  if (!isScope(scope)) {
    throw new PothosSchemaError(
      `Table "${table.name}": ${place} needs a scope such as "admin", ${SCOPE_RULE}, but has ${shownScope(scope)}.`,
    );
  }
  if (!isKind(scope)) return [scope];
  if (scopes) return scopes[scope];
  throw new PothosSchemaError(
    `Table "${table.name}": ${place} needs the scope "${scope}" of the table, which has no scopes: add scopes: true to tableObject.`,
  );
}

function isKind(name: string): name is keyof TableScopes {
  return (kinds as readonly string[]).includes(name);
}

const SCOPE_RULE = "of ASCII characters without spaces, quotes and backslashes";

/** Whether a token could grant a scope (RFC 6749, 3.3). */
function isScope(name: unknown): name is string {
  return typeof name === "string" && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(name);
}

function shownScope(name: unknown): string {
  return typeof name === "string" ? JSON.stringify(name) : String(name);
}
