import { namingErrors } from "./key.ts";
import { identifier } from "./identifier.ts";
import type { Take, Template } from "./shape.ts";
import { cqlText, withParam } from "./statement.ts";
import { badStatement, columnOf } from "./table-columns.ts";
import type { Table } from "./table.ts";
import type { ColumnType } from "./type.ts";
import { int } from "./types/integers.ts";

/**
 * One element of a map or list, or one field of a UDT, in a change or a condition. In a change, the value null removes
 * it. In a condition, null says that there is no such element.
 */
export interface Element<K = unknown, V = unknown> {
  /** The key of the map, the position in the list from 0 on, or the name of the field. */
  readonly key: K;
  readonly value: V;
  readonly [ELEMENT]: true;
}

const ELEMENT = Symbol("element");

/**
 * Returns one element of a map or list, or one field of a UDT, for a change or a condition. The column must not be
 * frozen. In a condition, the value can be a comparison. To change an element of a list, Cassandra reads the list first,
 * and refuses a position beyond its end; on Astra, this is not allowed.
 *
 * @example
 * update(Shelf, key, { stock: element("apple", 3) });
 * // UPDATE shelf SET stock[?] = ? WHERE …
 * update(Shelf, key, { address: element("zip", "1050") });
 * // UPDATE shelf SET address.zip = ? WHERE …
 * update(Theatre, key, { seats: element("balcony", 12) }, { if: { seats: element("balcony", { lt: 12 }) } });
 * // UPDATE theatre SET seats[?] = ? WHERE … IF seats[?] < ?
 */
export function element<const K, V>(key: K, value: V): Element<K, V> {
  return { key, value, [ELEMENT]: true };
}

/** Returns whether a value is an {@link element}. */
export function isElement(value: unknown): value is Element {
  return typeof value === "object" && value !== null && ELEMENT in value;
}

/** An element in CQL, e.g. `stock[?]` or `address.zip`, and the type of its value. */
export interface ElementTarget {
  readonly target: Template;
  readonly type: ColumnType;
}

/**
 * Returns an element of a column in CQL.
 *
 * @param form an element of the same shape as the given one; of a UDT, only the name of its field is used
 * @param given returns the element
 * @throws CassandraError `BAD_STATEMENT` if the column has no elements
 */
export function elementTarget(
  table: Table,
  name: string,
  { form, given }: { readonly form: Element; readonly given: Take },
): ElementTarget {
  const { type: whole } = columnOf(table, name);
  const type = elementType(whole, form);
  const { kind, parts = [] } = whole;
  if (kind === "udt" && whole.isMulticell) {
    if (type)
      return { target: cqlText(`${identifier(name)}.${identifier(form.key as string)}`), type };
    const names = parts.map((part) => part.name).join(", ");
    throw badStatement(
      table,
      `has no field "${String(form.key)}" in "${name}", whose fields are ${names}`,
    );
  }
  if (!type) throw badStatement(table, `has no elements in "${name}"`);
  const keyType = kind === "map" ? parts[0]!.type : POSITION;
  const check = namingErrors(`${table.name}.${name}`, keyType.check);
  return { target: keyTarget(name, { type: keyType, check, given }), type };
}

/** Returns the type of the value of an element of a column, or undefined if the column has no such element. */
export function elementType(
  { kind, isMulticell, parts = [] }: ColumnType,
  { key }: Element,
): ColumnType | undefined {
  if (!isMulticell) return undefined;
  if (kind === "map") return parts[1]!.type;
  if (kind === "list") return parts[0]!.type;
  return kind === "udt" ? parts.find(({ name }) => name === key)?.type : undefined;
}

/** The position of an element in a list. */
const POSITION = int({ min: 0 }).type;

/** The key of an element. */
interface ElementKey {
  readonly type: ColumnType;
  readonly check: (value: unknown) => unknown;
  /** Returns the element. */
  readonly given: Take;
}

function keyTarget(name: string, { type, check, given }: ElementKey): Template {
  const param: Take = (input) => check((given(input) as Element).key);
  return withParam(`${identifier(name)}[?]`, { type, param });
}
