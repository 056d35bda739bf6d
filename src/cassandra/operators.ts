import type { ColumnType } from "./type.ts";

/** Returns whether a value is an object without a class, e.g. a UDT, a range or a comparison. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Returns whether what is given for a value of a type is an object with these operators, rather than a value of the type. */
export function hasOperators(type: ColumnType, given: unknown, operators: object): boolean {
  if (!isPlainObject(given)) return false;
  const { kind, parts = [] } = type;
  const names = Object.keys(given);
  // An object can also be a value of a UDT with fields of these names.
  const fields = kind === "udt" ? parts.map(({ name }) => name) : [];
  if (names.every((name) => fields.includes(name))) return false;
  return names.every((name) => Object.hasOwn(operators, name));
}
