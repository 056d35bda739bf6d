import { type ColumnType, defineType, identityOf, wrongType } from "../type.ts";
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
  compareOf,
  composedOrder,
  listCompare,
  parseTexts,
  type ValueRule,
} from "./parts.ts";

/**
 * CQL `set`: distinct values, as a `Set`. The database keeps them in the order of their type. See {@link list}.
 *
 * JavaScript compares a `Date`, bytes or an object in a `Set` by identity. Of values that Cassandra takes for equal,
 * one is stored.
 */
export function set<Element>(element: Column<Element>) {
  return collectionColumn(setType(partOf(element), { isFrozen: false }));
}

function setType<Element>(
  given: ColumnType<Element>,
  { isFrozen }: Frozenness,
): ColumnType<ReadonlySet<Element>> {
  const element = isFrozen ? frozenType(given) : given;
  const expects = `a set of ${element.cql}`;
  const compare = listCompare(element);
  const elements = (rule: ValueRule) => (value: unknown) => {
    if (!(value instanceof Set)) throw wrongType("a Set", value);
    const items = Array.from(value, (each, at) =>
      requirePart(each, { type: element, name: `item ${at}`, rule }),
    );
    return new Set(sortDistinct(items, compareOf(element), (first) => first));
  };
  const texts = (value: ReadonlySet<Element>, textOf: (element: Element) => string) =>
    JSON.stringify(Array.from(value, textOf).toSorted());
  return defineType<ReadonlySet<Element>>({
    kind: "set",
    ...collectionCql("set", [element], { isFrozen }),
    expects,
    ...composedRules([element], elements),
    encode: (value) =>
      encodeElements(
        Array.from(value, (each) => element.encode(each)),
        value.size,
      ),
    decode(bytes) {
      const items = decodeElements(bytes, { valuesPerElement: 1, expects }).map((each) =>
        element.decode(each),
      );
      return requireAll(new Set(items), { items, expects });
    },
    toText: (value) => texts(value, (each) => element.toText(each)),
    fromText: (text) => new Set(parseTexts(text, expects).map((each) => element.fromText(each))),
    identity: (value) => texts(value, (each) => identityOf(element, each)),
    ...composedOrder<ReadonlySet<Element>>([element], (one, other) =>
      compare([...one], [...other]),
    ),
    parts: [{ name: "element", type: element }],
    ...(!isFrozen && { freeze: () => setType(given, { isFrozen: true }) }),
  });
}
