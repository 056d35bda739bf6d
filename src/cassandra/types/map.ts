import { type ColumnType, defineType, identityOf, unreadable, wrongType } from "../type.ts";
import { collectionColumn, type Column, partOf } from "../column.ts";
import { decodeAll, encodeAll, kept, sorted, whole } from "./collection.ts";
import { frozenType } from "./frozen.ts";
import { compareBy, orderOf, partBy, textsOf } from "./parts.ts";

/**
 * CQL `map`: values by key, as a `Map`; the database keeps them in the order of their keys. An element of a hidden
 * one can be written and compared by itself: see {@link element}. See also {@link list} and {@link set}.
 *
 * Where a table has a map, list or set that is neither frozen nor static, Cassandra looks for a row in all its files, since
 * an old one may have elements that newer ones have not; else it begins with the newest and stops when it has all that was
 * asked for (`SinglePartitionReadCommand.queriesMulticellType`). Reading a row that is changed over and over took 1.2 ×
 * that of one without, whether the column was selected or not.
 *
 * @example map(text(), int()) // map<text, int>
 */
export function map<Key, Value>(key: Column<Key>, value: Column<Value>) {
  return collectionColumn(mapType(partOf(key), partOf(value), false));
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

/** Two by two; there is an even number of items. */
function pairsOf<Item>(items: readonly Item[]): readonly (readonly [Item, Item])[] {
  return items.filter((_, at) => at % 2 === 0).map((item, at) => [item, items[at * 2 + 1]!]);
}
