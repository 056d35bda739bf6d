import { column } from "./column.ts";
import type { Element } from "./element.ts";
import { identifier } from "./identifier.ts";
import { namingErrors } from "./key.ts";
import { hasOperators } from "./operators.ts";
import type { Take, Template } from "./shape.ts";
import { type RawRow, withParam } from "./statement.ts";
import { badStatement, columnOf } from "./table-columns.ts";
import type { Table } from "./table.ts";
import type { ColumnType } from "./type.ts";
import { set } from "./types/set.ts";

/**
 * A change of a part of a value: of a list, set or map that is not frozen, or one {@link element} of a list, a map or a
 * UDT that is not frozen.
 */
export type PartChange<Value> = [Value] extends [ReadonlyMap<infer Key, infer Item>]
  ? OneOf<{ put: Value; remove: ReadonlySet<Key> }> | Element<Key, Item | null>
  : [Value] extends [ReadonlySet<unknown>]
    ? OneOf<{ add: Value; remove: Value }>
    : [Value] extends [readonly (infer Item)[]]
      ? OneOf<{ append: Value; prepend: Value; remove: Value }> | Element<number, Item | null>
      : FieldOf<Value>;

/** Exactly one of the properties of an object. */
type OneOf<Operators> = {
  [Name in keyof Operators]: { readonly [N in Name]: Operators[N] } & {
    readonly [N in Exclude<keyof Operators, Name>]?: never;
  };
}[keyof Operators];

/** One field of a UDT. */
type FieldOf<Fields> = { [Name in keyof Fields]: Element<Name, Fields[Name]> }[keyof Fields];

/** The changes of collections, each with its sign in the shape of a write: see `shape.ts`. */
const changeSigns = { append: "+", prepend: "&", add: "(", put: ")", remove: "/" } as const;
type ChangeName = keyof typeof changeSigns;
const changeNames = Object.keys(changeSigns) as readonly ChangeName[];

/** How each change of a collection is written, for a column `c`. */
const changesByKind: Readonly<Record<string, Partial<Record<ChangeName, (c: string) => string>>>> =
  {
    list: { append: (c) => `${c} + ?`, prepend: (c) => `? + ${c}`, remove: (c) => `${c} - ?` },
    set: { add: (c) => `${c} + ?`, remove: (c) => `${c} - ?` },
    map: { put: (c) => `${c} + ?`, remove: (c) => `${c} - ?` },
  };

/** Returns whether what is given for a column is a change of a collection rather than a whole value. */
export function isCollectionChange(type: ColumnType, form: unknown): form is RawRow {
  const { isMulticell, kind } = type;
  return isMulticell === true && kind !== "udt" && hasOperators(type, form, changeSigns);
}

/** Returns the signs of a change of a collection: see `shape.ts`. */
export function collectionChangeSigns(form: RawRow): string {
  let signs = "";
  for (const name of changesIn(form)) signs += changeSigns[name];
  return signs;
}

/**
 * Returns the assignment that changes a part of a collection.
 *
 * @param form a change of the same shape as the given one; only its shape is used
 * @param given returns the change
 * @throws CassandraError `BAD_STATEMENT` unless it is one change that the collection has
 */
export function collectionChange(
  table: Table,
  name: string,
  { form, given }: { readonly form: RawRow; readonly given: Take },
): Template {
  const { type } = columnOf(table, name);
  const { kind, cql, parts = [] } = type;
  const known = changesByKind[kind] ?? {};
  const [change, second] = changesIn(form);
  const written = change && known[change];
  if (!written || second !== undefined) {
    const needed = `${cql} takes one of ${Object.keys(known).join(", ")}`;
    const got = changesIn(form).join(", ") || "none";
    throw badStatement(table, `cannot change "${name}": ${needed}, but got ${got}`);
  }
  // What is removed may have been written by another program, which has no rules for texts.
  const operand = change === "remove" && kind === "map" ? set(column(parts[0]!.type)).type : type;
  const rule = change === "remove" ? operand.match : operand.check;
  const toStored = namingErrors(`${table.name}.${name}`, rule);
  const c = identifier(name);
  return withParam(`${c} = ${written(c)}`, {
    type: operand,
    param: (input) => toStored((given(input) as RawRow)[change]),
  });
}

function changesIn(form: RawRow): readonly ChangeName[] {
  return changeNames.filter((name) => form[name] !== undefined);
}
