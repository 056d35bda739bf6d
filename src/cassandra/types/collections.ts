import { type Column, column, collectionColumn } from "../column.ts";
import { InvalidValue } from "../error.ts";
import { type ColumnType, defineType, unreadable, wrongType } from "../type.ts";

/**
 * CQL `list`: values in order, as an array. Within another type, or to be replaced as a whole only, it is
 * {@link frozen}.
 *
 * Cassandra cannot tell an empty collection from none, unless it is frozen: so it reads as empty, never as null.
 *
 * @example list(text()) // list<text>
 * @example frozen(list(text())) // frozen<list<text>>
 */
export function list<Element>({ type }: Column<Element>) {
  return collectionColumn(listType(type, false));
}

/**
 * CQL `set`: distinct values, as a `Set`; the database keeps them in the order of their type. See {@link list}.
 *
 * JavaScript compares a `Date`, bytes or an object in a `Set` by identity: of equal ones, one is stored.
 */
export function set<Element>({ type }: Column<Element>) {
  return collectionColumn(setType(type, false));
}

/**
 * CQL `map`: values by key, as a `Map`; the database keeps them in the order of their keys. An element can be written and
 * compared by itself: see {@link element}. See also {@link list} and {@link set}.
 *
 * Where a table has a map, list or set that is neither frozen nor static, Cassandra looks for a row in all its files, since
 * an old one may have elements that newer ones have not; else it begins with the newest and stops when it has all that was
 * asked for (`SinglePartitionReadCommand.queriesMulticellType`). Reading a row that is changed over and over took 1.2 ×
 * that of one without, whether the column was selected or not.
 *
 * @example map(text(), int()) // map<text, int>
 */
export function map<Key, Value>({ type: key }: Column<Key>, { type: value }: Column<Value>) {
  return collectionColumn(mapType(key, value, false));
}

/**
 * A collection or UDT in one piece: it is replaced as a whole, it can be within another type and in a key, and empty is
 * another value than null.
 *
 * @example frozen(map(text(), list(int()))) // frozen<map<text, frozen<list<int>>>>
 */
export function frozen<Value>({ type }: Column<Value>) {
  return column(frozenType(type));
}

/** Returns a type with all that is in it frozen; itself if it has nothing that could be. */
export function frozenType<Value>(type: ColumnType<Value>): ColumnType<Value> {
  return type.freeze?.() ?? type;
}

/** The type of a {@link list}. */
export function listType<Element>(
  given: ColumnType<Element>,
  isFrozen: boolean,
): ColumnType<readonly Element[]> {
  const element = isFrozen ? frozenType(given) : given;
  const expects = `a list of ${element.cql}`;
  const elements = (rule: "check" | "match") => (value: unknown) => {
    if (!Array.isArray(value)) throw wrongType(expects, value);
    return Array.from(value, (each, at) => partBy(rule, element, `item ${at}`, each));
  };
  return defineType<readonly Element[]>({
    kind: "list",
    ...kept("list", [element], isFrozen),
    expects,
    check: elements("check"),
    match: elements("match"),
    encode: (value) =>
      encodeAll(
        value.map((each) => element.encode(each)),
        value.length,
      ),
    decode: (bytes) => Array.from(decodeAll(bytes, 1, expects), (each) => element.decode(each)),
    toText: (value) => JSON.stringify(value.map((each) => element.toText(each))),
    fromText: (text) => textsOf(text, expects).map((each) => element.fromText(each)),
    identity: (value) => JSON.stringify(value.map((each) => identityOf(element, each))),
    ...orderOf([element], (one, other) => compareAll(element, one, other)),
    parts: [{ name: "element", type: element }],
    ...(!isFrozen && { freeze: () => listType(given, true) }),
  });
}

