import { type ColumnType, defineType, identityOf, unreadable, wrongType } from "../type.ts";
import { collectionColumn, type Column, partOf } from "../column.ts";
import {
  collectionCql,
  decodeElements,
  encodeElements,
  type Frozenness,
  requireAll,
  sortDistinct,
} from "./collection.ts";
import { frozenType } from "./frozen.ts";
import {
  composedRules,
  requirePart,
  type Compare,
  compareOf,
  composedOrder,
  parseTexts,
  type ValueRule,
} from "./parts.ts";

/**
 * CQL `map`: values by key, as a `Map`. The database keeps them in the order of their keys. A single element can
 * be written and compared: see {@link element}. See also {@link list} and {@link set}.
 *
 * If a table has a map, list or set that is neither frozen nor static, Cassandra reads a row from all its files, since
 * an old file may have elements that newer ones lack. Otherwise it reads from the newest file on, and stops when it has
 * all selected columns (`SinglePartitionReadCommand.queriesMulticellType`). Reading a row that changes often took 1.2
 * times as long as without such a column, whether the column was selected or not.
 *
 * @example map(text(), int()) // map<text, int>
 */
export function map<Key, Value>(key: Column<Key>, value: Column<Value>) {
  return collectionColumn(mapType(partOf(key), partOf(value), { isFrozen: false }));
}

function mapType<Key, Value>(
  givenKey: ColumnType<Key>,
  givenValue: ColumnType<Value>,
  { isFrozen }: Frozenness,
): ColumnType<ReadonlyMap<Key, Value>> {
  const key = isFrozen ? frozenType(givenKey) : givenKey;
  const value = isFrozen ? frozenType(givenValue) : givenValue;
  const expects = `a Map of ${key.cql} to ${value.cql}`;
  type Entry = readonly [Key, Value];
  const compareKeys = compareOf(key);
  const compare = entriesCompare(key, value);
  const entries = (rule: ValueRule) => (given: unknown) => {
    if (!(given instanceof Map)) throw wrongType("a Map", given);
    const pairs = Array.from(given, ([k, v], at): Entry => [
      requirePart(k, { type: key, name: `key ${at}`, rule }),
      requirePart(v, { type: value, name: `value of key ${at}`, rule }),
    ]);
    return new Map(
      sortDistinct(
        pairs,
        ([one], [other]) => compareKeys(one, other),
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
    ...collectionCql("map", [key, value], { isFrozen }),
    expects,
    ...composedRules([key, value], entries),
    encode: (given) =>
      encodeElements(
        [...given].flatMap(([k, v]) => [key.encode(k), value.encode(v)]),
        given.size,
      ),
    decode(bytes) {
      const pairs = pairsOf(decodeElements(bytes, { valuesPerElement: 2, expects })).map(
        ([k, v]): Entry => [key.decode(k), value.decode(v)],
      );
      const found = new Map(pairs);
      requireAll(found.keys(), { items: pairs.map(([k]) => k), expects });
      return found;
    },
    toText: (given) => texts(given, (type, part) => type.toText(part)),
    fromText(text) {
      const listed = parseTexts(text, expects);
      if (listed.length % 2 === 1) throw unreadable(expects);
      return new Map(pairsOf(listed).map(([k, v]) => [key.fromText(k), value.fromText(v)]));
    },
    identity: (given) => texts(given, identityOf),
    ...composedOrder<ReadonlyMap<Key, Value>>([key, value], (one, other) =>
      compare([...one], [...other]),
    ),
    parts: [
      { name: "key", type: key },
      { name: "value", type: value },
    ],
    ...(!isFrozen && { freeze: () => mapType(givenKey, givenValue, { isFrozen: true }) }),
  });
}

/** Compares maps entry by entry: first the keys, then the values. */
function entriesCompare<Key, Value>(
  key: ColumnType<Key>,
  value: ColumnType<Value>,
): Compare<readonly (readonly [Key, Value])[]> {
  const [compareKeys, compareValues] = [compareOf(key), compareOf(value)];
  return (one, other) => {
    for (const [at, [k, v]] of one.entries()) {
      if (at === other.length) return 1;
      const [otherKey, otherValue] = other[at]!;
      const difference = compareKeys(k, otherKey) || compareValues(v, otherValue);
      if (difference !== 0) return difference;
    }
    return one.length - other.length;
  };
}

/** Returns the items in pairs. There must be an even number of items. */
function pairsOf<Item>(items: readonly Item[]): readonly (readonly [Item, Item])[] {
  return items.filter((_, at) => at % 2 === 0).map((item, at) => [item, items[at * 2 + 1]!]);
}
