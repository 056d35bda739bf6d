import { type ColumnType, defineType, identityOf, type Part, wrongType } from "../type.ts";
import { type Column, column, partOf } from "../column.ts";
import { InvalidValue } from "../error.ts";
import { identifier } from "../identifier.ts";
import { own } from "../own.ts";
import { isPlainObject } from "../operators.ts";
import { frozenType } from "./frozen.ts";
import type { Frozenness } from "./collection.ts";
import { composedRules, requirePart, composedOrder, type ValueRule } from "./parts.ts";
import { partsCompare, decodeParts, encodeParts, orNull, parseParts } from "./tuple.ts";

/** The value of a user-defined type: its fields by name, each of which may be null. */
type UdtFields<Columns extends Readonly<Record<string, Column>>> = {
  readonly [Name in keyof Columns]:
    | (Columns[Name] extends Column<infer Value> ? Value : never)
    | null;
};

/**
 * A user-defined type (UDT): named fields, each possibly null, as a plain object. A missing field is null. The fields
 * have the order of JavaScript's properties: those named by an integer come first.
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
  return column(
    udtType(name, parts, { isFrozen: false }) as ColumnType<UdtFields<Columns>> & {
      readonly isMulticell: true;
    },
  );
}

type UdtValue = Readonly<Record<string, unknown>>;

/** The type of a {@link udt}, with its fields in the given order. */
export function udtType(
  name: string,
  given: readonly Part[],
  { isFrozen }: Frozenness,
): ColumnType<UdtValue> {
  const parts = isFrozen ? given.map((part) => ({ ...part, type: frozenType(part.type) })) : given;
  const names = parts.map((part) => part.name);
  const expects = `an object with the fields ${names.join(", ")}`;
  const compare = partsCompare(parts);
  const list = (value: UdtValue) => names.map((each) => own(value, each));
  // `fromEntries` defines own properties, even `__proto__`, which an assignment would not.
  const object = (values: readonly unknown[]): UdtValue =>
    Object.fromEntries(names.map((each, at) => [each, values[at]]));
  const fields = (rule: ValueRule) => (value: unknown) => {
    if (!isPlainObject(value)) throw wrongType(expects, value);
    const stray = Object.keys(value).find((each) => !names.includes(each));
    if (stray !== undefined) {
      throw new InvalidValue("WRONG_TYPE", `must be ${expects}, but got a field "${stray}"`);
    }
    return object(
      parts.map(({ name, type }) =>
        orNull(own(value, name), (it) => requirePart(it, { type, name, rule })),
      ),
    );
  };
  const texts = (value: UdtValue, textOf: (type: ColumnType, it: unknown) => string) =>
    JSON.stringify(list(value).map((it, at) => orNull(it, (one) => textOf(parts[at]!.type, one))));
  return defineType<UdtValue>({
    kind: "udt",
    udt: name,
    cql: isFrozen ? `frozen<${identifier(name)}>` : identifier(name),
    expects,
    ...composedRules(
      parts.map(({ type }) => type),
      fields,
    ),
    encode: (value) => encodeParts(parts, list(value)),
    decode: (bytes) => object(decodeParts(bytes, { parts, expects })),
    toText: (value) => texts(value, (type, it) => type.toText(it)),
    fromText: (text) => object(parseParts(text, { parts, expects })),
    identity: (value) => texts(value, identityOf),
    ...composedOrder(
      parts.map(({ type }) => type),
      (one: UdtValue, other: UdtValue) => compare(list(one), list(other)),
    ),
    parts,
    isMulticell: !isFrozen,
    ...(!isFrozen && { freeze: () => udtType(name, given, { isFrozen: true }) }),
  });
}