function setType<Element>(
  given: ColumnType<Element>,
  isFrozen: boolean,
): ColumnType<ReadonlySet<Element>> {
  const element = isFrozen ? frozenType(given) : given;
  const expects = `a set of ${element.cql}`;
  const elements = (rule: "check" | "match") => (value: unknown) => {
    if (!(value instanceof Set)) throw wrongType("a Set", value);
    const items = Array.from(value, (each, at) => partBy(rule, element, `item ${at}`, each));
    return new Set(
      sorted(
        items,
        (one, other) => compareBy(element, one, other),
        (first) => first,
      ),
    );
  };
  const texts = (value: ReadonlySet<Element>, textOf: (element: Element) => string) =>
    JSON.stringify(Array.from(value, textOf).toSorted());
  return defineType<ReadonlySet<Element>>({
    kind: "set",
    ...kept("set", [element], isFrozen),
    expects,
    check: elements("check"),
    match: elements("match"),
    encode: (value) =>
      encodeAll(
        Array.from(value, (each) => element.encode(each)),
        value.size,
      ),
    decode(bytes) {
      const items = decodeAll(bytes, 1, expects).map((each) => element.decode(each));
      return whole(new Set(items), items, expects);
    },
    toText: (value) => texts(value, (each) => element.toText(each)),
    fromText: (text) => new Set(textsOf(text, expects).map((each) => element.fromText(each))),
    identity: (value) => texts(value, (each) => identityOf(element, each)),
    ...orderOf([element], (one, other) => compareAll(element, [...one], [...other])),
    parts: [{ name: "element", type: element }],
    ...(!isFrozen && { freeze: () => setType(given, true) }),
  });
}

function mapType<Key, Value>(
  givenKey: ColumnType<Key>,
  givenValue: ColumnType<Value>,
  isFrozen: boolean,
): ColumnType<ReadonlyMap<Key, Value>> {
  const key = isFrozen ? frozenType(givenKey) : givenKey;
  const value = isFrozen ? frozenType(givenValue) : givenValue;
  const expects = `a Map of ${key.cql} to ${value.cql}`;
  type Entry = readonly [Key, Value];
  const entries = (rule: "check" | "match") => (given: unknown) => {
    if (!(given instanceof Map)) throw wrongType("a Map", given);
    const pairs = Array.from(given, ([k, v], at): Entry => [
      partBy(rule, key, `key ${at}`, k),
      partBy(rule, value, `the value of key ${at}`, v),
    ]);
    return new Map(
      sorted(
        pairs,
        ([one], [other]) => compareBy(key, one, other),
        ([k], [, v]) => [k, v],
      ),
    );
  };
  const texts = (
    given: ReadonlyMap<Key, Value>,
    textOf: <Part>(type: ColumnType<Part>, part: Part) => string,
  ) => {
    const pairs = Array.from(given, ([k, v]) => [textOf(key, k), textOf(value, v)] as const);
    return JSON.stringify(pairs.toSorted(([one], [other]) => (one < other ? -1 : 1)).flat());
  };
  return defineType<ReadonlyMap<Key, Value>>({
    kind: "map",
    ...kept("map", [key, value], isFrozen),
    expects,
    check: entries("check"),
    match: entries("match"),
    encode: (given) =>
      encodeAll(
        [...given].flatMap(([k, v]) => [key.encode(k), value.encode(v)]),
        given.size,
      ),
    decode(bytes) {
      const pairs = pairsOf(decodeAll(bytes, 2, expects)).map(([k, v]): Entry => [
        key.decode(k),
        value.decode(v),
      ]);
      const found = new Map(pairs);
      whole(
        found.keys(),
        pairs.map(([k]) => k),
        expects,
      );
      return found;
    },
    toText: (given) => texts(given, (type, part) => type.toText(part)),
    fromText(text) {
      const listed = textsOf(text, expects);
      if (listed.length % 2 === 1) throw unreadable(expects);
      return new Map(pairsOf(listed).map(([k, v]) => [key.fromText(k), value.fromText(v)]));
    },
    identity: (given) => texts(given, identityOf),
    ...orderOf([key, value], (one, other) => compareEntries(key, value, [...one], [...other])),
    parts: [
      { name: "key", type: key },
      { name: "value", type: value },
    ],
    ...(!isFrozen && { freeze: () => mapType(givenKey, givenValue, true) }),
  });
}

/** The order of a type that is made of others, if all of them have one. */
export function orderOf<Value>(
  parts: readonly ColumnType[],
  compare: (one: Value, other: Value) => number,
): { readonly compare?: (one: Value, other: Value) => number } {
  return parts.every((part) => part.compare) ? { compare } : {};
}

