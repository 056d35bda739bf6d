import { type Column, frozen, list, map, set, tuple, udt, vector } from "../cassandra/index.ts";
import { type CqlType, isTypeOfCql, parseType, canonicalType } from "../cassandra/cql-type.ts";
import { nativeColumns } from "../cassandra/types/named.ts";

/** A column type as TypeScript, with the column that the text stands for: what is checked is what is written. */
export interface Expression {
  readonly code: string;
  readonly column: Column;
  /** The functions of partyfinder/cassandra that the text calls. */
  readonly calls: readonly string[];
  /** The user-defined types that the text names. */
  readonly types: readonly string[];
}

/** A user-defined type that can be written: its constant, and the column that the constant holds. */
export interface KnownType {
  readonly constant: string;
  readonly column: Column;
}

/** The user-defined types by name. */
export type KnownTypes = ReadonlyMap<string, KnownType>;

/** Returns a CQL type as TypeScript, or undefined if there is no such column, e.g. for a custom class. */
export function expressionOf(type: string, known: KnownTypes): Expression | undefined {
  return expression(parseType(canonicalType(type)), { known, isFrozen: false });
}

interface WithinType {
  readonly known: KnownTypes;
  /** Whether it is inside of something frozen, which freezes its parts too. */
  readonly isFrozen: boolean;
}

function expression(type: CqlType, place: WithinType): Expression | undefined {
  const { name, args, isQuoted } = type;
  if (isQuoted || (args.length === 0 && !isTypeOfCql(name))) return named(name, place);
  if (args.length === 0) {
    const create = Object.hasOwn(nativeColumns, name) ? nativeColumns[name] : undefined;
    return create && { code: `${name}()`, column: create(), calls: [name], types: [] };
  }
  if (name === "frozen") return freeze(args[0]!, place);
  if (name === "vector") return vectorOf(type, place);
  // A frozen type freezes the parts of its collections, but not those of tuples.
  const inner = { ...place, isFrozen: name !== "tuple" && place.isFrozen };
  const parts = args.map((arg) => expression(arg, inner));
  if (parts.includes(undefined)) return undefined;
  return call(name, parts as readonly Expression[]);
}

function named(name: string, { known }: WithinType): Expression | undefined {
  const found = known.get(name);
  return found && { code: found.constant, column: found.column, calls: [], types: [name] };
}

function freeze(type: CqlType, place: WithinType): Expression | undefined {
  const isFrozen = type.name !== "tuple";
  const inner = expression(type, { ...place, isFrozen });
  return inner && isFrozen && !place.isFrozen ? call("frozen", [inner]) : inner;
}

function vectorOf({ args }: CqlType, place: WithinType): Expression | undefined {
  const [element, dimension] = args;
  const inner = expression(element!, { ...place, isFrozen: false });
  if (!inner) return undefined;
  const size = Number(dimension!.name);
  return {
    ...inner,
    code: `vector(${inner.code}, ${size})`,
    column: vector(inner.column, size),
    calls: [...inner.calls, "vector"],
  };
}

/** The functions that take columns. */
const composed: Readonly<Record<string, (...parts: readonly Column[]) => Column>> = {
  frozen: (whole) => frozen(whole!),
  list: (element) => list(element!),
  set: (element) => set(element!),
  map: (key, value) => map(key!, value!),
  tuple: (first, ...others) => tuple(first!, ...others),
};

function call(name: string, parts: readonly Expression[]): Expression | undefined {
  const create = Object.hasOwn(composed, name) ? composed[name] : undefined;
  return (
    create && {
      code: `${name}(${parts.map(({ code }) => code).join(", ")})`,
      column: create(...parts.map(({ column }) => column)),
      calls: [...parts.flatMap(({ calls }) => calls), name],
      types: parts.flatMap(({ types }) => types),
    }
  );
}

/** Returns the column of a user-defined type with these fields. */
export function typeColumn(name: string, fields: Readonly<Record<string, Column>>): Column {
  return udt(name, fields);
}
