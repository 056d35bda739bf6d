import { type ColumnType, defineType, identityOf, type Part, wrongType } from "../type.ts";
import { type Column, column, partOf } from "../column.ts";
import { InvalidValue } from "../error.ts";
import { identifier } from "../identifier.ts";
import { own } from "../own.ts";
import { frozenType } from "./frozen.ts";
import { orderOf, partBy } from "./parts.ts";
import { compareParts, decodeParts, encodeParts, orNull, partTexts } from "./tuple.ts";

/** The fields of a user-defined type by name, each of which may be null. */
type Fields<Columns extends Readonly<Record<string, Column>>> = {
  readonly [Name in keyof Columns]:
    | (Columns[Name] extends Column<infer Value> ? Value : never)
    | null;
};

/**
 * A user-defined type (UDT): named fields, each possibly null, as a plain object. A field that a value lacks is null. The
 * fields are in the order in which JavaScript has them: those named by a whole number first.
 *
 * @example
 * const Address = udt("address", { street: text(), zip: text(), at: tuple(double(), double()) });
 * const User = table("user", { id: uuid(), address: frozen(Address) }, { partition: ["id"] });
 */
export function udt<const Columns extends Readonly<Record<string, Column>>>(
  name: string,
  fields: Columns,
) {
  const parts = Object.entries(fields).map(([each, given]) => {
    const { field, description } = given;
    return {
      name: each,
      type: partOf(given),
      ...(field !== undefined && { field }),
      ...(description !== undefined && { description }),
    };
  });
  return column(udtType(name, parts, false) as ColumnType<Fields<Columns>>);
}

type Value = Readonly<Record<string, unknown>>;

/** The type of a {@link udt}, its fields in their order. */
export function udtType(
  name: string,
  given: readonly Part[],
  isFrozen: boolean,
): ColumnType<Value> {
  const parts = isFrozen ? given.map((part) => ({ ...part, type: frozenType(part.type) })) : given;
  const names = parts.map((part) => part.name);
  const expects = `an object with the fields ${names.join(", ")}`;
  const list = (value: Value) => names.map((each) => own(value, each));
  // Own properties, whatever their names: an assignment to `__proto__` would make none.
  const object = (values: readonly unknown[]): Value =>
    Object.fromEntries(names.map((each, at) => [each, values[at]]));
  const fields = (rule: "check" | "match") => (value: unknown) => {
    if (!isPlainObject(value)) throw wrongType(expects, value);
    const stray = Object.keys(value).find((each) => !names.includes(each));
    if (stray !== undefined) {
      throw new InvalidValue("WRONG_TYPE", `must be ${expects}, but got a field "${stray}"`);
    }
    return object(
      parts.map(({ name, type }) => orNull(own(value, name), (it) => partBy(rule, type, name, it))),
    );
  };
  const texts = (value: Value, textOf: (type: ColumnType, it: unknown) => string) =>
    JSON.stringify(list(value).map((it, at) => orNull(it, (one) => textOf(parts[at]!.type, one))));
  return defineType<Value>({
    kind: "udt",
    udt: name,
    cql: isFrozen ? `frozen<${identifier(name)}>` : identifier(name),
    expects,
    check: fields("check"),
    match: fields("match"),
    encode: (value) => encodeParts(parts, list(value)),
    decode: (bytes) => object(decodeParts(parts, bytes, expects)),
    toText: (value) => texts(value, (type, it) => type.toText(it)),
    fromText: (text) => object(partTexts(parts, text, expects)),
    identity: (value) => texts(value, identityOf),
    ...orderOf(
      parts.map(({ type }) => type),
      (one, other) => compareParts(parts, list(one), list(other)),
    ),
    parts,
    isMulticell: !isFrozen,
    ...(!isFrozen && { freeze: () => udtType(name, given, true) }),
  });
}

function isPlainObject(value: unknown): value is Value {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