/** Compares value by value; where one ends, the shorter one comes first. */
export function compareAll<Element>(
  element: ColumnType<Element>,
  one: readonly Element[],
  other: readonly Element[],
): number {
  for (const [at, each] of one.entries()) {
    if (at === other.length) return 1;
    const difference = compareBy(element, each, other[at]!);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

function compareEntries<Key, Value>(
  key: ColumnType<Key>,
  value: ColumnType<Value>,
  one: readonly (readonly [Key, Value])[],
  other: readonly (readonly [Key, Value])[],
): number {
  for (const [at, [k, v]] of one.entries()) {
    if (at === other.length) return 1;
    const [otherKey, otherValue] = other[at]!;
    const difference = compareBy(key, k, otherKey) || compareBy(value, v, otherValue);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

/** Values without an order are not compared: no table has a set of them, or a map with such keys. */
function compareBy<Value>(type: ColumnType<Value>, one: Value, other: Value): number {
  return type.compare?.(one, other) ?? -1;
}

/**
 * Sorts items as Cassandra does, and makes one of equal ones. Cassandra does so itself, but not within other values: there
 * the bytes that it is given are what it stores and compares.
 */
function sorted<Item>(
  items: readonly Item[],
  compare: (one: Item, other: Item) => number,
  merge: (first: Item, again: Item) => Item,
): readonly Item[] {
  const distinct: Item[] = [];
  for (const item of items.toSorted(compare)) {
    const last = distinct.length - 1;
    const isAgain = last >= 0 && compare(distinct[last]!, item) === 0;
    if (isAgain) distinct[last] = merge(distinct[last]!, item);
    else distinct.push(item);
  }
  return distinct;
}

/** Returns a `Set` or the keys of a `Map` if JavaScript has kept all items apart, as it does not 0 and -0. @throws InvalidValue */
function whole<Item, Kept extends Iterable<Item>>(
  kept: Kept,
  items: readonly Item[],
  expects: string,
): Kept {
  let at = 0;
  for (const each of kept) if (!Object.is(each, items[at++])) throw unreadable(expects);
  if (at !== items.length) throw unreadable(expects);
  return kept;
}

/** How the database keeps and spells a collection. */
function kept(name: string, parts: readonly ColumnType[], isFrozen: boolean) {
  const cql = `${name}<${parts.map((part) => part.cql).join(", ")}>`;
  return isFrozen ? { cql: `frozen<${cql}>` } : { cql, isMulticell: true };
}

/** Returns a text that is equal where Cassandra takes two values for the same: see {@link ColumnType.identity}. */
export function identityOf<Value>(type: ColumnType<Value>, value: Value): string {
  return type.identity?.(value) ?? type.toText(value);
}

/** A part of a value as its type stores it. @throws InvalidValue with the part's name before the reason */
export function partBy<Value>(
  rule: "check" | "match",
  type: ColumnType<Value>,
  name: string,
  value: unknown,
): Value {
  try {
    return type[rule](value);
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    throw new InvalidValue(error.code, `must have in ${name} a value that ${error.message}`);
  }
}

/** A collection in the native protocol: how many elements, then each with its length; a map's keys and values alternate. */
function encodeAll(elements: readonly Buffer[], count: number): Buffer {
  return Buffer.concat([int32(count), ...elements.flatMap((each) => [int32(each.length), each])]);
}

function decodeAll(bytes: Buffer, each: 1 | 2, expects: string): readonly Buffer[] {
  const elements: Buffer[] = [];
  let at = 4;
  const count = bytes.readInt32BE();
  if (count < 0) throw unreadable(expects);
  for (let left = count * each; left > 0; left--) {
    const length = bytes.readInt32BE(at);
    const end = at + 4 + length;
    // No element of a collection is null.
    if (length < 0 || end > bytes.length) throw unreadable(expects);
    elements.push(bytes.subarray(at + 4, end));
    at = end;
  }
  if (at !== bytes.length) throw unreadable(expects);
  return elements;
}

export function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** The texts that a text lists. @throws InvalidValue */
export function textsOf(text: string, expects: string): readonly string[] {
  const texts = parsed(text);
  if (Array.isArray(texts) && texts.every((each) => typeof each === "string")) return texts;
  throw unreadable(expects);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Two by two; there is an even number of items. */
function pairsOf<Item>(items: readonly Item[]): readonly (readonly [Item, Item])[] {
  return items.filter((_, at) => at % 2 === 0).map((item, at) => [item, items[at * 2 + 1]!]);
}
